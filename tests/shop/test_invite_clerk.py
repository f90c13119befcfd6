"""POST /v1/shop/staff."""

from backend.base.database import Database
from tests.conftest import NOW
from tests.factories.credentials import STAFF_EMAIL, STAFF_PASSWORD, letters_to
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

INVITATION = {"email": "Tenban@Example.jp", "display_name": "店番"}


class TestInviteClerk:
    def test_sends_a_letter(self, manager: ApiClient, database: Database) -> None:
        response = manager.post("/v1/shop/staff", INVITATION)

        assert response.status_code == 201
        assert response.get_json()["expires_at"] == "2026-06-22T03:00:00+00:00"
        letter = letters_to(database, STAFF_EMAIL)[0]
        assert letter.kind == "staff_invitation"
        assert letter.params["token"].startswith("mgi_")

    def test_shows_who_has_not_accepted_yet(self, manager: ApiClient, world: World) -> None:
        manager.post("/v1/shop/staff", INVITATION)

        newest = manager.get("/v1/shop/staff").get_json()["items"][-1]
        assert newest["email"] == STAFF_EMAIL
        assert newest["is_invited"] is True
        assert newest["roles"] == [{"role": "clerk", "shop_id": str(world.shop_id)}]

    def test_lets_the_clerk_in_once_accepted(
        self, manager: ApiClient, nobody: ApiClient, database: Database
    ) -> None:
        manager.post("/v1/shop/staff", INVITATION)
        token = letters_to(database, STAFF_EMAIL)[0].params["token"]
        nobody.post("/v1/shop/invitations/accept", {"token": token, "password": STAFF_PASSWORD})

        response = nobody.post("/v1/shop/sessions", {"email": STAFF_EMAIL, "password": STAFF_PASSWORD})

        tenban = ApiClient(nobody.app, response.get_json()["token"])
        assert tenban.post("/v1/shop/codes", {"amount_yen": 300}).status_code == 201
        assert tenban.post("/v1/shop/staff", INVITATION).status_code == 403

    def test_ends_the_letter_before(self, manager: ApiClient, nobody: ApiClient, database: Database) -> None:
        manager.post("/v1/shop/staff", INVITATION)
        manager.post("/v1/shop/staff", INVITATION)
        earlier = letters_to(database, STAFF_EMAIL)[0].params["token"]

        response = nobody.post("/v1/shop/invitations/accept", {"token": earlier, "password": STAFF_PASSWORD})

        assert response.get_json()["code"] == "invitation_invalid"

    def test_works_on_the_managers_own_shop_only(
        self, manager: ApiClient, world: World, database: Database
    ) -> None:
        other = database.run(lambda session: make_shop(session, at=NOW, name_ja="霧笛堂").id)

        response = manager.post("/v1/shop/staff", INVITATION | {"shop_id": str(other)})

        assert response.status_code == 404

    def test_is_not_a_clerks_to_do(self, clerk: ApiClient) -> None:
        assert clerk.post("/v1/shop/staff", INVITATION).status_code == 403
        assert clerk.get("/v1/shop/staff").status_code == 403

    def test_gives_no_role_but_clerk(self, manager: ApiClient) -> None:
        response = manager.post("/v1/shop/staff", INVITATION | {"role": "manager"})

        assert response.status_code == 422
