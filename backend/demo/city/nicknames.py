"""Parts of playful nicknames: a front and a back make one. Nobody's real name is among them."""

from backend.demo.city.shapes import Language

_JA_FRONTS = """
    霧の 朝霧の 坂道の 波止場の 湿原の 早起き 夜ふかし 寝ぼけ 腹ぺこ 潮風の 雪待ち 湯上がり 道草 日だまりの
    三時の 自転車の おかわり 流氷待ち 港町の 橋の上の 夕焼け 市場通いの 長靴の 釣り好き ひなたの 読みかけ
    麦わらの 焼きたて 鼻歌 回り道 屋根裏の 雨宿り 坂の上の 冬じたく 渡し舟の 番茶の
"""
_JA_BACKS = """
    かもめ エトピリカ しまふくろう 丹頂 まりも さんま ほっけ 昆布 あざらし きたきつね えぞりす ラッコ ししゃも
    牡蠣 豆大福 メロンパン 灯台 やかん とうふ かぼちゃ じゃがいも 雪だるま 長ぐつ 望遠鏡 汽笛 こぐま つぶ貝
    子じか いわし 帆立 たんぽぽ 風見鶏 毛糸玉 ふきのとう
"""
_EASY_FRONTS = "しろい あおい ちいさい おおきい げんきな はやい ゆっくり にこにこ ふわふわ まるい"
_EASY_BACKS = "ねこ いぬ とり さかな くま うさぎ はな ゆき ふね パン かに うみ"
_EN_FRONTS = "Foggy Sleepy Hungry Salty Snowy Happy Windy Early Marsh Harbor Lucky Mossy Sunny Quiet"
_EN_BACKS = "Puffin Crane Otter Kelp Saury Marimo Seal Owl Oyster Squid Lantern Teapot Pancake Gull"

NICKNAME_PARTS: dict[Language, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ja": (tuple(_JA_FRONTS.split()), tuple(_JA_BACKS.split())),
    "ja@easy": (tuple(_EASY_FRONTS.split()), tuple(_EASY_BACKS.split())),
    "en": (tuple(_EN_FRONTS.split()), tuple(_EN_BACKS.split())),
}
