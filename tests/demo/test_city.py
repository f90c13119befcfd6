"""The demo's data against the rules that the API holds everybody to."""

import io
import uuid
from datetime import date, timedelta
from typing import get_args

import pytest
from PIL import Image

from backend.base.secrets import READABLE
from backend.base.text import LANGUAGES
from backend.demo.city.accounts import ACCOUNTS, PASSWORD
from backend.demo.city.budget_lines import BUDGET_LINES
from backend.demo.city.campaigns_of_seasons import EXHAUSTED_KEY, RALLY_KEY, campaigns_on
from backend.demo.city.generator import generate_citizens
from backend.demo.city.member_lists import MEMBER_LISTS
from backend.demo.city.offers import OFFERS
from backend.demo.city.organisations import ORGANISATIONS
from backend.demo.city.places import HOME_DISTRICTS, MUNICIPALITIES
from backend.demo.city.products import PRODUCTS
from backend.demo.city.shapes import (
    Account,
    BudgetLine,
    Campaign,
    Drawing,
    DrawnShape,
    MemberList,
    Municipality,
    Offer,
    Product,
    Shop,
)
from backend.demo.city.shops import SHOP_BY_KEY, SHOPS
from backend.demo.drawing import draw
from backend.offers.rules import PER_PERSON_MAX, check_windows
from backend.organisations.models import OrganisationKind
from backend.organisations.regions import load_region
from backend.organisations.rules import OpeningHours, check_opening_hours, read_position, read_product_codes
from backend.organisations.texts import normalise_tags
from backend.people.models import AgeBand, Standing
from backend.people.permissions import CITY_ROLE_PERMISSIONS, SHOP_ROLE_PERMISSIONS
from backend.people.rules import check_password, normalise_email, normalise_nickname, read_join_code
from tests.conftest import NOW
from tests.demo.conftest import TODAY

REGION = load_region()
OFFER_IDS = {offer.key: uuid.uuid5(uuid.NAMESPACE_URL, offer.key) for offer in OFFERS}
CAMPAIGNS = campaigns_on(TODAY, OFFER_IDS)


class TestDemoPlaces:
    @pytest.mark.parametrize("place", MUNICIPALITIES, ids=lambda place: place.name_en)
    def test_lie_in_the_ring_of_the_region(self, place: Municipality) -> None:
        assert REGION.ring_of(place.code) == place.ring

    @pytest.mark.parametrize("code", HOME_DISTRICTS)
    def test_districts_exist(self, code: str) -> None:
        assert set(HOME_DISTRICTS[code]) <= set(REGION.municipalities[code].districts or HOME_DISTRICTS[code])


class TestDemoShops:
    @pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.key)
    def test_could_have_been_entered_over_the_api(self, shop: Shop) -> None:
        check_opening_hours(
            [OpeningHours(row.weekday, row.opens_minute, row.closes_minute) for row in shop.hours]
        )
        assert read_position(shop.latitude, shop.longitude)
        assert list(normalise_tags(shop.tags)) == sorted(shop.tags)
        assert len(shop.name_ja) <= 80
        assert len(shop.description_en) <= 1000

    def test_belong_to_organisations_that_exist(self) -> None:
        assert {shop.organisation_key for shop in SHOPS} <= {one.key for one in ORGANISATIONS}
        assert {one.kind for one in ORGANISATIONS} <= set(OrganisationKind)


class TestDemoProducts:
    @pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.key)
    def test_have_codes_that_tills_read(self, product: Product) -> None:
        codes = read_product_codes(gtin=product.gtin, in_store_code=product.in_store_code)

        assert codes.gtin == product.gtin
        assert codes.in_store_code == product.in_store_code

    def test_come_from_places_that_are_known(self) -> None:
        known = {place.code for place in MUNICIPALITIES}

        assert {product.origin_municipality_code for product in PRODUCTS} <= known


class TestDemoCampaigns:
    @pytest.mark.parametrize("campaign", CAMPAIGNS, ids=lambda campaign: campaign.key)
    def test_speak_all_languages(self, campaign: Campaign) -> None:
        assert set(campaign.names) == set(campaign.descriptions) == set(LANGUAGES)

    @pytest.mark.parametrize("campaign", CAMPAIGNS, ids=lambda campaign: campaign.key)
    def test_name_rings_of_the_region(self, campaign: Campaign) -> None:
        assert campaign.rule.where.rings <= set(REGION.ring_keys)

    @pytest.mark.parametrize("campaign", CAMPAIGNS, ids=lambda campaign: campaign.key)
    def test_are_borne_by_a_line_of_the_budget(self, campaign: Campaign) -> None:
        assert campaign.budget_line_key in {line.key for line in BUDGET_LINES}

    @pytest.mark.parametrize("line", BUDGET_LINES, ids=lambda line: line.key)
    def test_are_paid_for_whole(self, line: BudgetLine) -> None:
        assert line.city_permille + line.shop_permille + line.chamber_permille == 1000
        assert "架空" in line.name


