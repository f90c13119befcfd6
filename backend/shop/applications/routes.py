"""A shop asks to take part."""

from typing import Any

from backend.organisations.models import Shop
from backend.organisations.rules import (
    CorporateNumberInvalid,
    MunicipalityCodeInvalid,
    OpeningHoursInvalid,
    OpeningHoursOverlapping,
    PositionInvalid,
    read_opening_hours,
)
from backend.organisations.service import shops
from backend.organisations.texts import NameBlank, TagInvalid
from backend.people.permissions import Permission
from backend.shop.applications.schemas import ApplyForShopIn, ShopApplicationOut
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit

face = Face("applications", __name__, url_prefix="/v1/shop", description="A shop asks to take part.")

EXAMPLE = {
    "organisation": {"kind": "firm", "name": "合同会社麦と汽笛", "corporate_number": "T8700110005901"},
    "name_ja": "麦と汽笛",
    "name_en": "Mugi to Kiteki",
    "description_ja": "道産小麦のパン屋です。",
    "municipality_code": "012068",
    "district": "北大通",
    "latitude": 42.9886,
    "longitude": 144.3818,
    "size_class": "small",
    "is_locally_owned": True,
    "contact_email": "shop@example.jp",
    "tags": ["bakery"],
    "hours": [{"weekday": 0, "opens_minute": 540, "closes_minute": 1080}],
}


@face.operation(
    "POST",
    "/applications",
    permission=Permission.PUBLIC,
    body=ApplyForShopIn,
    answer=ShopApplicationOut,
    status=201,
    errors=[
        shops.ApplicationPending,
        shops.ContactEmailMalformed,
        CorporateNumberInvalid,
        MunicipalityCodeInvalid,
        NameBlank,
        OpeningHoursInvalid,
        OpeningHoursOverlapping,
        PositionInvalid,
        TagInvalid,
    ],
    limits=[RateLimit("apply_for_shop", "sign_in_attempts", By.ADDRESS)],
    example=EXAMPLE,
)
def apply_for_shop(call: Call, body: dict[str, Any]) -> Shop:
    """Ask the city to let a shop take part; its answer comes by e-mail."""
    given = dict(body)
    organisation = shops.OrganisationDraft(**given.pop("organisation"))
    hours = read_opening_hours(given.pop("hours"))
    return shops.apply_for_shop(
        call.session,
        organisation=organisation,
        shop=shops.ShopDraft(hours=hours, **given),
        region=call.ground.region,
        at=call.at,
    )
