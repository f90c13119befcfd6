"""A shop says how its in-store bar codes hold prices."""

import uuid
from collections.abc import Mapping

from sqlalchemy import delete
from sqlalchemy.orm import Session

from backend.organisations.models import PriceCodeLayout
from backend.organisations.price_codes import Layout
from backend.organisations.service.shops import lock_living_shop


def set_price_code_layouts(session: Session, *, shop_id: uuid.UUID, layouts: Mapping[str, Layout]) -> None:
    """All of them, by prefix; those it had before are gone. Raises ShopNotFound, ShopEnded."""
    lock_living_shop(session, shop_id)
    session.execute(delete(PriceCodeLayout).where(PriceCodeLayout.shop_id == shop_id))
    session.add_all(
        PriceCodeLayout(
            shop_id=shop_id,
            prefix=layout.prefix,
            item_digits=layout.item_digits,
            price_digits=layout.price_digits,
        )
        for layout in layouts.values()
    )
    session.flush()
