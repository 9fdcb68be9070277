"""When to poll, measured on a virtual clock: our rule beside those of other pollers.

`python -m benchmarks.schedule` (or `make bench-schedule`); no sockets, no database.
"""
