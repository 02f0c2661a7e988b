"""How each kind of message is answered. Only questions, conditions, likeness and what is missing are looked for."""

from collections.abc import Callable

from agents.follow_ups import THANKS
from graphs.chat_about import about
from graphs.chat_absent import absent
from graphs.chat_alike import alike
from graphs.chat_conditions import drop, refine
from graphs.chat_lists import back, more, question, recap, sort
from graphs.chat_reasons import tell_why
from graphs.chat_talk import Said, Talk, again, spoken_of
from graphs.chat_turns import meant
from graphs.chat_where import where
from graphs.chat_words import HELP, WELCOME


def why(talk: Talk) -> Said:
    """Compare the traces of shown videos, explain one, or say why one is not among them."""
    listed = spoken_of(talk)
    if isinstance(listed, Said):
        return listed
    if talk.message.text:
        return absent(talk, listed)
    by_model, order, measures = listed.get("by_model", False), listed.get("order", ""), listed.get("measures")
    told = tell_why(meant(talk.message, listed), by_model=by_model, order=order, measures=measures)
    return Said(told, turn=again(talk, listed))


def aside(talk: Talk) -> Said:
    """Say how to go on; to thanks, in a sentence."""
    return Said(WELCOME if talk.message.text == THANKS else HELP)


NODES: dict[str, Callable[[Talk], Said]] = {
    "question": question,
    "refine": refine,
    "drop": drop,
    "why": why,
    "where": where,
    "about": about,
    "alike": alike,
    "more": more,
    "sort": sort,
    "back": back,
    "recap": recap,
    "aside": aside,
}
