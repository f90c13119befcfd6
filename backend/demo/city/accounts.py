"""Who may log in to the demonstration. The two citizens are the first two that the generator makes."""

from backend.demo.city.shapes import Account

DEMO_SHOP_KEY = "mugi-to-kiteki"

ACCOUNTS: tuple[Account, ...] = (
    Account(
        key="citizen",
        kind="citizen",
        display_name_ja="橋の上のかもめ",
        display_name_en="Gull on the Bridge",
        email="citizen@example.jp",
        citizen_key="demo-citizen",
    ),
    Account(
        key="neighbour",
        kind="citizen",
        display_name_ja="となりのえぞりす",
        display_name_en="Squirrel Next Door",
        email="neighbour@example.jp",
        citizen_key="demo-neighbour",
    ),
    Account(
        key="clerk",
        kind="staff",
        display_name_ja="麦と汽笛 店番",
        display_name_en="Clerk at Mugi to Kiteki",
        email="clerk@example.jp",
        shop_key=DEMO_SHOP_KEY,
        roles=("clerk",),
    ),
    Account(
        key="till",
        kind="register",
        display_name_ja="麦と汽笛 レジ一番",
        display_name_en="Mugi to Kiteki, till 1",
        shop_key=DEMO_SHOP_KEY,
    ),
    Account(
        key="city",
        kind="staff",
        display_name_ja="めぐり担当",
        display_name_en="Meguri desk",
        email="city@example.jp",
        roles=("campaign_editor", "shop_approver", "counter"),
    ),
    Account(
        key="approver",
        kind="staff",
        display_name_ja="めぐり決裁者",
        display_name_en="Meguri approver",
        email="approver@example.jp",
        roles=("campaign_approver",),
    ),
)
