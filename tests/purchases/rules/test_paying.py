"""How a purchase is paid, for every amount and wish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.people.models import SpendMode
from backend.purchases.rules.paying import (
    ALL_POINTS,
    NO_POINTS,
    Payment,
    PointsAbovePrice,
    PointsChoice,
    PointsNotEnough,
    clip_choice,
    pay,
    points_choice,
)

amounts = st.integers(min_value=1, max_value=9_999_999)
points = st.integers(min_value=0, max_value=10**9)
choices = st.one_of(
    st.sampled_from([NO_POINTS, ALL_POINTS]),
    st.builds(PointsChoice, st.just(SpendMode.UP_TO), st.integers(min_value=1, max_value=10**9)),
)


def so_many(count: int) -> PointsChoice:
    return PointsChoice(SpendMode.UP_TO, count)


class TestPay:
    def test_takes_no_points_unless_asked(self) -> None:
        assert pay(1_000, 0, NO_POINTS, 500) == Payment(1_000, 0, 0)

    def test_takes_all_points_there_are(self) -> None:
        assert pay(1_000, 0, ALL_POINTS, 300) == Payment(1_000, 0, 300)

    def test_takes_no_more_points_than_there_is_to_pay(self) -> None:
        assert pay(1_000, 200, ALL_POINTS, 5_000) == Payment(1_000, 200, 800)

    def test_takes_just_as_many_points_as_wanted(self) -> None:
        assert pay(1_000, 0, so_many(120), 500).to_pay_yen == 880

    def test_takes_discounts_off_before_points(self) -> None:
        assert pay(1_000, 300, so_many(700), 700).to_pay_yen == 0

    def test_never_discounts_more_than_the_amount(self) -> None:
        assert pay(100, 300, NO_POINTS, 0) == Payment(100, 100, 0)

    def test_refuses_more_points_than_there_is_to_pay(self) -> None:
        with pytest.raises(PointsAbovePrice) as refused:
            pay(1_000, 300, so_many(701), 5_000)

        assert refused.value.params == {"price": 700}

    def test_refuses_more_points_than_can_be_spent(self) -> None:
        with pytest.raises(PointsNotEnough) as refused:
            pay(1_000, 0, so_many(501), 500)

        assert refused.value.params == {"balance": 500}

    @given(amount_yen=amounts, discount_yen=points, choice=choices, spendable=points)
    def test_always_adds_up_and_takes_no_more_than_there_is(
        self, amount_yen: int, discount_yen: int, choice: PointsChoice, spendable: int
    ) -> None:
        price_yen = amount_yen - min(discount_yen, amount_yen)

        payment = pay(amount_yen, discount_yen, clip_choice(choice, price_yen, spendable), spendable)

        assert payment.amount_yen == amount_yen
        assert 0 <= payment.spent_points <= spendable
        assert payment.discount_yen + payment.spent_points + payment.to_pay_yen == amount_yen
        assert payment.to_pay_yen >= 0


class TestClipChoice:
    def test_leaves_what_fits(self) -> None:
        assert clip_choice(so_many(300), 1_000, 500) == so_many(300)

    def test_cuts_to_the_price(self) -> None:
        assert clip_choice(so_many(300), 200, 500) == so_many(200)

    def test_cuts_to_what_can_be_spent(self) -> None:
        assert clip_choice(so_many(300), 1_000, 100) == so_many(100)

    def test_is_no_points_where_nothing_can_be_spent(self) -> None:
        assert clip_choice(so_many(300), 1_000, 0) == NO_POINTS


class TestPointsChoice:
    @pytest.mark.parametrize(
        ("wish", "choice"), [("none", NO_POINTS), ("all", ALL_POINTS), (120, so_many(120))]
    )
    def test_is_read_from_what_apps_send(self, wish: int | str, choice: PointsChoice) -> None:
        assert points_choice(wish) == choice
