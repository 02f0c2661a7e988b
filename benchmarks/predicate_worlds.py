"""For every predicate: worlds in which it holds, and worlds of similar look in which it does not."""

from collections.abc import Callable

import numpy as np

from benchmarks.predicate_tracks import HEIGHT, WIDTH, Body, Path, World, rest, ring, via

Maker = Callable[[np.random.Generator], World]
Point = tuple[float, float]
Line = Callable[[np.random.Generator], tuple[list[float], list[Point]]]


def _size(rng: np.random.Generator, low: float = 50, high: float = 120) -> Point:
    side = rng.uniform(low, high)
    stretch = np.exp(rng.uniform(-0.3, 0.3))
    return float(side * stretch), float(side / stretch)


def _place(rng: np.random.Generator, margin: float = 250) -> Point:
    return float(rng.uniform(margin, WIDTH - margin)), float(rng.uniform(margin, HEIGHT - margin))


def _unit(size: Point) -> float:
    """Return the length by which movement is judged, in pixels: half the size plus a tenth of the diagonal."""
    return float(np.sqrt(size[0] * size[1]) / 2 + 0.1 * np.hypot(WIDTH, HEIGHT))


def _add(p: Point, dx: float, dy: float) -> Point:
    return p[0] + dx, p[1] + dy


def _flip(world: World, rng: np.random.Generator, *, x: bool = True, y: bool = True) -> World:
    """Mirror a world at random, where the predicate does not mind."""
    flip_x, flip_y = x and rng.random() < 0.5, y and rng.random() < 0.5

    def mirrored(path: Path) -> Path:
        def flipped(t: np.ndarray) -> np.ndarray:
            places = path(t).copy()
            if flip_x:
                places[:, 0] = WIDTH - places[:, 0]
            if flip_y:
                places[:, 1] = HEIGHT - places[:, 1]
            return places

        return flipped

    for body in world.bodies:
        body.path = mirrored(body.path)
    return world


def _world(
    name: str,
    answer: bool,
    rng: np.random.Generator,
    *bodies: Body,
    other: int | None = None,
    depth: bool = False,
    mirror: str = "xy",
) -> World:
    world = _flip(World([*bodies], 0, other, answer, name, depth), rng, x="x" in mirror, y="y" in mirror)
    if rng.random() < 0.5:
        # A bystander in a corner, far from what happens.
        world.bodies.append(Body(rest(*_corner(rng)), _size(rng, 40, 60)))
    return world


def _corner(rng: np.random.Generator) -> Point:
    return float(rng.choice([45, WIDTH - 45])), float(rng.choice([45, HEIGHT - 45]))


# Spatial ------------------------------------------------------------------------------------------------------------


def _pair(rng: np.random.Generator, dx: float, dy: float, *, name: str, answer: bool, mirror: str) -> World:
    """Put b at (dx, dy) abutting lengths from a; both may wander a little together."""
    a, b = _size(rng), _size(rng)
    p = _place(rng, 300)
    q = _add(p, dx * (a[0] + b[0]) / 2, dy * (a[1] + b[1]) / 2)
    drift = (float(rng.uniform(-60, 60)), float(rng.uniform(-30, 30)))
    paths = [via([1, 7], [place, _add(place, *drift)]) for place in (p, q)]
    return _world(name, answer, rng, Body(paths[0], a), Body(paths[1], b), other=1, mirror=mirror)


def _side(dx: int, dy: int) -> dict[str, list[Maker]]:
    across = (dy, dx)
    mirror = "y" if dx else "x"

    def at(low: float, high: float, spread: float, answer: bool, name: str) -> Maker:
        def make(rng: np.random.Generator) -> World:
            k, s = rng.uniform(low, high), rng.uniform(-spread, spread)
            return _pair(rng, k * dx + s * across[0], k * dy + s * across[1], name=name, answer=answer, mirror=mirror)

        return make

    def orthogonal(rng: np.random.Generator) -> World:
        k, s = rng.uniform(1.6, 2.5), rng.uniform(-0.2, 0.2)
        return _pair(
            rng, k * across[0] + s * dx, k * across[1] + s * dy, name="square to it", answer=False, mirror=mirror
        )

    return {
        "yes": [at(1.1, 2.5, 0.5, True, "beside"), at(1.8, 2.6, 1.2, True, "diagonal")],
        "no": [at(-2.5, -1.1, 0.5, False, "other side"), orthogonal, at(-0.15, 0.15, 0.1, False, "same place")],
    }


