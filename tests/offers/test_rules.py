"""offers.rules: what an offer gives, its state, whether coupons may be used."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.base.digits import group_digits, new_checked_digits
from backend.base.errors import MeguriError
from backend.offers.models import BenefitKind, OfferStatus
from backend.offers.rules import (
    CouponExpired,
    CouponMinimumNotMet,
    CouponNotUsableHere,
    CouponRepeated,
    CouponState,
    CouponTokenExpired,
    CouponTokenInvalid,
    CouponUsed,
    OfferAction,
    OfferHeld,
    OfferNotUsableYet,
    OfferPeriodInvalid,
    OfferRemoved,
    OfferState,
    OfferTerms,
    OfferTermsContradictory,
    OfferTransitionRefused,
    Redeemable,
    check_redeemable,
    check_windows,
    coupon_state,
    discount_of,
    discounts_of,
    next_status,
    read_coupon_token,
    state_of,
)
from tests.factories.offers import terms

NOW = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ACCOUNT, SHOP = uuid.UUID(int=1), uuid.UUID(int=2)

yen = st.integers(1, 9_999_999)
maybe_yen = st.none() | yen
fixed = st.builds(OfferTerms, kind=st.just(BenefitKind.DISCOUNT), discount_yen=yen, minimum_yen=maybe_yen)
rates = st.builds(
    OfferTerms,
    kind=st.just(BenefitKind.DISCOUNT),
    discount_permille=st.integers(1, 1000),
    discount_max_yen=maybe_yen,
    minimum_yen=maybe_yen,
)
prices = st.builds(OfferTerms, kind=st.just(BenefitKind.PRICE), price_yen=yen, minimum_yen=maybe_yen)
points = st.builds(OfferTerms, kind=st.just(BenefitKind.POINTS), minimum_yen=maybe_yen)
any_terms = st.one_of(fixed, rates, prices, points)


def coupon(number: int = 1, **changes: Any) -> Redeemable:
    values: dict[str, Any] = {
        "coupon_id": uuid.UUID(int=100 + number),
        "offer_id": uuid.UUID(int=200 + number),
        "account_id": ACCOUNT,
        "offer_status": OfferStatus.PUBLISHED.value,
        "terms": terms(discount_yen=50, minimum_yen=500),
        "shop_ids": frozenset({SHOP}),
        "usable_from": NOW - DAY,
        "usable_until": NOW + DAY,
        "redeemed_at": None,
    }
    return Redeemable(**values | changes)


def check(*coupons: Redeemable, amount_yen: int = 1000, at: datetime = NOW) -> None:
    check_redeemable(coupons, account_id=ACCOUNT, shop_id=SHOP, amount_yen=amount_yen, at=at)


class TestOfferTerms:
    @pytest.mark.parametrize(
        ("given_terms", "field"),
        [
            ({"kind": BenefitKind.PRICE}, "benefit.price_yen"),
            ({"kind": BenefitKind.PRICE, "price_yen": 0}, "benefit.price_yen"),
            ({"kind": BenefitKind.PRICE, "price_yen": 80, "discount_yen": 20}, "benefit.discount_yen"),
            ({"kind": BenefitKind.DISCOUNT, "price_yen": 80}, "benefit.price_yen"),
            ({"kind": BenefitKind.DISCOUNT, "minimum_yen": 80}, "benefit.discount_yen"),
            ({"discount_yen": 20, "discount_permille": 20}, "benefit.discount_yen"),
            ({"discount_yen": 20, "discount_max_yen": 20}, "benefit.discount_max_yen"),
            ({"discount_permille": 1001}, "benefit.discount_permille"),
            ({"discount_yen": 10**30}, "benefit.discount_yen"),
            ({"discount_yen": 20, "minimum_yen": -1}, "benefit.minimum_yen"),
            ({"kind": BenefitKind.POINTS, "discount_yen": 20}, "benefit.discount_yen"),
        ],
    )
    def test_refuse_what_means_nothing(self, given_terms: dict[str, Any], field: str) -> None:
        with pytest.raises(OfferTermsContradictory) as caught:
            terms(**given_terms)

        assert caught.value.field == field


class TestDiscountOf:
    @pytest.mark.parametrize(
        ("given_terms", "amount_yen", "discount_yen"),
        [
            ({"discount_yen": 50}, 1000, 50),
            ({"discount_yen": 50}, 30, 30),
            ({"discount_yen": 50, "minimum_yen": 500}, 500, 50),
            ({"discount_yen": 50, "minimum_yen": 500}, 499, 0),
            ({"discount_permille": 100}, 999, 99),
            ({"discount_permille": 1000}, 999, 999),
            ({"discount_permille": 100, "discount_max_yen": 80}, 999, 80),
            ({"kind": BenefitKind.PRICE, "price_yen": 480}, 480, 0),
            ({"kind": BenefitKind.POINTS}, 1000, 0),
        ],
    )
    def test_is(self, given_terms: dict[str, Any], amount_yen: int, discount_yen: int) -> None:
        assert discount_of(terms(**given_terms), amount_yen) == discount_yen

    @given(any_terms, st.integers(0, 9_999_999))
    def test_is_never_negative_nor_above_the_amount(self, any_terms: OfferTerms, amount_yen: int) -> None:
        assert 0 <= discount_of(any_terms, amount_yen) <= amount_yen

    @given(rates, yen)
    def test_is_never_above_its_cap(self, rate: OfferTerms, amount_yen: int) -> None:
        assert discount_of(rate, amount_yen) <= (rate.discount_max_yen or amount_yen)

    @given(any_terms, yen, yen)
    def test_is_never_smaller_for_a_larger_purchase(
        self, any_terms: OfferTerms, amount_yen: int, more_yen: int
    ) -> None:
        assert discount_of(any_terms, amount_yen) <= discount_of(any_terms, amount_yen + more_yen)


class TestDiscountsOf:
    @given(st.lists(any_terms, max_size=4), yen)
    def test_together_are_never_above_the_amount(self, many_terms: list[OfferTerms], amount_yen: int) -> None:
        coupons = [coupon(number, terms=each) for number, each in enumerate(many_terms)]

        assert sum(discounts_of(coupons, amount_yen).values()) <= amount_yen

    @given(st.lists(any_terms, max_size=3), yen)
    def test_do_not_depend_on_the_order(self, many_terms: list[OfferTerms], amount_yen: int) -> None:
        coupons = [coupon(number, terms=each) for number, each in enumerate(many_terms)]

        found = [discounts_of(order, amount_yen) for order in permutations(coupons)]

        assert all(discounts == found[0] for discounts in found)


class TestWindows:
    @pytest.mark.parametrize(
        ("days", "field"),
        [
            ((0, 0, 0, 9), "displayed_until"),
            ((0, 5, 9, 9), "usable_until"),
            ((0, 5, 0, 4), "usable_until"),
        ],
    )
    def test_refuse_an_end_too_early(self, days: tuple[int, int, int, int], field: str) -> None:
        names = ("displayed_from", "displayed_until", "usable_from", "usable_until")
        windows = {name: NOW + day * DAY for name, day in zip(names, days, strict=True)}

        with pytest.raises(OfferPeriodInvalid) as caught:
            check_windows(**windows)

        assert caught.value.field == field


class TestState:
    @pytest.mark.parametrize(
        ("status", "days", "state"),
        [
            (OfferStatus.DRAFT, (-1, 1), OfferState.DRAFT),
            (OfferStatus.PUBLISHED, (1, 2), OfferState.SCHEDULED),
            (OfferStatus.PUBLISHED, (0, 2), OfferState.RUNNING),
            (OfferStatus.PUBLISHED, (-2, 0), OfferState.OVER),
            (OfferStatus.HELD, (-2, -1), OfferState.HELD),
            (OfferStatus.ENDED, (-1, 1), OfferState.ENDED),
            (OfferStatus.REMOVED, (-1, 1), OfferState.REMOVED),
        ],
    )
    def test_follows_the_status_and_then_the_clock(
        self, status: OfferStatus, days: tuple[int, int], state: OfferState
    ) -> None:
        displayed_from, usable_until = (NOW + day * DAY for day in days)

        found = state_of(status=status, displayed_from=displayed_from, usable_until=usable_until, at=NOW)

        assert found is state


class TestTransitions:
    @pytest.mark.parametrize(
        ("status", "action"),
        [
            (OfferStatus.PUBLISHED, OfferAction.PUBLISH),
            (OfferStatus.HELD, OfferAction.END),
            (OfferStatus.HELD, OfferAction.PUBLISH),
            (OfferStatus.DRAFT, OfferAction.HOLD),
            (OfferStatus.PUBLISHED, OfferAction.RELEASE),
            (OfferStatus.REMOVED, OfferAction.RELEASE),
            (OfferStatus.ENDED, OfferAction.PUBLISH),
        ],
    )
    def test_refuse(self, status: OfferStatus, action: OfferAction) -> None:
        with pytest.raises(OfferTransitionRefused):
            next_status(status, action)


class TestCheckRedeemable:
    def test_lets_several_of_different_offers_pass(self) -> None:
        check(coupon(1), coupon(2))

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"redeemed_at": NOW - DAY}, CouponUsed),
            ({"usable_until": NOW}, CouponExpired),
            ({"usable_from": NOW + DAY}, OfferNotUsableYet),
            ({"offer_status": "held"}, OfferHeld),
            ({"offer_status": "removed"}, OfferRemoved),
            ({"shop_ids": frozenset()}, CouponNotUsableHere),
            ({"account_id": uuid.UUID(int=9)}, CouponTokenInvalid),
            ({"token_expires_at": NOW}, CouponTokenExpired),
            ({"terms": terms(discount_yen=1, minimum_yen=1001)}, CouponMinimumNotMet),
            ({"terms": terms(kind=BenefitKind.PRICE, price_yen=1001)}, CouponMinimumNotMet),
        ],
    )
    def test_refuses_and_names_the_place(self, changes: dict[str, Any], error: type[MeguriError]) -> None:
        with pytest.raises(error) as caught:
            check(coupon(1), coupon(2, **changes))

        assert caught.value.field == "coupons.1"

    def test_refuses_two_of_one_offer(self) -> None:
        with pytest.raises(CouponRepeated):
            check(coupon(1), coupon(2, offer_id=coupon(1).offer_id))

    @pytest.mark.parametrize("status", [OfferStatus.PUBLISHED, OfferStatus.ENDED])
    def test_lets_a_coupon_pass_whatever_the_shop_decides_later(self, status: OfferStatus) -> None:
        check(coupon(offer_status=status.value))


class TestCouponState:
    def test_is_used_even_after_its_end(self) -> None:
        used = coupon(redeemed_at=NOW - DAY, usable_until=NOW - DAY, offer_status="held")

        assert coupon_state(used, NOW) is CouponState.USED


class TestCouponToken:
    def test_is_read_however_it_was_typed(self) -> None:
        token = new_checked_digits()

        assert read_coupon_token(f" {group_digits(token)}\n") == token

    @given(st.integers(0, 12), st.integers(1, 9))
    def test_with_a_wrong_digit_is_refused(self, place: int, change: int) -> None:
        token = new_checked_digits()
        wrong = f"{token[:place]}{(int(token[place]) + change) % 10}{token[place + 1 :]}"

        with pytest.raises(CouponTokenInvalid):
            read_coupon_token(wrong)

    @given(st.text(max_size=30))
    def test_is_no_other_text(self, text: str) -> None:
        with pytest.raises(CouponTokenInvalid):
            read_coupon_token("x" + text)
