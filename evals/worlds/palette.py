"""Colours by name, what else people call them, and which pairs are easily confused."""

RGB = {
    "red": (206, 42, 44),
    "orange": (240, 130, 28),
    "yellow": (244, 206, 44),
    "green": (46, 158, 70),
    "turquoise": (40, 190, 188),
    "blue": (40, 92, 204),
    "purple": (126, 62, 176),
    "pink": (240, 128, 176),
    "white": (240, 240, 236),
    "black": (34, 34, 38),
}
"""Displayed red, green and blue of a plain, evenly lit thing of this colour."""

ALSO_CALLED = {
    "red": ("red", "crimson", "scarlet"),
    "orange": ("orange", "tangerine"),
    "yellow": ("yellow", "lemon-coloured"),
    "green": ("green", "emerald"),
    "turquoise": ("turquoise", "teal"),
    "blue": ("blue", "cobalt"),
    "purple": ("purple", "violet"),
    "pink": ("pink", "rosy"),
    "white": ("white",),
    "black": ("black",),
}

ALIKE = (
    {"red", "orange"},
    {"red", "pink"},
    {"orange", "yellow"},
    {"purple", "pink"},
    {"purple", "blue"},
    {"turquoise", "blue"},
    {"turquoise", "green"},
)

SHAPE_WORDS = {
    "ball": ("ball", "disc", "round thing"),
    "square": ("square", "block", "four-cornered shape"),
    "triangle": ("triangle", "three-cornered shape"),
    "star": ("star",),
    "cross": ("cross", "plus sign"),
    "bar": ("bar", "stick"),
    "diamond": ("diamond", "lozenge"),
}


def distinct(colours: list[str]) -> bool:
    """Say whether no two of these are the same or easily confused."""
    pairs = [{one, two} for i, one in enumerate(colours) for two in colours[i + 1 :]]
    return all(len(pair) == 2 and pair not in ALIKE for pair in pairs)