def _inside(dx: float, ratio: float, answer: bool, name: str) -> Maker:
    def make(rng: np.random.Generator) -> World:
        big = _size(rng, 180, 260)
        a = (big[0] * ratio, big[1] * ratio)
        p = _place(rng)
        where = rng.uniform(-0.1, 0.1, 2) if dx == 0 else (dx, 0)
        start = _add(p, where[0] * big[0], where[1] * big[1])
        return _world(name, answer, rng, Body(rest(*start), a, 0.9), Body(rest(*p), big), other=1)

    return make


def _contains(rng: np.random.Generator) -> World:
    big, small, p = _size(rng, 180, 260), _size(rng), _place(rng)
    return _world("contains", False, rng, Body(rest(*p), big), Body(rest(*p), small, 0.9), other=1)


def _gap(low: float, high: float, answer: bool, name: str, *, depth: float = 0.0) -> Maker:
    """Leave a gap of low..high mean sizes to the right of a."""

    def make(rng: np.random.Generator) -> World:
        a, b, p = _size(rng), _size(rng), _place(rng, 300)
        gap = rng.uniform(low, high) * float((a[0] * a[1] * b[0] * b[1]) ** 0.25)
        q = _add(p, (a[0] + b[0]) / 2 + gap, float(rng.uniform(-0.2, 0.2)) * a[1])
        bodies = Body(rest(*p), a, 0.5 + depth), Body(rest(*q), b, 0.5)
        return _world(name, answer, rng, *bodies, other=1, depth=depth > 0)

    return make


def _in_front(order: int, kind: str, answer: bool, name: str) -> Maker:
    def make(rng: np.random.Generator) -> World:
        a, b, p = _size(rng, 80, 130), _size(rng, 80, 130), _place(rng, 350)
        near = (0.7, 0.4) if order > 0 else (0.4, 0.7) if order < 0 else (0.5, 0.5)
        if kind == "depth":
            q = _add(p, float(rng.uniform(1.2, 2.0)) * (a[0] + b[0]) / 2, 0)
            return _world(
                name, answer, rng, Body(rest(*p), a, near[0]), Body(rest(*q), b, near[1]), other=1, depth=True
            )
        # One goes past the other and is covered, or covers it, on the way.
        start, end = _add(p, -300, 0), _add(p, 300, 20 if kind == "cross" else 3.0 * b[1])
        mover = via([1, 7], [start if kind == "cross" else _add(start, 0, 3.0 * b[1]), end])
        return _world(name, answer, rng, Body(mover, a, near[0]), Body(rest(*p), b, near[1]), other=1)

    return make


# Motion -------------------------------------------------------------------------------------------------------------


def _mover(direction: Point, pace: tuple[float, float], answer: bool, name: str, mirror: str = "xy") -> Maker:
    """Move a in a direction, or in a random one for (0, 0), for as long as the picture allows."""

    def make(rng: np.random.Generator) -> World:
        a = _size(rng)
        angle = rng.uniform(0, 2 * np.pi)
        wobble = rng.uniform(-0.35, 0.35)
        way = np.array(direction) if any(direction) else np.array([np.cos(angle), np.sin(angle)])
        way = np.array([way[0] - wobble * way[1], way[1] + wobble * way[0]])
        room = (WIDTH if abs(way[0]) > abs(way[1]) else HEIGHT) - 2 * max(a) - 40
        speed = rng.uniform(*pace) * _unit(a)
        length = min(speed * 6, room * 0.9)
        begin = rng.uniform(0, 1.0)
        middle = np.array([WIDTH, HEIGHT]) / 2
        p, q = middle - way * length / 2, middle + way * length / 2
        path = via([begin, begin + length / speed], [tuple(p), tuple(q)])
        # Twice out of three times others stand about, one of them near.
        return _world(name, answer, rng, Body(path, a), mirror=mirror)

    return make


def _stander(answer: bool, name: str) -> Maker:
    def make(rng: np.random.Generator) -> World:
        return _world(name, answer, rng, Body(rest(*_place(rng)), _size(rng, 50, 200)))

    return make


def _pausing(begin: bool, end: bool, answer: bool, name: str) -> Maker:
    """Move a through the middle; it rests before (``begin``), after (``end``), or is cut off by the clip there."""

    def make(rng: np.random.Generator) -> World:
        a = _size(rng)
        pace = rng.uniform(0.5, 1.0) * _unit(a)
        start = rng.uniform(1.5, 3.5) if begin else -2.0
        stop = rng.uniform(4.5, 6.5) if end else 10.0
        length = pace * (stop - start)
        scale = min(1.0, (WIDTH - 300) / length)
        p = (WIDTH / 2 - length * scale / 2, float(rng.uniform(200, 520)))
        path = via([start, stop], [p, _add(p, length * scale, float(rng.uniform(-80, 80)))])
        return _world(name, answer, rng, Body(path, a))

    return make


