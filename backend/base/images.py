"""Pictures that strangers send: read with suspicion, encoded anew, so that nothing of the file they sent is kept.

Bytes are capped before a header is read, pixels by the header before anything is decoded. Only three formats
are tried, whatever the sender calls it. What comes out is a JPEG upright, without metadata, small enough to
lie in a row of the database.
"""

import hashlib
import io
import threading
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from backend.base.errors import Refused

MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")
FORMATS = ("JPEG", "PNG", "WEBP")
SENT_MAX_BYTES = 5_000_000
SENT_MAX_PIXELS = 24_000_000
EDGE_MAX_PIXELS = 1280
KEPT_MAX_BYTES = 200_000
QUALITIES = (85, 75, 65, 55)
SHRINKING = 0.75

# A picture of 24 million pixels takes 100 MB while it is decoded: one at a time in each process.
_decoding = threading.Lock()


class ImageUnreadable(Refused):
    """Not a JPEG, PNG or WebP, or a broken one."""


class ImageTooLarge(Refused):
    """More bytes or pixels than anybody needs."""


@dataclass(frozen=True, slots=True)
class Picture:
    """`etag`: of the content, so that the same picture has the same."""

    content: bytes
    media_type: str
    width_pixels: int
    height_pixels: int
    etag: str


def read_picture(
    sent: bytes, *, edge_max_pixels: int = EDGE_MAX_PIXELS, kept_max_bytes: int = KEPT_MAX_BYTES
) -> Picture:
    """Raises ImageTooLarge, ImageUnreadable."""
    if len(sent) > SENT_MAX_BYTES:
        raise ImageTooLarge(maximum_pixels=SENT_MAX_PIXELS, maximum_bytes=SENT_MAX_BYTES)
    with _decoding:
        upright = _decode(sent, edge_max_pixels)
        content, size = _encode(upright, kept_max_bytes)
    return Picture(content, "image/jpeg", *size, hashlib.sha256(content).hexdigest())


def _decode(sent: bytes, edge_max_pixels: int) -> Image.Image:
    """At most `edge_max_pixels` wide and high, turned as the camera says, on white where it was transparent."""
    try:
        with warnings.catch_warnings():
            # Pillow's own warning of a large picture; ours is a refusal.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(sent), formats=FORMATS)
        if image.width * image.height > SENT_MAX_PIXELS:
            raise ImageTooLarge(maximum_pixels=SENT_MAX_PIXELS, maximum_bytes=SENT_MAX_BYTES)
        image.draft("RGB", (edge_max_pixels, edge_max_pixels))  # a JPEG decodes to a fraction of its size
        image.load()
        image.thumbnail((edge_max_pixels, edge_max_pixels), Image.Resampling.LANCZOS)
        return _laid_on_white(ImageOps.exif_transpose(image))
    except ImageTooLarge:
        raise
    except Image.DecompressionBombError as error:
        raise ImageTooLarge(maximum_pixels=SENT_MAX_PIXELS, maximum_bytes=SENT_MAX_BYTES) from error
    except Exception as error:  # a decoder fails in any way on a file that was made to break it
        raise ImageUnreadable from error


def _laid_on_white(image: Image.Image) -> Image.Image:
    """A new picture, because a converted one would still carry comments and profiles with it."""
    ground = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        ground.paste(layer, mask=layer.getchannel("A"))
    else:
        ground.paste(image.convert("RGB"))
    return ground


def _encode(image: Image.Image, kept_max_bytes: int) -> tuple[bytes, tuple[int, int]]:
    """The best quality that fits; what fits at none is made smaller."""
    while True:
        for quality in QUALITIES:
            file = io.BytesIO()
            image.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
            if file.tell() <= kept_max_bytes:
                return file.getvalue(), image.size
        width, height = (max(1, round(side * SHRINKING)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.LANCZOS)
