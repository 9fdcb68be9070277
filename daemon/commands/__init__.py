"""The command line: one module a command, and none of them imported before it is asked for."""