def _turning(angle: float, pause: float, answer: bool, name: str) -> Maker:
    def make(rng: np.random.Generator) -> World:
        a = _size(rng)
        length = rng.uniform(1.5, 2.5) * _unit(a)
        corner = (float(rng.uniform(600, 900)), 360.0)
        p = _add(corner, -length, float(rng.uniform(-40, 40)))
        bend = np.pi - angle + rng.uniform(-0.3, 0.3)
        q = _add(corner, float(-length * np.cos(bend)), float(length * np.sin(bend)) * 0.9)
        wait = rng.uniform(0, pause)
        return _world(name, answer, rng, Body(via([1, 3.5, 3.5 + wait, 6 + wait], [p, corner, corner, q]), a))

    return make


def _ringing(answer: bool, name: str) -> Maker:
    def make(rng: np.random.Generator) -> World:
        a = _size(rng, 50, 80)
        radius = rng.uniform(1.3, 1.6) * _unit(a)
        return _world(name, answer, rng, Body(ring((640, 360), (radius, radius), rng.uniform(0, 6), 1, 8), a))

    return make


# Size ---------------------------------------------------------------------------------------------------------------


def _sizing(sign: int, answer: bool, name: str, *, depth: bool = False) -> Maker:
    def make(rng: np.random.Generator) -> World:
        ratio = rng.uniform(1.5, 2.4)
        begin, end = rng.uniform(0.5, 1.5), rng.uniform(5, 7.5)
        low = _size(rng, 50, 90)

        def scale(t: np.ndarray) -> np.ndarray:
            share = np.clip((t - begin) / (end - begin), 0, 1)
            return np.asarray(ratio ** (share if sign > 0 else 1 - share if sign < 0 else np.zeros_like(t)))

        path = via([0, 8], [(560, 330), (float(rng.uniform(500, 750)), float(rng.uniform(300, 420)))])
        return _world(name, answer, rng, Body(path, low, 0.3, scale), depth=depth)

    return make


def _emerging(answer: bool, name: str) -> Maker:
    def make(rng: np.random.Generator) -> World:
        a, wall = _size(rng, 80, 140), (200.0, 400.0)
        p = (640.0, 360.0)
        path = via([1, 6], [p, _add(p, 300, 0)])
        return _world(name, answer, rng, Body(path, a, 0.3), Body(rest(*p), wall, 0.8))

    return make


# Presence -----------------------------------------------------------------------------------------------------------


def _edge(out: bool, answer: bool, name: str, *, back: bool = False, stop: bool = False) -> Maker:
    """Cross the picture's edge inward or outward; ``back``: out and in again; ``stop``: only up to the edge."""

    def make(rng: np.random.Generator) -> World:
        a = _size(rng)
        pace = rng.uniform(0.6, 1.4) * _unit(a)
        beyond, y = -a[0], float(rng.uniform(150, 560))
        if stop:
            beyond = a[0] / 2 + 8
        inner = beyond + pace * 3
        crossing = rng.uniform(1.5, 2.5)
        if back:
            places = [(inner, y), (beyond, y), (beyond, y), (inner, y)]
            return _world(name, answer, rng, Body(via([0.5, 2.5, 4.5, 6.5], places), a))
        places = [(inner, y), (beyond, y)] if out else [(beyond, y), (inner, y)]
        begin = crossing + (1.0 if out else 0.0)
        return _world(name, answer, rng, Body(via([begin, begin + 3], places), a))

    return make


def _passing_through(way: str, answer: bool, name: str) -> Maker:
    """Come in over the left edge and go out again: ``across`` at the right, ``back`` at the left, ``down`` below."""

    def make(rng: np.random.Generator) -> World:
        a = _size(rng, 50, 100)
        y = float(rng.uniform(200, 500))
        middle = (float(rng.uniform(500, 800)), y)
        last = {"across": (1280 + a[0], y), "back": (-a[0], y), "down": (middle[0], 720 + a[1]), "stays": middle}[way]
        return _world(name, answer, rng, Body(via([0.5, 3.5, 7], [(-a[0], y), middle, last]), a))

    return make


