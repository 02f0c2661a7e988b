import json

from twinseek import gallery
from twinseek.library import Library


def test_a_library_that_grows_past_the_bound_while_it_is_open_gets_a_chroma(tmp_path, monkeypatch):
    description = {
        "video": "v", "fps": 10, "n_frames": 20, "width": 100, "height": 100, "caption": "A dog runs.",
        "objects": [], "frames": [], "events": [],
    }  # fmt: skip
    (tmp_path / "v.json").write_text(json.dumps(description))
    with Library.open(tmp_path / "library", create=True) as library:
        library.import_files([tmp_path / "v.json"])
        assert library.gallery.chroma is None
        monkeypatch.setattr(gallery, "EXACT_ROWS", 0)
        chroma = library.gallery.chroma
        assert chroma is not None
        assert library.gallery.chroma is chroma
