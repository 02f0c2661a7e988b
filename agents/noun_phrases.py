"""Noun phrases: which words of a question name a thing, and what they say of its looks, number and kind."""

from collections.abc import Sequence
from dataclasses import replace

from agents.clauses import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    INNER_ADJECTIVES,
    PREPOSITIONS,
    RELATIVES,
    Token,
    match_place,
    match_verb,
)
from agents.descriptions import ADJECTIVE_SHAPES, is_shape_noun
from agents.lexicon import DETERMINERS, closed_class, is_irregular, lexicon
from agents.phrase_numbers import read_number
from agents.phrase_reader import Phrase, PhraseReader

DEFINITE = closed_class("definite")
ANYBODY = closed_class("anybody")
ASKING = frozenset(["which", "what", "whose"])
"""What asks for one of a kind, before its noun."""
PARTNERS = frozenset(["partner", "companion", "counterpart", "rival", "opponent"])
COUNTING = frozenset(
    ["two", "three", "four", "both", "pair", "couple", "trio", "few", "several", "many", "second", "third"]
)
"""Generic words that count rather than name."""


def parse_phrase(tokens: Sequence[Token], at: int) -> Phrase | None:
    """Read the noun phrase that starts at this token, or return none where no noun phrase starts."""
    reader = PhraseReader(tokens, at)
    read_number(reader)
    _read_determiner(reader)
    if reader.phrase.bound == "0":
        reader.at += reader.text in lexicon().numbers  # `no two balls` are no balls
    else:
        read_number(reader)
    while reader.at < len(tokens) and _read_word(reader):
        pass
    started = reader.at > at
    if not started or not (
        reader.words
        or reader.phrase.bound
        or reader.phrase.pronoun
        or reader.phrase.name
        or reader.says
        or reader.phrase.other
    ):
        return None
    plural = reader.phrase.plural or _is_plural(reader)
    return replace(
        reader.phrase,
        words=tuple(reader.words),
        looks=tuple(dict.fromkeys(reader.looks)),
        nouns=tuple(reader.nouns),
        says=tuple(reader.says),
        plural=plural,
        start=at,
        end=reader.at,
    )


def _is_plural(reader: PhraseReader) -> bool:
    last = reader.words[-1] if reader.words else ""
    return last in ("people", "men", "women", "children", "ones") or ends_as_plural(last)


def ends_as_plural(word: str) -> bool:
    """Say whether a word ends as a plural does, or a verb in the third person."""
    return word.endswith("s") and not word.endswith(("ss", "us", "is", "'s"))


def _read_determiner(reader: PhraseReader) -> None:
    text = reader.text
    if text in DETERMINERS and not (text in ("that", "this") and _is_pronoun_like(reader)):
        reader.determined, reader.singular = True, text in ("a", "an")
        reader.note(definite=text in DEFINITE)
        reader.at += 1
        if text == "any" and _excepts(reader):
            reader.name_a_thing()  # `any but the red one`


def _excepts(reader: PhraseReader, *kinds: str) -> bool:
    """Say whether an exception is made here, by words of some kinds; by default of all."""
    lex = lexicon()
    found = lex.longest(lex.exceptions, [token.text for token in reader.tokens], reader.at)
    return found is not None and (not kinds or found[0] in kinds)


def _is_pronoun_like(reader: PhraseReader) -> bool:
    """``that`` before a verb is no determiner."""
    following = reader.peek()
    return (
        not following
        or following in AUXILIARIES
        or following in CONJUNCTIONS
        or following in ",;:.!?()"
        or (
            following not in lexicon().looks
            and reader.at + 1 < len(reader.tokens)
            and match_verb(reader.tokens, reader.at + 1) is not None
            and reader.text == "that"
        )
    )


def _read_word(reader: PhraseReader) -> bool:
    """Take one more word into the phrase; false where the phrase ends."""
    token, text = reader.tokens[reader.at], reader.text
    if text == "'s" and reader.head:
        reader.at += 1
        return reader.at < len(reader.tokens)
    if token.is_break:
        return text == "," and _joins_looks(reader)
    if text in CONJUNCTIONS:
        return _joins_looks(reader)
    if _read_reference(reader):
        return True
    look = lexicon().looks.get(text)
    if look is not None and not (reader.head and reader.starts_verb):
        return _read_look(reader, look)
    if _ends_phrase(reader) or _is_third_person(reader):
        return False
    return _read_noun(reader)


def _is_third_person(reader: PhraseReader) -> bool:
    """``someone barks``, ``a dog barks``: no noun of the phrase, which is complete or singular, but its verb."""
    if not reader.head:
        return False
    generic = reader.words[-1:] in (["thing"], ["someone"])
    return generic or (reader.singular and ends_as_plural(reader.text))


