"""What the index does to one video: which stages are stale, one decode pass for those that need frames, a draft.

Stages: ``tracks`` (decode, shots, camera, segment, follow), ``attributes``, ``text``, ``labels``, ``facts``
(predicates) and ``components``; with plugins for them also ``depth`` and ``descriptions``. Vectors are made by
:mod:`graphs.embedding` and decode nothing either.
"""

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path

from graphs.index_depth import with_depth
from graphs.index_descriptions import PART, with_descriptions
from graphs.index_fingerprints import TRACKS_VERSION, suggesting, wanted_stages
from graphs.index_kept import DEPTH_SIDE, KeptFrames, look, look_side
from graphs.index_labels import with_labels
from graphs.index_opening import Opening
from graphs.index_options import IndexOptions
from graphs.index_perceive import Perceiver, shrink
from graphs.index_saving import Material, Saving
from graphs.index_twin import SOURCE, attributes_of, build_perceived
from tools import appearance, text_seen
from tools.free_memory import give_back, memory_is_short
from tools.looks import Look, look_at
from twins.errors import TwinseekError
from twins.fingerprints import stale_stages
from twins.frames import Frame, frames_at
from twins.geometry import Geometry
from twins.masks import CocoRle, FindMask, MaskReader, decode_mask
from twins.schema import Attribute, Fact, Provenance, Twin
from twins.sentences import PROVENANCE as PREDICATES
from twins.sentences import SOURCE as PREDICATES_SOURCE
from twins.sentences import predicate_facts
from twins.sources import SourceFile
from twins.specialists import Describer, Specialist, Specialists, source_of
from twins.store import Store

STAGE_OF = {"segmenter": "tracks", "labeller": "labels", "depth": "depth", "describer": "descriptions"}
"""By part, a field of :class:`Specialists`, the stage that it does."""

DECODE_SIDE = 960
"""Longer side of the frames that are kept for reading: enough for that, little enough to be quick."""
TEXT_FRAMES = 3
LOOKS = 6

Report = Callable[[str, int, float], None]
"""Called with a stage, the sampled frames done and the seconds of video done."""


def index_one(
    store: Store,
    file: SourceFile,
    options: IndexOptions,
    specialists: Specialists,
    report: Report,
    opening: Opening | None = None,
) -> tuple[str, tuple[str, ...], list[str]]:
    """Bring one video up to date; return its id, the stages that ran, and warnings about the file.

    Args:
        opening: opens it, and the one that comes next once this one is decoded.

    Raises:
        UnusableError: a specialist will not do, for whatever video.
        TwinseekError: the file cannot be read as a video, or changed meanwhile, or a specialist failed.
    """
    wanted, recorded = wanted_stages(file.sha256, options, specialists), store.stages(file.video_id)
    stale = _stale(recorded, wanted)
    if not stale:
        store.forget_unfinished(file.video_id)
        return file.video_id, (), []
    base, stale = _begun(store, file.video_id, wanted, recorded) or (None, stale)
    _see_ready(specialists, stale)
    saving = Saving(store, file, wanted, recorded, stale, partial(_with_facts, specialists=specialists), base)
    if "tracks" in stale:
        kept = KeptFrames(specialists, store.scratch_file)
        with contextlib.closing(kept):
            opening = opening or Opening([], options)
            material, warnings = _see(file, options, specialists, report, kept, saving, opening)
    else:
        old = Material(store.twin(file.video_id, base), store.geometry(file.video_id, base))
        with store.masks(file.video_id, base) as masks:
            material, warnings = _refresh(old, masks, stale, file.path, options, specialists, saving), []
    material = _with_facts(material, specialists)
    # A profile that was forgotten would else take names and depth away without a word.
    with contextlib.suppress(TwinseekError):  # the twin that this one replaces may be damaged
        warnings = [*warnings, *(_undone(store.twin(file.video_id), specialists) if recorded else ())]
    saving.finish(material)
    return file.video_id, tuple(stage for stage in wanted if stage in stale), warnings


