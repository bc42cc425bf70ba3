"""The command line: arguments, sub-commands, exit codes."""
