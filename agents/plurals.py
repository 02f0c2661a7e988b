"""The plural of what a thing is called."""

_IRREGULAR = {
    "person": "people",
    "man": "men",
    "woman": "women",
    "child": "children",
    "foot": "feet",
    "tooth": "teeth",
    "mouse": "mice",
    "goose": "geese",
    "ox": "oxen",
    "knife": "knives",
    "leaf": "leaves",
    "loaf": "loaves",
    "shelf": "shelves",
    "wolf": "wolves",
    "sheep": "sheep",
    "fish": "fish",
    "deer": "deer",
    "dice": "dice",
}


def plural_of(name: str) -> str:
    """Return the plural of a name, whose last word is the noun: ``red cups`` of *red cup*; of a plural itself."""
    before, space, noun = name.rpartition(" ")
    low = noun.lower()
    if low in _IRREGULAR:
        many = _IRREGULAR[low]
    elif low.endswith(("ss", "sh", "ch", "x", "z", "us")):
        many = f"{noun}es"
    elif low in _IRREGULAR.values() or low.endswith("s") or not low:
        many = noun
    elif low.endswith("y") and low[-2:-1] not in ("", "a", "e", "i", "o", "u"):
        many = f"{noun[:-1]}ies"
    else:
        many = f"{noun}s"
    return f"{before}{space}{many}"


def counted(name: str, number: int) -> str:
    """Return so many things of a name: ``red cup``, ``3 red cups``."""
    return name if number == 1 else f"{number} {plural_of(name)}"
