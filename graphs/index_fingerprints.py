"""By which stages a twin is made, each with the fingerprint that it ought to have (:mod:`twins.fingerprints`)."""

from collections.abc import Sequence

from graphs.index_depth import DEPTH_VERSION
from graphs.index_descriptions import DESCRIPTIONS_VERSION
from graphs.index_labels import LABELS_VERSION
from graphs.index_options import IndexOptions
from tools import appearance, segmenting, text_seen
from twins.fingerprints import fingerprint
from twins.schema import Provenance
from twins.sentences import PROVENANCE as PREDICATES
from twins.specialists import Describer, Detector, Specialist, Specialists

TRACKS_VERSION = "13"
COMPONENTS_VERSION = "1"
"""Raise these, and those of the specialists, when results change: that is what makes old twins stale."""


def wanted_stages(sha256: str, options: IndexOptions, specialists: Specialists) -> dict[str, str]:
    """Return the fingerprint that every stage of a file with this content ought to have.

    A stage that only a plugin does is wanted where there is one.
    """
    rates = {"samples_per_second": options.samples_per_second}
    segmenter = _provenance(specialists.segmenter)
    version = f"{TRACKS_VERSION}.{segmenting.VERSION}" if segmenter else TRACKS_VERSION
    tracks = fingerprint("tracks", version, specialist=segmenter, settings=rates, inputs=[sha256])
    attributes = fingerprint("attributes", appearance.VERSION, inputs=[tracks])
    text = fingerprint("text", text_seen.VERSION, settings={"text": options.text}, inputs=[sha256])
    labels = fingerprint(
        "labels",
        LABELS_VERSION if specialists.labeller else "1",
        specialist=_provenance(specialists.labeller),
        settings={"suggested_by": teller.provenance.model_dump()} if (teller := suggesting(specialists)) else None,
        inputs=[tracks],
    )
    depth = _plugged("depth", DEPTH_VERSION, specialists.depth, [tracks, labels])
    facts = fingerprint("facts", PREDICATES.version, inputs=[tracks, attributes, labels, *depth.values()])
    described = _plugged("descriptions", DESCRIPTIONS_VERSION, specialists.describer, [tracks, labels])
    listed = fingerprint("components", COMPONENTS_VERSION, inputs=[facts, text, *described.values()])
    return {
        "tracks": tracks,
        "attributes": attributes,
        "text": text,
        "labels": labels,
        **depth,
        **described,
        "facts": facts,
        "components": listed,
    }


def _plugged(stage: str, version: str, specialist: Specialist | None, inputs: Sequence[str]) -> dict[str, str]:
    """Return the fingerprint of a stage that only a plugin does, by its name; nothing where there is none."""
    if specialist is None:
        return {}
    return {stage: fingerprint(stage, version, specialist=specialist.provenance, inputs=inputs)}


def suggesting(specialists: Specialists) -> Describer | None:
    """Return the describer where it tells the labeller what to look for; it is asked before it describes anything."""
    labeller, describer = specialists.labeller, specialists.describer
    known = not isinstance(labeller, Detector) or not labeller.open
    return None if known or describer is None or not describer.suggests else describer


def _provenance(specialist: Specialist | None) -> Provenance | None:
    return specialist.provenance if specialist else None
