"""Payment codes as stickers have them, written by other code than that which reads them."""

from collections.abc import Sequence

Elements = Sequence[tuple[str, "str | Elements"]]

# From a public specification, with its checksum.
SPECIMEN = (
    "0002016003xxx01021129300012D156000000000510A93FO3230Q31280012D1560000000103081234567826680019jp.or."
    "paymentsjapan01130000000000001020400010306000001040600000153033925903xxx64180002JA0108メルペイ カフェ"
    "520441115802JP610710661436304DEE9"
)
SPECIMEN_STORE_ID = "0000000000001" + "0001" + "000001" + "000001"


def checksum_of(text: str) -> str:
    """CRC-16, polynomial 1021, beginning with FFFF, a bit at a time."""
    register = 0xFFFF
    for byte in text.encode():
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1) ^ (0x1021 if register & 0x8000 else 0)
            register &= 0xFFFF
    return f"{register:04X}"


def write_elements(elements: Elements) -> str:
    written = ""
    for tag, value in elements:
        text = value if isinstance(value, str) else write_elements(value)
        written += f"{tag}{len(text):02}{text}"
    return written


def seal(elements: Elements) -> str:
    """With the checksum at its end."""
    text = write_elements(elements) + "6304"
    return text + checksum_of(text)


def jpqr(store_id: str = "1234567890123" + "0001" + "000002" + "000003", name: str = "麦と汽笛") -> list:
    """The elements of a sticker that many shops have."""
    parts = (store_id[:13], store_id[13:17], store_id[17:23], store_id[23:])
    account = [("00", "jp.or.paymentsjapan"), *((f"0{n}", part) for n, part in enumerate(parts, 1))]
    return [
        ("00", "01"),
        ("01", "11"),
        ("26", account),
        ("52", "5812"),
        ("53", "392"),
        ("58", "JP"),
        ("59", "MUGI"),
        ("60", "KUSHIRO"),
        ("61", "0850015"),
        ("64", [("00", "JA"), ("01", name)]),
    ]


def without(elements: Elements, tag: str) -> list:
    return [element for element in elements if element[0] != tag]


def replaced(elements: Elements, tag: str, value: "str | Elements") -> list:
    return [(each, value if each == tag else held) for each, held in elements]