def _popping(shown: tuple[float, float], answer: bool, name: str) -> Maker:
    def make(rng: np.random.Generator) -> World:
        shift = float(rng.uniform(-0.5, 0.5))
        span = (shown[0] + shift if shown[0] > 0 else -1.0, shown[1] + shift if shown[1] < 8 else 1e9)
        p = _place(rng)
        return _world(name, answer, rng, Body(via([0, 8], [p, _add(p, 60, 0)]), _size(rng), shown=span))

    return make


def _behind(route: str, answer: bool, name: str, *, binary: bool = True) -> Maker:
    """Send a toward a wall: behind it and out again ("through"), behind it ("in"), from behind it ("out"), beside it
    ("beside"), in front of it ("front"), and past it out of the picture ("leave")."""

    def make(rng: np.random.Generator) -> World:
        a = _size(rng, 50, 90)
        wall = (float(rng.uniform(170, 260)), float(rng.uniform(250, 400)))
        p = (float(rng.uniform(520, 760)), 360.0)
        pace = rng.uniform(0.6, 1.1) * _unit(a)
        outside = _add(p, -(wall[0] / 2 + 220), float(rng.uniform(-50, 50)))
        beyond = _add(p, wall[0] / 2 + 220, float(rng.uniform(-50, 50)))
        beside = _add(p, -(wall[0] + a[0]) / 2 - float(rng.uniform(15, 50)), 0)
        under = _add(p, 0, (wall[1] + a[1]) / 2 + 10)
        far = (WIDTH + 2 * a[0], under[1])
        routes = {
            "through": [outside, p, p, beyond],
            "in": [outside, p, p, p],
            "out": [p, p, p, beyond],
            "beside": [outside, beside, beside, beside],
            "front": [outside, p, p, beyond],
            "leave": [(outside[0], under[1]), under, under, far],
        }
        places = routes[route]
        first = float(np.hypot(*np.subtract(places[1], places[0]))) / pace
        second = float(np.hypot(*np.subtract(places[3], places[2]))) / pace
        wait = rng.uniform(1.0, 1.5) if route in ("through", "out") else 0.3
        begin = rng.uniform(0.3, 1.0)
        squeeze = min(1.0, 7.0 / (begin + first + wait + second))
        times = [k * squeeze for k in (begin, begin + first, begin + first + wait, begin + first + wait + second)]
        near = 0.9 if route == "front" else 0.3
        bodies = Body(via(times, places), a, near), Body(rest(*p), wall, 0.6)
        return _world(name, answer, rng, *bodies, other=1 if binary else None)

    return make


def _vanishing_far(rng: np.random.Generator) -> World:
    a, wall = _size(rng), (200.0, 300.0)
    p = (300.0, 360.0)
    path = via([1, 5], [_add(p, 0, 0), _add(p, 200, 0)])
    gone = Body(path, a, 0.3, shown=(-1.0, float(rng.uniform(3.5, 5))))
    return _world("vanishes elsewhere", False, rng, gone, Body(rest(900, 360), wall, 0.6), other=1)


# Interaction --------------------------------------------------------------------------------------------------------


def _two(rng: np.random.Generator) -> tuple[Point, Point, float]:
    a, b = _size(rng, 50, 90), _size(rng, 50, 90)
    return a, b, (_unit(a) + _unit(b)) / 2


def _lines(
    name: str,
    answer: bool,
    first: Line,
    second: Line,
    *,
    near: Point = (0.5, 0.5),
    depth: bool = False,
) -> Maker:
    """Give two bodies paths in units about the middle of the picture."""

    def make(rng: np.random.Generator) -> World:
        a, b, unit = _two(rng)
        # One stream for both, so that paths may share a random number by drawing it in the same order.
        seed = int(rng.integers(1 << 30))
        bodies = []
        for size, line, nearness in ((a, first, near[0]), (b, second, near[1])):
            times, places = line(np.random.default_rng(seed))
            points = [(640 + x * unit, 360 + y * unit) for x, y in places]
            bodies.append(Body(via(times, points), size, nearness))
        return _world(name, answer, rng, *bodies, other=1, depth=depth)

    return make


def _at(x: float, y: float = 0.0) -> Line:
    return lambda rng: ([0.0], [(x, y)])


def _go(x0: float, x1: float, y0: float = 0.0, y1: float | None = None, t0: float = 1.0, t1: float = 6.0) -> Line:
    """Go from (x0, y0) to (x1, y1), in units, between about t0 and t1."""

    def line(rng: np.random.Generator) -> tuple[list[float], list[Point]]:
        late = rng.uniform(-0.4, 0.4)
        return [t0 + late, t1 + late], [(x0, y0), (x1, y0 if y1 is None else y1)]

    return line


