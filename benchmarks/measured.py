"""Run a command and say what its whole process tree cost: `python -m benchmarks.measured CMD ...`.

Prints one JSON line: CPU seconds (user and system, every descendant, orphans too), wall seconds,
peak memory in MiB (PSS: what processes share is counted once) and the exit code.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import threading
import time

import psutil

PR_SET_CHILD_SUBREAPER = 36
SAMPLE_SECONDS = 0.2


def measured(command: list[str]) -> dict[str, float]:
    """Run `command` to its end and measure its tree."""
    # orphans of the tree become our children, so that their CPU time reaches our account
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began, over, peak = time.monotonic(), threading.Event(), [0.0]
    child = subprocess.Popen(command, stdout=sys.stderr)
    sampler = threading.Thread(target=_sample, args=(over, peak))
    sampler.start()
    code = child.wait()
    wall = time.monotonic() - began
    _reap()
    over.set()
    sampler.join()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "cpu_s": round(used.ru_utime + used.ru_stime, 3),
        "wall_s": round(wall, 3),
        "peak_mib": round(peak[0], 1),
        "exit": code,
    }


def _reap() -> None:
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def _sample(over: threading.Event, peak: list[float]) -> None:
    this = psutil.Process()
    while not over.wait(SAMPLE_SECONDS):
        total = 0
        for process in this.children(recursive=True):
            try:
                total += process.memory_full_info().pss
            except psutil.Error:  # it ended while we looked at it
                continue
        peak[0] = max(peak[0], total / 2**20)


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1:])))
