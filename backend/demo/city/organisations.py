"""The organisations that run the shops: firms, groups and public bodies. All invented."""

from backend.demo.city.shapes import Organisation

ORGANISATIONS: tuple[Organisation, ...] = (
    Organisation("kirinami", "霧波水産株式会社", "Kirinami Fisheries Co.", "firm", "012068"),
    Organisation("minatobi", "港灯沿岸漁業グループ", "Minatobi Coastal Fishing Group", "group", "012068"),
    Organisation(
        "umigiri-market", "海霧市民市場管理事務所", "Umigiri Citizens' Market Office", "public_body", "012068"
    ),
    Organisation(
        "todaizaka", "灯台坂通り商店街振興組合", "Todaizaka Street Traders' Union", "group", "012068"
    ),
    Organisation("tsubamebune", "有限会社つばめ舟", "Tsubamebune Ltd.", "firm", "012068"),
    Organisation("kirinokuchi", "霧ノ口企画合同会社", "Kirinokuchi Planning LLC", "firm", "012068"),
    Organisation("tsurunabatake", "青果つるな畑", "Tsurunabatake Greengrocers", "firm", "012068"),
    Organisation("homachiya", "株式会社帆待屋商店", "Homachiya & Co.", "firm", "012068"),
    Organisation("mugi-to-kiteki", "合同会社麦と汽笛", "Mugi to Kiteki LLC", "firm", "012068"),
    Organisation("shiraho", "白穂とうふ店", "Shiraho Tofu", "firm", "012068"),
    Organisation("nusabi", "有限会社ぬさ灯", "Nusabi Ltd.", "firm", "012068"),
    Organisation("kirito", "霧燈書房", "Kirito Books", "firm", "012068"),
    Organisation("kazamigamo", "自転車の風見鴨", "Kazamigamo Cycles", "firm", "012068"),
    Organisation("ikarikugi", "いかり釘金物店", "Ikarikugi Hardware", "firm", "012068"),
    Organisation("shiobasami", "理容潮ばさみ", "Shiobasami Barbers", "firm", "012068"),
    Organisation("nagikusa", "有限会社凪草堂", "Nagikusado Ltd.", "firm", "012068"),
    Organisation("yorumina", "株式会社ヨルミナ", "Yorumina Inc.", "firm", "011002"),
    Organisation("haretaro", "ハレタロ株式会社", "Haretaro Corporation", "firm", "041009"),
    Organisation("aitate", "株式会社あいたて", "Aitate Co.", "firm", "012068"),
    Organisation("kasumizuru", "霞鶴の湯", "Kasumizuru Bathhouse", "firm", "012068"),
    Organisation("kirizaka-hire", "有限会社霧坂ハイヤー", "Kirizaka Hire Ltd.", "firm", "012068"),
    Organisation("nohaguruma", "株式会社野歯車商会", "Nohaguruma Trading Co.", "firm", "012068"),
    Organisation("namigasumi", "呉服波霞", "Namigasumi Kimono", "firm", "012068"),
    Organisation("tsuyukage", "農園つゆかげ合同会社", "Tsuyukage Gardens LLC", "firm", "016616"),
    Organisation("yaneura-ukidama", "屋根裏の浮き玉", "Yaneura no Ukidama", "firm", "012068"),
    Organisation("mizunara-no-mimi", "湖畔工房みずならの耳", "Mizunara no Mimi Workshop", "firm", "012068"),
    Organisation("onbegoya", "おんべ小屋の会", "Onbegoya Circle", "group", "012068"),
    Organisation("kisuitei", "汽水ひと皿亭", "Kisui Hitosara", "firm", "016624"),
    Organisation("shitsugen-rakuno", "しつげん酪農の輪", "Shitsugen Dairy Circle", "group", "016641"),
    Organisation("komorisawa", "蕎麦と湯こもり沢", "Komorisawa", "firm", "016659"),
    Organisation(
        "kiri-no-watari",
        "道の駅「霧の渡り」運営室",
        "Kiri no Watari Road Station Office",
        "public_body",
        "016683",
    ),
    Organisation("hinodebashi", "かに処日の出端", "Hinodebashi Crab House", "firm", "012238"),
    Organisation("hitochihei", "有限会社ひと地平", "Hitochihei Ltd.", "firm", "016918"),
    Organisation("koushirin", "パン工房こうし林", "Koushirin Bakery", "firm", "016926"),
    Organisation("korobimame", "豆菓子ころび豆舎", "Korobimame Confectionery", "firm", "012076"),
)