def _trail(lag: float, bend: float, y: float = 0.0) -> Line:
    """Go along a path that may bend, ``lag`` seconds after its first user."""

    def line(rng: np.random.Generator) -> tuple[list[float], list[Point]]:
        turn = bend * rng.uniform(0.5, 1.0) * rng.choice([-1, 1])
        times = [lag, lag + 2.5, lag + 5.5]
        return times, [(-2.6, y), (-0.4, y), (2.2, y + turn)]

    return line


def _circle(turns: float, *, centre_moves: bool = False) -> Maker:
    def make(rng: np.random.Generator) -> World:
        a, b, _ = _two(rng)
        radius = rng.uniform(150, 230)
        radii = (radius, radius * rng.uniform(0.75, 1.0))
        direction = rng.choice([-1, 1])
        path = ring(
            (640, 360), radii, rng.uniform(0, 6.3), direction * turns * rng.uniform(0.95, 1.05), rng.uniform(6, 8)
        )
        bodies = [Body(path, a), Body(rest(640, 360), b)]
        if centre_moves:
            bodies.reverse()
        return _world("circle", turns >= 1 and not centre_moves, rng, *bodies, other=1)

    return make


def _crash(after: str, answer: bool, name: str, gap: float = 0.0, side: float = 0.0) -> Maker:
    """Send a at b: it stops at the contact ("stop"), bounces, pushes b on, or keeps going ("through")."""

    def make(rng: np.random.Generator) -> World:
        a, b, unit = _two(rng)
        p = (700.0, 360.0)
        hit = _add(p, -(a[0] + b[0]) / 2 - gap * min(*a, *b), side * (a[1] + b[1]) / 2)
        pace = rng.uniform(0.8, 1.6) * unit
        begin, travel = rng.uniform(0.5, 1.5), rng.uniform(1.5, 2.5)
        start = _add(hit, -pace * travel, 0)
        moment = begin + travel
        end = {
            "stop": hit,
            "bounce": _add(hit, -pace * 0.8, float(rng.uniform(-60, 60))),
            "push": _add(hit, pace * 0.4, 0),
            "through": _add(hit, pace * 1.8, 0),
        }[after]
        first = via([begin, moment, moment + 1.8], [start, hit, end])
        second = via([moment, moment + 1.8], [p, _add(p, pace * 1.2, 0)]) if after == "push" else rest(*p)
        near = (0.9, 0.4) if after == "through" and not side else (0.5, 0.5)
        depth = near != (0.5, 0.5) and bool(rng.random() < 0.5)
        return _world(name, answer, rng, Body(first, a, near[0]), Body(second, b, near[1]), other=1, depth=depth)

    return make


def _touchless(rng: np.random.Generator) -> World:
    """Stop short of b."""
    world = _crash("stop", False, "stops short", gap=0.9)(rng)
    return world


def _load(rel: Point, small: bool, moves: bool, answer: bool, name: str) -> Maker:
    """Move a and a load at (rel) abutting lengths from it."""

    def make(rng: np.random.Generator) -> World:
        a = _size(rng, 90, 140)
        b = _size(rng, 40, 60) if small else a
        p = (300.0, 360.0)
        q = _add(p, rel[0] * (a[0] + b[0]) / 2, rel[1] * (a[1] + b[1]) / 2)
        way = (float(rng.uniform(2.0, 3.5)) * _unit(a), float(rng.uniform(-60, 60)))
        first = via([1, 7], [p, _add(p, *way)])
        second = via([1, 7], [q, _add(q, *way)]) if moves else rest(*q)
        return _world(name, answer, rng, Body(first, a), Body(second, b, 0.9), other=1)

    return make


_PARALLEL = _lines("parallel", False, _go(-2, 2, 0), _go(-2, 2, 1.6))
_LEAVES_ALONE = _lines("other one comes", False, _at(0), _go(2.5, 0.7))

