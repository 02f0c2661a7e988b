import pytest

from twins.errors import TwinseekError
from twinseek.library import Library


def finished(library: Library, jobs: int, files: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Tell a library that files are indexed one by one; return how many were when it made them searchable."""
    synced: list[int] = []
    done = 0
    monkeypatch.setattr(library.gallery, "sync", lambda on_event: synced.append(done))
    take = library._syncing(None, jobs)
    take({"event": "started", "total": files})
    for _ in range(files):
        done += 1
        take({"event": "indexed"})
    return synced


@pytest.mark.parametrize(("jobs", "files", "when"), [(2, 5, [4]), (8, 20, [16]), (1, 5, []), (2, 1, [])])
def test_videos_become_searchable_once_half_of_the_processes_are_idle(tmp_path, monkeypatch, jobs, files, when):
    with Library.open(tmp_path / "library", create=True) as library:
        assert finished(library, jobs, files, monkeypatch) == when


def test_a_wrong_option_is_refused_before_anything_slow_is_loaded(tmp_path):
    with Library.open(tmp_path / "library", create=True) as library:
        with pytest.raises(TwinseekError, match="threshold"):
            library.ask("who waits?", threshold=2.0)
        assert "_graph" not in library.__dict__
