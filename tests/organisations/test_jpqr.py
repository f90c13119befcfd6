"""organisations.jpqr: which store a JPQR sticker names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.base.emvco import MerchantCodeIncomplete, MerchantCodeMalformed
from backend.organisations.jpqr import JpqrMissing, read_jpqr
from tests.factories.merchant_codes import (
    SPECIMEN,
    SPECIMEN_STORE_ID,
    jpqr,
    replaced,
    seal,
    without,
)

STORE_IDS = st.text("0123456789", min_size=29, max_size=29)
ISSUER = ("00", "jp.or.paymentsjapan")


class TestReadJpqr:
    def test_reads_the_published_specimen(self) -> None:
        assert read_jpqr(SPECIMEN) == (SPECIMEN_STORE_ID, "メルペイ カフェ")

    @given(STORE_IDS, st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=25))
    def test_reads_the_four_parts_and_the_name(self, store_id: str, name: str) -> None:
        assert read_jpqr(seal(jpqr(store_id, name))) == (store_id, name)


class TestReadJpqrRefuses:
    @pytest.mark.parametrize(
        "elements",
        [
            replaced(jpqr(), "26", [("00", "com.example"), ("01", "1234567890123")]),
            replaced(jpqr(), "53", "840"),
            replaced(jpqr(), "58", "US"),
            [("27" if tag == "26" else tag, value) for tag, value in jpqr()],
        ],
    )
    def test_a_payment_code_of_others(self, elements: list) -> None:
        with pytest.raises(JpqrMissing):
            read_jpqr(seal(elements))

    @pytest.mark.parametrize("missing", ["61", "64"])
    def test_a_sticker_without_what_jpqr_wants(self, missing: str) -> None:
        with pytest.raises(MerchantCodeIncomplete) as refused:
            read_jpqr(seal(without(jpqr(), missing)))

        assert refused.value.params["place"] == missing

    @pytest.mark.parametrize(
        ("parts", "error", "place"),
        [
            (["123456789012", "0001", "000001", "000001"], MerchantCodeMalformed, "26.01"),
            (["1234567890123", "000x", "000001", "000001"], MerchantCodeMalformed, "26.02"),
            (["1234567890123", "0001", "000001", "０00001"], MerchantCodeMalformed, "26.04"),
            (["1234567890123", "0001", "000001"], MerchantCodeIncomplete, "26.04"),
        ],
    )
    def test_a_store_that_is_not_29_digits(self, parts: list[str], error: type, place: str) -> None:
        account = [ISSUER, *((f"0{number}", part) for number, part in enumerate(parts, 1))]

        with pytest.raises(error) as refused:
            read_jpqr(seal(replaced(jpqr(), "26", account)))

        assert refused.value.params["place"] == place