def _see_ready(specialists: Specialists, stale: Collection[str]) -> None:
    """Let those who are to be asked say whether they can be, before work that would be in vain.

    Raises:
        UnusableError: one cannot be.
    """
    for part, stage in STAGE_OF.items():
        see_ready = getattr(getattr(specialists, part), "see_ready", None)
        if stage in stale and callable(see_ready):
            see_ready()


def _stale(recorded: Mapping[str, str], wanted: Mapping[str, str]) -> set[str]:
    """Return the stages to be run, or undone: what a plugin did that is not used any more."""
    return {*stale_stages(recorded, wanted), *(recorded.keys() - wanted.keys())}


def _begun(
    store: Store, video_id: str, wanted: Mapping[str, str], recorded: Mapping[str, str]
) -> tuple[str, set[str]] | None:
    """Return the generation that an earlier run has begun, and what it lacks; none where the live one lacks less."""
    begun = store.unfinished(video_id)
    if begun is None or len(begun[1].items() & wanted.items()) <= len(recorded.items() & wanted.items()):
        return None
    return begun[0], _stale(begun[1], wanted)


def _see(
    file: SourceFile,
    options: IndexOptions,
    specialists: Specialists,
    report: Report,
    kept: KeptFrames,
    saving: Saving,
    opening: Opening,
) -> tuple[Material, list[str]]:
    """Run every stage that needs frames, in one pass over the file."""
    material, key_frames, warnings = _perceived(file, options, specialists, report, kept, opening)
    report("text", len(material.geometry.seconds), material.twin.duration)
    material.twin = _with_text(material.twin, _texts(key_frames, material.twin.width) if options.text else [])
    _done_with(specialists.segmenter, options)
    stages, masks = wanted_stages(file.sha256, options, specialists).keys(), _found(material.masks or {})
    return _specialised(material, stages, options, specialists, masks, file.path, saving, kept), warnings


def _perceived(
    file: SourceFile,
    options: IndexOptions,
    specialists: Specialists,
    report: Report,
    kept: KeptFrames,
    opening: Opening,
) -> tuple[Material, list[Frame], list[str]]:
    """Return what one pass over the file found, frames for whoever reads text, and what was wrong with the file.

    What was followed and came to nothing is let go: in a long clip it is more than all that is returned.
    """
    with opening.open(file) as video:
        perceiver = Perceiver(segmenter=specialists.segmenter, key_frames=options.text)
        for done, frame in enumerate(opening.frames(video)):
            perceiver.add(frame, lambda: video.shown.at(DECODE_SIDE))
            kept.add(done, video.shown, perceiver.shot_start, look_side(video.info.width, video.info.height))
            report("tracks", done + 1, frame.seconds)
        opening.begin_after(file.path)
        seen = perceiver.finish()
        kept.finish()
        if not seen.seconds:
            raise TwinseekError(f"{file.path} holds no picture that can be decoded: convert it again from its source")
        found = build_perceived(seen, video.info, video.duration, _follower(specialists))
        twin = Twin(
            video_id=file.video_id,
            duration=video.duration,
            width=video.info.width,
            height=video.info.height,
            frame_count=video.decoded,
            origin="perceived",
            sources={},
            tracks=found.tracks,
            shots=found.shots,
            facts=found.scene,
        )
        warnings = [*video.warnings]
    twin = _with_attributes(twin, attributes_of(found.looks))
    return Material(twin, found.geometry, found.masks), seen.key_frames, warnings


def _refresh(
    old: Material,
    masks: MaskReader,
    stale: set[str],
    path: Path,
    options: IndexOptions,
    specialists: Specialists,
    saving: Saving,
) -> Material:
    """Run the stale stages on an existing twin, with as few frames as they need."""
    twin = old.twin
    if "attributes" in stale:
        looks = _looks_again(path, old.geometry, masks)
        twin = _with_attributes(twin, attributes_of(looks))
    if "text" in stale:
        twin = _with_text(twin, _texts(_spread(path, twin, TEXT_FRAMES), twin.width) if options.text else [])
    return _specialised(Material(twin, old.geometry, None), stale, options, specialists, _stored(masks), path, saving)


