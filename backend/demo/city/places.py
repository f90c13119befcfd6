"""The municipalities that the demonstration touches, and the districts in which its citizens live."""

from backend.demo.city.shapes import Municipality

KUSHIRO = "012068"

MUNICIPALITIES: tuple[Municipality, ...] = (
    Municipality("012068", "釧路市", "Kushiro City", "city", 42.9849, 144.3820),
    Municipality("016616", "釧路町", "Kushiro Town", "kushiro_area", 42.9960, 144.4660),
    Municipality("016624", "厚岸町", "Akkeshi Town", "kushiro_area", 43.0517, 144.8472),
    Municipality("016632", "浜中町", "Hamanaka Town", "kushiro_area", 43.0767, 145.1292),
    Municipality("016641", "標茶町", "Shibecha Town", "kushiro_area", 43.3031, 144.6008),
    Municipality("016659", "弟子屈町", "Teshikaga Town", "kushiro_area", 43.4855, 144.4593),
    Municipality("016675", "鶴居村", "Tsurui Village", "kushiro_area", 43.2300, 144.3211),
    Municipality("016683", "白糠町", "Shiranuka Town", "kushiro_area", 42.9562, 144.0717),
    Municipality("012238", "根室市", "Nemuro City", "kushiro_nemuro", 43.3301, 145.5828),
    Municipality("016918", "別海町", "Betsukai Town", "kushiro_nemuro", 43.3943, 145.1175),
    Municipality("016926", "中標津町", "Nakashibetsu Town", "kushiro_nemuro", 43.5553, 144.9714),
    Municipality("012076", "帯広市", "Obihiro City", "east_hokkaido", 42.9240, 143.1962),
    Municipality("011002", "札幌市", "Sapporo City", "outside", 43.0621, 141.3544),
    Municipality("041009", "仙台市", "Sendai City", "outside", 38.2682, 140.8694),
    Municipality("131041", "新宿区", "Shinjuku City", "outside", 35.6938, 139.7034),
)

MUNICIPALITY_BY_CODE = {municipality.code: municipality for municipality in MUNICIPALITIES}

# District → how many of the citizens live there, roughly.
HOME_DISTRICTS: dict[str, dict[str, int]] = {
    "012068": {
        "愛国": 14,
        "昭和": 14,
        "鳥取": 13,
        "美原": 12,
        "春採": 11,
        "文苑": 10,
        "武佐": 9,
        "桜ケ岡": 9,
        "大楽毛": 8,
        "浦見": 6,
        "星が浦": 6,
        "北大通": 4,
        "末広町": 4,
        "米町": 4,
        "幣舞町": 4,
        "錦町": 2,
        "音別": 3,
        "阿寒湖温泉": 3,
    },
    "016616": {"遠矢": 5, "別保": 3},
    "016624": {"港町": 3, "宮園": 2},
    "016632": {"霧多布": 2, "茶内": 2},
    "016641": {"旭": 2, "磯分内": 1},
    "016659": {"中央": 2, "川湯温泉": 2},
    "016675": {"鶴居西": 3},
    "016683": {"東1条": 3, "庶路": 2},
    "012238": {"緑町": 1},
    "016926": {"東1条": 1},
}
