"""The words by which people name what the predicates measure, read from the TOML files beside this module."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

from agents.stemming import stem

FOLDER = Path(__file__).parent
SLOT = "*"
T = TypeVar("T")

VOICES = ("active", "inverse", "alone", "inverse_alone", "mutual")


@lru_cache(maxsize=1)
def _grammar() -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in _table("grammar").items()}


def closed_class(name: str) -> frozenset[str]:
    """Return a closed word class of ``grammar.toml``."""
    return _grammar()[name]


@lru_cache(maxsize=16384)
def stems(word: str) -> frozenset[str]:
    """Return the word's stem, and its lemma's where the form is irregular (``left``: left, leav)."""
    found = {stem(word)}
    found.update(stem(lemma) for lemma in _irregular().get(word, ()))
    return frozenset(found)


@lru_cache(maxsize=1)
def _irregular() -> dict[str, list[str]]:
    lemmas: dict[str, list[str]] = defaultdict(list)
    for line in _lines("irregular.txt"):
        lemma, *forms = line.split()
        for form in forms:
            lemmas[form].append(lemma)
    return lemmas


def is_irregular(word: str) -> bool:
    """Say whether a word is an irregular form of another one (``hidden``)."""
    return word in _irregular()


@dataclass(frozen=True)
class Pattern:
    """A verb or phrasal verb. ``words`` are stems with at most one slot; a slot at the end is left out of them.

    ``voice`` says who does it: *active* the subject to the object, *inverse* the object to the subject, *alone* and
    *inverse_alone* the same with the other side left open, *mutual* two subjects together. ``general`` patterns come
    from a group of verbs and give way to those that name their verb.
    """

    predicate: str
    voice: str
    words: tuple[str, ...]
    general: bool = False

    @property
    def literal(self) -> int:
        """Number of words, the slot not counted."""
        return len(self.words) - (SLOT in self.words)


@dataclass(frozen=True)
class Place:
    """A phrase of place or direction. ``role`` is relation, frame, direction, origin, fast or slow."""

    predicate: str
    role: str
    words: tuple[str, ...]
    inverse: bool = False


@dataclass(frozen=True)
class Lexicon:
    """Everything the files say, indexed by first word or stem.

    ``names`` maps a noun to (predicate, role), role being event, agent or patient; ``looks`` a word to
    (attribute kind, basic term); ``adjectives`` a word to a predicate that it says of its noun.
    """

    verbs: Mapping[str, tuple[Pattern, ...]]
    places: dict[str, tuple[Place, ...]]
    names: dict[tuple[str, ...], tuple[str, str]]
    looks: dict[str, tuple[str, str]]
    neighbours: dict[str, dict[str, float]]
    colour_things: frozenset[str]
    adjectives: dict[str, str]
    order: dict[tuple[str, ...], str]
    negations: dict[tuple[str, ...], str]
    exceptions: dict[tuple[str, ...], str]
    universals: dict[tuple[str, ...], str]
    bounds: dict[tuple[str, ...], str]
    times: dict[tuple[str, ...], str]
    adverbials: dict[tuple[str, ...], str]
    numbers: dict[str, int]
    exactly: tuple[tuple[str, ...], ...]
    nobody_but: tuple[tuple[str, ...], ...]
    no_more: frozenset[str]
    same_kind: tuple[tuple[str, ...], ...]
    like_it: tuple[tuple[str, ...], ...]
    idioms: tuple[tuple[str, ...], ...]
    patterns: dict[str, str]
    asking: dict[str, frozenset[str]]
    links: tuple[tuple[str, ...], ...]
    trailing: tuple[tuple[str, ...], ...]
    kinds: dict[str, frozenset[str]]
    common_verbs: frozenset[str]
    spatial: frozenset[str]

    def longest(self, table: dict[tuple[str, ...], T], words: list[str], at: int) -> tuple[T, int] | None:
        """Return the value and the length of the longest phrase of ``table`` that starts at ``words[at]``."""
        for length in range(min(7, len(words) - at), 0, -1):
            value = table.get(tuple(words[at : at + length]))
            if value is not None:
                return value, length
        return None


def _kinds(table: dict[str, list[str] | str]) -> dict[str, frozenset[str]]:
    """Return the members of each kind: of one that names another, that one's and its name."""
    return {
        kind: frozenset(words) if isinstance(words, list) else frozenset([words, *table[words]]) - {kind}
        for kind, words in table.items()
    }


