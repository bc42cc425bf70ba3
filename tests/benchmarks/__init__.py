"""Measurements, as ratios taken in one run. No tests: `python -m tests.benchmarks --help`."""
