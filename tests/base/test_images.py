"""base.images: what strangers send comes out small, upright and without metadata, or not at all."""

import io
import random
import struct
import zlib

import pytest
from PIL import Image

from backend.base.images import (
    EDGE_MAX_PIXELS,
    KEPT_MAX_BYTES,
    SENT_MAX_BYTES,
    ImageTooLarge,
    ImageUnreadable,
    read_picture,
)
from tests.factories.offers import encoded


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def noise(width: int, height: int) -> bytes:
    """Nothing compresses worse."""
    image = Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes that say they are as large as that."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")
    )


class TestReadPicture:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_makes_a_jpeg_of(self, kind: str) -> None:
        picture = read_picture(encoded(40, 30, kind))

        assert opened(picture.content).format == "JPEG"
        assert (picture.media_type, picture.width_pixels, picture.height_pixels) == ("image/jpeg", 40, 30)

    def test_gives_the_same_tag_to_the_same_picture(self) -> None:
        assert read_picture(encoded(40, 30)).etag == read_picture(encoded(40, 30)).etag

    @pytest.mark.parametrize(("sent", "kept"), [((4000, 3000), (1280, 960)), ((900, 3000), (384, 1280))])
    def test_makes_it_fit(self, sent: tuple[int, int], kept: tuple[int, int]) -> None:
        picture = read_picture(encoded(*sent))

        assert (picture.width_pixels, picture.height_pixels) == kept
        assert opened(picture.content).size == kept

    def test_keeps_even_noise_within_its_bytes(self) -> None:
        picture = read_picture(noise(1200, 1200))

        assert len(picture.content) <= KEPT_MAX_BYTES
        assert picture.width_pixels < EDGE_MAX_PIXELS

    def test_turns_it_as_the_camera_says(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6  # a quarter turn

        picture = read_picture(encoded(40, 30, exif=exif))

        assert (picture.width_pixels, picture.height_pixels) == (30, 40)

    def test_keeps_nothing_of_what_the_camera_wrote(self) -> None:
        exif = Image.Exif()
        exif[0x010F] = "maker-of-the-camera"
        exif.get_ifd(0x8825)[2] = (42.0, 59.0, 5.0)  # where it was taken

        kept = read_picture(encoded(40, 30, exif=exif, comment=b"private"))

        assert dict(opened(kept.content).getexif()) == {}
        assert b"maker-of-the-camera" not in kept.content
        assert b"private" not in kept.content

    def test_lays_what_is_transparent_on_white(self) -> None:
        file = io.BytesIO()
        Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(file, "PNG")

        picture = read_picture(file.getvalue())

        assert opened(picture.content).getpixel((4, 4)) == (255, 255, 255)

    @pytest.mark.parametrize("sent", [b"", b"GIF89a", b"<svg/>", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBP"])
    def test_refuses_what_is_no_picture(self, sent: bytes) -> None:
        with pytest.raises(ImageUnreadable):
            read_picture(sent)

    @pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "PPM"])
    def test_refuses_other_formats(self, kind: str) -> None:
        with pytest.raises(ImageUnreadable):
            read_picture(encoded(8, 8, kind))

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_refuses_half_a_picture(self, kind: str) -> None:
        whole = encoded(400, 300, kind)

        with pytest.raises(ImageUnreadable):
            read_picture(whole[: len(whole) // 2])

    @pytest.mark.parametrize("size", [(6000, 4001), (30_000, 30_000), (2**31 - 1, 2**31 - 1)])
    def test_refuses_many_pixels_before_it_decodes_them(self, size: tuple[int, int]) -> None:
        with pytest.raises(ImageTooLarge):
            read_picture(png_claiming(*size))

    def test_refuses_many_bytes_before_it_looks_at_them(self) -> None:
        with pytest.raises(ImageTooLarge):
            read_picture(b"x" * (SENT_MAX_BYTES + 1))
