"""What stands around a notice's words: sender, reason, link, attachment, and how to stop it."""

import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from backend.base.text import LANGUAGES
from backend.notices.cards import NoticeCard, make_card
from backend.notices.kinds import KINDS, NoticeKind, Trigger, link_of
from backend.notices.models import Circular
from tests.notices.test_rules import EXAMPLES

AT = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
ID = "01936f1e-5d0a-7c3e-9b1f-2f6a4c8d7e10"
IDS = {f"{name}_id": ID for name in ("purchase", "campaign", "claim", "offer", "shop")}
NONE_OF_A_CIRCULAR: dict[str, Any] = dict.fromkeys(column.key for column in Circular.__table__.columns)
CIRCULAR: dict[str, Any] = NONE_OF_A_CIRCULAR | {
    "purpose": "push_city",
    "category": "events",
    "sender_names": {"ja": "釧路市", "en": "Kushiro City"},
    "titles": {"ja": "港まつり", "en": "Harbour festival"},
    "bodies": {"ja": "土曜日に開きます。"},
    "reasons": {"ja": "釧路市にお住まいの方にお送りしています。"},
}
ADVERTISING = {"purpose": "push_shops", "category": "local_food", "shop_id": uuid.UUID(ID)}


def card_of(kind: str, params: dict[str, Any], language: str = "ja", **columns: Any) -> NoticeCard:
    row = NONE_OF_A_CIRCULAR | {
        "id": uuid.UUID(ID),
        "circular_id": None,
        "kind": kind,
        "params": params,
        "created_at": AT,
        "read_at": None,
        "expires_at": None,
    }
    return make_card(SimpleNamespace(**row | columns), language)


def circular_card(language: str = "ja", **columns: Any) -> NoticeCard:
    return card_of("circular", {}, language, **CIRCULAR | columns)


def stops(card: NoticeCard) -> list[tuple[str, str]]:
    return [(stop.kind, stop.subject) for stop in card.stops]


class TestCardsOfKinds:
    @pytest.mark.parametrize("kind", NoticeKind)
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_say_everything_in_every_language(self, kind: NoticeKind, language: str) -> None:
        card = card_of(kind, EXAMPLES[kind] | IDS, language)

        said = [card.title, card.body, card.sender, card.reason, *(stop.title for stop in card.stops)]
        assert all(said)
        assert "{" not in "".join(said)

    @pytest.mark.parametrize("kind", NoticeKind)
    def test_lead_to_a_path_of_our_own_host(self, kind: NoticeKind) -> None:
        link = card_of(kind, EXAMPLES[kind] | IDS).link

        assert link is not None
        assert link.startswith("/")
        assert not link.startswith("//")

    def test_lead_nowhere_when_it_was_never_said_where(self) -> None:
        assert link_of(NoticeKind.CLAIM_REJECTED, {}) is None

    @pytest.mark.parametrize("kind", NoticeKind)
    def test_can_be_stopped_as_a_whole_at_the_latest(self, kind: NoticeKind) -> None:
        card = card_of(kind, EXAMPLES[kind] | IDS)

        assert stops(card)[-1] == ("consent", KINDS[kind].purpose)

    def test_can_be_muted_by_their_trigger(self) -> None:
        card = card_of("points_expiring", EXAMPLES[NoticeKind.POINTS_EXPIRING])

        assert stops(card) == [("muted_trigger", "points_expiring"), ("consent", "push_transactions")]

    def test_of_a_shop_say_which_and_can_be_muted_by_it(self) -> None:
        card = card_of("favourite_offer", EXAMPLES[NoticeKind.FAVOURITE_OFFER] | IDS)

        assert (card.sender, card.purpose) == ("麦と汽笛", "push_shops")
        assert stops(card)[0] == ("muted_shop", ID)

    def test_bring_what_they_are_about(self) -> None:
        attachment = card_of("favourite_offer", EXAMPLES[NoticeKind.FAVOURITE_OFFER] | IDS, "en").attachment

        assert attachment is not None
        assert (attachment.kind, str(attachment.id), attachment.title) == ("offer", ID, "Fresh bread")

    def test_belong_to_every_trigger(self) -> None:
        assert {terms.trigger for terms in KINDS.values()} - {None} == set(Trigger)


class TestCardsOfCirculars:
    def test_read_what_the_circular_says(self) -> None:
        card = circular_card(link="/events/42", expires_at=AT + timedelta(days=1))

        assert (card.title, card.body, card.sender) == ("港まつり", "土曜日に開きます。", "釧路市")
        assert card.reason == "釧路市にお住まいの方にお送りしています。"
        assert (card.purpose, card.link, card.expires_at) == (
            "push_city",
            "/events/42",
            AT + timedelta(days=1),
        )

    @pytest.mark.parametrize(
        ("language", "title"), [("en", "Harbour festival"), ("ja@easy", "港まつり"), ("ja", "港まつり")]
    )
    def test_speak_the_readers_language_or_japanese(self, language: str, title: str) -> None:
        card = circular_card(language)

        assert (card.title, card.body) == (title, "土曜日に開きます。")

    def test_of_the_city_are_stopped_by_what_they_are_about(self) -> None:
        assert stops(circular_card()) == [("muted_category", "events"), ("consent", "push_city")]

    def test_of_a_shop_are_stopped_by_shop_category_or_altogether(self) -> None:
        card = circular_card(**ADVERTISING)

        assert stops(card) == [
            ("muted_shop", ID),
            ("muted_category", "local_food"),
            ("consent", "push_shops"),
        ]

    def test_of_a_disaster_are_stopped_by_their_consent_alone(self) -> None:
        card = circular_card(purpose="push_disaster", category="disaster")

        assert stops(card) == [("consent", "push_disaster")]

    def test_bring_points_to_claim(self) -> None:
        card = circular_card(attachment_kind="reward_code", attachment="ABCD-2345")

        assert card.attachment is not None
        assert (card.attachment.code, card.attachment.id) == ("ABCD-2345", None)
        assert card.link == "/missions/rewards/ABCD-2345"

    def test_bring_an_offer_by_its_name(self) -> None:
        card = circular_card(
            attachment_kind="offer", attachment=ID, attachment_titles={"ja": "焼きたてパン"}, **ADVERTISING
        )

        assert card.attachment is not None
        assert (str(card.attachment.id), card.attachment.title) == (ID, "焼きたてパン")
        assert card.link == f"/offers/{ID}"

    def test_lead_where_they_say_whatever_is_attached(self) -> None:
        card = circular_card(attachment_kind="campaign", attachment=ID, link="/events/42")

        assert card.link == "/events/42"