def _specialised(
    material: Material,
    stages: Collection[str],
    options: IndexOptions,
    specialists: Specialists,
    masks: FindMask,
    path: Path,
    saving: Saving,
    kept: KeptFrames | None = None,
) -> Material:
    """Let the specialists do their stages, of those that are named; frames that were not kept are decoded."""
    held, side = kept or KeptFrames(Specialists()), look_side(material.twin.width, material.twin.height)
    saving.did("tracks", "attributes", "text")
    if "labels" in stages:
        if specialists.labeller:
            saving.before_more(material)
        named = with_labels(
            material.twin,
            material.geometry,
            specialists.labeller,
            lambda seconds: look(path, held.for_labels, seconds, side),
            _follower(specialists),
            partial(_suggested, teller, options=options) if (teller := suggesting(specialists)) else None,
            masks,
        )
        material = Material(*named, material.masks)
        _done_with(specialists.labeller, options)
        saving.did("labels")
    if "depth" in stages:
        saving.before_more(material)
        seen, shots = partial(look, path, held.for_depth, max_side=DEPTH_SIDE), material.twin.shots
        material.geometry = with_depth(material.geometry, specialists.depth, shots, masks, seen)
        _done_with(specialists.depth, options)
        saving.did("depth")
    if "descriptions" in stages:
        saving.before_more(material)
        seen = partial(look, path, held.for_descriptions, max_side=side)
        material.twin = with_descriptions(material.twin, material.geometry, specialists.describer, seen)
        _done_with(specialists.describer, options)
    return material


def _suggested(teller: Describer, frames: Sequence[Frame], *, options: IndexOptions) -> Sequence[str]:
    """Return what a describer says that a detector should look for; the two need not be in memory at once."""
    words = teller.names(frames)
    _done_with(teller, options)
    return words


def _done_with(specialist: Specialist | None, options: IndexOptions) -> None:
    """Let a specialist whose stage is over free its weights where they are not to be kept."""
    unload = getattr(specialist, "unload", None)
    if not callable(unload):
        return
    kept = options.keep_models if options.keep_models is not None else not memory_is_short()
    if not kept:
        unload()


def _found(masks: dict[str, dict[int, CocoRle]]) -> FindMask:
    return lambda name, index: masks.get(name, {}).get(index)


def _stored(masks: MaskReader) -> FindMask:
    return lambda name, index: dict(masks.stored(name)).get(index)


def _with_attributes(twin: Twin, found: dict[str, tuple[Attribute, ...]]) -> Twin:
    tracks = []
    for track in twin.tracks:
        others = tuple(a for a in track.attributes if a.source != appearance.SOURCE)
        tracks.append(track.model_copy(update={"attributes": found.get(track.id, ()) + others}))
    return twin.model_copy(update={"tracks": tuple(tracks)})


def _with_text(twin: Twin, facts: Sequence[Fact]) -> Twin:
    kept = tuple(fact for fact in twin.facts if fact.kind != "text")
    return twin.model_copy(update={"facts": kept + tuple(facts)})


def _with_facts(material: Material, specialists: Specialists) -> Material:
    """Let the predicates speak anew, and say who says what: any stage before may have changed."""
    facts = tuple(fact for fact in material.twin.facts if fact.source != PREDICATES_SOURCE)
    twin = material.twin.model_copy(update={"facts": facts, "sources": _sources(specialists)})
    facts = twin.facts + predicate_facts(twin, material.geometry)
    return Material(twin.model_copy(update={"facts": facts}), material.geometry, material.masks)