class TestDemoSeasons:
    @pytest.mark.parametrize(
        ("today", "rally", "thanks"),
        [
            (date(2026, 11, 24), "夏のまちめぐりラリー", "年末のお買い物感謝"),
            (date(2026, 12, 31), "秋のまちめぐりラリー", "年末のお買い物感謝"),
            (date(2027, 1, 6), "秋のまちめぐりラリー", "冬のお買い物感謝"),
            (date(2026, 6, 15), "春のまちめぐりラリー", "夏のお買い物感謝"),
        ],
    )
    def test_give_campaigns_the_names_that_fit_the_day(self, today: date, rally: str, thanks: str) -> None:
        names = {campaign.key: campaign.names["ja"] for campaign in campaigns_on(today, OFFER_IDS)}

        assert names[RALLY_KEY] == rally
        assert names[EXHAUSTED_KEY] == thanks

    def test_let_the_campaign_of_the_year_end_run_to_its_last_day(self) -> None:
        today = date(2026, 11, 24)

        campaign = next(one for one in campaigns_on(today, OFFER_IDS) if one.key == EXHAUSTED_KEY)

        assert today + timedelta(days=campaign.ends_offset_days) == date(2027, 1, 1)


class TestDemoOffers:
    @pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.key)
    def test_speak_all_languages(self, offer: Offer) -> None:
        assert set(offer.names) == set(offer.descriptions) == set(LANGUAGES)

    @pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.key)
    def test_could_have_been_entered_over_the_api(self, offer: Offer) -> None:
        day = timedelta(days=1)

        check_windows(
            displayed_from=NOW + offer.shown_from_days * day,
            displayed_until=NOW + offer.shown_until_days * day,
            usable_from=NOW + offer.shown_from_days * day,
            usable_until=NOW + offer.good_until_days * day,
        )
        assert list(normalise_tags(offer.tags)) == sorted(offer.tags)
        assert 1 <= offer.per_person_limit <= PER_PERSON_MAX
        assert offer.taken_count <= (offer.stock or offer.taken_count)

    @pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.key)
    def test_are_good_at_shops_of_one_organisation(self, offer: Offer) -> None:
        shops = [SHOP_BY_KEY[key] for key in (offer.shop_key, *offer.also_shop_keys)]

        assert len({shop.organisation_key for shop in shops}) == 1
        assert all(shop.status == "active" for shop in shops)

    @pytest.mark.parametrize("offer", [one for one in OFFERS if one.product_key], ids=lambda offer: offer.key)
    def test_are_about_what_the_shop_sells(self, offer: Offer) -> None:
        product = next(product for product in PRODUCTS if product.key == offer.product_key)

        assert product.shop_key == offer.shop_key
        assert (offer.terms.price_yen or 0) < product.price_yen

    def test_come_from_a_dozen_shops(self) -> None:
        assert len({offer.shop_key for offer in OFFERS}) >= 12

    def test_say_that_they_are_fictional(self) -> None:
        assert [
            offer.key
            for offer in OFFERS
            if "架空" not in offer.descriptions["ja"] or "fictional" not in offer.descriptions["en"]
        ] == []


class TestDemoPictures:
    @pytest.mark.parametrize("shape", get_args(DrawnShape))
    def test_are_small_and_the_same_every_time(self, shape: DrawnShape) -> None:
        drawing = Drawing(shape, "#ffffff", "#204080")

        picture = draw(drawing)

        assert picture == draw(drawing)
        assert picture.media_type == "image/jpeg"
        assert len(picture.content) < 20_000

    def test_show_shape_on_ground(self) -> None:
        picture = draw(Drawing("circle", "#ffffff", "#000000"))

        image = Image.open(io.BytesIO(picture.content)).convert("L")
        assert image.getpixel((5, 5)) == pytest.approx(255, abs=8)
        assert image.getpixel((image.width // 2, image.height // 2)) == pytest.approx(0, abs=8)


class TestDemoMemberLists:
    @pytest.mark.parametrize("member_list", MEMBER_LISTS, ids=lambda one: one.key)
    def test_have_a_code_that_people_can_type(self, member_list: MemberList) -> None:
        assert read_join_code(member_list.join_code) == member_list.join_code
        assert set(member_list.join_code) <= set(READABLE)


class TestDemoPeople:
    def test_describe_themselves_as_the_api_allows(self) -> None:
        citizens = generate_citizens(seed=1)

        assert {citizen.age_band for citizen in citizens} <= {*AgeBand, None}
        assert {citizen.standing for citizen in citizens} <= {*Standing, None}
        assert all(normalise_nickname(citizen.nickname) == citizen.nickname for citizen in citizens)

    @pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.key)
    def test_have_roles_that_exist(self, account: Account) -> None:
        known = SHOP_ROLE_PERMISSIONS if account.shop_key else CITY_ROLE_PERMISSIONS

        assert set(account.roles) <= set(known)
        assert bool(account.roles) == (account.kind == "staff")

    @pytest.mark.parametrize(
        "account", [one for one in ACCOUNTS if one.email], ids=lambda account: account.key
    )
    def test_have_a_password_that_would_be_taken(self, account: Account) -> None:
        email = account.email or ""

        assert normalise_email(email) == email
        assert email.endswith("@demo.meguri.example")
        assert check_password(PASSWORD, names=[email, account.display_name_ja])
