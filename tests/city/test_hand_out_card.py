"""POST /v1/city/cards/handovers."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from backend.base.database import Database
from backend.people.models import Citizen, Consent
from tests.factories.cards import CONSENTS, PIN, hand_out, held_card, print_cards
from tests.factories.people import make_staff
from tests.support.client import ApiClient

PATH = "/v1/city/cards/handovers"


def holders(database: Database) -> list[Citizen]:
    """Citizens who came with a card: the town has two without."""
    names = ("しまふくろう", "たんちょう")
    return database.run(
        lambda session: list(session.scalars(select(Citizen).where(Citizen.nickname.not_in(names))))
    )


class TestHandOutCard:
    def test_opens_an_account_that_needs_nothing_but_consent(
        self, city: ApiClient, database: Database
    ) -> None:
        [card] = print_cards(city)

        response = hand_out(city, card)

        assert (response.status_code, response.get_json()) == (
            201,
            {"serial": card.serial, "status": "active"},
        )
        [holder] = holders(database)
        assert (holder.nickname, holder.language) == ("カードの方", "ja")
        assert (holder.district, holder.age_band, holder.municipality_code, holder.birth_month) == (None,) * 4

    def test_keeps_what_the_holder_chose_to_tell(self, city: ApiClient, database: Database) -> None:
        held_card(city, nickname="たんぽぽ", language="ja@easy", district=" 春採　", age_band="75_over")

        [holder] = holders(database)
        assert (holder.nickname, holder.language) == ("たんぽぽ", "ja@easy")
        assert (holder.district, holder.age_band) == ("春採", "75_over")

    def test_dates_the_consents_that_were_signed(
        self, city: ApiClient, database: Database, at: datetime
    ) -> None:
        held_card(city, consents=[*CONSENTS, {"purpose": "statistics", "version": "2026-11"}])
        [holder] = holders(database)

        given = database.run(
            lambda session: session.execute(
                select(Consent.purpose, Consent.given_at)
                .where(Consent.citizen_id == holder.id)
                .order_by(Consent.purpose)
            ).all()
        )
        assert [tuple(row) for row in given] == [("statistics", at), ("terms", at)]

    def test_is_done_once_a_card(self, city: ApiClient, database: Database) -> None:
        card = held_card(city)

        response = hand_out(city, card)

        assert (response.status_code, response.get_json()["code"]) == (409, "card_handed_out")
        assert len(holders(database)) == 1

    def test_is_for_helpers_who_may_do_nothing_else(
        self, app: Any, city: ApiClient, database: Database, at: datetime
    ) -> None:
        token = database.run(lambda session: make_staff(session, at=at, face="city", roles=("helper",))).token
        helper, [card] = ApiClient(app, token), print_cards(city)

        assert hand_out(helper, card).status_code == 201
        assert helper.post("/v1/city/cards/batches", {"count": 1}).status_code == 403
        assert helper.post("/v1/city/verifications", {"counter_code": "30518274"}).status_code == 403

    def test_is_nobody_elses(
        self, approver: ApiClient, clerk: ApiClient, citizen: ApiClient, nobody: ApiClient
    ) -> None:
        callers = (approver, clerk, citizen, nobody)

        answers = [hand_out(caller, "3141 5926 5359").status_code for caller in callers]

        assert answers == [403, 403, 403, 401]

    @pytest.mark.parametrize(
        ("changes", "field", "code"),
        [
            ({"card": "3141 5926 5350"}, "card", "card_number_mistyped"),
            ({"card": None}, "card", "fields_invalid"),
            ({"pin": "123"}, "pin", "card_pin_weak"),
            ({"pin": "1234"}, "pin", "card_pin_weak"),
            ({"pin": "8765"}, "pin", "card_pin_weak"),
            ({"pin": "8901"}, "pin", "card_pin_weak"),
            ({"pin": "7777"}, "pin", "card_pin_weak"),
            ({"pin": "27a8"}, "pin", "card_pin_weak"),
            ({"consents": []}, "consents", "terms_consent_required"),
            (
                {"consents": [{"purpose": "terms", "version": "2020-01"}]},
                "version",
                "consent_version_outdated",
            ),
            ({"nickname": "\u200b"}, "nickname", "nickname_refused"),
            ({"age_band": "old"}, "age_band", "fields_invalid"),
            ({"name": "山田"}, "name", "fields_invalid"),
        ],
    )
    def test_refuses_bad_input(
        self, city: ApiClient, database: Database, changes: dict[str, Any], field: str, code: str
    ) -> None:
        [card] = print_cards(city)

        response = city.post(PATH, {"card": card.number, "pin": PIN, "consents": CONSENTS, **changes})

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, code)
        assert [error["field"] for error in problem["errors"]] == [field]
        assert holders(database) == []

    def test_knows_no_card_by_its_slip(self, city: ApiClient) -> None:
        [card] = print_cards(city)

        response = hand_out(city, card.serial)

        assert (response.status_code, response.get_json()["code"]) == (404, "card_not_found")
