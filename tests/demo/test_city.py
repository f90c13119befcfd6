"""The demo's data against the rules that the API holds everybody to."""

import pytest

from backend.base.text import LANGUAGES
from backend.demo.city.accounts import ACCOUNTS, PASSWORD
from backend.demo.city.campaigns import CAMPAIGNS
from backend.demo.city.generator import generate_citizens
from backend.demo.city.organisations import ORGANISATIONS
from backend.demo.city.places import HOME_DISTRICTS, MUNICIPALITIES
from backend.demo.city.products import PRODUCTS
from backend.demo.city.shapes import Account, Campaign, Municipality, Product, Shop
from backend.demo.city.shops import SHOPS
from backend.organisations.models import OrganisationKind
from backend.organisations.regions import load_region
from backend.organisations.rules import OpeningHours, check_opening_hours, read_position, read_product_codes
from backend.organisations.texts import normalise_tags
from backend.people.models import AgeBand, Standing
from backend.people.permissions import CITY_ROLE_PERMISSIONS, SHOP_ROLE_PERMISSIONS
from backend.people.rules import check_password, normalise_email, normalise_nickname

REGION = load_region()


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
        assert campaign.rule.rings <= set(REGION.ring_keys)


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
