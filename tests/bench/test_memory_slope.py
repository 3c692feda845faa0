"""What `make bench` says of a process's memory: how steeply it grows, in MiB a minute."""

import os
import subprocess
import sys

import pytest

from bench.memory import Memory, resident, slope

pytestmark = pytest.mark.unit


def test_a_steady_growth_is_told_in_mib_a_minute_and_the_beginning_left_out() -> None:
    beginning = [(float(at), 500.0 - at) for at in range(0, 60, 5)]
    later = [(float(at), 100 + at / 30) for at in range(60, 300, 5)]
    memory = Memory({"sink": [*beginning, *later], "short": [(70.0, 1.0)]})
    assert memory.slopes(since=60) == {"sink": pytest.approx(2.0)}


def test_noise_about_a_level_is_flat() -> None:
    assert slope([(float(at), 100 + (at % 2)) for at in range(101)]) == pytest.approx(0, abs=1e-3)


def test_the_memory_of_children_counts() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "block = b'x' * 64 * 2**20; print('ready', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        with_child = resident(os.getpid())
        child.communicate(b"\n")
    assert with_child - resident(os.getpid()) > 64
