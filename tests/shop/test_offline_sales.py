"""Sales to citizens whose phones have no network: the code is made there and proven here."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.base.database import Database
from backend.config import Settings
from backend.people.code_models import OfflineCodeKey, OfflineCodeUse
from backend.purchases.models import Purchase
from backend.web.ground import Ground
from tests.factories.credentials import PASSWORD, register
from tests.factories.offline import INSTALLATION, enrol
from tests.factories.purchases import (
    KEY,
    OTHER_KEY,
    complete,
    coupon_token,
    open_checkout,
    points_of,
    sell,
    take_coupon,
)
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")


def count(database: Database, model: type[Any]) -> int:
    return database.run(lambda session: session.scalar(select(func.count()).select_from(model)) or 0)


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["code"]


class TestSaleByOfflineCode:
    def test_earns_for_whoever_holds_the_telephone(self, citizen: ApiClient, clerk: ApiClient) -> None:
        response = sell(clerk, enrol(citizen).show())

        assert response.status_code == 201
        assert (response.get_json()["earned_points"], points_of(citizen)) == (12, 12)

    def test_takes_the_address_of_the_qr_code(
        self, citizen: ApiClient, register: ApiClient, ground: Ground
    ) -> None:
        url = f"{ground.settings.public_url}/m/{enrol(citizen).show()}"

        assert sell(register, url).status_code == 201

    def test_takes_digits_read_aloud(self, citizen: ApiClient, clerk: ApiClient) -> None:
        digits = enrol(citizen).show()

        assert sell(clerk, f" {digits[:4]}-{digits[4:8]} {digits[8:12]}　{digits[12:]} ").status_code == 201

    def test_spends_as_much_as_the_key_allows(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Callable[..., None]
    ) -> None:
        give_points(400)
        telephone = enrol(citizen, spend_max_points=300)

        sale = sell(clerk, telephone.show("spend")).get_json()

        assert (sale["spent_points"], sale["to_pay_yen"], sale["earned_points"]) == (300, 980, 9)

    def test_spends_nothing_when_it_is_to_earn(
        self, citizen: ApiClient, clerk: ApiClient, give_points: Callable[..., None]
    ) -> None:
        give_points(400)

        sale = sell(clerk, enrol(citizen, spend_max_points=300).show("earn")).get_json()

        assert sale["spent_points"] == 0

    def test_takes_coupons_that_are_shown_beside_it(
        self, citizen: ApiClient, clerk: ApiClient, make_town_offer: Callable[..., Any]
    ) -> None:
        token = coupon_token(citizen, take_coupon(citizen, make_town_offer()))

        sale = sell(clerk, enrol(citizen).show(), coupon_tokens=[token]).get_json()

        assert sale["discount_yen"] == 50

    def test_can_be_a_checkout(
        self, citizen: ApiClient, register: ApiClient, give_points: Callable[..., None], database: Database
    ) -> None:
        give_points(100)
        telephone = enrol(citizen, spend_max_points=80)
        checkout = open_checkout(register, telephone.show("spend"))

        assert refusal(sell(register, telephone.show(), key=OTHER_KEY)) == (409, "citizen_code_used")
        assert complete(register, checkout).get_json()["spent_points"] == 80
        assert count(database, OfflineCodeUse) == 1

    def test_is_recorded_once(
        self, citizen: ApiClient, clerk: ApiClient, clock: Any, database: Database
    ) -> None:
        code = enrol(citizen).show()
        sale = sell(clerk, code, key=KEY).get_json()
        clock.shift(3600)

        again = sell(clerk, code, key=KEY)

        assert (again.status_code, again.get_json()) == (201, sale)
        assert count(database, Purchase) == 1

    def test_can_be_made_again_in_the_next_minute(
        self, citizen: ApiClient, clerk: ApiClient, clock: Any
    ) -> None:
        telephone = enrol(citizen)
        sell(clerk, telephone.show())
        clock.shift(60)

        assert sell(clerk, telephone.show(), key=OTHER_KEY).status_code == 201


class TestSaleByOfflineCodeRefuses:
    def test_a_code_that_was_used(self, citizen: ApiClient, clerk: ApiClient, register: ApiClient) -> None:
        telephone = enrol(citizen, spend_max_points=10)
        sell(clerk, telephone.show())

        assert refusal(sell(register, telephone.show())) == (409, "citizen_code_used")
        assert refusal(sell(register, telephone.show("spend"))) == (409, "citizen_code_used")

    @pytest.mark.parametrize(
        ("late", "code", "says"),
        [
            (300, "offline_code_outdated", "5分遅れています"),
            (-240, "offline_code_premature", "4分進んでいます"),
        ],
    )
    def test_a_clock_that_is_wrong_and_says_by_how_much(
        self, citizen: ApiClient, clerk: ApiClient, late: int, code: str, says: str
    ) -> None:
        response = sell(clerk, enrol(citizen, late=late).show())

        assert refusal(response) == (409, code)
        assert says in response.get_json()["detail"]

    @pytest.mark.parametrize("late", [-60, 60])
    def test_no_clock_that_is_off_by_a_minute(self, citizen: ApiClient, clerk: ApiClient, late: int) -> None:
        assert sell(clerk, enrol(citizen, late=late).show()).status_code == 201

    def test_a_code_of_long_ago(self, citizen: ApiClient, clerk: ApiClient, clock: Any) -> None:
        code = enrol(citizen).show()
        clock.shift(3600)

        assert refusal(sell(clerk, code)) == (404, "citizen_code_unknown")

    def test_a_number_that_nobody_has(self, citizen: ApiClient, clerk: ApiClient) -> None:
        assert refusal(sell(clerk, "0000 0000 0000 0000")) == (404, "citizen_code_unknown")

    def test_a_slip(self, citizen: ApiClient, clerk: ApiClient) -> None:
        digits = enrol(citizen).show()
        wrong = digits[:5] + str((int(digits[5]) + 1) % 10) + digits[6:]

        assert refusal(sell(clerk, wrong)) == (422, "citizen_code_mistyped")

    def test_what_a_key_that_only_earns_says_of_spending(self, citizen: ApiClient, clerk: ApiClient) -> None:
        assert refusal(sell(clerk, enrol(citizen).show("spend"))) == (404, "citizen_code_unknown")

    def test_a_telephone_that_was_signed_out(self, citizen: ApiClient, clerk: ApiClient) -> None:
        telephone = enrol(citizen)
        citizen.delete("/v1/sessions/current")

        assert refusal(sell(clerk, telephone.show())) == (409, "offline_key_revoked")

    def test_a_device_that_was_removed(self, citizen: ApiClient, clerk: ApiClient) -> None:
        telephone = enrol(citizen)
        path = f"/v1/me/devices/{INSTALLATION}"
        citizen.put(path, {"platform": "ios", "target_kind": "fid", "target": "installation"})
        citizen.delete(path)

        assert refusal(sell(clerk, telephone.show())) == (409, "offline_key_revoked")

    def test_a_device_that_somebody_else_has_now(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient
    ) -> None:
        telephone = enrol(citizen)
        body = {"platform": "ios", "target_kind": "fid", "target": "installation"}
        citizen.put(f"/v1/me/devices/{INSTALLATION}", body)
        assert sell(clerk, telephone.show()).status_code == 201

        neighbour.put(f"/v1/me/devices/{INSTALLATION}", body)

        assert refusal(sell(clerk, telephone.show(), key=OTHER_KEY)) == (409, "offline_key_revoked")

    def test_whoever_has_left(self, nobody: ApiClient, clerk: ApiClient, database: Database) -> None:
        member = register(nobody)
        telephone = enrol(member)
        sell(clerk, telephone.show())
        member.delete("/v1/me", {"password": PASSWORD})

        assert refusal(sell(clerk, telephone.show(), key=OTHER_KEY)) == (404, "citizen_code_unknown")
        assert (count(database, OfflineCodeKey), count(database, OfflineCodeUse)) == (0, 0)


class TestGuessingOfflineCodes:
    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    def test_is_stopped_for_the_register_that_does(
        self, citizen: ApiClient, register: ApiClient, make_app: Callable[..., Any], database_url: str
    ) -> None:
        strict = make_app(Settings(database_url=database_url, log_level="ERROR", scan_refusals=3))
        till, telephone = ApiClient(strict, register.token), enrol(citizen)
        for _ in range(3):
            assert refusal(sell(till, "0000 0000 0000 0000")) == (404, "citizen_code_unknown")

        assert refusal(sell(till, "0000 0000 0000 0000")) == (429, "rate_limit_exceeded")
        assert refusal(sell(till, telephone.show("spend"))) == (429, "rate_limit_exceeded")
