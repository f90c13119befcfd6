"""What the text of a receipt is understood to say."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.claims.rules.receipt_texts import understand
from backend.claims.rules.receipts import RateTotal, Receipt, ReceiptLine, check_sums
from tests.factories.receipts import BAKERY_TEXT

# As a machine reads it: spaces between characters, a yen sign taken for a backslash.
FISHMONGER_TEXT = """\
鮮 魚 の わ た な べ

TEL (0154)23-4567
登 録 番 号 : T1 2345 6789 0123
令和8年6月15日 18時05分
取 引 番 号 0000982

秋 鮭 切 身 ※ \\1,280
さんま ※ \\ 600
小 計 \\1,880
外税8% 対象 \\1,880 税 \\150
合 計 \\2,030
現金 \\2,030
"""
UNREADABLE_SUMS = """\
合計 ¥650
10%対象 ¥700 内消費税 ¥63
バターロール ¥900
"""


class TestUnderstand:
    def test_makes_out_everything_of_a_clean_receipt(self) -> None:
        assert understand(BAKERY_TEXT) == Receipt(
            registration_number="8700110005901",
            phone="+81154221234",
            shop_name="麦と汽笛",
            receipt_number="004217",
            done_at=datetime(2026, 6, 15, 2, 48, tzinfo=UTC),
            total_yen=650,
            rates=(
                RateTotal(tax_permille=80, amount_yen=540, tax_yen=40),
                RateTotal(tax_permille=100, amount_yen=110, tax_yen=10),
            ),
            lines=(
                ReceiptLine(name="バターロール", amount_yen=324, tax_permille=80),
                ReceiptLine(name="クリームパン", amount_yen=216, tax_permille=80),
                ReceiptLine(name="紙袋", amount_yen=110, tax_permille=100),
            ),
        )

    def test_makes_out_spaced_letters_and_prices_without_tax(self) -> None:
        assert understand(FISHMONGER_TEXT) == Receipt(
            registration_number="1234567890123",
            phone="+81154234567",
            shop_name="鮮魚のわたなべ",
            receipt_number="0000982",
            done_at=datetime(2026, 6, 15, 9, 5, tzinfo=UTC),
            total_yen=2_030,
            rates=(RateTotal(tax_permille=80, amount_yen=2_030, tax_yen=150),),
            lines=(
                ReceiptLine(name="秋鮭切身", amount_yen=1_280, tax_permille=80),
                ReceiptLine(name="さんま", amount_yen=600, tax_permille=80),
            ),
            lines_exclude_tax=True,
        )

    def test_leaves_out_what_contradicts_the_total(self) -> None:
        assert understand(UNREADABLE_SUMS) == Receipt(total_yen=650)

    @pytest.mark.parametrize(
        "text",
        [
            "2026年13月40日 11:48",
            "2026年6月15日",
            "1999年6月15日 11:48",
            "T123456789012",
            "合計 ¥0",
            "電話 0000-00-0000",
        ],
    )
    def test_takes_no_nonsense_for_something(self, text: str) -> None:
        found = understand(text)

        facts = (found.registration_number, found.phone, found.done_at, found.total_yen)
        assert facts == (None, None, None, None)

    @given(text=st.text(max_size=400) | st.text("T0123456789¥,.:/-%8対象税合計年月日※ \n", max_size=400))
    @example(text="合計 ¥99999999999999999999")
    def test_never_suggests_sums_that_would_be_refused(self, text: str) -> None:
        check_sums(understand(text))
