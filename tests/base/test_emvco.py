"""base.emvco: merchants' payment codes are read whole or refused with the place."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.base.emvco import (
    MERCHANT_CODE_ERRORS,
    MerchantCodeDamaged,
    MerchantCodeIncomplete,
    MerchantCodeMalformed,
    MerchantCodeTooLong,
    checksum,
    read_merchant_code,
)
from backend.base.errors import MeguriError
from tests.factories.merchant_codes import (
    SPECIMEN,
    checksum_of,
    jpqr,
    replaced,
    seal,
    without,
    write_elements,
)

VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=25)


def refusal(text: str) -> tuple[str, str | None, int | None]:
    """Its code, the place and the position."""
    with pytest.raises(MeguriError) as refused:
        read_merchant_code(text)
    params = refused.value.params
    return refused.value.code, params.get("place"), params.get("position")


class TestChecksum:
    def test_of_the_digits_is_the_published_one(self) -> None:
        assert checksum("123456789") == "29B1"

    @given(VALUES)
    def test_is_counted_over_the_bytes(self, text: str) -> None:
        assert checksum(text) == checksum_of(text)


class TestReadMerchantCode:
    def test_reads_the_published_specimen(self) -> None:
        code = read_merchant_code(SPECIMEN)

        assert code.get("26.00") == "jp.or.paymentsjapan"
        assert code.get("64.01") == "メルペイ カフェ"
        assert code.get("62") is None

    def test_tells_where_each_element_begins(self) -> None:
        code = read_merchant_code(SPECIMEN)

        found = {place: SPECIMEN[position - 1 :][:2] for place, position in code.positions.items()}

        assert found == {place: place[-2:] for place in code.values}

    @given(
        name=VALUES,
        store=VALUES,
        account=st.integers(26, 51).map(str),
        extra=st.dictionaries(st.integers(65, 79).map(str), VALUES, max_size=3),
    )
    def test_gives_back_what_was_written(
        self, name: str, store: str, account: str, extra: dict[str, str]
    ) -> None:
        elements = [
            *without(without(jpqr(), "26"), "64"),
            (account, [("00", store)]),
            ("62", [("03", store)]),
            ("64", [("00", "JA"), ("01", name)]),
            *extra.items(),
        ]

        code = read_merchant_code(seal(elements))

        assert (code.get(f"{account}.00"), code.get("62.03"), code.get("64.01")) == (store, store, name)
        assert {place: code.get(place) for place in extra} == extra

    @given(st.text(max_size=600))
    def test_refuses_any_other_text_by_a_clear_error(self, text: str) -> None:
        assert refusal(text)[0] in ("merchant_code_malformed", "merchant_code_too_long")

    @given(st.integers(0, len(SPECIMEN) - 1), st.characters(exclude_categories=["Cs"]))
    def test_notices_any_character_that_changed(self, index: int, character: str) -> None:
        changed = SPECIMEN[:index] + character + SPECIMEN[index + 1 :]
        assume(changed.upper() != SPECIMEN.upper())  # hexadecimal digits are read in both cases

        assert refusal(changed)[0] in {error.code for error in MERCHANT_CODE_ERRORS}

    @given(st.integers(0, len(SPECIMEN) - 1))
    def test_refuses_a_text_cut_short(self, length: int) -> None:
        assert refusal(SPECIMEN[:length])[0] in ("merchant_code_malformed", "merchant_code_incomplete")


class TestReadMerchantCodeRefuses:
    def test_a_wrong_checksum(self) -> None:
        with pytest.raises(MerchantCodeDamaged):
            read_merchant_code(SPECIMEN[:-4] + "0000")

    def test_more_than_512_characters(self) -> None:
        long = seal([*jpqr(), *((str(number), "x" * 99) for number in range(65, 70))])

        with pytest.raises(MerchantCodeTooLong):
            read_merchant_code(long)

    @pytest.mark.parametrize("missing", ["52", "53", "58", "59", "60"])
    def test_a_code_without_what_each_has(self, missing: str) -> None:
        with pytest.raises(MerchantCodeIncomplete) as refused:
            read_merchant_code(seal(without(jpqr(), missing)))

        assert refused.value.params["place"] == missing

    def test_a_code_without_a_checksum(self) -> None:
        assert refusal(write_elements(jpqr())) == ("merchant_code_incomplete", "63", None)

    def test_a_code_of_no_account(self) -> None:
        assert refusal(seal(without(jpqr(), "26"))) == ("merchant_code_incomplete", "02-51", None)

    def test_a_length_that_reaches_past_the_end(self) -> None:
        assert refusal("000201" + "5999" + "MUGI") == ("merchant_code_malformed", "59", 7)

    def test_a_length_that_is_no_number(self) -> None:
        assert refusal("000201" + "59x4" + "MUGI") == ("merchant_code_malformed", "59", 7)

    def test_an_empty_value(self) -> None:
        assert refusal("000201" + "5900" + "6304ABCD") == ("merchant_code_malformed", "59", 7)

    def test_an_id_that_is_no_number(self) -> None:
        assert refusal("000201" + "5a04" + "MUGI") == ("merchant_code_malformed", "-", 7)

    def test_digits_of_another_script(self) -> None:
        assert refusal("000201" + "5904MUGI" + "６００4TOWN") == ("merchant_code_malformed", "-", 15)

    def test_a_length_that_is_wrong_within_a_template(self) -> None:
        broken = replaced(jpqr(), "26", "0019jp.or.paymentsjapan0199123")

        assert refusal(seal(broken)) == ("merchant_code_malformed", "26.01", 40)

    def test_an_element_that_stands_twice(self) -> None:
        assert refusal(seal([*jpqr(), ("59", "MUGI")])) == (
            "merchant_code_malformed",
            "59",
            len(write_elements(jpqr())) + 1,
        )

    def test_an_element_after_the_checksum(self) -> None:
        sealed = seal(jpqr())

        assert refusal(f"{sealed}8001x") == ("merchant_code_malformed", "80", len(sealed) + 1)

    @pytest.mark.parametrize(
        ("tag", "value"),
        [
            ("01", "13"),
            ("52", "58a2"),
            ("53", "39２"),
            ("58", "jp"),
            ("59", "x" * 26),
            ("60", "x" * 16),
            ("61", "x" * 11),
        ],
    )
    def test_a_value_that_does_not_fit_its_element(self, tag: str, value: str) -> None:
        assert refusal(seal(replaced(jpqr(), tag, value)))[:2] == ("merchant_code_malformed", tag)

    def test_a_length_counted_in_bytes(self) -> None:
        name = "麦と汽笛"
        by_bytes = replaced(jpqr(), "64", f"0002JA01{len(name.encode()):02}{name}")

        assert refusal(seal(by_bytes))[:2] == ("merchant_code_malformed", "64.01")

    def test_what_does_not_begin_as_they_all_do(self) -> None:
        with pytest.raises(MerchantCodeMalformed):
            read_merchant_code(seal(jpqr()[1:]))
