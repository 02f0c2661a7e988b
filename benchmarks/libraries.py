"""Libraries that several benchmarks use: annotated clips, caption-only distractors, clips indexed from their files."""

from pathlib import Path

from benchmarks.figures import Options
from benchmarks.processes import Finished, twinseek
from evals.retrieval import caption_twins
from twins.components import components
from twins.fingerprints import fingerprint
from twins.geometry import empty_geometry
from twins.schema import Source
from twinseek.library import Library

CAPTIONS_FILE = ("data", "webvid_covr_dev.csv")
ONE_CLIP = "04_coffee.mp4"
"""What a quick run indexes."""


def import_clips(options: Options, folder: Path, *, captions: bool) -> Library:
    """Return an open library of the annotated clips, made as ``twinseek import`` makes it."""
    annotations = options.shared("annotations")
    library = Library.open(folder, create=True)
    library.import_files([annotations], captions=captions)
    return library


def add_captions(options: Options, library: Library, count: int) -> None:
    """Add twins of which one caption is all that is known."""
    for twin in caption_twins(options.shared(*CAPTIONS_FILE), count):
        stages = {"import": fingerprint("import", "1", specialist=None, settings={}, inputs=[twin.model_dump_json()])}
        source = Source(
            video_id=twin.video_id,
            names=(twin.video_id,),
            duration=twin.duration,
            width=twin.width,
            height=twin.height,
        )
        with library.store.draft(twin.video_id, source) as draft:
            draft.write(twin, empty_geometry(twin.width, twin.height), components(twin))
            draft.commit(stages)
    library.gallery.sync()


def index_clips(options: Options) -> tuple[Path, Finished]:
    """Index the real clips through the command line, once a run; return the library's folder and what it took."""
    if "indexed" not in options.made:
        videos = options.shared("videos", *([ONE_CLIP] if options.quick else []))
        folder = options.fresh("indexed")
        options.made["indexed"] = folder, twinseek("index", videos, "--library", folder, "--jobs", "2", "--json")
    indexed: tuple[Path, Finished] = options.made["indexed"]
    return indexed
