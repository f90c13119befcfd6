"""The campaigns of the demonstration that a season gives its name: rallies, a budget that ended, one to come."""

import uuid
from collections.abc import Mapping
from datetime import date, timedelta

from backend.campaigns.rules.calendar import Within
from backend.campaigns.rules.caps import Cap, Per
from backend.campaigns.rules.conditions import What, Where
from backend.campaigns.rules.lifetimes import Lifetime
from backend.campaigns.rules.rewards import Reward
from backend.campaigns.rules.rule import Rule
from backend.campaigns.rules.stamps import StampCard, StampReward
from backend.demo.city.campaigns import standing_campaigns
from backend.demo.city.seasons import days_until_new_year, season_words, season_words_of_end
from backend.demo.city.shapes import Campaign, Fitting

RALLY_KEY = "district-rally"
WALK_KEY = "shop-walk"
EXHAUSTED_KEY = "seasonal-thanks"
SCHEDULED_KEY = "hot-springs"
# Whoever fills a card of the walk is given a coupon of this offer.
WALK_OFFER_KEY = "walkers-coffee"

RALLY_DAYS = (-118, -78)
WALK_DAYS = (-28, 32)
THANKS_DAYS = (-20, 17)
THANKS_MAX_DAYS = 48
SPRINGS_DAYS = (10, 40)


def campaigns_on(today: date, offer_ids: Mapping[str, uuid.UUID]) -> tuple[Campaign, ...]:
    """All campaigns of the city as of that day. `offer_ids`: by key."""
    return (
        *standing_campaigns(offer_ids),
        _rally(today),
        _walk(today, offer_ids[WALK_OFFER_KEY]),
        _thanks(today),
        _hot_springs(today),
    )


def _rally(today: date) -> Campaign:
    """Over and reported. Named for its middle."""
    season = season_words(today + timedelta(days=sum(RALLY_DAYS) // 2))
    return Campaign(
        key=RALLY_KEY,
        names={
            "ja": f"{season['ja']}のまちめぐりラリー",
            "ja@easy": f"{season['ja@easy']}の スタンプラリー",
            "en": f"The {season['en']} rally",
        },
        descriptions={
            "ja": "五つの地区でお買い物をしてスタンプを集めると、三百ポイント。五百円以上のお買い物が対象です。",
            "ja@easy": "5つの ところで 500円から 買(か)うと、300ポイントです。",
            "en": "Buy in five districts, for 500 yen or more each, collect a stamp in each and earn 300 points.",
        },
        budget_points=60_000,
        budget_line_key="rallies",
        starts_offset_days=RALLY_DAYS[0],
        ends_offset_days=RALLY_DAYS[1],
        stage="reported",
        report="参加者の声を次のラリーに生かす。台紙の地区の区切りを見直す(デモ用の架空の報告)。",
        rule=Rule(
            what=What(minimum_yen=500),
            stamp_card=StampCard(distinct="districts", target=5, reward=StampReward(points=300)),
            lifetime=Lifetime(days=45),
        ),
    )


def _walk(today: date, offer_id: uuid.UUID) -> Campaign:
    season = season_words(today)
    return Campaign(
        key=WALK_KEY,
        names={
            "ja": f"{season['ja']}のお店めぐり",
            "ja@easy": f"{season['ja@easy']}の お店(みせ)めぐり",
            "en": f"The {season['en']} walk from shop to shop",
        },
        descriptions={
            "ja": "市内の地元の小さなお店を六軒めぐると、霧待ちブレンド一杯のクーポンを差し上げます。"
            "何度でも挑戦できます。",
            "ja@easy": "町(まち)の 小(ちい)さい お店(みせ) 6つで 買(か)うと、コーヒーの クーポンが もらえます。"
            "なんどでも できます。",
            "en": "Buy at six small, locally owned shops of the city and get a coupon for a coffee,"
            " as often as you like.",
        },
        budget_points=1_000,
        budget_line_key="rallies",
        starts_offset_days=WALK_DAYS[0],
        ends_offset_days=WALK_DAYS[1],
        rule=Rule(
            where=Where(rings=frozenset({"city"}), size_classes=frozenset({"small"}), is_locally_owned=True),
            what=What(minimum_yen=300),
            stamp_card=StampCard(
                distinct="shops",
                target=6,
                repeats=True,
                cool_down_hours=1,
                reward=StampReward(offer_id=offer_id),
            ),
            lifetime=Lifetime(days=60),
        ),
    )


def _thanks(today: date) -> Campaign:
    """Its budget ends days before its period does; near the end of the year it is that of 年末."""
    starts, ends = THANKS_DAYS
    ends = days_until_new_year(today, within_days=THANKS_MAX_DAYS) or ends
    season = season_words_of_end(today + timedelta(days=ends - 1))
    return Campaign(
        key=EXHAUSTED_KEY,
        names={
            "ja": f"{season['ja']}のお買い物感謝",
            "ja@easy": f"{season['ja@easy']}の 買(か)い物(もの) ありがとう",
            "en": f"{season['en'].capitalize()} thank-you to shoppers",
        },
        descriptions={
            "ja": "地元のお店で一割。一日五百ポイント、期間中三千ポイントまで。予算がなくなり次第終わります。",
            "ja@easy": "町(まち)の お店(みせ)で 買(か)うと、100円で 10ポイントです。1日に 500ポイント、"
            "ぜんぶで 3,000ポイントまでです。ポイントが なくなったら、おわります。",
            "en": "Ten per cent at locally owned shops, up to 500 points a day and 3,000 in all,"
            " while the budget lasts.",
        },
        budget_points=100_000,
        budget_line_key="campaigns",
        starts_offset_days=starts,
        ends_offset_days=ends,
        fitting=Fitting(until_offset_days=-6, used_permille=1000),
        rule=Rule(
            where=Where(is_locally_owned=True),
            reward=Reward(rate_permille=100),
            caps=(
                Cap(per=Per.PERSON, within=Within.DAY, points=500),
                Cap(per=Per.PERSON, within=Within.CAMPAIGN, points=3_000),
            ),
            lifetime=Lifetime(days=90),
        ),
    )


def _hot_springs(today: date) -> Campaign:
    season = season_words(today + timedelta(days=SPRINGS_DAYS[0]))
    return Campaign(
        key=SCHEDULED_KEY,
        names={
            "ja": f"{season['ja']}の湯めぐり",
            "ja@easy": f"{season['ja@easy']}の おふろめぐり",
            "en": f"Hot springs in {season['en']}",
        },
        descriptions={
            "ja": "銭湯と温泉のお店で百ポイント。お一人さま週に一度まで。",
            "ja@easy": "おふろの お店(みせ)で 100ポイントです。1週間(しゅうかん)に 1回(かい)です。",
            "en": "100 points at bathhouses and hot springs, once a week for each person.",
        },
        budget_points=40_000,
        budget_line_key="campaigns",
        starts_offset_days=SPRINGS_DAYS[0],
        ends_offset_days=SPRINGS_DAYS[1],
        rule=Rule(
            where=Where(shop_tags=frozenset({"onsen"})),
            reward=Reward(fixed_points=100),
            caps=(Cap(per=Per.PERSON, within=Within.WEEK, awards=1),),
            lifetime=Lifetime(days=60),
        ),
    )