def _joins_looks(reader: PhraseReader) -> bool:
    """``a red and white ball``: a conjunction between two looks, before the noun."""
    looks = lexicon().looks
    before = reader.tokens[reader.at - 1].text if reader.at else ""
    generic = reader.head and reader.words[-1:] == ["thing"]
    if (
        (reader.head and not generic)
        or reader.text not in ("and", ",")
        or before not in looks
        or reader.peek() not in looks
    ):
        return False
    if generic:
        reader.at += 1
        return True
    if looks[reader.peek()][0] == "shape" and looks[reader.peek()][1] not in ADJECTIVE_SHAPES:
        return False
    after = reader.peek(2)
    if not after or after in AUXILIARIES or after in ",;:.!?()":
        return False
    reader.at += 1
    return True


def _read_reference(reader: PhraseReader) -> bool:
    """Read pronouns, ``other``, generic nouns, and names of parts in a happening."""
    return _read_pronoun(reader) or _read_other(reader) or _read_name(reader) or _read_generic(reader)


def _read_pronoun(reader: PhraseReader) -> bool:
    text = reader.text
    if text in ("each", "one") and reader.peek() in ("other", "another") and not reader.words:
        reader.note(pronoun="each other")
        reader.at += 2
        reader.head = True
        return True
    pointing = text in ("that", "this", "these", "those") and not _is_pronoun_like(reader)
    if reader.head or reader.determined or text not in lexicon().asking["pronouns"] or pointing:
        return False
    reader.note(pronoun=text)
    reader.at += 1
    reader.head = True
    return True


def _read_other(reader: PhraseReader) -> bool:
    """``the other``, ``another``; ``the rival`` is a noun beside that."""
    text = reader.text
    if text not in lexicon().asking["others"] or text in PARTNERS or (reader.head and text != "else"):
        return False
    if reader.head and _excepts(reader, "strong"):
        return False  # `something else than the red ball`
    reader.note(other=True, plural=text == "others")
    reader.at += 1
    reader.determined, reader.head = True, text == "others"
    return True


def _read_name(reader: PhraseReader) -> bool:
    """``the pursuer``, ``a collision``: a noun that names a happening, or a part in one."""
    lex, text = lexicon(), reader.text
    name = lex.longest(lex.names, [token.text for token in reader.tokens], reader.at) or _read_happenings(reader)
    if not name or reader.head or not (reader.determined or (name[0][1] == "event" and not reader.starts_verb)):
        return False
    following = reader.peek(name[1])
    plain = text in closed_class("plain_roles") and name[0][1] != "event"
    if following in lex.looks or following in lex.asking["generic"] or plain:
        return False
    reader.note(name=name[0])
    reader.at += name[1]
    reader.head = True
    return True


def _read_happenings(reader: PhraseReader) -> tuple[tuple[str, str], int] | None:
    """``two collisions``, ``without collisions``: a happening in the plural, which is a verb elsewhere."""
    counted = reader.phrase.bound is not None or (reader.at > 0 and reader.tokens[reader.at - 1].text == "without")
    parted = any(token.text == "of" for token in reader.tokens[max(reader.at - 3, 0) : reader.at])
    if reader.words or not counted or parted or not ends_as_plural(reader.text):
        return None
    names = (lexicon().names.get((reader.text.removesuffix(ending),)) for ending in ("s", "es"))
    return next(((name, 1) for name in names if name is not None and name[1] == "event"), None)


def _read_generic(reader: PhraseReader) -> bool:
    """``thing``, ``one``, ``somebody``: a noun that says nothing of what it is."""
    text = reader.text
    if text not in lexicon().asking["generic"] or text in ("it", "first") or (reader.head and text != "one"):
        return False
    if text in COUNTING:
        return False
    reader.words.append("someone" if text in ANYBODY else ("thing" if not reader.words else text))
    reader.note(plural=text.endswith("s"))
    reader.at += 1
    reader.head = True
    return True


def _read_look(reader: PhraseReader, look: tuple[str, str]) -> bool:
    kind, term = look
    text = reader.text
    if text in lexicon().colour_things and not _noun_follows(reader):
        return not reader.head and _read_noun(reader)
    generic_head = reader.head and not reader.nouns and reader.words[-1:] == ["thing"]
    if reader.head and kind != "shape" and not generic_head:
        return False
    reader.looks.append(look)
    if generic_head:
        reader.words.insert(len(reader.words) - 1, text)
    else:
        reader.words.append(text)
    if kind == "shape" and is_shape_noun(text, term):
        reader.head = True
    reader.at += 1
    return True


