"""The four campaigns of the demonstration, their days counted from today. All invented."""

from backend.campaigns.rules import Rule
from backend.demo.city.shapes import Campaign

BASE_KEY = "kushiro-base"
# Its budget is a stand-in: `generate_campaigns` sets it so that this share of it is used up today.
NEARLY_USED_KEY = "weekend-neighbours"
NEARLY_USED_PERMILLE = 970

CAMPAIGNS: tuple[Campaign, ...] = (
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
        lifetime_days=365,
        starts_offset_days=-365,
        ends_offset_days=730,
        rule=Rule(rate_permille=10, purchase_cap_points=500),
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
        lifetime_days=180,
        starts_offset_days=-60,
        ends_offset_days=60,
        rule=Rule(
            rate_permille=40,
            size_classes=frozenset({"small"}),
            is_locally_owned=True,
            weekdays=frozenset(range(5)),
            day_cap_points=200,
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
        lifetime_days=90,
        starts_offset_days=-30,
        ends_offset_days=30,
        rule=Rule(
            fixed_points=50,
            size_classes=frozenset({"small"}),
            is_locally_owned=True,
            rings=frozenset({"city"}),
            from_minute=17 * 60,
            until_minute=22 * 60,
            day_cap_points=100,
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
            "ja": "土曜と日曜、釧路管内の町村のお店でのお買い物に一割。一回三百ポイントまで、"
            "予算がなくなり次第終わります。",
            "ja@easy": "土曜日と 日曜日に、となりの 町や 村の お店で 買うと、100円で 10ポイントです。"
            "1回で 300ポイントまでです。ポイントが なくなったら、終わります。",
            "en": "Ten per cent at shops of the towns and the village around Kushiro, on Saturdays and"
            " Sundays. Up to 300 points a purchase, while the budget lasts.",
        },
        budget_points=30_000,
        lifetime_days=90,
        starts_offset_days=-75,
        ends_offset_days=15,
        rule=Rule(
            rate_permille=100,
            rings=frozenset({"kushiro_area"}),
            weekdays=frozenset({5, 6}),
            purchase_cap_points=300,
        ),
    ),
)
