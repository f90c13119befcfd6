"""organisations.serial_sheets: every label on a sheet can be scanned and read."""

from datetime import UTC, datetime

from backend.base.digits import group_digits, new_checked_digits
from backend.organisations.serial_sheets import Labels, print_sheet_of_labels
from backend.organisations.serials import LABELS_A_SHEET, serial_url
from tests.factories.posters import codes_in, pictures_of, text_in

LABELS = Labels(
    product="厚岸産かきの燻製オイル漬け 120g",
    producer="湿原の台所",
    public_url="https://meguri.example.jp",
    issued_at=datetime(2026, 6, 15, tzinfo=UTC),
    valid_until=datetime(2026, 12, 15, tzinfo=UTC),
)


class TestPrintSheetOfLabels:
    def test_is_one_page_on_which_every_code_is_read(self) -> None:
        serials = [new_checked_digits() for _ in range(LABELS_A_SHEET)]

        (picture,) = pictures_of(print_sheet_of_labels(LABELS, serials))

        assert sorted(codes_in(picture)) == sorted(serial_url(LABELS.public_url, each) for each in serials)

    def test_says_product_producer_date_and_digits(self) -> None:
        serials = [new_checked_digits() for _ in range(2)]

        said = text_in(print_sheet_of_labels(LABELS, serials))

        together = said.replace("\r\n", "")
        wanted = [LABELS.product, LABELS.producer, "2026-12-15", *map(group_digits, serials)]
        assert [words for words in wanted if words not in together] == []


class TestEtag:
    def test_follows_the_serials(self) -> None:
        assert LABELS.etag(["4829153076123"]) == LABELS.etag(["4829153076123"])
        assert LABELS.etag(["4829153076123"]) != LABELS.etag([])
