"""organisations.rules: codes with check digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.organisations.rules import (
    CorporateNumberInvalid,
    GtinInStore,
    GtinInvalid,
    InStoreCodeInvalid,
    ProductCodeMissing,
    ProductCodes,
    RegistrationNumber,
    RegistrationNumberInvalid,
    check_product_codes,
    gtin_check,
    is_corporate_number,
    is_gtin,
    is_in_store_code,
    is_in_store_gtin,
    is_municipality_code,
    read_corporate_number,
    read_product_codes,
    read_registration_number,
    shortest_gtin,
)

KUSHIRO_AREA_CODES = ["012068", "016616", "016624", "016632", "016641", "016659", "016675", "016683"]


@st.composite
def slips(draw: st.DrawFn, codes: st.SearchStrategy[str]) -> str:
    """One of the codes with one digit read wrong."""
    code = draw(codes)
    index = draw(st.integers(0, len(code) - 1))
    return f"{code[:index]}{(int(code[index]) + draw(st.integers(1, 9))) % 10}{code[index + 1 :]}"


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


def gtins() -> st.SearchStrategy[str]:
    return (
        st.sampled_from([7, 11, 12, 13])
        .flatmap(digits)
        .filter(lambda body: body.strip("0") != "")
        .map(lambda body: f"{body}{gtin_check(body)}")
    )


class TestIsMunicipalityCode:
    @pytest.mark.parametrize("code", [*KUSHIRO_AREA_CODES, "011002", "131041", "473821"])
    def test_takes_a_municipality_anywhere_in_japan(self, code: str) -> None:
        assert is_municipality_code(code)

    @pytest.mark.parametrize("code", ["", "01206", "0120680", "01206８", "01206a", " 012068"])
    def test_refuses_what_is_not_six_digits(self, code: str) -> None:
        assert not is_municipality_code(code)

    def test_refuses_a_prefecture(self) -> None:
        assert not is_municipality_code("010006")

    def test_refuses_a_prefecture_that_does_not_exist(self) -> None:
        assert not is_municipality_code("482013")

    @given(slips(st.sampled_from([code for code in KUSHIRO_AREA_CODES if code[-1] != "1"])))
    def test_notices_one_wrong_digit(self, slip: str) -> None:
        assert not is_municipality_code(slip)

    def test_misses_a_wrong_digit_where_the_standard_does(self) -> None:
        assert is_municipality_code("016691")  # a slip of 016641, 標茶町


class TestIsGtin:
    @pytest.mark.parametrize("code", ["4901234567894", "4569951116179", "49123456", "036000291452"])
    def test_takes_a_valid_number(self, code: str) -> None:
        assert is_gtin(code)

    def test_takes_a_case_of_fourteen_digits(self) -> None:
        assert is_gtin("14901234567891")

    @pytest.mark.parametrize(
        "code", ["", "4", "490123456789", "49012345678944", "４９０１２３４５６７８９４"]
    )
    def test_refuses_another_form(self, code: str) -> None:
        assert not is_gtin(code)

    def test_refuses_zeros(self) -> None:
        assert not is_gtin("0000000000000")

    @given(gtins())
    def test_takes_any_body_with_its_check_digit(self, code: str) -> None:
        assert is_gtin(code)

    @given(slips(gtins()))
    def test_notices_one_wrong_digit(self, slip: str) -> None:
        assert not is_gtin(slip)


class TestIsInStoreGtin:
    @pytest.mark.parametrize("code", ["2301007000009", "0201007005801", "2000000000008", "2999999999991"])
    def test_knows_the_thirteen_digits_of_fresh_goods(self, code: str) -> None:
        assert is_in_store_gtin(code)

    def test_knows_twelve_digits_by_their_hidden_zero(self) -> None:
        assert is_in_store_gtin("201007005801")

    def test_knows_eight_digits(self) -> None:
        assert is_in_store_gtin("20123451")

    def test_looks_below_the_packing_level(self) -> None:
        assert is_in_store_gtin("12301007000006")

    @pytest.mark.parametrize("code", ["4901234567894", "4569951116179", "49123456", "036000291452"])
    def test_leaves_the_numbers_of_makers_alone(self, code: str) -> None:
        assert not is_in_store_gtin(code)

    def test_refuses_a_wrong_check_digit(self) -> None:
        assert not is_in_store_gtin("2301007000008")


class TestIsInStoreCode:
    @pytest.mark.parametrize("code", ["1", "101", "Ao-12", "ABCDEFGHIJ-123456789"])
    def test_takes_what_a_shop_invents(self, code: str) -> None:
        assert is_in_store_code(code)

    def test_takes_an_in_store_bar_code(self) -> None:
        assert is_in_store_code("2301007000009")

    @pytest.mark.parametrize("code", ["", "ABCDEFGHIJ-1234567890", "鮭1", "a b", "101\n", "１０１"])
    def test_refuses_other_characters_and_lengths(self, code: str) -> None:
        assert not is_in_store_code(code)

    def test_refuses_a_bar_code_read_wrong(self) -> None:
        assert not is_in_store_code("2301007000008")

    def test_refuses_the_bar_code_of_a_maker(self) -> None:
        assert not is_in_store_code("4901234567894")


class TestCheckProductCodes:
    def test_accepts_a_gtin(self) -> None:
        check_product_codes(gtin="4901234567894", in_store_code=None)

    def test_accepts_a_code_of_the_shop(self) -> None:
        check_product_codes(gtin=None, in_store_code="101")

    def test_accepts_both(self) -> None:
        check_product_codes(gtin="4901234567894", in_store_code="101")

    def test_refuses_neither(self) -> None:
        with pytest.raises(ProductCodeMissing):
            check_product_codes(gtin=None, in_store_code=None)

    def test_refuses_a_gtin_read_wrong(self) -> None:
        with pytest.raises(GtinInvalid):
            check_product_codes(gtin="4901234567895", in_store_code=None)

    def test_refuses_an_in_store_number_as_gtin(self) -> None:
        with pytest.raises(GtinInStore):
            check_product_codes(gtin="2301007000009", in_store_code=None)

    def test_refuses_a_malformed_code_of_the_shop(self) -> None:
        with pytest.raises(InStoreCodeInvalid):
            check_product_codes(gtin="4901234567894", in_store_code="a b")

    def test_refuses_an_empty_code_of_the_shop(self) -> None:
        with pytest.raises(InStoreCodeInvalid):
            check_product_codes(gtin=None, in_store_code="")


class TestReadProductCodes:
    def test_takes_a_gtin_as_people_type_it(self) -> None:
        assert read_product_codes(gtin=" ４９０１２３４-567894", in_store_code=None) == ProductCodes(
            "4901234567894", None
        )

    def test_trims_a_code_of_the_shop(self) -> None:
        assert read_product_codes(gtin=None, in_store_code=" １０１ ") == ProductCodes(None, "101")

    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            ("036000291452", "0036000291452"),
            ("04901234567894", "4901234567894"),
            ("14901234567891", "14901234567891"),
            ("49123456", "49123456"),
            ("0000049123456", "49123456"),
        ],
    )
    def test_keeps_one_writing_of_a_number(self, written: str, kept: str) -> None:
        assert read_product_codes(gtin=written, in_store_code=None).gtin == kept

    def test_sees_an_in_store_number_behind_zeros(self) -> None:
        with pytest.raises(GtinInStore):
            read_product_codes(gtin="00000020123451", in_store_code=None)

    @given(gtins().map(shortest_gtin).filter(lambda code: not is_in_store_gtin(code)))
    def test_leaves_what_it_wrote_as_it_is(self, code: str) -> None:
        assert read_product_codes(gtin=code, in_store_code=None).gtin == code


class TestIsCorporateNumber:
    @pytest.mark.parametrize("number", ["8700110005901", "5835678256246"])
    def test_takes_a_valid_number(self, number: str) -> None:
        assert is_corporate_number(number)

    def test_takes_a_registration_number(self) -> None:
        assert is_corporate_number("T8700110005901")

    @pytest.mark.parametrize("number", ["", "T", "870011000590", "TT8700110005901", "8-7001-1000-5901"])
    def test_refuses_another_form(self, number: str) -> None:
        assert not is_corporate_number(number)

    @given(st.sampled_from("12345679"))
    def test_notices_a_wrong_check_digit(self, first: str) -> None:
        assert not is_corporate_number(f"{first}700110005901")


class TestReadRegistrationNumber:
    @pytest.mark.parametrize(
        "written",
        [
            "T8700110005901",
            "8700110005901",
            "t8700110005901",
            "Ｔ８７００１１０００５９０１",
            "T8-7001-1000-5901 ",
        ],
    )
    def test_takes_it_as_people_write_it(self, written: str) -> None:
        assert read_registration_number(written) == RegistrationNumber("8700110005901", is_corporate=True)

    def test_only_warns_of_a_number_that_is_no_company(self) -> None:
        assert read_registration_number("T1234567890123") == RegistrationNumber(
            "1234567890123", is_corporate=False
        )

    @pytest.mark.parametrize("written", ["", "T", "T870011000590", "T87001100059012", "S8700110005901"])
    def test_refuses_what_is_not_thirteen_digits(self, written: str) -> None:
        with pytest.raises(RegistrationNumberInvalid):
            read_registration_number(written)


class TestReadCorporateNumber:
    def test_takes_it_with_a_t(self) -> None:
        assert read_corporate_number("T8-7001-1000-5901", field="number") == "8700110005901"

    @pytest.mark.parametrize("written", ["1700110005901", "870011000590", ""])
    def test_refuses_another_and_names_the_field(self, written: str) -> None:
        with pytest.raises(CorporateNumberInvalid) as refusal:
            read_corporate_number(written, field="organisation.corporate_number")

        assert refusal.value.field == "organisation.corporate_number"
