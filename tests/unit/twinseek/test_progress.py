from twinseek.progress import show_progress


def test_a_pipe_is_told_how_far_rendering_and_indexing_are(capsys):
    with show_progress() as take:
        take({"event": "rendering", "total": 2})
        take({"event": "rendered", "video": "a.mp4"})
        take({"event": "rendered", "video": "b.mp4"})
        take({"event": "started", "total": 3})
        take({"event": "indexed", "path": "a.mp4", "rate": 2.0})
        take({"event": "skipped", "path": "b.mp4"})
        take({"event": "failed", "path": "c.mp4", "error": "no film"})
    assert capsys.readouterr().err.splitlines() == [
        "rendering 2 clips",
        "rendered a.mp4 (1 of 2)",
        "rendered b.mp4 (2 of 2)",
        "indexed a.mp4 2.0x real time (1 of 3)",
        "failed c.mp4: no film (3 of 3)",
    ]