WORLDS: dict[str, dict[str, list[Maker]]] = {
    "left_of": _side(1, 0),
    "right_of": _side(-1, 0),
    "above": _side(0, 1),
    "below": _side(0, -1),
    "inside": {
        "yes": [_inside(0, 0.4, True, "within"), _inside(0, 0.65, True, "within, large")],
        "no": [_inside(0.5, 0.4, False, "half out"), _inside(0.9, 0.4, False, "beside"), _contains],
    },
    "near": {
        "yes": [_gap(0.0, 0.45, True, "close"), _gap(-0.3, 0.0, True, "touching")],
        "no": [_gap(1.3, 2.0, False, "apart"), _gap(2.0, 3.5, False, "far")],
    },
    "touching": {
        "yes": [_gap(-0.25, -0.08, True, "overlap"), _gap(-0.1, 0.0, True, "abut")],
        "no": [_gap(0.35, 0.8, False, "near"), _gap(-0.3, -0.1, False, "apart in depth", depth=0.3)],
    },
    "in_front_of": {
        "yes": [_in_front(1, "cross", True, "covers"), _in_front(1, "depth", True, "nearer")],
        "no": [
            _in_front(-1, "cross", False, "is covered"),
            _in_front(-1, "depth", False, "farther"),
            _in_front(0, "depth", False, "level"),
            _in_front(1, "miss", False, "goes past below"),
        ],
    },
    "covers": {
        "yes": [_in_front(1, "cross", True, "covers")],
        "no": [
            _in_front(-1, "cross", False, "is covered"),
            _in_front(1, "depth", False, "nearer, beside"),
            _in_front(1, "miss", False, "goes past below"),
        ],
    },
    "behind": {
        "yes": [_in_front(-1, "cross", True, "is covered"), _in_front(-1, "depth", True, "farther")],
        "no": [
            _in_front(1, "cross", False, "covers"),
            _in_front(1, "depth", False, "nearer"),
            _in_front(0, "depth", False, "level"),
            _in_front(-1, "miss", False, "goes past below"),
        ],
    },
    "moves": {
        "yes": [_mover((0, 0), (0.5, 1.5), True, "moves"), _mover((0, 0), (0.12, 0.3), True, "creeps")],
        "no": [_stander(False, "stands"), _stander(False, "stands, perhaps panned")],
    },
    "still": {
        "yes": [_stander(True, "stands"), _pausing(True, False, True, "stands first")],
        "no": [_pausing(False, False, False, "crosses"), _ringing(False, "ring")],
    },
    "fast": {
        "yes": [_mover((1, 0), (2.0, 3.0), True, "rushes"), _mover((0, 1), (2.0, 2.6), True, "drops")],
        "no": [_mover((0, 0), (0.3, 1.1), False, "strolls"), _stander(False, "stands")],
    },
    "slow": {
        "yes": [_mover((0, 0), (0.12, 0.35), True, "creeps"), _mover((1, 0), (0.2, 0.38), True, "crosses slowly")],
        "no": [_mover((1, 0), (0.9, 2.0), False, "moves on"), _stander(False, "stands")],
    },
    "moves_left": {
        "yes": [_mover((-1, 0), (0.3, 1.5), True, "left", "y")],
        "no": [
            _mover((1, 0), (0.3, 1.5), False, "right", "y"),
            _mover((0, 1), (0.3, 1.2), False, "down", "xy"),
            _stander(False, "stands"),
        ],
    },
    "moves_right": {
        "yes": [_mover((1, 0), (0.3, 1.5), True, "right", "y")],
        "no": [
            _mover((-1, 0), (0.3, 1.5), False, "left", "y"),
            _mover((0, 1), (0.3, 1.2), False, "down", "xy"),
            _stander(False, "stands"),
        ],
    },
    "moves_up": {
        "yes": [_mover((0, -1), (0.3, 1.2), True, "up", "x")],
        "no": [
            _mover((0, 1), (0.3, 1.2), False, "down", "x"),
            _mover((1, 0), (0.3, 1.5), False, "right", "xy"),
            _stander(False, "stands"),
        ],
    },
    "moves_down": {
        "yes": [_mover((0, 1), (0.3, 1.2), True, "down", "x")],
        "no": [
            _mover((0, -1), (0.3, 1.2), False, "up", "x"),
            _mover((1, 0), (0.3, 1.5), False, "right", "xy"),
            _stander(False, "stands"),
        ],
    },
    "starts": {
        "yes": [_pausing(True, False, True, "starts"), _pausing(True, True, True, "starts and stops")],
        "no": [
            _pausing(False, False, False, "moves on"),
            _pausing(False, True, False, "stops"),
            _stander(False, "stands"),
        ],
    },
    "stops": {
        "yes": [_pausing(False, True, True, "stops"), _pausing(True, True, True, "starts and stops")],
        "no": [
            _pausing(False, False, False, "moves on"),
            _pausing(True, False, False, "starts"),
            _edge(True, False, "leaves"),
        ],
    },
    "turns": {
        "yes": [_turning(np.pi, 0.0, True, "turns back"), _turning(np.pi, 0.8, True, "waits and turns back")],
        "no": [
            _turning(0, 0.5, False, "goes on"),
            _turning(np.pi / 2, 0.3, False, "bends"),
            _ringing(False, "ring"),
            _pausing(False, True, False, "stops"),
        ],
    },
    "grows": {
        "yes": [_sizing(1, True, "grows")],
        "no": [
            _sizing(-1, False, "shrinks"),
            _sizing(0, False, "stays"),
            _emerging(False, "emerges"),
            _edge(False, False, "enters"),
        ],
    },
    "shrinks": {
        "yes": [_sizing(-1, True, "shrinks")],
        "no": [
            _sizing(1, False, "grows"),
            _sizing(0, False, "stays"),
            _behind("in", False, "hides", binary=False),
            _edge(True, False, "leaves"),
        ],
    },
    "moves_toward": {
        "yes": [_sizing(1, True, "comes"), _sizing(1, True, "comes, with depth", depth=True)],
        "no": [_sizing(-1, False, "goes"), _sizing(0, False, "stays", depth=True), _edge(False, False, "enters")],
    },
    "moves_away": {
        "yes": [_sizing(-1, True, "goes"), _sizing(-1, True, "goes, with depth", depth=True)],
        "no": [_sizing(1, False, "comes"), _sizing(0, False, "stays", depth=True), _edge(True, False, "leaves")],
    },
    "enters": {
        "yes": [_edge(False, True, "enters"), _edge(True, True, "leaves and comes back", back=True)],
        "no": [
            _behind("out", False, "comes out", binary=False),
            _popping((2.5, 9), False, "pops up"),
            _edge(True, False, "leaves"),
            _edge(False, False, "starts at the edge", stop=True),
        ],
    },
    "leaves": {
        "yes": [_edge(True, True, "leaves"), _edge(True, True, "leaves and comes back", back=True)],
        "no": [
            _behind("in", False, "hides", binary=False),
            _popping((-1, 5), False, "vanishes"),
            _edge(False, False, "enters"),
            _edge(True, False, "stops at the edge", stop=True),
        ],
    },
    "crosses_view": {
        "yes": [_passing_through("across", True, "goes across")],
        "no": [
            _passing_through("back", False, "goes back"),
            _passing_through("down", False, "goes out below"),
            _passing_through("stays", False, "stays"),
            _edge(True, False, "leaves"),
        ],
    },
    "leaves_as_it_came": {
        "yes": [_passing_through("back", True, "goes back")],
        "no": [
            _passing_through("across", False, "goes across"),
            _passing_through("down", False, "goes out below"),
            _passing_through("stays", False, "stays"),
            _edge(True, False, "leaves"),
        ],
    },
    "appears": {
        "yes": [_popping((2.5, 9), True, "pops up"), _behind("out", True, "comes out", binary=False)],
        "no": [_stander(False, "is there"), _edge(True, False, "leaves"), _mover((1, 0), (0.5, 1), False, "moves")],
    },
    "disappears": {
        "yes": [_popping((-1, 5), True, "vanishes"), _behind("in", True, "hides", binary=False)],
        "no": [_stander(False, "is there"), _edge(False, False, "enters"), _mover((1, 0), (0.5, 1), False, "moves")],
    },
    "reappears": {
        "yes": [
            _edge(True, True, "leaves and comes back", back=True),
            _behind("through", True, "comes out", binary=False),
        ],
        "no": [
            _popping((2.5, 9), False, "pops up"),
            _behind("in", False, "hides", binary=False),
            _stander(False, "is there"),
            _edge(False, False, "enters"),
        ],
    },
    "hides_behind": {
        "yes": [_behind("through", True, "through"), _behind("in", True, "stays")],
        "no": [
            _behind("beside", False, "stops beside"),
            _behind("front", False, "in front"),
            _behind("leave", False, "leaves the picture"),
            _vanishing_far,
        ],
    },
    "approaches": {
        "yes": [
            _lines("comes", True, _go(-2.2, -0.6), _at(0)),
            _lines("both come", True, _go(-2.2, -0.4), _go(2.2, 0.4)),
        ],
        "no": [
            _lines("goes", False, _go(-0.6, -2.4), _at(0)),
            _PARALLEL,
            _LEAVES_ALONE,
            _lines("chases in vain", False, _go(-2.4, 1.2), _go(-1.2, 2.4)),
        ],
    },
    "parts_from": {
        "yes": [_lines("goes", True, _go(-0.6, -2.4), _at(0)), _lines("both go", True, _go(-0.4, -2.2), _go(0.4, 2.2))],
        "no": [
            _lines("comes", False, _go(-2.2, -0.6), _at(0)),
            _PARALLEL,
            _lines("is left", False, _at(0), _go(0.7, 2.5)),
            _lines("runs ahead", False, _go(-1.2, 2.4), _go(-2.4, 1.2)),
        ],
    },
    "meets": {
        "yes": [
            _lines("meet", True, _go(-2.2, -0.22), _go(2.2, 0.22)),
            _lines("meet askew", True, _go(-1.6, -0.22, 0.6, 0), _go(2, 0.22)),
        ],
        "no": [
            _lines("pass by", False, _go(-2.4, 2.4, 0), _go(2.4, -2.4, 1.0)),
            _lines("one comes", False, _go(-2.4, -0.6), _at(0)),
            _lines("stop apart", False, _go(-2.6, -1.2), _go(2.6, 1.2)),
            _PARALLEL,
        ],
    },
    "follows": {
        "yes": [
            _lines("follows", True, _trail(1.9, 0), _trail(0.9, 0)),
            _lines("follows round a bend", True, _trail(1.9, 1.6), _trail(0.9, 1.6)),
        ],
        "no": [
            _PARALLEL,
            _lines("comes once", False, _go(-2.4, -0.6), _at(0)),
            _lines("against each other", False, _go(-2.4, 2.4, 0.3), _go(2.4, -2.4, -0.3)),
            _lines("much later", False, _trail(4.4, 0), _trail(-1.5, 0)),
            _lines("leads", False, _trail(0.9, 0), _trail(1.9, 0)),
        ],
    },
    "overtakes": {
        "yes": [
            _lines("overtakes", True, _go(-2.6, 2.6, 0), _go(-1.2, 1.2, 0.55)),
            _lines("overtakes late", True, _go(-2.6, 2.4, 0), _go(-0.6, 1.3, -0.6)),
        ],
        "no": [
            _lines("follows only", False, _trail(1.9, 0), _trail(0.9, 0)),
            _lines("passes a still one", False, _go(-2.4, 2.4, 0), _at(0, 0.55)),
            _lines("against each other", False, _go(-2.4, 2.4, 0), _go(2.4, -2.4, 0.55)),
            _lines("is overtaken", False, _go(-1.2, 1.2, 0), _go(-2.6, 2.6, 0.55)),
            _lines("catches up only", False, _go(-2.6, 0.3, 0), _go(-0.9, 1.2, 0.55)),
        ],
    },
    "passes": {
        "yes": [
            _lines("passes", True, _go(-2.4, 2.4, 0), _at(0, 0.7)),
            _lines("against each other", True, _go(-2.4, 2.4, 0), _go(2.4, -2.4, 0.7)),
        ],
        "no": [
            _lines("stops before", False, _go(-2.4, -0.7, 0), _at(0, 0.4)),
            _lines("far away", False, _go(-2.4, 2.4, -1.5), _at(0, 1.5)),
            _lines("stands", False, _at(0), _go(-2.4, 2.4, 0.7)),
            _lines("goes off", False, _go(-0.7, -2.6, 0), _at(0, 0.3)),
        ],
    },
    "circles": {
        "yes": [_circle(1.0), _circle(1.6)],
        "no": [
            _circle(0.5),
            _circle(1.2, centre_moves=True),
            _lines("passes", False, _go(-2.4, 2.4, 0), _at(0, 0.7)),
            _PARALLEL,
        ],
    },
    "collides": {
        "yes": [_crash("stop", True, "stops"), _crash("bounce", True, "bounces"), _crash("push", True, "pushes")],
        "no": [
            _crash("through", False, "near miss", side=1.7),
            _crash("through", False, "crosses in front"),
            _touchless,
            _lines("stands", False, _at(0), _at(1.5)),
        ],
    },
    "moves_with": {
        "yes": [_load((1.1, 0), False, True, True, "side by side"), _load((0.2, -0.8), True, True, True, "carried")],
        "no": [
            _load((1.1, 0), False, False, False, "leaves it"),
            _lines("far apart", False, _go(-2, 2, -1.4), _go(-2, 2, 1.4)),
            _lines("cross", False, _go(-2, 2, 0), _go(2, -2, 0.6)),
        ],
    },
    "carries": {
        "yes": [_load((0.2, -0.6), True, True, True, "on it"), _load((0.5, 0.2), True, True, True, "at its side")],
        "no": [
            _load((2.2, 0), True, True, False, "apart"),
            _load((0.3, -0.6), True, False, False, "leaves it"),
            _load((1.0, 0), False, True, False, "equals"),
        ],
    },
}
