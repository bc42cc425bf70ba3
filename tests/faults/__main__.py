"""python -m tests.faults: write into the table of tests/README.md which tests are named with each fault now."""

from __future__ import annotations

from tests.faults.table import README, named_tests, rewritten


def main() -> None:
    """Rewrite the rows; what does not apply keeps its reason as long as no test is named with it."""
    README.write_text(rewritten(README.read_text(), named_tests()))


if __name__ == "__main__":
    main()
