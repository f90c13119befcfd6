"""The campaigns that run all along in the demonstration, their days counted from today. All invented.

Those of a season stand in `campaigns_of_seasons`.
"""

import uuid
from collections.abc import Mapping

from backend.campaigns.rules.calendar import Within
from backend.campaigns.rules.caps import Cap, Per
from backend.campaigns.rules.conditions import ProductMatch, What, When, Where
from backend.campaigns.rules.lifetimes import Lifetime, Pending
from backend.campaigns.rules.missions import Mission, MissionTier
from backend.campaigns.rules.rewards import Reward
from backend.campaigns.rules.rule import Rule
from backend.demo.city.shapes import Campaign, Fitting

BASE_KEY = "kushiro-base"
NEARLY_USED_KEY = "weekend-neighbours"
PENDING_KEY = "local-products"
REVIEWED_KEY = "days-of-three"
MISSION_KEY = "harbour-volunteers"
OFFER_BONUS_KEY = "offer-bonus"
# The offers whose extra points the campaign of that name gives.
BONUS_OFFER_KEYS = ("soft-cream-bonus", "kombu-bonus", "book-bonus")


def standing_campaigns(offer_ids: Mapping[str, uuid.UUID]) -> tuple[Campaign, ...]:
    """`offer_ids`: by key, for the campaign that names offers."""
    return (*_ALWAYS, _offer_bonus(frozenset(offer_ids[key] for key in BONUS_OFFER_KEYS)))


