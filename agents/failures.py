"""How a flight ends that fails: *the escape comes to nothing*, *it does not make it*."""

import re

FLIGHT = (
    r"(?:escap(?:e|es|ing)|flights?|getaway|gets? away|getting away|flees?|fleeing|runs? (?:away|off)"
    r"|break(?:s|ing)? (?:free|away)|run for freedom)"
)
FAILS = (
    r"(?:fail(?:s|ed|ing)?|in vain|unsuccessful(?:ly)?|to no avail|c[oa]mes? to nothing|(?:goes|went) wrong|foiled"
    r"|thwarted|gets? nowhere|(?:not|never) (?:succeed|successful|work|make it|get far)|hopeless|useless|futile)"
)
FAILED = re.compile(
    rf"\b{FLIGHT}\b[^.;]*\b{FAILS}\b|\b{FAILS}\b(?: \w+)? {FLIGHT}\b|\bno {FLIGHT}\b"
    rf"|\bfail(?:s|ed|ing)? (?:to|in) {FLIGHT}\b|\bnot (?:succeed in|manage to) {FLIGHT}\b"
    r"|\b(?:not|never) makes? it(?: away)?(?: in time| after all| in the end)?$"
)
CHASE = re.compile(r"\b(?:chas|pursu|hunt)\w*")


def failed_flight(text: str) -> str | None:
    """Return the situation of somebody who wants to get away and is caught, where a question says that this fails.

    A chase that fails ends otherwise. That somebody cannot escape from another does not say that it is caught.
    """
    return "capture" if FAILED.search(text) and not CHASE.search(text) else None
