"""organisations.service.shops: application, decisions, the shop's own changes."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.organisations.models import Organisation, Shop
from backend.organisations.queries import ShopNotFound, get_shop
from backend.organisations.regions import Region, load_region
from backend.organisations.register_queries import find_register_by_key
from backend.organisations.rules import (
    CorporateNumberInvalid,
    MunicipalityCodeInvalid,
    OpeningHours,
    OpeningHoursOverlapping,
    PositionInvalid,
    ShopAction,
    ShopTransitionRefused,
)
from backend.organisations.service.shops import (
    ApplicationPending,
    ContactEmailMalformed,
    OrganisationDraft,
    ReasonRequired,
    ShopDraft,
    ShopEnded,
    apply_for_shop,
    classify_shop,
    decide_shop,
    edit_shop,
    set_shop_hours,
)
from backend.organisations.texts import NameBlank, TagInvalid
from backend.people.models import Letter, Staff, StaffInvitation, StaffRole
from tests.factories.organisations import make_hours, make_register_key, make_shop, make_tags
from tests.factories.people import make_staff

URL = "https://meguri.example.jp"
NUMBER = "8700110005901"
Apply = Callable[..., Shop]
Decide = Callable[..., Shop]


@pytest.fixture(scope="module")
def region() -> Region:
    return load_region()


@pytest.fixture
def apply(session: Session, region: Region, at: datetime) -> Apply:
    """A bakery applies; keywords change its draft, `corporate_number` and `kind` its organisation's."""

    def make(**changes: Any) -> Shop:
        organisation = {"kind": "firm", "name": "合同会社麦と汽笛"}
        organisation |= {name: changes.pop(name) for name in ("kind", "corporate_number") if name in changes}
        values = {
            "name_ja": "麦と汽笛",
            "municipality_code": "012068",
            "size_class": "small",
            "is_locally_owned": True,
            "contact_email": "bakery@example.jp",
        }
        return apply_for_shop(
            session,
            organisation=OrganisationDraft(**organisation),
            shop=ShopDraft(**(values | changes)),
            region=region,
            at=at,
        )

    return make


@pytest.fixture
def decide(session: Session, at: datetime) -> Decide:
    def make(shop_id: uuid.UUID, action: str, reason: str | None = "書類が足りません") -> Shop:
        return decide_shop(
            session, shop_id=shop_id, action=ShopAction(action), reason=reason, public_url=URL, at=at
        )

    return make


@pytest.fixture
def edit(session: Session, region: Region, at: datetime) -> Callable[..., Shop]:
    def make(shop_id: uuid.UUID, **changes: Any) -> Shop:
        return edit_shop(session, shop_id=shop_id, changes=changes, region=region, at=at)

    return make


def letters(session: Session) -> Sequence[tuple[str, str]]:
    return sorted((letter.kind, letter.recipient) for letter in session.scalars(select(Letter)))


class TestApplyForShop:
    def test_waits_for_the_city(self, apply: Apply) -> None:
        assert apply().status == "applied"

    def test_derives_the_ring_from_the_municipality(self, apply: Apply) -> None:
        assert apply(municipality_code="016616").ring == "kushiro_area"

    def test_counts_the_rest_of_the_country_as_outside(self, apply: Apply) -> None:
        assert apply(municipality_code="011002").ring == "outside"

    def test_makes_names_district_and_descriptions_searchable(self, apply: Apply) -> None:
        shop = apply(name_en="Mugi & Whistle", district="北大通", description_ja="道産コムギのパン")

        assert shop.search_text == "麦と汽笛\nmugi & whistle\n北大通\n道産こむぎのぱん"

    def test_keeps_hours_and_tags(self, session: Session, apply: Apply) -> None:
        shop = apply(hours=[OpeningHours(0, 540, 1080)], tags=["Bakery", "cafe"])

        described = get_shop(session, shop_id=shop.id)

        assert described.hours == [OpeningHours(0, 540, 1080)]
        assert described.tags == ["bakery", "cafe"]

    def test_tells_nobody_yet(self, session: Session, apply: Apply) -> None:
        apply()

        assert letters(session) == []

    def test_founds_the_organisation(self, session: Session, apply: Apply) -> None:
        shop = apply(kind="group", corporate_number="T8700110005901")

        organisation = get_shop(session, shop_id=shop.id).organisation

        assert (organisation.kind, organisation.corporate_number) == ("group", NUMBER)

    def test_joins_a_known_organisation_without_changing_it(
        self, session: Session, apply: Apply, at: datetime
    ) -> None:
        known = Organisation(
            id=uuid.uuid4(), kind="group", name="港の会", corporate_number=NUMBER, created_at=at
        )
        session.add(known)
        session.flush()

        shop = apply(corporate_number="T8700110005901")

        session.refresh(known)
        assert shop.organisation_id == known.id
        assert (known.name, known.kind) == ("港の会", "group")

    def test_founds_one_organisation_each_for_those_without_a_number(
        self, session: Session, apply: Apply
    ) -> None:
        apply(name_ja="一号店")
        apply(name_ja="二号店")

        assert session.scalar(select(func.count()).select_from(Organisation)) == 2

    def test_refuses_the_same_form_twice(self, apply: Apply) -> None:
        apply()

        with pytest.raises(ApplicationPending):
            apply(contact_email=" Bakery@EXAMPLE.jp ", name_ja="麦と汽笛 ")

    def test_takes_another_try_after_a_rejection(self, apply: Apply, decide: Decide) -> None:
        decide(apply().id, "reject")

        assert apply().status == "applied"

    @pytest.mark.parametrize(
        ("changes", "error", "field"),
        [
            ({"municipality_code": "012069"}, MunicipalityCodeInvalid, "municipality_code"),
            ({"corporate_number": "1700110005901"}, CorporateNumberInvalid, "organisation.corporate_number"),
            ({"contact_email": "bakery"}, ContactEmailMalformed, "contact_email"),
            ({"name_ja": " "}, NameBlank, "name_ja"),
            ({"latitude": 43.0}, PositionInvalid, "longitude"),
            ({"tags": ["a b"]}, TagInvalid, "tags.0"),
            (
                {"hours": [OpeningHours(0, 540, 720), OpeningHours(0, 600, 660)]},
                OpeningHoursOverlapping,
                "hours.1",
            ),
        ],
    )
    def test_refuses_a_contradiction_and_names_its_field(
        self, apply: Apply, changes: dict[str, Any], error: type[Exception], field: str
    ) -> None:
        with pytest.raises(error) as refusal:
            apply(**changes)

        assert refusal.value.field == field  # type: ignore[attr-defined]


