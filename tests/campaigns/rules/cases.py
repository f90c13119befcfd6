"""Campaigns, facts and limits for the rules' tests, and strategies that make any of them."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from backend.campaigns.rules.caps import Count
from backend.campaigns.rules.deciding import Limits, RunningCampaign, Verdict, counter_keys, decide
from backend.campaigns.rules.facts import Facts, HistoryFacts, LineFacts, PersonFacts, ShopFacts
from backend.campaigns.rules.rule import Rule
from backend.campaigns.rules.stamps import StampState

MONDAY_NOON = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)  # 12:00 in the city
MONDAY = date(2026, 6, 15)
CAMPAIGN_ID = uuid.UUID(int=1)
ACCOUNT_ID = uuid.UUID(int=2)
SHOP_ID = uuid.UUID(int=3)
OTHER_SHOP_ID = uuid.UUID(int=4)
OFFER_ID = uuid.UUID(int=5)
LIST_ID = uuid.UUID(int=6)
PRODUCT_ID = uuid.UUID(int=7)
ORGANISATION_ID = uuid.UUID(int=8)

unhurried = settings(deadline=None)


def in_city(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment by the city's clock, as aware UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=9)


def make_shop(**changes: Any) -> ShopFacts:
    usual: dict[str, Any] = {
        "id": SHOP_ID,
        "organisation_id": ORGANISATION_ID,
        "size_class": "small",
        "is_locally_owned": True,
        "ring": "city",
        "district": "末広町",
        "tags": frozenset({"魚", "朝市"}),
    }
    return ShopFacts(**(usual | changes))


def make_facts(amount_yen: int = 1000, **changes: Any) -> Facts:
    usual: dict[str, Any] = {
        "gross_yen": amount_yen,
        "paid_yen": amount_yen,
        "done_at": MONDAY_NOON,
        "shop": make_shop(),
    }
    return Facts(**(usual | changes))


def make_rule(**parts: Any) -> Rule:
    """50 per mille for a year, unless told otherwise; parts as JSON."""
    usual: dict[str, Any] = {"lifetime": {"days": 365}}
    if not {"reward", "stamp_card", "mission"} & set(parts):
        usual["reward"] = {"rate_permille": 50}
    return Rule.from_json(usual | parts)


def make_running(*, number: int = 1, **changes: Any) -> RunningCampaign:
    """Named by its number; what is no field of a running campaign is a part of its rule."""
    usual: dict[str, Any] = {
        "id": uuid.UUID(int=number),
        "names": {},
        "is_base_programme": False,
        "starts_at": MONDAY_NOON - timedelta(days=400),
        "ends_at": MONDAY_NOON + timedelta(days=800),
        "funding_account_id": ACCOUNT_ID,
        "slice_count": 1,
    }
    fields = {*usual, "is_budget_exhausted"}
    parts = {name: value for name, value in changes.items() if name not in fields and name != "rule"}
    given = {name: value for name, value in changes.items() if name in fields}
    return RunningCampaign(**(usual | given), rule=changes.get("rule") or make_rule(**parts))


def verdict_of(facts: Facts | None = None, limits: Limits | None = None, **parts: Any) -> Verdict:
    """What one campaign with these parts of a rule says."""
    [verdict] = decide(facts or make_facts(), [make_running(**parts)], limits or Limits())
    return verdict


# --- Anything the vocabulary allows, small enough that conditions often hold ---

RINGS = ("city", "region", "outside")
TIMES = tuple(MONDAY_NOON + timedelta(hours=hours) for hours in (-60, -12, 0, 3, 12, 24 * 36))


def maybe(**parts: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=parts)


whens = st.one_of(
    st.just({}),
    maybe(
        weekdays=st.sampled_from([[0], [0, 1, 2, 3, 4], [5, 6]]),
        month_days=st.sampled_from([[3, 13, 23], [15, 16]]),
        holidays=st.sampled_from(["only", "never"]),
    ),
    st.sampled_from([{"from_minute": 660, "until_minute": 840}, {"from_minute": 1320, "until_minute": 120}]),
)
wheres = maybe(
    rings=st.sampled_from([["city"], ["region", "outside"]]),
    size_classes=st.sampled_from([["small"], ["large"]]),
    is_locally_owned=st.booleans(),
    shop_ids=st.just([str(SHOP_ID)]),
    organisation_ids=st.just([str(ORGANISATION_ID)]),
    districts=st.just(["末広町"]),
    shop_tags=st.sampled_from([["魚"], ["花"]]),
)
whos = maybe(
    standings=st.sampled_from([["resident"], ["worker", "visitor"]]),
    must_be_verified=st.booleans(),
    age_bands=st.just(["18_29", "30_44"]),
    home_districts=st.just(["末広町"]),
    member_list_ids=st.just([str(LIST_ID)]),
    is_birthday_month=st.booleans(),
    is_first_visit=st.just(True),
    days_since_last_purchase=st.sampled_from([1, 30]),
)
products = st.sampled_from(
    [
        {"categories": ["fish"]},
        {"gtins": ["4901234567894", "49012345*"], "required_count": 2},
        {"product_ids": [str(PRODUCT_ID)], "certifications": ["local"]},
        {"origin_rings": ["city"], "required_count": 3},
    ]
)
whats = maybe(
    minimum_yen=st.sampled_from([1, 500]),
    below_yen=st.sampled_from([501, 5000]),
    products=st.lists(products, min_size=1, max_size=2),
    products_match=st.sampled_from(["all", "any"]),
    excluded_categories=st.just(["alcohol"]),
    offer_ids=st.just([str(OFFER_ID)]),
)
rewards = st.builds(
    lambda way, amount: way | amount,
    st.sampled_from(
        [
            {"rate_permille": 1},
            {"rate_permille": 50},
            {"rate_permille": 1000},
            {"fixed_points": 1},
            {"fixed_points": 900},
            {"multiplier_permille": 2000},
            {"step_yen": 500, "step_points": 30},
            {
                "tiers": [
                    {"from_yen": 100, "fixed_points": 5},
                    {"from_yen": 1000, "rate_permille": 100},
                ]
            },
        ]
    ),
    maybe(amount=st.sampled_from(["net", "gross"])),
)
stamp_cards = st.builds(
    lambda card, options: card | options,
    st.fixed_dictionaries(
        {
            "distinct": st.sampled_from(["shops", "districts", "products", "days"]),
            "target": st.integers(1, 3),
            "reward": st.sampled_from([{"points": 300}, {"offer_id": str(OFFER_ID)}]),
        }
    ),
    maybe(repeats=st.booleans(), cool_down_hours=st.sampled_from([1, 24])),
)
caps = st.lists(
    st.builds(
        lambda scope, unit: scope | unit,
        st.one_of(
            st.just({"per": "purchase"}),
            st.fixed_dictionaries(
                {
                    "per": st.sampled_from(["person", "person_at_shop", "shop"]),
                    "within": st.sampled_from(["day", "week", "month", "fiscal_year", "campaign"]),
                }
            ),
        ),
        st.sampled_from([{"points": 1}, {"points": 40}, {"points": 1000}]),
    ),
    max_size=3,
    unique_by=lambda cap: (cap["per"], cap.get("within")),
)
togethers = maybe(
    mode=st.sampled_from(["stackable", "best", "exclusive"]), priority=st.sampled_from([0, 1, 2])
)
lifetimes = st.sampled_from(
    [{"days": 30}, {"days": 365, "rounded_to": "fiscal_year"}, {"until": "2028-03-31"}]
)
pendings = st.sampled_from([{"days": 30}, {"until": "2027-04-01"}])

reward_documents = st.builds(
    lambda needed, options: needed | options,
    st.fixed_dictionaries({"reward": rewards, "lifetime": lifetimes}),
    maybe(when=whens, where=wheres, who=whos, what=whats, caps=caps, together=togethers, pending=pendings),
)
stamp_documents = st.builds(
    lambda needed, options: needed | options,
    st.fixed_dictionaries({"stamp_card": stamp_cards, "lifetime": lifetimes}),
    maybe(when=whens, where=wheres, who=whos, what=whats),
)
rules = st.one_of(reward_documents, reward_documents, stamp_documents).map(Rule.from_json)
# Few accounts, so that campaigns often share a budget.
campaigns = st.builds(
    make_running,
    number=st.integers(1, 99),
    rule=rules,
    is_base_programme=st.booleans(),
    funding_account_id=st.sampled_from([uuid.UUID(int=101), uuid.UUID(int=102)]),
    is_budget_exhausted=st.sampled_from([False, False, False, True]),
)
lines = st.lists(
    st.builds(
        LineFacts,
        amount_yen=st.sampled_from([0, 90, 400]),
        quantity=st.integers(1, 3),
        gtin=st.sampled_from([None, "4901234567894", "4901234511111", "4512345678904"]),
        product_id=st.sampled_from([None, PRODUCT_ID]),
        category=st.sampled_from([None, "fish", "alcohol", "tobacco"]),
        certifications=st.sampled_from([frozenset(), frozenset({"local"})]),
        origin_ring=st.sampled_from([None, "city", "outside"]),
    ),
    max_size=3,
).map(tuple)
shops = st.builds(
    make_shop,
    id=st.sampled_from([SHOP_ID, OTHER_SHOP_ID]),
    size_class=st.sampled_from(["small", "large"]),
    is_locally_owned=st.booleans(),
    ring=st.sampled_from(RINGS),
    district=st.sampled_from([None, "末広町", "浦見"]),
    tags=st.sampled_from([None, frozenset({"魚"}), frozenset({"花"})]),
)
persons = st.builds(
    PersonFacts,
    standing=st.sampled_from([None, "resident", "visitor"]),
    is_verified=st.booleans(),
    age_band=st.sampled_from([None, "18_29", "65_74"]),
    home_district=st.sampled_from([None, "末広町"]),
    home_ring=st.sampled_from([None, *RINGS]),
    birth_month=st.sampled_from([None, 6, 7]),
    member_list_ids=st.sampled_from([frozenset(), frozenset({LIST_ID})]),
)
histories = st.builds(
    HistoryFacts,
    is_first_purchase=st.booleans(),
    is_first_visit=st.booleans(),
    last_purchase_at=st.sampled_from(
        [None, MONDAY_NOON - timedelta(days=3), MONDAY_NOON - timedelta(days=90)]
    ),
)
amounts = st.sampled_from([1, 99, 500, 1_280, 9_999_999])
any_facts = st.builds(
    lambda gross, share, **others: Facts(gross_yen=gross, paid_yen=gross * share // 100, **others),
    gross=amounts,
    share=st.sampled_from([0, 50, 100, 100]),
    done_at=st.sampled_from(TIMES),
    shop=shops,
    person=st.one_of(st.none(), persons),
    history=st.one_of(st.none(), histories),
    lines=lines,
    redeemed_offer_ids=st.sampled_from([frozenset(), frozenset({OFFER_ID})]),
)
stamp_keys = st.sampled_from([str(SHOP_ID), str(OTHER_SHOP_ID), "末広町", "2026-06-15", str(PRODUCT_ID)])
cards = st.builds(
    lambda number, stamps, completed_at: StampState(number, tuple(stamps.items()), completed_at),
    number=st.integers(1, 3),
    stamps=st.dictionaries(
        stamp_keys, st.sampled_from([MONDAY_NOON - timedelta(hours=hours) for hours in (2, 90)]), max_size=3
    ),
    completed_at=st.sampled_from([None, MONDAY_NOON - timedelta(hours=2)]),
)

Case = tuple[Facts, list[RunningCampaign], Limits]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A purchase, up to five campaigns, and where their counters, budgets and cards stand."""
    facts = draw(any_facts)
    chosen = draw(st.lists(campaigns, max_size=5, unique_by=lambda campaign: campaign.id))
    counts = st.builds(Count, st.sampled_from([0, 39, 40, 2000]), st.integers(0, 2))
    budgets = st.sampled_from([0, 1, 60, 100_000])
    return (
        facts,
        chosen,
        Limits(
            {key: draw(counts) for campaign in chosen for key in counter_keys(campaign, facts)},
            {campaign.funding_account_id: draw(budgets) for campaign in chosen},
            {campaign.id: draw(cards) for campaign in chosen},
        ),
    )