def _noun_follows(reader: PhraseReader) -> bool:
    """Say whether the next word can still belong to the phrase."""
    after = PhraseReader(reader.tokens, reader.at + 1, determined=True)
    if not after.text or reader.tokens[after.at].is_break or after.text in CONJUNCTIONS:
        return False
    return after.text in lexicon().looks or not (_ends_phrase(after) or after.starts_verb)


def _ends_phrase(reader: PhraseReader) -> bool:
    """Say whether the word at hand is no adjective or noun of this phrase."""
    text, lex = reader.text, lexicon()
    if text in lex.asking["pronouns"] and text not in DETERMINERS:
        return True
    if text in AUXILIARIES or text in RELATIVES or text in PREPOSITIONS or text in DETERMINERS:
        return not (text in lex.adjectives and reader.determined and not reader.head)
    if text in ADVERBS or (text.endswith("ly") and len(text) > 4):
        return True
    if text in ("not", "never", "without", "nor", "neither"):
        return True
    if reader.head and reader.phrase.definite and text == "alone":
        return True  # `the red ball alone moves`
    if reader.head and (reader.peek() in ("time", "times") or _excepts(reader, "strong")):
        return True  # `round the box three times`, `a ball other than the red one`
    if reader.head or not reader.determined:
        if not reader.head and is_asked_noun(reader.tokens, reader.at):
            return False
        places = match_place(reader.tokens, reader.at)
        if places:
            return True
        words = [token.text for token in reader.tokens]
        if lex.longest(lex.order, words, reader.at) or lex.longest(lex.times, words, reader.at):
            return True
        return reader.starts_verb and not _is_plural_subject(reader)
    named = bool(reader.looks) or reader.phrase.other
    return named and text.endswith("s") and match_verb(reader.tokens, reader.at) is not None


def is_asked_noun(tokens: Sequence[Token], at: int) -> bool:
    """``which dog is brown``: a noun, whatever verb shares its form, for a verb would agree otherwise.

    So is the first word of all before a verb that agrees with it. Only a verb has the form of the past or the ending of
    the other number (``what moves is red``).
    """
    before = at - 1
    while before >= 0 and tokens[before].text in lexicon().looks:
        before -= 1
    if (before >= 0 and tokens[before].text not in ASKING) or at + 1 >= len(tokens):
        return False
    token, after = tokens[at], tokens[at + 1]
    happening = lexicon().names.get((token.text,), ("", ""))[1] == "event"
    if token.is_break or token.is_participle or is_irregular(token.text) or happening:
        return False
    plural = ends_as_plural(token.text)
    if after.text in AUXILIARIES and after.text not in ("to", "able"):
        return plural == (after.text in closed_class("plural_auxiliaries"))
    # Inside a sentence *which* leads back to its noun, and what stands behind is a verb (``balls which follow cars``).
    return before <= 0 and not plural and ends_as_plural(after.text) and _is_verb(tokens, at + 1)


def _is_verb(tokens: Sequence[Token], at: int) -> bool:
    return match_verb(tokens, at) is not None or bool(tokens[at].stems & lexicon().common_verbs)


def _is_plural_subject(reader: PhraseReader) -> bool:
    """``dogs run``: a word that could be a verb, but opens the sentence and has a verb after it, or stands alone."""
    following = reader.at + 1
    if reader.head or reader.at > 0 or not ends_as_plural(reader.text):
        return False
    if following >= len(reader.tokens):
        return True
    after = reader.tokens[following]
    return after.text in AUXILIARIES or match_verb(reader.tokens, following) is not None


def _read_noun(reader: PhraseReader) -> bool:
    """Take a word that may be an adjective, a participle or a category noun."""
    text, token, lex = reader.text, reader.tokens[reader.at], lexicon()
    if not reader.head and text in lex.adjectives:
        reader.says.append((lex.adjectives[text], "alone"))
        reader.at += 1
        return True
    if not reader.head and (token.is_gerund or token.is_participle):
        match = match_verb(reader.tokens, reader.at)
        if match is not None and match.end == reader.at + 1 and match.late is None:
            chosen = match.patterns[0]
            passive = token.is_participle and not token.is_gerund and chosen.voice in ("active", "inverse")
            reader.says.append((chosen.predicate, "passive " + chosen.voice if passive else chosen.voice))
            reader.at += 1
            return True
    happening = lex.names.get((reader.peek(),), ("", ""))[1] == "event" and reader.determined
    if not reader.head and (
        happening or text.endswith("-like") or (text in INNER_ADJECTIVES and _noun_follows(reader))
    ):
        reader.at += 1
        return True
    reader.words.append(text)
    reader.nouns.append(text)
    reader.head = True
    reader.at += 1
    return True
