"""Small pictures for the offers of the demonstration: a plain ground, one plain shape, the same every time."""

import io
from collections.abc import Callable, Mapping
from math import cos, pi, sin

from PIL import Image, ImageDraw

from backend.base.images import Picture, read_picture
from backend.demo.city.shapes import Drawing, DrawnShape

WIDTH_PIXELS, HEIGHT_PIXELS = 400, 300
RADIUS_PIXELS = 95
_MIDDLE = (WIDTH_PIXELS / 2, HEIGHT_PIXELS / 2)

Points = list[tuple[float, float]]


def draw(drawing: Drawing) -> Picture:
    """As the service would keep it if a shop had sent it."""
    image = Image.new("RGB", (WIDTH_PIXELS, HEIGHT_PIXELS), drawing.ground)
    ImageDraw.Draw(image).polygon(_SHAPES[drawing.shape](), fill=drawing.colour)
    sent = io.BytesIO()
    image.save(sent, "PNG", compress_level=1)
    return read_picture(sent.getvalue())


def _around(corners: int, *, turned: float = 0.0, inner: float = 1.0) -> Points:
    """Corners on a circle; every second one at `inner` of its radius."""
    return [
        (
            _MIDDLE[0]
            + RADIUS_PIXELS * (inner if corner % 2 else 1.0) * cos(turned + 2 * pi * corner / corners),
            _MIDDLE[1]
            + RADIUS_PIXELS * (inner if corner % 2 else 1.0) * sin(turned + 2 * pi * corner / corners),
        )
        for corner in range(corners)
    ]


def _wave() -> Points:
    crest = [(float(x), _MIDDLE[1] + 40 * sin(2 * pi * x / 160)) for x in range(0, WIDTH_PIXELS + 1, 8)]
    return [*crest, (WIDTH_PIXELS, HEIGHT_PIXELS), (0, HEIGHT_PIXELS)]


def _leaf() -> Points:
    """Two arcs from tip to tip."""
    upper = [
        (_MIDDLE[0] - 130 + 260 * step / 40, _MIDDLE[1] - 80 * sin(pi * step / 40)) for step in range(41)
    ]
    lower = [(x, 2 * _MIDDLE[1] - y) for x, y in reversed(upper)]
    return [*upper, *lower]


_SHAPES: Mapping[DrawnShape, Callable[[], Points]] = {
    "circle": lambda: _around(72),
    "square": lambda: _around(4, turned=pi / 4),
    "triangle": lambda: _around(3, turned=-pi / 2),
    "star": lambda: _around(10, turned=-pi / 2, inner=0.45),
    "wave": _wave,
    "leaf": _leaf,
}
