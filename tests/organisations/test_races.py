"""Many at once: what only one may do, one does."""

import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.errors import MeguriError
from backend.organisations.models import Organisation, Product, Shop
from backend.organisations.regions import load_region
from backend.organisations.rules import ShopAction
from backend.organisations.service.products import ProductDraft, add_product
from backend.organisations.service.shops import OrganisationDraft, ShopDraft, apply_for_shop, decide_shop
from backend.people.models import StaffInvitation
from tests.factories.organisations import make_shop

AT_ONCE = 8


def outcomes(database: Database, work: Callable[[Session, int], Any]) -> Sequence[str]:
    """How each of the many ended: "done" or the code of its refusal."""

    def attempt(number: int) -> str:
        try:
            database.run(lambda session: work(session, number))
        except MeguriError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(attempt, range(AT_ONCE)))


def count(database: Database, model: type[Any]) -> int:
    return database.run(lambda session: session.scalar(select(func.count()).select_from(model)) or 0)


class TestRaces:
    def test_one_of_many_officers_approves(self, database: Database, at: datetime) -> None:
        shop_id: uuid.UUID = database.run(lambda session: make_shop(session, at=at, status="applied").id)

        ended = outcomes(
            database,
            lambda session, _: decide_shop(
                session, shop_id=shop_id, action=ShopAction.APPROVE, reason=None, public_url="", at=at
            ),
        )

        assert ended == ["done"] + ["shop_transition_refused"] * (AT_ONCE - 1)
        assert count(database, StaffInvitation) == 1

    def test_many_shops_of_one_new_organisation_found_it_once(self, database: Database, at: datetime) -> None:
        ended = outcomes(
            database,
            lambda session, number: apply_for_shop(
                session,
                organisation=OrganisationDraft(kind="firm", name="麦", corporate_number="8700110005901"),
                shop=ShopDraft(
                    name_ja=f"{number}号店",
                    municipality_code="012068",
                    size_class="small",
                    is_locally_owned=True,
                    contact_email="bakery@example.jp",
                ),
                region=load_region(),
                at=at,
            ),
        )

        assert ended == ["done"] * AT_ONCE
        assert (count(database, Organisation), count(database, Shop)) == (1, AT_ONCE)

    def test_one_of_many_products_gets_the_code(self, database: Database, at: datetime) -> None:
        shop_id: uuid.UUID = database.run(lambda session: make_shop(session, at=at).id)

        ended = outcomes(
            database,
            lambda session, _: add_product(
                session,
                shop_id=shop_id,
                draft=ProductDraft(name_ja="鮭", origin_municipality_code="012068", in_store_code="101"),
                region=load_region(),
                at=at,
            ),
        )

        assert ended == ["done"] + ["product_code_taken"] * (AT_ONCE - 1)
        assert count(database, Product) == 1