@lru_cache(maxsize=16384)
def noun_stems(word: str) -> frozenset[str]:
    """Return the stems of a noun; the word itself where its stem is another word's (``shorts``, ``pants``)."""
    return frozenset([word]) if word in lexicon().asking["unstemmed"] else stems(word)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return the lexicon; it is read once."""
    motion, interaction, space = (_table(name) for name in ("motion", "interaction", "space"))
    order, look, asking = (_table(name) for name in ("order", "look", "asking"))
    directions, origins = space.pop("directions"), space.pop("origins")
    entries = [*motion.items(), *interaction.items(), *space.items()]
    return Lexicon(
        verbs=Verbs(entries),
        places=_places(space, directions, origins, motion),
        names=_names(entries),
        looks=_looks(look),
        neighbours={**look["neighbours"], **look["shape_neighbours"], **look["texture_neighbours"]},
        colour_things=frozenset(look["things"]["words"]),
        adjectives={
            word: name for name, entry in [*motion.items(), *space.items()] for word in entry.get("adjectives", ())
        },
        order=_phrases(order["between"]),
        negations=_phrases(order["negation"]),
        exceptions=_phrases(order["exception"]),
        universals=_phrases(order["universal"]),
        bounds={**_phrases(order["counts"]), **{tuple(k.split()): v for k, v in order["bounds"].items()}},
        times={tuple(k.split()): v for k, v in order["times"].items()},
        adverbials=_phrases(order["adverbials"]),
        numbers=order["numbers"],
        exactly=_by_length(order["exactly"]["phrases"]),
        nobody_but=_by_length(order["exactly"]["nobody_but"]),
        no_more=frozenset(order["exactly"]["no_more"]),
        same_kind=_by_length(order["exactly"]["same_kind"]),
        like_it=_by_length(order["exactly"]["like_it"]),
        idioms=_by_length(asking["idioms"]),
        patterns={noun: word for word, nouns in look["patterns"].items() for noun in nouns},
        asking={key: frozenset(words) for key, words in asking.items() if key != "kinds"},
        links=_by_length(asking["links"]),
        trailing=_by_length(asking["trailing"]),
        kinds=_kinds(asking["kinds"]),
        common_verbs=frozenset(stem for line in _lines("verbs.txt") for word in line.split() for stem in stems(word)),
        spatial=frozenset(space),
    )


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


def _lines(name: str) -> Iterable[str]:
    return (line for line in (FOLDER / name).read_text("utf-8").splitlines() if not line.startswith("#"))


def _phrases(groups: dict[str, list[str]]) -> dict[tuple[str, ...], str]:
    return {tuple(phrase.split()): key for key, phrases in groups.items() for phrase in phrases}


def _by_length(phrases: list[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((tuple(phrase.split()) for phrase in phrases), key=len, reverse=True))


def pattern(predicate: str, voice: str, text: str, *, general: bool = False) -> Pattern:
    """Read ``leave * behind``: determiners go, words become stems, the slot at the end is understood."""
    words = [word for word in text.split() if word not in DETERMINERS]
    if words[-1] == SLOT:
        words = words[:-1]
    return Pattern(predicate, voice, tuple(word if word == SLOT else stem(word) for word in words), general)


class Verbs(Mapping[str, tuple[Pattern, ...]]):
    """The patterns of each first stem, the longest first; made when they are asked for.

    There are some ten thousand, of which a question looks at a few hundred.
    """

    def __init__(self, entries: Iterable[tuple[str, dict[str, Any]]]) -> None:
        self._made: dict[str, tuple[Pattern, ...]] = {}
        self._listed: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for name, entry in entries:
            listed = [(voice, text) for voice in VOICES for text in entry.get(voice, ())]
            listed += [("active", text) for text in entry.get("verbs", ())]
            listed += [("inverse", text) for text in entry.get("inverse_verbs", ())]
            for voice, text in listed:
                for first in {stem(word): None for word in _group(text.split()[0])}:
                    self._listed[first].append((name, voice, text))

    def __getitem__(self, first: str) -> tuple[Pattern, ...]:
        if first not in self._made:
            if first not in self._listed:
                raise KeyError(first)
            found = [
                pattern(name, voice, written, general="<" in text)
                for name, voice, text in self._listed[first]
                for written in _expand(text, first)
            ]
            self._made[first] = tuple(sorted(found, key=lambda p: p.literal, reverse=True))
        return self._made[first]

    def __contains__(self, first: object) -> bool:
        return first in self._listed

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)


def _expand(text: str, first: str) -> Iterable[str]:
    """Write out the groups of a pattern (``<go> past *``: one for every verb of going) that begins with this stem."""
    head, *others = text.split()
    groups = [[word for word in _group(head) if stem(word) == first], *map(_group, others)]
    return (" ".join(words) for words in product(*groups))


def _group(word: str) -> list[str]:
    """Return the words that ``<go>`` stands for, in order; any other word stands for itself."""
    return sorted(closed_class(word[1:-1])) if word.startswith("<") else [word]


def _places(
    space: dict[str, Any], directions: dict[str, Any], origins: dict[str, Any], motion: dict[str, Any]
) -> dict[str, tuple[Place, ...]]:
    listed = [(name, "relation", p, False) for name, entry in space.items() for p in entry.get("phrases", ())]
    listed += [(name, "relation", p, True) for name, entry in space.items() for p in entry.get("inverse_phrases", ())]
    listed += [(name, "frame", p, False) for name, entry in space.items() for p in entry.get("frame", ())]
    listed += [(name, "direction", p, False) for name, phrases in directions.items() for p in phrases]
    listed += [(name, "origin", p, False) for name, phrases in origins.items() for p in phrases]
    listed += [(name, name, p, False) for name in ("fast", "slow") for p in motion[name]["adverbs"]]
    found: dict[str, list[Place]] = defaultdict(list)
    for name, role, text, inverse in listed:
        words = tuple(text.split())
        found[words[0]].append(Place(name, role, words, inverse))
    return {word: tuple(sorted(group, key=lambda p: len(p.words), reverse=True)) for word, group in found.items()}


def _names(entries: list[tuple[str, dict[str, Any]]]) -> dict[tuple[str, ...], tuple[str, str]]:
    roles = {"nouns": "event", "agents": "agent", "patients": "patient"}
    return {
        tuple(text.split()): (name, role)
        for name, entry in entries
        for key, role in roles.items()
        for text in entry.get(key, ())
    }


def _looks(look: dict[str, Any]) -> dict[str, tuple[str, str]]:
    found = {
        word: (kind, term)
        for kind in ("texture", "shape", "size", "tone", "colour")
        for term, words in look[kind].items()
        for word in words
    }
    # British and American spellings, hyphened or not, and plurals of the shapes that are nouns.
    for word, value in list(found.items()):
        found.setdefault(word.replace("coloured", "colored"), value)
        if value[0] == "shape" and "-" not in word:
            found.setdefault(word + ("es" if word.endswith(("s", "x", "ss")) else "s"), value)
    return found


DETERMINERS = closed_class("determiners")


@lru_cache(maxsize=16384)
def content_stems(text: str) -> frozenset[str]:
    """Return the stems of the words of a text that say something."""
    plain = lexicon().asking["fillers"]
    words = (word.strip(".,;:!?\"'()") for word in text.lower().split())
    return frozenset(stem for word in words if len(word) > 2 and word not in plain for stem in stems(word))
