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
        "indexed a.mp4 2.0 s of video a second (1 of 3)",
        "failed c.mp4: no film (3 of 3)",
    ]


def test_where_it_is_to_be_brief_a_pipe_is_told_a_line_a_quarter_and_what_went_wrong(capsys):
    with show_progress(brief=True) as take:
        take({"event": "rendering", "total": 36})
        for number in range(36):
            take({"event": "rendered", "video": f"{number}.mp4"})
        take({"event": "started", "total": 2})
        take({"event": "progress", "video": "a.mp4", "stage": "tracks"})
        take({"event": "warning", "video": "a.mp4", "text": "it is dark"})
        take({"event": "indexed", "path": "a.mp4", "rate": 2.0})
        take({"event": "failed", "path": "c.mp4", "error": "no film"})
        take({"event": "stopped", "left": 3})
    assert capsys.readouterr().err.splitlines() == [
        *[f"rendering: {done} of 36" for done in (9, 18, 27, 36)],
        "note a.mp4: it is dark",
        "indexing: 1 of 2",
        "failed c.mp4: no film",
        "indexing: 2 of 2",
        "stopped: the other 3 would fail alike",
    ]


def test_work_of_no_file_may_fail(capsys):
    with show_progress(brief=True) as take:
        take({"event": "started", "total": 0})
        take({"event": "failed", "path": "folder", "error": "no right to read it"})
    assert "failed folder: no right to read it" in capsys.readouterr().err