def _undone(before: Twin, specialists: Specialists) -> list[str]:
    """Say whose work is taken out of a twin because nobody does that part any more."""
    plugged = {part: name for key in before.sources if ":" in key for part, _, name in [key.partition(":")]}
    namer = next((key for key in before.sources if ":" not in key and key not in _sources(Specialists())), None)
    parts = {**plugged, "labeller": namer}
    return [
        f"what the plugin {name} found is taken out: this run names no {part} (was --profile forgotten?)"
        for part, name in parts.items()
        if name is not None and getattr(specialists, part, None) is None
    ]


def _sources(specialists: Specialists) -> dict[str, Provenance]:
    sources = {
        SOURCE: Provenance(specialist="perception", version=TRACKS_VERSION),
        appearance.SOURCE: Provenance(specialist="appearance", version=appearance.VERSION),
        text_seen.SOURCE: Provenance(specialist="rapidocr", version=text_seen.VERSION),
        PREDICATES_SOURCE: PREDICATES,
    }
    if specialists.labeller is not None:
        sources[specialists.labeller.provenance.specialist] = specialists.labeller.provenance
    if specialists.segmenter is not None:
        sources[_follower(specialists)] = specialists.segmenter.provenance
    if specialists.depth is not None:
        sources[source_of("depth", specialists.depth)] = specialists.depth.provenance
    if specialists.describer is not None:
        sources[source_of(PART, specialists.describer)] = specialists.describer.provenance
    return sources


def _follower(specialists: Specialists) -> str:
    """Return the source of the tracks."""
    return source_of("segmenter", specialists.segmenter) if specialists.segmenter else SOURCE


def _texts(frames: Sequence[Frame], width: int) -> list[Fact]:
    """Read a few frames that may hold text, the likeliest first."""
    chosen = [frame for frame in frames if text_seen.may_hold_text(frame.image)]
    if not chosen:
        return []
    step = max(1, len(chosen) // TEXT_FRAMES)
    # The reader takes more than any other stage: what those before it have freed need not stay beside it, nor what it
    # frees beside those after it.
    give_back()
    readings = [(frame.seconds, text_seen.read_text(frame.image)) for frame in chosen[::step][:TEXT_FRAMES]]
    give_back()
    return [
        Fact(
            kind="text",
            text=f'the text "{text}" is seen',
            confidence=round(confidence, 3),
            span=(first, max(last, first + 0.1)),
            source=text_seen.SOURCE,
        )
        for text, confidence, first, last in text_seen.merge_readings(readings)
    ]


def _spread(path: Path, twin: Twin, count: int) -> list[Frame]:
    """Return a few frames, evenly spread over the clip."""
    return _frames(path, [twin.duration * (n + 0.5) / count for n in range(count)])


def _frames(path: Path, seconds: Sequence[float]) -> list[Frame]:
    return frames_at(path, seconds, DECODE_SIDE)


def _looks_again(path: Path, geometry: Geometry, masks: MaskReader) -> dict[str, list[Look]]:
    """Cut the tracks out of the file again, by their masks."""
    seconds = dict(zip(geometry.frame_index.tolist(), geometry.seconds.tolist(), strict=True))
    chosen = {name: _some(masks.frames(name)) for name in geometry.track_ids}
    times = sorted({seconds[index] for indices in chosen.values() for index in indices if index in seconds})
    frames = {frame.frame_index: frame for frame in frames_at(path, times, DECODE_SIDE)}
    looks: dict[str, list[Look]] = {}
    for name, indices in chosen.items():
        stored = dict(masks.stored(name))
        for index in indices:
            if index in frames:
                mask = decode_mask(stored[index])
                image = shrink(frames[index].image, max(mask.shape))
                if image.shape[:2] == mask.shape and mask.any():
                    looks.setdefault(name, []).append(look_at(image, mask))
    return looks


def _some(indices: Sequence[int]) -> Sequence[int]:
    step = max(1, len(indices) // LOOKS)
    return indices[step // 2 :: step][:LOOKS]
