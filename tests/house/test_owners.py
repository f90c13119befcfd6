"""Every route with somebody's id in its path, called by somebody else: as if there were nothing there."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.web.contracts import path_of
from backend.web.spec import spec_of
from tests.conftest import NOW
from tests.factories.audiences import save_audience
from tests.factories.claims import LARGE_YEN, state
from tests.factories.member_lists import create_list
from tests.factories.messages import REASON, made_shop_draft, shop_message
from tests.factories.offers import encoded, make_draft, make_offer
from tests.factories.organisations import make_product, make_register_key, make_shop
from tests.factories.people import make_staff
from tests.factories.posters import issue_poster
from tests.factories.purchases import KEY, buy, issue, open_checkout, record, show_code
from tests.factories.receipts import draft as draft_receipt
from tests.factories.receipts import put_photo
from tests.factories.serials import make_batch
from tests.factories.tills import get_allowance, reconcile
from tests.factories.webhooks import register_webhook, send_test
from tests.factories.world import World
from tests.support.client import ApiClient

# Routes whose id names nobody's own: public things, and what the whole city office shares.
SHARED = {
    "/v1/city/claims/{claim_id}/photos/{number}",
    "/v1/shops/{shop_id}",
    "/v1/campaigns/{campaign_id}",
    "/v1/missions/{campaign_id}/reports",
    "/v1/offers/{offer_id}",
    "/v1/offers/{offer_id}/coupons",
    "/v1/offers/{offer_id}/photo",
    "/v1/me/favourite-shops/{shop_id}",
    "/v1/me/saved-offers/{offer_id}",
    "/v1/city/offers/{offer_id}",
    "/v1/city/offers/{offer_id}/hold",
    "/v1/city/offers/{offer_id}/photo",
    "/v1/city/offers/{offer_id}/release",
    "/v1/city/offers/{offer_id}/removal",
    "/v1/city/budget-lines/{budget_line_id}",
    "/v1/city/claims/{claim_id}",
    "/v1/city/claims/{claim_id}/decisions",
    "/v1/city/flags/{flag_id}",
    "/v1/city/flags/{flag_id}/decisions",
    "/v1/city/campaigns/{campaign_id}",
    "/v1/city/campaigns/{campaign_id}/approval",
    "/v1/city/campaigns/{campaign_id}/draft",
    "/v1/city/campaigns/{campaign_id}/end",
    "/v1/city/campaigns/{campaign_id}/events",
    "/v1/city/campaigns/{campaign_id}/pause",
    "/v1/city/campaigns/{campaign_id}/previews",
    "/v1/city/purchases/{purchase_id}/explanation",
    "/v1/city/reconciliations/{reconciliation_id}",
    "/v1/city/campaigns/{campaign_id}/report",
    "/v1/city/campaigns/{campaign_id}/resume",
    "/v1/city/campaigns/{campaign_id}/return",
    "/v1/city/campaigns/{campaign_id}/review",
    "/v1/city/campaigns/{campaign_id}/reward-codes",
    "/v1/city/campaigns/{campaign_id}/reward-codes/{reward_code_id}",
    "/v1/city/campaigns/{campaign_id}/schedule",
    "/v1/city/campaigns/{campaign_id}/versions",
    "/v1/city/campaigns/{campaign_id}/withdrawal",
    "/v1/city/messages/{message_id}",
    "/v1/city/messages/{message_id}/approval",
    "/v1/city/messages/{message_id}/cancellation",
    "/v1/city/messages/{message_id}/dead-letters",
    "/v1/city/messages/{message_id}/dead-letters/replay",
    "/v1/city/messages/{message_id}/events",
    "/v1/city/messages/{message_id}/health",
    "/v1/city/messages/{message_id}/reach",
    "/v1/city/messages/{message_id}/resume",
    "/v1/city/messages/{message_id}/return",
    "/v1/city/messages/{message_id}/review",
    "/v1/city/messages/{message_id}/schedule",
    "/v1/city/messages/{message_id}/stop",
    "/v1/city/messages/{message_id}/tests",
    "/v1/city/disaster-messages/{message_id}/review",
    "/v1/city/message-templates/{slug}/{version}",
    "/v1/city/message-templates/{slug}/{version}/approval",
    "/v1/city/message-templates/{slug}/{version}/retirement",
    "/v1/city/audiences/{audience_id}",
    "/v1/city/member-lists/{list_id}",
    "/v1/city/member-lists/{list_id}/join-codes",
    "/v1/city/cards/batches/{batch_id}",
    "/v1/city/cards/batches/{batch_id}/sheet",
    "/v1/city/cards/{serial}",
    "/v1/city/corrections/{correction_id}/approval",
    "/v1/city/corrections/{correction_id}/rejection",
    "/v1/city/shops/{shop_id}",
    "/v1/city/shops/{shop_id}/class",
    "/v1/city/shops/{shop_id}/decisions",
    "/v1/city/serial-batches/{batch_id}/revocation",
    "/v1/city/shops/{shop_id}/identifiers",
    "/v1/city/staff/{staff_id}",
    "/v1/city/staff/{staff_id}/invitations",
    "/v1/city/stickers/{sticker_id}/unlinking",
    "/v1/city/verifications/{declaration_id}",
    "/v1/me/consents/{purpose}",
    "/v1/me/notice-preferences/{kind}/{subject}",
    "/v1/me/logins/{kind}/verification-requests",
    "/v1/me/logins/{kind}/verifications",
    "/v1/me/devices/{installation_id}",
}
PRIVATE = {
    "/v1/claims/{claim_id}/receipt",
    "/v1/claims/{claim_id}/photos/{number}",
    "/v1/claims/{claim_id}/read",
    "/v1/claims/{claim_id}/submit",
    "/v1/purchases/{purchase_id}",
    "/v1/purchases/by-request/{request_key}",
    "/v1/claims/{claim_id}",
    "/v1/claims/{claim_id}/appeal",
    "/v1/claims/{claim_id}/withdrawal",
    "/v1/shop/claims/{claim_id}/confirmation",
    "/v1/shop/claims/{claim_id}/refusal",
    "/v1/me/coupons/{coupon_id}/tokens",
    "/v1/me/offline-code-keys/{key_id}",
    "/v1/me/cards/{card_id}",
    "/v1/notices/{notice_id}/read",
    "/v1/notices/{notice_id}/tap",
    "/v1/sessions/{session_id}",
    "/v1/me/memberships/{list_id}",
    "/v1/shop/codes/{code_id}",
    "/v1/shop/offers/{offer_id}",
    "/v1/shop/offers/{offer_id}/end",
    "/v1/shop/offers/{offer_id}/photo",
    "/v1/shop/offers/{offer_id}/publication",
    "/v1/shop/messages/{message_id}",
    "/v1/shop/messages/{message_id}/cancellation",
    "/v1/shop/messages/{message_id}/events",
    "/v1/shop/messages/{message_id}/health",
    "/v1/shop/messages/{message_id}/reach",
    "/v1/shop/messages/{message_id}/resume",
    "/v1/shop/messages/{message_id}/review",
    "/v1/shop/messages/{message_id}/schedule",
    "/v1/shop/messages/{message_id}/stop",
    "/v1/shop/messages/{message_id}/tests",
    "/v1/shop/audiences/{audience_id}",
    "/v1/shop/member-lists/{list_id}",
    "/v1/shop/member-lists/{list_id}/join-codes",
    "/v1/shop/checkouts/{checkout_id}",
    "/v1/shop/checkouts/{checkout_id}/completion",
    "/v1/shop/posters/{poster_id}/page",
    "/v1/shop/posters/{poster_id}/print",
    "/v1/shop/posters/{poster_id}/replacement",
    "/v1/shop/posters/{poster_id}/revocation",
    "/v1/shop/products/{product_id}",
    "/v1/shop/purchases/{purchase_id}",
    "/v1/shop/purchases/{purchase_id}/refunds",
    "/v1/shop/registers/{api_key_id}",
    "/v1/shop/serial-batches/{batch_id}",
    "/v1/shop/serial-batches/{batch_id}/labels",
    "/v1/shop/registers/{api_key_id}/rotation",
    "/v1/shop/offline-allowances/{allowance_id}",
    "/v1/shop/reconciliations/{reconciliation_id}",
    "/v1/shop/sessions/{session_id}",
    "/v1/shop/staff/{staff_id}",
    "/v1/city/sessions/{session_id}",
    "/v1/shop/webhooks/{webhook_id}",
    "/v1/shop/webhooks/{webhook_id}/deliveries",
    "/v1/shop/webhooks/{webhook_id}/deliveries/{event_id}/replay",
    "/v1/shop/webhooks/{webhook_id}/pause",
    "/v1/shop/webhooks/{webhook_id}/replays",
    "/v1/shop/webhooks/{webhook_id}/resume",
    "/v1/shop/webhooks/{webhook_id}/secrets",
    "/v1/shop/webhooks/{webhook_id}/tests",
}


@pytest.fixture
def stranger(app: Any, database: Database, world: World) -> ApiClient:
    """The manager of another shop."""

    def work(session: Session) -> str:
        shop = make_shop(session, at=NOW, name_ja="よその店")
        make_register_key(session, shop_id=shop.id, at=NOW)
        return make_staff(session, at=NOW, face="shop", roles=("manager",), shop_id=shop.id).token

    return ApiClient(app, database.run(work))


class TestRoutesWithAnId:
    def test_are_each_known_to_be_private_or_shared(self, app: Any) -> None:
        paths = {
            path
            for face in ("citizen", "shop", "city")
            for path in spec_of(app, face)["paths"]
            if "{" in path
        }

        assert paths == {path_of(path) for path in PRIVATE | SHARED}


class TestSomebodyElse:
    def test_sees_no_purchase(self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient) -> None:
        purchase_id = record(citizen, issue(clerk)["url"]).get_json()["id"]

        response = neighbour.get(f"/v1/purchases/{purchase_id}")

        assert response.status_code == 404

    def test_sees_no_purchase_by_its_request(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient
    ) -> None:
        record(citizen, issue(clerk)["url"])

        response = neighbour.get(f"/v1/purchases/by-request/{KEY}")

        assert response.status_code == 404

    @pytest.mark.parametrize("act", ["read", "tap"])
    def test_reads_no_notice(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient, act: str
    ) -> None:
        record(citizen, issue(clerk)["url"])
        notice_id = citizen.get("/v1/notices").get_json()["items"][0]["id"]

        response = neighbour.post(f"/v1/notices/{notice_id}/{act}")

        assert response.status_code == 404

    def test_ends_no_session(self, citizen: ApiClient, neighbour: ApiClient) -> None:
        session_id = citizen.get("/v1/sessions").get_json()["items"][0]["id"]

        response = neighbour.delete(f"/v1/sessions/{session_id}")

        assert response.status_code == 404

    def test_polls_no_till_code(self, clerk: ApiClient, stranger: ApiClient) -> None:
        code_id = issue(clerk)["id"]

        response = stranger.get(f"/v1/shop/codes/{code_id}")

        assert response.status_code == 404

    def test_cancels_no_till_code(self, clerk: ApiClient, stranger: ApiClient) -> None:
        code_id = issue(clerk)["id"]

        response = stranger.delete(f"/v1/shop/codes/{code_id}")

        assert response.status_code == 404

    def test_revokes_no_register(self, manager: ApiClient, stranger: ApiClient) -> None:
        key_id = manager.get("/v1/shop/registers").get_json()["items"][0]["id"]

        response = stranger.delete(f"/v1/shop/registers/{key_id}")

        assert response.status_code == 404

    def test_gives_no_register_another_key(self, manager: ApiClient, stranger: ApiClient) -> None:
        key_id = manager.get("/v1/shop/registers").get_json()["items"][0]["id"]

        response = stranger.post(f"/v1/shop/registers/{key_id}/rotation", {})

        assert response.status_code == 404

    def test_revokes_no_offline_allowance(self, register: ApiClient, stranger: ApiClient) -> None:
        allowance_id = get_allowance(register)["allowance"]["id"]

        response = stranger.delete(f"/v1/shop/offline-allowances/{allowance_id}")

        assert response.status_code == 404

    def test_sees_no_offline_allowance(
        self, app: Any, register: ApiClient, database: Database, world: World
    ) -> None:
        allowance_id = get_allowance(register)["allowance"]["id"]
        other = database.run(lambda session: make_register_key(session, shop_id=world.shop_id, at=NOW))

        response = ApiClient(app, other).get(f"/v1/shop/offline-allowances/{allowance_id}")

        assert response.status_code == 404

    def test_sees_no_reconciliation(self, register: ApiClient, stranger: ApiClient) -> None:
        reconciliation_id = reconcile(register, count=0, amount_yen=0).get_json()["reconciliation"]["id"]

        response = stranger.get(f"/v1/shop/reconciliations/{reconciliation_id}")

        assert response.status_code == 404

    def test_releases_no_clerk(self, stranger: ApiClient, world: World) -> None:
        response = stranger.delete(f"/v1/shop/staff/{world.clerk.id}")

        assert response.status_code == 404

    @pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/completion"), ("DELETE", "")])
    def test_finds_no_checkout(
        self, citizen: ApiClient, clerk: ApiClient, stranger: ApiClient, method: str, path: str
    ) -> None:
        checkout_id = open_checkout(clerk, show_code(citizen))["id"]
        keywords = {"json": {}, "headers": {"Idempotency-Key": KEY}} if method == "POST" else {}

        response = stranger.request(method, f"/v1/shop/checkouts/{checkout_id}{path}", **keywords)

        assert response.status_code == 404

    @pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/refunds")])
    def test_finds_no_sale(
        self, citizen: ApiClient, clerk: ApiClient, stranger: ApiClient, method: str, path: str
    ) -> None:
        purchase_id = buy(citizen, clerk)["id"]
        keywords = {"json": {}, "headers": {"Idempotency-Key": KEY}} if method == "POST" else {}

        response = stranger.request(method, f"/v1/shop/purchases/{purchase_id}{path}", **keywords)

        assert response.status_code == 404

    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "print"), ("GET", "page"), ("POST", "replacement"), ("POST", "revocation")],
    )
    def test_finds_no_poster(self, manager: ApiClient, stranger: ApiClient, method: str, path: str) -> None:
        poster_id = issue_poster(manager)["id"]
        keywords = {"json": {"reason": "盗難"}} if method == "POST" else {}

        response = stranger.request(method, f"/v1/shop/posters/{poster_id}/{path}", **keywords)

        assert response.status_code == 404

    @pytest.mark.parametrize("path", ["", "/labels"])
    def test_finds_no_serials(self, stranger: ApiClient, database: Database, world: World, path: str) -> None:
        batch_id = database.run(lambda session: make_batch(session, shop_id=world.shop_id, at=NOW).id)

        response = stranger.get(f"/v1/shop/serial-batches/{batch_id}{path}")

        assert response.status_code == 404

    @pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/appeal"), ("POST", "/withdrawal")])
    def test_finds_no_claim(
        self, citizen: ApiClient, neighbour: ApiClient, poster: str, method: str, path: str
    ) -> None:
        claim_id = state(citizen, poster, LARGE_YEN)["id"]
        keywords = {"json": {"text": "買いました"}} if path == "/appeal" else {}

        response = neighbour.request(method, f"/v1/claims/{claim_id}{path}", **keywords)

        assert response.status_code == 404

    @pytest.mark.parametrize("path", ["confirmation", "refusal"])
    def test_decides_no_claim(self, citizen: ApiClient, stranger: ApiClient, poster: str, path: str) -> None:
        claim_id = state(citizen, poster, LARGE_YEN)["id"]
        body = {"reason": "ありません"} if path == "refusal" else None

        response = stranger.post(f"/v1/shop/claims/{claim_id}/{path}", body)

        assert response.status_code == 404
        assert stranger.get("/v1/shop/claims").get_json()["items"] == []

    def test_withdraws_no_product(self, stranger: ApiClient, database: Database, world: World) -> None:
        product_id = database.run(lambda session: make_product(session, shop_id=world.shop_id, at=NOW).id)

        response = stranger.delete(f"/v1/shop/products/{product_id}")

        assert response.status_code == 404

    def test_shows_no_coupon(
        self, citizen: ApiClient, neighbour: ApiClient, database: Database, world: World
    ) -> None:
        offer_id = database.run(lambda session: make_offer(session, shop_id=world.shop_id, at=NOW).id)
        coupon_id = citizen.post(f"/v1/offers/{offer_id}/coupons").get_json()["id"]

        response = neighbour.post(f"/v1/me/coupons/{coupon_id}/tokens")

        assert response.status_code == 404

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", ""),
            ("PATCH", ""),
            ("POST", "/publication"),
            ("POST", "/end"),
            ("GET", "/photo"),
            ("PUT", "/photo"),
            ("DELETE", "/photo"),
        ],
    )
    def test_finds_no_offer(
        self, stranger: ApiClient, database: Database, world: World, method: str, path: str
    ) -> None:
        offer_id = database.run(lambda session: make_draft(session, shop_id=world.shop_id, at=NOW).id)
        body = {"data": encoded(8, 8), "content_type": "image/jpeg"} if method == "PUT" else {"json": {}}

        response = stranger.request(method, f"/v1/shop/offers/{offer_id}{path}", **body)

        assert response.status_code == 404

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/receipt"),
            ("PUT", "/receipt"),
            ("GET", "/photos/1"),
            ("PUT", "/photos/1"),
            ("DELETE", "/photos/1"),
            ("POST", "/read"),
            ("POST", "/submit"),
        ],
    )
    def test_finds_no_receipt(self, citizen: ApiClient, neighbour: ApiClient, method: str, path: str) -> None:
        claim_id = draft_receipt(citizen)["id"]
        put_photo(citizen, claim_id)
        is_photo = (method, path) == ("PUT", "/photos/1")
        body = {"data": encoded(8, 8), "content_type": "image/jpeg"} if is_photo else {"json": {}}

        response = neighbour.request(method, f"/v1/claims/{claim_id}{path}", **body)

        assert response.status_code == 404

    def test_takes_nobody_off_a_list(
        self, manager: ApiClient, citizen: ApiClient, neighbour: ApiClient
    ) -> None:
        made = create_list(manager)
        citizen.post("/v1/me/memberships", {"join_code": made["join_code"]})

        response = neighbour.delete(f"/v1/me/memberships/{made['member_list']['id']}")

        assert response.status_code == 404
        assert len(citizen.get("/v1/me/memberships").get_json()["items"]) == 1

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", ""),
            ("PUT", ""),
            ("POST", "/cancellation"),
            ("GET", "/events"),
            ("GET", "/health"),
            ("GET", "/reach"),
            ("POST", "/resume"),
            ("POST", "/review"),
            ("POST", "/schedule"),
            ("POST", "/stop"),
            ("POST", "/tests"),
        ],
    )
    def test_finds_no_message(
        self, manager: ApiClient, stranger: ApiClient, world: World, method: str, path: str
    ) -> None:
        bodies: dict[str, Any] = {
            "": shop_message(),
            "/cancellation": REASON,
            "/schedule": {},
            "/stop": REASON,
            "/tests": {"member_list_id": str(world.shop_id)},
        }
        body = {} if method == "GET" else {"json": bodies.get(path), "headers": {"Idempotency-Key": KEY}}

        response = stranger.request(method, f"{made_shop_draft(manager)}{path}", **body)

        assert response.status_code == 404
        assert stranger.get("/v1/shop/messages").get_json()["items"] == []

    @pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
    def test_finds_no_audience(self, manager: ApiClient, stranger: ApiClient, method: str) -> None:
        audience_id = save_audience(manager)["id"]
        body = {"json": {"name": "横取り"}} if method == "PATCH" else {}

        response = stranger.request(method, f"/v1/shop/audiences/{audience_id}", **body)

        assert (response.status_code, response.get_json()["code"]) == (404, "audience_not_found")

    def test_closes_no_member_list(self, manager: ApiClient, stranger: ApiClient) -> None:
        list_id = create_list(manager)["member_list"]["id"]

        response = stranger.delete(f"/v1/shop/member-lists/{list_id}")

        assert response.status_code == 404

    def test_gets_no_code_to_a_member_list(self, manager: ApiClient, stranger: ApiClient) -> None:
        list_id = create_list(manager)["member_list"]["id"]

        response = stranger.post(f"/v1/shop/member-lists/{list_id}/join-codes")

        assert response.status_code == 404

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("DELETE", ""),
            ("GET", "/deliveries"),
            ("POST", "/deliveries/{event_id}/replay"),
            ("POST", "/pause"),
            ("POST", "/replays"),
            ("POST", "/resume"),
            ("POST", "/secrets"),
            ("POST", "/tests"),
        ],
    )
    def test_finds_no_webhook(self, manager: ApiClient, stranger: ApiClient, method: str, path: str) -> None:
        webhook = register_webhook(manager)
        path = path.format(event_id=send_test(manager, webhook))
        body = {"json": {"since": NOW.isoformat()}} if path == "/replays" else {}

        response = stranger.request(method, f"/v1/shop/webhooks/{webhook['id']}{path}", **body)

        assert (response.status_code, response.get_json()["code"]) == (404, "webhook_not_found")

    @pytest.mark.parametrize("face", ["shop", "city"])
    def test_ends_no_session_of_a_colleague(
        self, face: str, clerk: ApiClient, stranger: ApiClient, city: ApiClient, approver: ApiClient
    ) -> None:
        victim, other = {"shop": (clerk, stranger), "city": (city, approver)}[face]
        session_id = victim.get(f"/v1/{face}/sessions").get_json()["items"][0]["id"]

        response = other.delete(f"/v1/{face}/sessions/{session_id}")

        assert response.status_code == 404
