"""Citizens and their purchases out of a seed: pure, without a clock, the same for the same (seed, today).

Each citizen draws from an own stream, so a change in one leaves what the others buy as it was. Purchases fall
on the days before `today` (JST), so none lies in the future at whatever hour of that day they are loaded.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from itertools import accumulate
from math import cos, exp, hypot, log, radians
from random import Random

from backend.demo.city.nicknames import NICKNAME_PARTS
from backend.demo.city.places import HOME_DISTRICTS, KUSHIRO, MUNICIPALITIES, MUNICIPALITY_BY_CODE
from backend.demo.city.products import PRODUCTS
from backend.demo.city.shapes import (
    AgeBand,
    Citizen,
    Habits,
    Language,
    Municipality,
    Product,
    Purchase,
    PurchaseLine,
    Shop,
    Standing,
)
from backend.demo.city.shops import SHOPS

CITIZEN_COUNT = 300
AGE_BANDS: tuple[AgeBand, ...] = ("under_18", "18_29", "30_44", "45_64", "65_74", "75_over")

_JST = timezone(timedelta(hours=9), "JST")
_ACTIVE_SHOPS = tuple(shop for shop in SHOPS if shop.status == "active")
_OPEN_SHOPS = tuple(
    tuple(shop for shop in _ACTIVE_SHOPS if any(row.weekday == weekday for row in shop.hours))
    for weekday in range(7)
)
_AGE_WEIGHTS = (3, 12, 22, 34, 18, 11)
_WEEKDAY_FACTORS = (0.9, 0.85, 0.9, 0.95, 1.05, 1.3, 1.15)
_LEAST_YEN = 120
# Minutes after midnight around which people come, by the first tag that fits.
_PEAK_MINUTES: dict[str, tuple[int, ...]] = {
    "sake": (1140, 1250),
    "restaurant": (735, 1170),
    "bakery": (515, 755, 960),
    "cafe": (640, 900),
    "onsen": (1020, 1180),
    "daily": (660, 1050),
}
_OTHER_PEAK_MINUTES = (650, 930)
_PRODUCTS_BY_SHOP: dict[str, tuple[Product, ...]] = {
    shop.key: tuple(product for product in PRODUCTS if product.shop_key == shop.key) for shop in SHOPS
}
_ELSEWHERE = tuple(place.code for place in MUNICIPALITIES if place.ring == "outside")


@dataclass(frozen=True, slots=True)
class _Choice:
    """The shops open on a weekday, and for one citizen the running sum of their pull."""

    shops: tuple[Shop, ...]
    cumulative_weights: tuple[float, ...]


def generate_citizens(seed: int) -> tuple[Citizen, ...]:
    """The 300 citizens: first the two of the demo accounts, then the rest in order of their keys."""
    first = _demo_citizens()
    names = _nicknames(Random(f"{seed}:nicknames"), frozenset(citizen.nickname for citizen in first))
    rest = (_citizen(seed, number, names) for number in range(len(first) + 1, CITIZEN_COUNT + 1))
    return (*first, *rest)


def generate_purchases(seed: int, today: date, months: int = 4) -> tuple[Purchase, ...]:
    """What the citizens bought in the `months` before `today`, by `done_at`."""
    from_day = _months_before(today, months)
    purchases = [
        purchase
        for citizen in generate_citizens(seed)
        for purchase in _purchases_of(citizen, Random(f"{seed}:{citizen.key}:purchases"), from_day, today)
    ]
    return tuple(sorted(purchases, key=lambda purchase: (purchase.done_at, purchase.citizen_key)))


def _nicknames(random: Random, taken: frozenset[str]) -> dict[Language, Iterator[str]]:
    """Every free nickname a language can make, shuffled: many more than there are citizens to ask for one."""
    made: dict[Language, Iterator[str]] = {}
    for language, (fronts, backs) in NICKNAME_PARTS.items():
        joint = "" if language == "ja" else " "
        names = [f"{front}{joint}{back}" for front in fronts for back in backs]
        random.shuffle(names)
        made[language] = (name for name in names if name not in taken)
    return made


def _demo_citizens() -> tuple[Citizen, Citizen]:
    return (
        Citizen(
            key="demo-citizen",
            nickname="橋の上のかもめ",
            language="ja",
            municipality_of_residence=KUSHIRO,
            district="幣舞町",
            age_band="45_64",
            birth_month=6,
            standing="resident",
            verified_at_counter=True,
            joined_days_ago=210,
            habits=Habits(
                ("mugi-to-kiteki", "kirimachi-kissa", "kirinami-market", "tsubamebune-robata"), 4.5
            ),
        ),
        Citizen(
            key="demo-neighbour",
            nickname="となりのえぞりす",
            language="ja@easy",
            municipality_of_residence="016616",
            district="遠矢",
            age_band="30_44",
            birth_month=11,
            standing=None,
            verified_at_counter=False,
            joined_days_ago=95,
            habits=Habits(("une-to-nami", "aitate-aikoku", "mugi-to-kiteki"), 2.5),
        ),
    )


def _citizen(seed: int, number: int, names: dict[Language, Iterator[str]]) -> Citizen:
    key = f"citizen-{number:03d}"
    random = Random(f"{seed}:{key}")
    standing, municipality_code = _standing_and_home(random)
    districts = HOME_DISTRICTS.get(municipality_code or "")
    language = _language(random, standing)
    return Citizen(
        key=key,
        nickname=next(names[language]),
        language=language,
        municipality_of_residence=municipality_code,
        district=random.choices(tuple(districts), tuple(districts.values()))[0] if districts else None,
        age_band=random.choices(AGE_BANDS, _AGE_WEIGHTS)[0] if random.random() < 0.9 else None,
        birth_month=random.randint(1, 12) if random.random() < 0.75 else None,
        standing=standing,
        verified_at_counter=standing in ("resident", "worker") and random.random() < 0.45,
        joined_days_ago=1 + int(300 * random.betavariate(1.6, 1.1)),
        habits=_habits(random, standing, municipality_code),
    )


def _standing_and_home(random: Random) -> tuple[Standing | None, str | None]:
    """Where a citizen said they belong. Half of those who said nothing named no home either."""
    drawn = random.random()
    if drawn < 0.72:
        return "resident", KUSHIRO
    if drawn < 0.88:
        neighbours = tuple(code for code in HOME_DISTRICTS if code != KUSHIRO)
        weights = tuple(sum(HOME_DISTRICTS[code].values()) for code in neighbours)
        return ("worker" if random.random() < 0.35 else None), random.choices(neighbours, weights)[0]
    if drawn < 0.94:
        return "visitor", random.choice((*_ELSEWHERE, "012076", None))
    return None, random.choice((KUSHIRO, None))


def _language(random: Random, standing: Standing | None) -> Language:
    weights = (55, 10, 35) if standing == "visitor" else (86, 10, 4)
    return random.choices(tuple(NICKNAME_PARTS), weights)[0]


def _habits(random: Random, standing: Standing | None, municipality_code: str | None) -> Habits:
    wanted = random.randint(2, 5)
    pulls = tuple(_pulls(municipality_code).values())
    favourites: dict[str, None] = {}
    while len(favourites) < wanted:
        favourites[random.choices(_ACTIVE_SHOPS, pulls)[0].key] = None
    often = min(random.lognormvariate(0.26, 0.62), 8.0)
    return Habits(tuple(favourites), round(often * (0.4 if standing == "visitor" else 1.0), 2))


@cache
def _pulls(municipality_code: str | None) -> dict[str, float]:
    """How strongly each shop draws someone from there. Visitors start from Kushiro, as the silent do."""
    home = MUNICIPALITY_BY_CODE[municipality_code or KUSHIRO]
    if home.ring == "outside":
        home = MUNICIPALITY_BY_CODE[KUSHIRO]
    return {shop.key: _pull(shop, home) for shop in _ACTIVE_SHOPS}


def _pull(shop: Shop, home: Municipality) -> float:
    """Popularity, fading with the distance from home."""
    north_km = 111.2 * (shop.latitude - home.latitude)
    east_km = 111.2 * (shop.longitude - home.longitude) * cos(radians(home.latitude))
    return shop.popularity * (0.04 + exp(-hypot(north_km, east_km) / 32))


def _purchases_of(citizen: Citizen, random: Random, from_day: date, today: date) -> Iterator[Purchase]:
    choices = [_choice(citizen, weekday) for weekday in range(7)]
    day = max(from_day, today - timedelta(days=citizen.joined_days_ago - 1))
    while day < today:
        choice = choices[day.weekday()]
        visited: set[str] = set()
        mean = citizen.habits.purchases_per_week / 7 * _WEEKDAY_FACTORS[day.weekday()]
        for _ in range(_poisson(random, mean)):
            shop = random.choices(choice.shops, cum_weights=choice.cumulative_weights)[0]
            purchase = _purchase(citizen, shop, random, day)
            # A night out on the eve of today may end today: that one is left out.
            if shop.key not in visited and purchase.done_at.astimezone(_JST).date() < today:
                visited.add(shop.key)
                yield purchase
        day += timedelta(days=1)


def _choice(citizen: Citizen, weekday: int) -> _Choice:
    """Three purchases in five go to favourites; at weekends people drive further."""
    shops = _OPEN_SHOPS[weekday]
    home = citizen.municipality_of_residence
    pulls = _pulls(home)
    weights = [pulls[shop.key] * _outing(shop, home, weekday) for shop in shops]
    favourite = [shop.key in citizen.habits.favourite_shop_keys for shop in shops]
    if any(favourite):
        bonus = 1.5 * sum(weights) / sum(favourite)
        weights = [weight + bonus * liked for weight, liked in zip(weights, favourite, strict=True)]
    return _Choice(shops, tuple(accumulate(weights)))


def _outing(shop: Shop, municipality_code: str | None, weekday: int) -> float:
    return 2.5 if weekday >= 5 and shop.municipality_code != municipality_code else 1.0


def _purchase(citizen: Citizen, shop: Shop, random: Random, day: date) -> Purchase:
    second = _second_of_visit(shop, random, day.weekday())
    midnight = datetime.combine(day, time(), _JST)
    amount_yen = _amount_yen(shop, random)
    return Purchase(
        citizen_key=citizen.key,
        shop_key=shop.key,
        done_at=(midnight + timedelta(seconds=second)).astimezone(UTC),
        amount_yen=amount_yen,
        lines=_lines(shop, random, amount_yen),
    )


def _second_of_visit(shop: Shop, random: Random, weekday: int) -> int:
    """Seconds after midnight (JST), inside the opening hours and near a time at which people come."""
    rows = [row for row in shop.hours if row.weekday == weekday]
    peaks = next((_PEAK_MINUTES[tag] for tag in _PEAK_MINUTES if tag in shop.tags), _OTHER_PEAK_MINUTES)
    for _ in range(8):
        minute = random.gauss(random.choice(peaks), 75)
        if any(row.opens_minute <= minute < row.closes_minute for row in rows):
            return int(minute * 60)
    row = random.choice(rows)
    return random.randrange(row.opens_minute * 60, row.closes_minute * 60)


def _amount_yen(shop: Shop, random: Random) -> int:
    spread = shop.basket.spread
    drawn = random.lognormvariate(log(shop.basket.mean_yen) - spread * spread / 2, spread)
    return max(round(drawn), _LEAST_YEN)


def _lines(shop: Shop, random: Random, amount_yen: int) -> tuple[PurchaseLine, ...]:
    """Of one purchase in three, the local products that the till recognised."""
    if random.random() > 0.35:
        return ()
    lines: list[PurchaseLine] = []
    left_yen = amount_yen
    products = _PRODUCTS_BY_SHOP[shop.key]
    for product in random.sample(products, min(random.randint(1, 3), len(products))):
        quantity = min(random.choice((1, 1, 1, 2)), left_yen // product.price_yen)
        if quantity:
            lines.append(PurchaseLine(product.key, quantity, product.price_yen))
            left_yen -= quantity * product.price_yen
    return tuple(lines)


def _poisson(random: Random, mean: float) -> int:
    """Knuth's way, which suits small means."""
    count, product, limit = 0, random.random(), exp(-mean)
    while product > limit:
        count += 1
        product *= random.random()
    return count


def _months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