class TestDecideShop:
    def test_approves(self, apply: Apply, decide: Decide) -> None:
        shop = decide(apply().id, "approve", None)

        assert shop.status == "active"

    def test_tells_and_invites_the_contact_on_approval(
        self, session: Session, apply: Apply, decide: Decide
    ) -> None:
        decide(apply().id, "approve", None)

        assert letters(session) == [
            ("shop_approved", "bakery@example.jp"),
            ("staff_invitation", "bakery@example.jp"),
        ]

    def test_makes_the_contact_the_manager(self, session: Session, apply: Apply, decide: Decide) -> None:
        shop = decide(apply().id, "approve", None)

        roles = session.execute(
            select(Staff.email, StaffRole.role, StaffRole.shop_id).join(
                StaffRole, StaffRole.staff_id == Staff.id
            )
        )

        assert [tuple(row) for row in roles] == [("bakery@example.jp", "manager", shop.id)]

    def test_invites_nobody_who_can_sign_in_already(
        self, session: Session, apply: Apply, decide: Decide, at: datetime
    ) -> None:
        clerk = make_staff(session, at=at, face="shop", roles=(), email="bakery@example.jp")
        session.get_one(Staff, clerk.id).password_hash = "argon2"
        session.flush()

        decide(apply().id, "approve", None)

        assert session.scalar(select(func.count()).select_from(StaffInvitation)) == 0
        assert letters(session) == [("shop_approved", "bakery@example.jp")]

    def test_can_invite_for_a_shop_with_a_long_name(self, apply: Apply, decide: Decide) -> None:
        shop = decide(apply(name_ja="長" * 80).id, "approve", None)

        assert shop.status == "active"

    def test_tells_the_reason_of_a_rejection(self, session: Session, apply: Apply, decide: Decide) -> None:
        shop = decide(apply().id, "reject", " 書類が足りません ")

        letter = session.scalars(select(Letter)).one()
        assert (letter.kind, letter.params["reason"]) == ("shop_rejected", "書類が足りません")
        assert shop.status_reason == "書類が足りません"

    def test_suspends_and_resumes(self, session: Session, decide: Decide, at: datetime) -> None:
        shop = make_shop(session, at=at)

        suspended = decide(shop.id, "suspend").status
        resumed = decide(shop.id, "resume", None)

        assert suspended == "suspended"
        assert (resumed.status, resumed.status_reason) == ("active", None)

    def test_ends_the_registers_of_a_closed_shop(
        self, session: Session, decide: Decide, at: datetime
    ) -> None:
        shop = make_shop(session, at=at)
        key = make_register_key(session, shop_id=shop.id, at=at)

        decide(shop.id, "close")

        assert find_register_by_key(session, key=key, at=at) is None

    def test_leaves_the_registers_of_other_shops(
        self, session: Session, decide: Decide, at: datetime
    ) -> None:
        shop, other = make_shop(session, at=at), make_shop(session, at=at)
        key = make_register_key(session, shop_id=other.id, at=at)

        decide(shop.id, "close")

        assert find_register_by_key(session, key=key, at=at) is not None

    @pytest.mark.parametrize(
        ("status", "action"), [("applied", "reject"), ("active", "suspend"), ("active", "close")]
    )
    @pytest.mark.parametrize("reason", [None, " \n"])
    def test_asks_for_a_reason(
        self,
        session: Session,
        decide: Decide,
        at: datetime,
        status: str,
        action: str,
        reason: str | None,
    ) -> None:
        shop = make_shop(session, at=at, status=status)

        with pytest.raises(ReasonRequired):
            decide(shop.id, action, reason)

    @pytest.mark.parametrize(
        ("status", "action"),
        [("active", "approve"), ("rejected", "approve"), ("applied", "suspend"), ("closed", "resume")],
    )
    def test_refuses_what_the_life_of_a_shop_does_not_allow(
        self, session: Session, decide: Decide, at: datetime, status: str, action: str
    ) -> None:
        shop = make_shop(session, at=at, status=status)

        with pytest.raises(ShopTransitionRefused):
            decide(shop.id, action)

    def test_knows_no_shop_that_is_not_there(self, decide: Decide) -> None:
        with pytest.raises(ShopNotFound):
            decide(uuid.uuid4(), "approve")


