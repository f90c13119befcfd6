"""Texts and ladders: no database."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.base.push import PushOutcome, PushResult
from backend.base.text import LANGUAGES
from backend.notices.kinds import NoticeKind
from backend.notices.models import DeliveryStatus
from backend.notices.rules import (
    RETRY_SECONDS,
    RETRY_SPREAD,
    TakenDelivery,
    make_push,
    render,
    retry_at,
    settle,
)
from tests.factories.notices import PURCHASE_PARAMS

AT = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)

ENDING: dict[str, Any] = {
    "offer": {"ja": "焼きたてパン", "en": "Fresh bread"},
    "shop": {"ja": "麦と汽笛", "en": None},
    "ends_on": "2026-06-17",
}
EXAMPLES: dict[NoticeKind, dict[str, Any]] = {
    NoticeKind.WELCOME: {},
    NoticeKind.PURCHASE_RECORDED: PURCHASE_PARAMS,
    NoticeKind.PURCHASE_PAID_WITH_POINTS: PURCHASE_PARAMS | {"spent_points": 80},
    NoticeKind.PURCHASE_REFUNDED: {
        "shop": {"ja": "麦と汽笛", "en": "Wheat & Whistle"},
        "amount_yen": 1480,
        "cash_yen": 1400,
        "returned_points": 80,
        "reclaimed_points": 70,
    },
    NoticeKind.PURCHASE_REVERSED: {
        "shop": {"ja": "麦と汽笛", "en": "Wheat & Whistle"},
        "amount_yen": 1480,
        "cash_yen": 1400,
        "returned_points": 80,
        "reclaimed_points": 70,
        "reason": "同じレシートが二度使われたため",
    },
    NoticeKind.CLAIM_PARTLY_ACCEPTED: {
        "shop": {"ja": "麦と汽笛", "en": "Wheat & Whistle"},
        "amount_yen": 1480,
        "accepted_yen": 1200,
        "why": {"ja": "対象外の品物でした。", "en": "Some goods do not count."},
        "reason": "たばこは対象外です",
    },
    NoticeKind.CLAIM_REJECTED: {
        "shop": {"ja": "麦と汽笛", "en": "Wheat & Whistle"},
        "amount_yen": 1480,
        "why": {"ja": "販売の記録がありません。", "en": "The shop knows of no such sale."},
        "reason": "",
    },
    NoticeKind.CLAIM_REJECTED_FINALLY: {
        "shop": {"ja": "麦と汽笛", "en": "Wheat & Whistle"},
        "amount_yen": 1480,
        "why": {"ja": "販売の記録がありません。", "en": "The shop knows of no such sale."},
        "reason": "",
    },
    NoticeKind.POINTS_CORRECTED: {"points": -50, "reason": "二重計上のため", "balance_points": 1268},
    NoticeKind.MISSION_REWARDED: {
        "campaign": {"ja": "港まつり", "ja@easy": "みなと まつり", "en": "Harbour festival"},
        "points": 100,
        "balance_points": 1_100,
    },
    NoticeKind.MESSAGE_TEST: {
        "title": {"ja": "港まつり", "en": "Harbour festival"},
        "body": {"ja": "土曜日に開きます。", "en": "It opens on Saturday."},
    },
    NoticeKind.ADVERTISEMENT_TEST: {
        "title": {"ja": "【広告】秋鮭50円引き"},
        "body": {"ja": "日曜まで。"},
        "shop": {"ja": "麦と汽笛"},
        "shop_id": "01964f3c-9f4a-7c12-8a3e-5a0d1f0c2b11",
    },
    NoticeKind.CAMPAIGN_BUDGET_NEARLY_GONE: {"campaign": {"ja": "夏まつり", "en": "Summer"}, "percent": 80},
    NoticeKind.CAMPAIGN_CHANGED: {"campaign": {"ja": "夏まつり", "en": "Summer"}},
    NoticeKind.POINTS_EXPIRING: {"points": 1200, "days": 30, "first_on": "2026-06-30"},
    NoticeKind.COUPON_ENDING: ENDING | {"coupons": 2},
    NoticeKind.SAVED_OFFER_ENDING: ENDING,
    NoticeKind.FAVOURITE_OFFER: ENDING,
}


class TestRender:
    @pytest.mark.parametrize("kind", NoticeKind)
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_kind_reads_in_every_language(self, kind: NoticeKind, language: str) -> None:
        said = render(kind, EXAMPLES[kind], language)

        assert said.title
        assert said.body
        assert "{" not in said.title + said.body

    @pytest.mark.parametrize(
        ("language", "name"), [("ja", "麦と汽笛"), ("ja@easy", "麦と汽笛"), ("en", "Wheat & Whistle")]
    )
    def test_names_the_shop_in_the_readers_language(self, language: str, name: str) -> None:
        assert name in render("purchase_recorded", PURCHASE_PARAMS, language).title

    def test_falls_back_to_the_name_the_shop_has(self) -> None:
        params = PURCHASE_PARAMS | {"shop": {"ja": "麦と汽笛", "en": None}}

        assert "麦と汽笛" in render("purchase_recorded", params, "en").title

    def test_a_shops_name_is_never_taken_for_a_template(self) -> None:
        params = PURCHASE_PARAMS | {"shop": {"ja": "{points.__class__}"}}

        assert "{points.__class__}" in render("purchase_recorded", params, "ja").title

    @pytest.mark.parametrize(
        ("language", "day"), [("ja", "6月17日"), ("ja@easy", "6月17日"), ("en", "June 17")]
    )
    def test_names_a_day_as_the_reader_does(self, language: str, day: str) -> None:
        assert day in render("favourite_offer", ENDING, language).body

    def test_groups_the_digits_of_amounts(self) -> None:
        assert "1,480円" in render("purchase_recorded", PURCHASE_PARAMS, "ja").body


class TestMakePush:
    def test_lets_the_app_open_the_notice_and_shows_it_once(self) -> None:
        notice_id = uuid.uuid4()
        delivery = TakenDelivery(
            notice_id=notice_id,
            device_id=uuid.uuid4(),
            attempts=1,
            kind="purchase_recorded",
            params=PURCHASE_PARAMS | {"purchase_id": "42"},
            language="en",
            platform="ios",
            target_kind="fid",
            target="the-target",
        )

        push = make_push(delivery)

        assert push.content.data == {
            "notice_id": str(notice_id),
            "kind": "purchase_recorded",
            "link": "/purchases/42",
        }
        assert push.content.collapse_key == str(notice_id)
        assert (push.platform, push.target_kind, push.target) == ("ios", "fid", "the-target")
        assert push.content.title == render("purchase_recorded", PURCHASE_PARAMS, "en").title


class TestRetryAt:
    def test_waits_longer_each_time_and_ends(self) -> None:
        moments = [retry_at(AT, attempts, spread=0) for attempts in range(1, len(RETRY_SECONDS) + 2)]

        assert moments == [AT + timedelta(seconds=seconds) for seconds in RETRY_SECONDS] + [None]

    def test_honours_what_the_service_asks(self) -> None:
        assert retry_at(AT, 1, spread=0, after_seconds=900) == AT + timedelta(seconds=900)

    def test_spreads_only_to_later(self) -> None:
        assert retry_at(AT, 1, spread=1, after_seconds=900) == AT + timedelta(
            seconds=900 * (1 + RETRY_SPREAD)
        )


class TestSettle:
    @pytest.mark.parametrize("result", [each for each in PushResult if each is not PushResult.RETRY])
    def test_every_final_result_is_a_status(self, result: PushResult) -> None:
        settlement = settle(PushOutcome(result, "why"), attempts=1, at=AT, spread=0)

        assert settlement.status == DeliveryStatus(result.value)
        assert (settlement.failure, settlement.not_before) == ("why", None)
