import sys

import pytest

from benchmarks.processes import run

BIG = "big = b'x' * 150_000_000; import time; time.sleep(0.4)"


def test_the_memory_of_a_worker_is_told_from_that_of_its_parent() -> None:
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BIG!r}], check=True); print('done')"
    done = run([sys.executable, "-c", parent])
    assert done.output == "done\n"
    assert done.seconds >= 0.4
    assert done.own_megabytes < 100 < 140 < done.worker_megabytes


def test_a_process_without_children_has_no_worker() -> None:
    done = run([sys.executable, "-c", BIG])
    assert done.own_megabytes > 140
    assert done.worker_megabytes == 0


def test_a_command_that_fails_is_an_error_with_what_it_said() -> None:
    with pytest.raises(RuntimeError, match="no such luck"):
        run([sys.executable, "-c", "import sys; sys.exit('no such luck')"])
