"""Who may sign in to the demonstration. The two citizens are the first two that the generator makes."""

from backend.demo.city.shapes import Account

DEMO_SHOP_KEY = "mugi-to-kiteki"

# Known to everybody: production refuses a database that holds these accounts.
PASSWORD = "kushiro-demo-2026"  # noqa: S105 (public on purpose)
TOTP_SECRET = "MEGURIKUSHIRODEMONSTRATION234567"  # noqa: S105 (public on purpose)

ACCOUNTS: tuple[Account, ...] = (
    Account(
        key="citizen",
        kind="citizen",
        display_name_ja="橋の上のかもめ",
        display_name_en="Gull on the Bridge",
        email="citizen@demo.meguri.example",
        citizen_key="demo-citizen",
    ),
    Account(
        key="neighbour",
        kind="citizen",
        display_name_ja="となりのえぞりす",
        display_name_en="Squirrel Next Door",
        email="neighbour@demo.meguri.example",
        citizen_key="demo-neighbour",
    ),
    Account(
        key="clerk",
        kind="staff",
        display_name_ja="麦と汽笛 店番",
        display_name_en="Clerk at Mugi to Kiteki",
        email="clerk@demo.meguri.example",
        shop_key=DEMO_SHOP_KEY,
        roles=("clerk",),
    ),
    Account(
        key="manager",
        kind="staff",
        display_name_ja="麦と汽笛 店主",
        display_name_en="Owner of Mugi to Kiteki",
        email="manager@demo.meguri.example",
        shop_key=DEMO_SHOP_KEY,
        roles=("manager",),
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
        email="city@demo.meguri.example",
        roles=("administrator", "officer", "counter"),
    ),
    Account(
        key="approver",
        kind="staff",
        display_name_ja="めぐり決裁者",
        display_name_en="Meguri approver",
        email="approver@demo.meguri.example",
        roles=("approver",),
    ),
)
