"""Where one sits down, and what one takes home for tea: hearths, bakery, coffee, bath. All invented."""

from backend.demo.city.shapes import Basket, Shop, hours

TABLE_SHOPS: tuple[Shop, ...] = (
    Shop(
        key="tsubamebune-robata",
        organisation_key="tsubamebune",
        name_ja="炉端 つばめ舟",
        name_en="Robata Tsubamebune",
        description_ja="炭火の前で、その日の浜の魚と野菜を一串ずつ焼きます。カウンター十二席、話し好きの焼き手がいます。",
        description_en=(
            "Fish and vegetables of the day, grilled one by one over charcoal. Twelve seats and a grill "
            "master who likes to talk."
        ),
        municipality_code="012068",
        district="末広町",
        latitude=42.98262,
        longitude=144.38571,
        size_class="small",
        locally_owned=True,
        hours=hours({"月火水木": "17:00-24:30", "金土": "17:00-25:30"}),
        tags=("restaurant", "seafood", "sake"),
        basket=Basket(mean_yen=4280, spread=0.38),
        popularity=4.2,
    ),
    Shop(
        key="kirinokuchi-robata",
        organisation_key="kirinokuchi",
        name_ja="炉ばた 霧ノ口",
        name_en="Robata Kirinokuchi",
        description_ja="川霧の見える二階の炉ばた。ほっけと厚揚げ、地の酒をゆっくりどうぞ。",
        description_en=(
            "An upstairs hearth that looks out on the river fog. Take your time over atka mackerel, fried"
            " tofu and local sake."
        ),
        municipality_code="012068",
        district="錦町",
        latitude=42.98155,
        longitude=144.38196,
        size_class="small",
        locally_owned=True,
        hours=hours({"火水木金土": "16:30-24:00", "日": "16:00-22:00"}),
        tags=("restaurant", "seafood", "sake"),
        basket=Basket(mean_yen=3870, spread=0.4),
        popularity=3.4,
    ),
    Shop(
        key="mugi-to-kiteki",
        organisation_key="mugi-to-kiteki",
        name_ja="パンと焼菓子 麦と汽笛",
        name_en="Mugi to Kiteki Bakery",
        description_ja="始発の汽笛で窯に火を入れる町のパン屋です。道東の小麦と牛乳で毎朝四十種ほど焼きます。",
        description_en=(
            "A town bakery that lights its oven at the first train's whistle. Some forty kinds a day, of "
            "eastern Hokkaido wheat and milk."
        ),
        municipality_code="012068",
        district="北大通",
        latitude=42.98674,
        longitude=144.38288,
        size_class="small",
        locally_owned=True,
        hours=hours({"火水木金": "07:30-18:30", "土日": "08:00-17:00"}),
        tags=("bakery", "cafe", "sweets"),
        basket=Basket(mean_yen=1040, spread=0.42),
        popularity=7.5,
    ),
    Shop(
        key="nusabi-kashi",
        organisation_key="nusabi",
        name_ja="菓子処 ぬさ灯",
        name_en="Nusabi Confectionery",
        description_ja="橋の灯りを写した最中と、季節の生菓子を作っています。お使い物は一つから包みます。",
        description_en=(
            "Wafer cakes shaped after the bridge lamps, and fresh sweets by season. Gifts are wrapped "
            "from a single piece."
        ),
        municipality_code="012068",
        district="幣舞町",
        latitude=42.97874,
        longitude=144.38652,
        size_class="small",
        locally_owned=True,
        hours=hours({"月火木金土": "09:30-18:00", "日": "09:30-16:00"}),
        tags=("sweets",),
        basket=Basket(mean_yen=1620, spread=0.48),
        popularity=3.6,
    ),
    Shop(
        key="kirimachi-kissa",
        organisation_key="nusabi",
        name_ja="喫茶 霧待ち",
        name_en="Kirimachi Coffee",
        description_ja="霧の晴れるのを待つための喫茶店。深煎りの珈琲と、隣の菓子処の甘味があります。",
        description_en=(
            "A coffee room for waiting until the fog lifts. Dark roasts, with sweets from the "
            "confectioner next door."
        ),
        municipality_code="012068",
        district="幣舞町",
        latitude=42.97861,
        longitude=144.38664,
        size_class="small",
        locally_owned=True,
        hours=hours({"月火木金": "09:00-18:00", "土日": "08:00-18:30"}),
        tags=("cafe", "sweets"),
        basket=Basket(mean_yen=890, spread=0.35),
        popularity=4.1,
    ),
    Shop(
        key="kasumizuru-no-yu",
        organisation_key="kasumizuru",
        name_ja="霞鶴の湯",
        name_en="Kasumizuru Bathhouse",
        description_ja="薪で沸かす町の銭湯です。湯上がりの牛乳と、番台の世間話がつきます。",
        description_en=(
            "A neighbourhood bath heated with wood. Cold milk afterwards, and small talk at the counter."
        ),
        municipality_code="012068",
        district="武佐",
        latitude=42.97636,
        longitude=144.42318,
        size_class="small",
        locally_owned=True,
        hours=hours({"月火水金土日": "13:30-22:30"}),
        tags=("onsen", "service"),
        basket=Basket(mean_yen=690, spread=0.3),
        popularity=3.2,
    ),
    Shop(
        key="onbegoya",
        organisation_key="onbegoya",
        name_ja="蕗と味噌 おんべ小屋",
        name_en="Onbegoya",
        description_ja="音別の蕗を炊いて味噌に合わせる、六人の集まりの小さな売店です。冬の間は休みます。",
        description_en=(
            "A tiny shop run by six neighbours who simmer Onbetsu butterbur into miso. It rests in winter."
        ),
        municipality_code="012068",
        district="音別",
        latitude=42.89083,
        longitude=143.93245,
        size_class="small",
        locally_owned=True,
        hours=hours({"木金土日": "10:00-15:00"}),
        tags=("farm", "daily"),
        basket=Basket(mean_yen=1180, spread=0.4),
        popularity=0.8,
        status="suspended",
    ),
)