_ALWAYS: tuple[Campaign, ...] = (
    Campaign(
        key=BASE_KEY,
        names={
            "ja": "めぐりポイント",
            "ja@easy": "めぐりの いつもの ポイント",
            "en": "Meguri points",
        },
        descriptions={
            "ja": "お買い物百円ごとに一ポイント。一回五百ポイントまで、一年間使えます。",
            "ja@easy": "100円 買うと、1ポイント もらえます。1回で 500ポイントまでです。1年 使えます。",
            "en": "One point for every 100 yen, up to 500 points a purchase. Valid for a year.",
        },
        budget_points=2_000_000,
        budget_line_key="points",
        starts_offset_days=-365,
        ends_offset_days=730,
        rule=Rule(
            reward=Reward(rate_permille=10),
            caps=(Cap(per=Per.PURCHASE, points=500),),
            lifetime=Lifetime(days=365),
        ),
    ),
    Campaign(
        key="small-shops-weekday",
        names={
            "ja": "平日は町の小さなお店へ",
            "ja@easy": "月曜日から 金曜日は、小さい お店へ",
            "en": "Weekdays at small shops",
        },
        descriptions={
            "ja": "月曜から金曜、地元の小さなお店で四パーセント上乗せ。一日二百ポイントまで。",
            "ja@easy": "月曜日から 金曜日に、小さい お店で 買うと、ポイントが ふえます。"
            "100円で 4ポイントです。1日に 200ポイントまでです。",
            "en": "Four per cent extra at small local shops, Monday to Friday, up to 200 points a day.",
        },
        budget_points=300_000,
        budget_line_key="campaigns",
        starts_offset_days=-60,
        ends_offset_days=60,
        rule=Rule(
            when=When(weekdays=frozenset(range(5))),
            where=Where(size_classes=frozenset({"small"}), is_locally_owned=True),
            reward=Reward(rate_permille=40),
            caps=(Cap(per=Per.PERSON, within=Within.DAY, points=200),),
            lifetime=Lifetime(days=180),
        ),
    ),
    Campaign(
        key="evening-robata",
        names={
            "ja": "炉端の灯りがともるころ",
            "ja@easy": "夕方の 買い物で 50ポイント",
            "en": "When the hearths are lit",
        },
        descriptions={
            "ja": "夕方五時から夜十時まで、市内の地元の小さなお店でのお買い物に五十ポイント。"
            "一日百ポイントまで。",
            "ja@easy": "午後5時から 午後10時までに、釧路市の 小さい お店で 買うと、50ポイントです。"
            "1日に 100ポイントまでです。",
            "en": "Fifty points on a purchase between five and ten in the evening at the city's small,"
            " locally owned shops. Up to 100 points a day.",
        },
        budget_points=60_000,
        budget_line_key="campaigns",
        starts_offset_days=-30,
        ends_offset_days=30,
        rule=Rule(
            when=When(from_minute=17 * 60, until_minute=22 * 60),
            where=Where(rings=frozenset({"city"}), size_classes=frozenset({"small"}), is_locally_owned=True),
            reward=Reward(fixed_points=50),
            caps=(Cap(per=Per.PERSON, within=Within.DAY, points=100),),
            lifetime=Lifetime(days=90),
        ),
    ),
    Campaign(
        key=NEARLY_USED_KEY,
        names={
            "ja": "週末はおとなりの町へ",
            "ja@easy": "土曜日と 日曜日は、となりの 町へ",
            "en": "Weekends with our neighbours",
        },
        descriptions={
            "ja": "土曜と日曜、釧路管内の町村のお店でのお買い物に一割。ポイントで払った分も対象です。"
            "一回三百ポイントまで、予算がなくなり次第終わります。",
            "ja@easy": "土曜日と 日曜日に、となりの 町や 村の お店で 買うと、100円で 10ポイントです。"
            "ポイントで はらっても もらえます。1回で 300ポイントまでです。ポイントが なくなったら、終わります。",
            "en": "Ten per cent at shops of the towns and the village around Kushiro, on Saturdays and"
            " Sundays, also of what is paid with points. Up to 300 points a purchase, while the budget lasts.",
        },
        budget_points=30_000,
        budget_line_key="campaigns",
        starts_offset_days=-75,
        ends_offset_days=15,
        fitting=Fitting(until_offset_days=0, used_permille=970),
        rule=Rule(
            when=When(weekdays=frozenset({5, 6})),
            where=Where(rings=frozenset({"kushiro_area"})),
            reward=Reward(rate_permille=100, amount="gross"),
            caps=(Cap(per=Per.PURCHASE, points=300),),
            lifetime=Lifetime(days=90),
        ),
    ),
    Campaign(
        key=PENDING_KEY,
        names={
            "ja": "地元の産品を食卓に",
            "ja@easy": "釧路(くしろ)の ものを 食(た)べよう",
            "en": "Local products on the table",
        },
        descriptions={
            "ja": "釧路と近くの町村の産品の代金に五パーセント。三十日後から使え、年度末まで有効です。"
            "月三百ポイントまで。",
            "ja@easy": "釧路(くしろ)や 近(ちか)くの 町(まち)の ものを 買(か)うと、100円で 5ポイントです。"
            "30日 あとから つかえます。1か月に 300ポイントまでです。",
            "en": "Five per cent of what products from in and around Kushiro cost. The points can be spent after"
            " thirty days and until the end of a fiscal year. Up to 300 points a month.",
        },
        budget_points=80_000,
        budget_line_key="campaigns",
        starts_offset_days=-50,
        ends_offset_days=40,
        rule=Rule(
            what=What(products=(ProductMatch(origin_rings=frozenset({"city", "kushiro_area"})),)),
            reward=Reward(rate_permille=50, amount_of="matching_lines"),
            caps=(Cap(per=Per.PERSON, within=Within.MONTH, points=300),),
            pending=Pending(days=30),
            lifetime=Lifetime(days=90, rounded_to="fiscal_year"),
        ),
    ),
    Campaign(
        key=REVIEWED_KEY,
        names={
            "ja": "三のつく日は買い物の日",
            "ja@easy": "3日(みっか)・13日・23日は 買(か)い物(もの)の 日(ひ)",
            "en": "The days of three",
        },
        descriptions={
            "ja": "毎月三日・十三日・二十三日、地元のお店で五パーセント。一日三百ポイントまで。",
            "ja@easy": "3日(みっか)・13日・23日に 町(まち)の お店(みせ)で 買(か)うと、100円で 5ポイントです。"
            "1日に 300ポイントまでです。",
            "en": "Five per cent at locally owned shops on the 3rd, 13th and 23rd of each month,"
            " up to 300 points a day.",
        },
        budget_points=120_000,
        budget_line_key="campaigns",
        starts_offset_days=28,
        ends_offset_days=118,
        stage="review",
        premium={
            "mechanism": "discount",
            "transaction_yen": 0,
            "planned_sales_yen": 12_000_000,
            "largest_prize_yen": 300,
            "total_prizes_yen": 120_000,
        },
        rule=Rule(
            when=When(month_days=frozenset({3, 13, 23})),
            where=Where(is_locally_owned=True),
            reward=Reward(rate_permille=50),
            caps=(Cap(per=Per.PERSON, within=Within.DAY, points=300),),
            lifetime=Lifetime(days=90, rounded_to="month"),
        ),
    ),
    Campaign(
        key=MISSION_KEY,
        names={
            "ja": "港と湿原のお掃除",
            "ja@easy": "みんなで そうじを しよう",
            "en": "Cleaning harbour and marsh",
        },
        descriptions={
            "ja": "清掃のボランティアに五十ポイント、二時間以上で百ポイント。年度内千ポイントまで。",
            "ja@easy": "そうじの ボランティアを すると、50ポイントです。2時間(じかん)から 100ポイントです。"
            "1年(ねん)に 1,000ポイントまでです。",
            "en": "Fifty points for volunteers who clean up, a hundred from two hours on."
            " Up to 1,000 points a fiscal year.",
        },
        budget_points=50_000,
        budget_line_key="volunteers",
        starts_offset_days=-20,
        ends_offset_days=160,
        rule=Rule(
            mission=Mission(
                activity="volunteering",
                evidence="code",
                unit="hours",
                tiers=(MissionTier(from_quantity=1, points=50), MissionTier(from_quantity=2, points=100)),
            ),
            caps=(Cap(per=Per.PERSON, within=Within.FISCAL_YEAR, points=1_000),),
            lifetime=Lifetime(days=365),
        ),
    ),
)


def _offer_bonus(offer_ids: frozenset[uuid.UUID]) -> Campaign:
    return Campaign(
        key=OFFER_BONUS_KEY,
        names={
            "ja": "お店のおすすめボーナス",
            "ja@easy": "お店(みせ)の おすすめで もっと ポイント",
            "en": "Bonus for what shops recommend",
        },
        descriptions={
            "ja": "対象のクーポンを使うと百五十ポイント。",
            "ja@easy": "えらばれた クーポンを つかうと、150ポイントです。",
            "en": "150 points for using one of the coupons that take part.",
        },
        budget_points=20_000,
        budget_line_key="campaigns",
        starts_offset_days=-25,
        ends_offset_days=35,
        rule=Rule(
            what=What(offer_ids=offer_ids),
            reward=Reward(fixed_points=150),
            caps=(Cap(per=Per.PERSON, within=Within.DAY, points=450),),
            lifetime=Lifetime(days=60),
        ),
    )
