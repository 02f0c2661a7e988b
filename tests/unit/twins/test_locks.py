import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from twins.locks import exclusive, sweep, workspace

HOLD = """
import sys, time
from pathlib import Path
from twins.locks import workspace
with workspace(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("half")
    print(folder.name, flush=True)
    time.sleep(60)
"""


def start_owner(work: Path) -> tuple[subprocess.Popen[str], str]:
    owner = subprocess.Popen([sys.executable, "-c", HOLD, str(work)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    return owner, owner.stdout.readline().strip()


def test_a_workspace_is_gone_afterwards_even_after_an_error(tmp_path: Path) -> None:
    work = tmp_path / ".work"
    with pytest.raises(ValueError, match="stop"), workspace(work) as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_text("x")
        raise ValueError("stop")
    assert list(work.iterdir()) == []


def test_the_work_of_a_living_process_is_not_swept_and_that_of_a_killed_one_is(tmp_path: Path) -> None:
    work = tmp_path / ".work"
    owner, name = start_owner(work)
    try:
        assert sweep(work) == 0
        assert (work / name / "half").exists()
    finally:
        owner.kill()
        owner.wait()
    assert sweep(work) == 1
    assert list(work.iterdir()) == []


def test_rubbish_without_an_owner_is_swept(tmp_path: Path) -> None:
    (tmp_path / "stray").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "work" / "stray").write_text("x")
    (tmp_path / "work" / "folder").mkdir()
    assert sweep(tmp_path / "work") == 3
    assert list((tmp_path / "work").iterdir()) == []
    assert (tmp_path / "elsewhere").is_dir()


def test_sweeping_a_folder_that_is_not_there_is_nothing(tmp_path: Path) -> None:
    assert sweep(tmp_path / "none") == 0


def test_only_one_at_a_time_holds_a_lock(tmp_path: Path) -> None:
    inside, most = [0], [0]

    def work() -> None:
        for _ in range(20):
            with exclusive(tmp_path / "a.lock"):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0.001)
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert list(tmp_path.iterdir()) == []