class TestClassifyShop:
    def test_says_what_campaigns_pay_by(self, session: Session, at: datetime) -> None:
        shop = make_shop(session, at=at)

        classify_shop(session, shop_id=shop.id, size_class="large", is_locally_owned=False, at=at)

        session.refresh(shop)
        assert (shop.size_class, shop.is_locally_owned) == ("large", False)


class TestEditShop:
    def test_leaves_what_it_is_not_told(
        self, session: Session, edit: Callable[..., Shop], at: datetime
    ) -> None:
        shop = make_shop(session, at=at, name_en="Mugi")
        make_tags(session, "bakery", shop_id=shop.id)

        edit(shop.id, description_ja="パンの店")

        described = get_shop(session, shop_id=shop.id)
        assert (described.shop.name_en, described.tags) == ("Mugi", ["bakery"])

    def test_moves_the_ring_with_the_municipality(
        self, session: Session, edit: Callable[..., Shop], at: datetime
    ) -> None:
        shop = make_shop(session, at=at)

        assert edit(shop.id, municipality_code="012238").ring == "kushiro_nemuro"

    def test_is_found_by_its_new_name(
        self, session: Session, edit: Callable[..., Shop], at: datetime
    ) -> None:
        shop = make_shop(session, at=at, name_ja="旧名")

        assert edit(shop.id, name_ja="シンメイ").search_text == "しんめい\n北大通"

    def test_empties_with_none(self, session: Session, edit: Callable[..., Shop], at: datetime) -> None:
        shop = make_shop(session, at=at, latitude=43.0, longitude=144.4)

        edited = edit(shop.id, latitude=None, longitude=None, district=None)

        assert (edited.latitude, edited.longitude, edited.district) == (None, None, None)

    def test_replaces_tags(self, session: Session, edit: Callable[..., Shop], at: datetime) -> None:
        shop = make_shop(session, at=at)
        make_tags(session, "bakery", "cafe", shop_id=shop.id)

        edit(shop.id, tags=["cafe", "sweets"])

        assert get_shop(session, shop_id=shop.id).tags == ["cafe", "sweets"]

    def test_refuses_half_a_position(self, session: Session, edit: Callable[..., Shop], at: datetime) -> None:
        shop = make_shop(session, at=at, latitude=43.0, longitude=144.4)

        with pytest.raises(PositionInvalid):
            edit(shop.id, latitude=None)

    def test_ignores_what_only_the_city_may_say(
        self, session: Session, edit: Callable[..., Shop], at: datetime
    ) -> None:
        shop = make_shop(session, at=at, size_class="large", is_locally_owned=False)

        edited = edit(shop.id, size_class="small", is_locally_owned=True, status="active")

        assert (edited.size_class, edited.is_locally_owned) == ("large", False)

    @pytest.mark.parametrize("status", ["closed", "rejected"])
    def test_leaves_an_ended_shop_as_it_was(
        self, session: Session, edit: Callable[..., Shop], at: datetime, status: str
    ) -> None:
        shop = make_shop(session, at=at, status=status)

        with pytest.raises(ShopEnded):
            edit(shop.id, name_ja="新名")


class TestSetShopHours:
    def test_replaces_the_week(self, session: Session, at: datetime) -> None:
        shop = make_shop(session, at=at)
        make_hours(session, (0, 540, 1080), (1, 540, 1080), shop_id=shop.id)

        set_shop_hours(session, shop_id=shop.id, hours=[OpeningHours(0, 540, 720)], at=at)

        assert get_shop(session, shop_id=shop.id).hours == [OpeningHours(0, 540, 720)]

    def test_can_clear_the_week(self, session: Session, at: datetime) -> None:
        shop = make_shop(session, at=at)
        make_hours(session, (0, 540, 1080), shop_id=shop.id)

        set_shop_hours(session, shop_id=shop.id, hours=[], at=at)

        assert get_shop(session, shop_id=shop.id).hours == []
