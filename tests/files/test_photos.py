"""A photo becomes a small picture with nothing in it but its pixels (`security.md` 1, 25-26)."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from kiosk.errors import InvalidInputError
from kiosk.files.photos import MOST_PIXELS, small_jpeg
from kiosk.rules.photos import LARGEST_COVER, LONGEST_COVER_EDGE, MOST_UPLOAD, PhotoProblem

SECRETS = (b"GEHEIM-EXIF", b"GEHEIM-XMP", b"GEHEIM-COMMENT", b"GEHEIM-GPS")


def _noise(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 120).convert("RGB")


def _bytes(picture: Image.Image, kind: str, **more: object) -> bytes:
    target = BytesIO()
    picture.save(target, kind, **more)
    return target.getvalue()


def _small(data: bytes) -> bytes:
    return small_jpeg(data, longest_edge=LONGEST_COVER_EDGE, most=LARGEST_COVER)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_even_a_picture_of_noise_becomes_small(kind: str) -> None:
    small = _small(_bytes(_noise((1400, 1000)), kind))

    with Image.open(BytesIO(small)) as found:
        assert found.format == "JPEG"
        assert max(found.size) <= LONGEST_COVER_EDGE
    assert len(small) <= LARGEST_COVER


def test_nothing_but_pixels_is_left() -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRETS[0].decode()
    exif.get_ifd(0x8825)[0x001D] = SECRETS[3].decode()
    photo = _bytes(
        _noise((300, 400)),
        "JPEG",
        exif=exif.tobytes(),
        xmp=SECRETS[1],
        comment=SECRETS[2],
    )
    assert all(secret in photo for secret in SECRETS)

    small = _small(photo)

    assert not any(secret in small for secret in SECRETS)
    with Image.open(BytesIO(small)) as found:
        assert "exif" not in found.info
        assert "comment" not in found.info


def test_words_in_a_png_are_left_behind() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", SECRETS[2].decode())

    assert SECRETS[2] not in _small(_bytes(_noise((90, 90)), "PNG", pnginfo=words))


def test_a_photo_taken_upright_stays_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photo = _bytes(_noise((400, 200)), "JPEG", exif=exif.tobytes())

    with Image.open(BytesIO(_small(photo))) as found:
        assert found.height > found.width


def test_what_can_be_seen_through_stands_on_white() -> None:
    with Image.open(BytesIO(_small(_bytes(Image.new("RGBA", (50, 50)), "PNG")))) as found:
        assert found.getpixel((25, 25)) == (255, 255, 255)


def _bomb(edge: int) -> bytes:
    """Return the head of a PNG of so many pixels each way, with rows of nothing behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", edge, edge, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("edge", [4_000, 12_000, 20_000])
def test_a_bomb_is_refused_by_its_head_alone(edge: int) -> None:
    assert edge * edge > MOST_PIXELS

    with pytest.raises(InvalidInputError) as error:
        _small(_bomb(edge))

    assert error.value.reason is PhotoProblem.TOO_LARGE


@pytest.mark.parametrize(
    "data",
    [b"", b"not a picture", b"<svg xmlns='x'/>", b"GIF89a" + bytes(40), b"\xff\xd8\xff\xe0" * 9],
    ids=["nothing", "words", "drawing", "gif", "half a head"],
)
def test_what_is_no_picture_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(InvalidInputError) as error:
        _small(data)

    assert error.value.reason is PhotoProblem.NOT_A_PICTURE


def test_half_a_picture_is_none() -> None:
    whole = _bytes(_noise((300, 300)), "JPEG")

    with pytest.raises(InvalidInputError) as error:
        _small(whole[: len(whole) // 2])

    assert error.value.reason is PhotoProblem.NOT_A_PICTURE


def test_a_file_that_is_too_long_is_not_looked_into() -> None:
    with pytest.raises(InvalidInputError) as error:
        _small(bytes(MOST_UPLOAD + 1))

    assert error.value.reason is PhotoProblem.TOO_LARGE
