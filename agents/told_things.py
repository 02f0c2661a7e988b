"""Things of which somebody tells, though nobody follows them: a cap in a caption, the wall of a scene."""

from agents.evidence import Evidence
from agents.grounding import kind_stems, said_stems
from agents.labelling import is_described, is_labelled
from agents.lexicon import lexicon, noun_stems
from agents.look_claims import is_called
from twins.schema import Fact

DEPTH = frozenset(["in_front_of", "behind"])


def telling(phrase: str, evidence: Evidence) -> Fact | None:
    """Return the shortest that is said of a whole video and names a thing of the kind that a phrase names, or none.

    Of looks it is not known whose they are.
    """
    demands = evidence.grounder.describe(phrase)
    if not demands.nouns or demands.looks or demands.excluded:
        return None
    told = (fact for fact in evidence.twin.facts if fact.about is None and fact.predicate is None)
    naming = (fact for fact in told if all(kind_stems(noun) & said_stems(fact.text) for noun in demands.nouns))
    return min(naming, key=lambda fact: len(fact.text), default=None)


def may_be_unseen(phrase: str, evidence: Evidence) -> bool:
    """Say whether something of the kind that a phrase names may be there, though no object is meant.

    Somebody tells of it, or nobody has named anything: then what has no name may be any.
    """
    twin, demands = evidence.twin, evidence.grounder.describe(phrase)
    nameless = not is_described(twin) and not any(is_labelled(track) for track in twin.tracks)
    return (nameless and bool(demands.nouns)) or telling(phrase, evidence) is not None


def is_scenery(phrase: str | None, evidence: Evidence) -> bool:
    """Say whether a phrase names what stands behind all things of a picture (a wall, the sea) and is none of them."""
    nouns = evidence.grounder.describe(phrase or "").nouns
    return bool(nouns) and bool(noun_stems(nouns[-1]) & _scenery())


def stands_for_scenery(phrase: str | None, number: int | None, evidence: Evidence) -> bool:
    """Say whether a phrase names scenery, and an object that is called otherwise would have to stand for it."""
    if number is None or not is_scenery(phrase, evidence):
        return False
    name, nouns = evidence.name(number), evidence.grounder.describe(phrase or "").nouns
    return is_labelled(evidence.twin.track(name)) and not is_called(nouns, name, evidence.twin)


def _scenery() -> frozenset[str]:
    return frozenset(stem for word in lexicon().asking["scenery"] for stem in noun_stems(word))
