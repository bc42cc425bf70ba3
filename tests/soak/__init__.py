"""What takes too long for every run of the tests; each module is a command of its own."""
