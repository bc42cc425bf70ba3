"""Turns readings of the kernel into a stream of samples, and samples into intervals."""
