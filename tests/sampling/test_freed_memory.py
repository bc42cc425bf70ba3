"""Freed memory is used again by the next sample, or goes back where it is much or will not be needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, resource, sys
import numpy as np
from monitor.sampling.freed_memory import keep_freed_memory

if sys.argv[1] == "keep":
    keep_freed_memory()

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    columns = [np.ones(100_000, np.uint64) for _ in range(30)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

print([faults() for _ in range(4)][-1])
"""
PAGES_OF_ONE_COLUMN = 100_000 * 8 // 4096


def faults_of_a_later_sample(mode: str) -> int:
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM, mode], capture_output=True, text=True, check=True, timeout=60
    )
    return int(answer.stdout)


def test_a_later_samples_columns_take_no_new_pages():
    if faults_of_a_later_sample("default") < PAGES_OF_ONE_COLUMN:
        pytest.skip("this C library keeps freed memory by itself")
    assert faults_of_a_later_sample("keep") < PAGES_OF_ONE_COLUMN


RETURNING_PROGRAM = """
import sys
from pathlib import Path
import numpy as np
from monitor.model.socket_table import SocketTable
from monitor.sampling.freed_memory import keep_freed_memory, return_freed_memory

def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

keep_freed_memory()
before = resident_bytes()
if sys.argv[1] == "table":
    table = SocketTable.zeros(100_000)
    for name in SocketTable.column_names():
        getattr(table, name)[:] = 1
    held = resident_bytes()
    del table
else:
    columns = [np.ones(100_000, np.uint64) for _ in range(20)]
    held = resident_bytes()
    del columns[:-1]
    if sys.argv[1] == "return":
        return_freed_memory()
print((held - resident_bytes()) / (held - before))
"""


def returned_share(mode: str, program: str = RETURNING_PROGRAM) -> float:
    answer = subprocess.run(
        [sys.executable, "-c", program, mode], capture_output=True, text=True, check=True, timeout=60
    )
    return float(answer.stdout)


def test_a_large_table_goes_back_as_soon_as_nobody_uses_it():
    assert returned_share("table") > 0.9


def test_what_is_kept_goes_back_when_asked():
    if returned_share("keep") > 0.1:
        pytest.skip("this C library keeps nothing")
    assert returned_share("return") > 0.8


SHARING_PROGRAM = """
import ctypes, sys, threading
from pathlib import Path
from monitor.sampling.freed_memory import share_freed_memory

if sys.argv[1] == "share":
    share_freed_memory()

library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
places = []
thread = threading.Thread(target=lambda: places.append(library.malloc(1000)))
thread.start()
thread.join()
heap = next(line for line in Path("/proc/self/maps").read_text().splitlines() if line.endswith("[heap]"))
first, last = (int(end, 16) for end in heap.split()[0].split("-"))
print(first <= places[0] < last)
"""


def is_taken_from_the_first_heap(mode: str) -> bool:
    answer = subprocess.run(
        [sys.executable, "-c", SHARING_PROGRAM, mode], capture_output=True, text=True, check=True, timeout=60
    )
    return answer.stdout.strip() == "True"


def test_a_thread_that_starts_later_takes_what_others_freed():
    if is_taken_from_the_first_heap("default"):
        pytest.skip("this C library has one heap for all threads")
    assert is_taken_from_the_first_heap("share")


RESTING_PROGRAM = """
import ctypes, os, sys
from monitor.sampling.freed_memory import share_freed_memory

library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.malloc.argtypes = [ctypes.c_size_t]
library.free.argtypes = [ctypes.c_void_p]
library.memset.restype = ctypes.c_void_p
library.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
statm = os.open("/proc/self/statm", os.O_RDONLY)
COLUMN, COLUMNS, FIRST_SAMPLE = 100_000, 160, 12_000_000
columns = (ctypes.c_void_p * COLUMNS)()

def resident_bytes():
    return int(os.pread(statm, 200, 0).split()[1]) * 4096

def take(size):
    return library.memset(library.malloc(size), 1, size)

if sys.argv[1] == "share":
    share_freed_memory()
before = resident_bytes()
library.free(take(FIRST_SAMPLE))
for index in range(COLUMNS):
    columns[index] = take(COLUMN)
held = resident_bytes()
for index in range(COLUMNS):
    library.free(columns[index])
print((held - resident_bytes()) / (held - before))
"""


def test_where_columns_stay_what_is_freed_goes_back_after_a_large_first_sample():
    # The columns are taken from the C library itself: anything else that came to lie behind them would hold them back.
    if returned_share("default", RESTING_PROGRAM) > 0.5:
        pytest.skip("this C library gives freed memory back by itself")
    assert returned_share("share", RESTING_PROGRAM) > 0.9


SCATTERED_PROGRAM = """
import os, sys
import numpy as np
from monitor.sampling.freed_memory import share_freed_memory

statm = os.open("/proc/self/statm", os.O_RDONLY)

def resident_bytes():
    return int(os.pread(statm, 200, 0).split()[1]) * 4096

if sys.argv[1] == "share":
    share_freed_memory()
# As the C library comes to do by itself once a larger block was freed.
np.ones(20_000_000, np.uint8)
before = resident_bytes()
columns, small = [], []
for _ in range(40):
    columns.append(np.ones(100_000, np.uint64))
    small.append(np.ones(1_000, np.uint8))
held = resident_bytes()
del columns
print((held - resident_bytes()) / (held - before))
"""


def test_large_columns_go_back_from_between_small_ones_that_stay():
    if returned_share("default", SCATTERED_PROGRAM) > 0.5:
        pytest.skip("this C library gives freed memory back by itself")
    assert returned_share("share", SCATTERED_PROGRAM) > 0.9
