"""Where in the invented city's budget points are paid from, and who shares in paying."""

from backend.demo.city.shapes import BudgetLine

BUDGET_LINES: tuple[BudgetLine, ...] = (
    BudgetLine(
        key="points",
        kan="商工費",
        kou="商工費",
        moku="商工業振興費",
        name="域内循環ポイント事業(デモ用の架空の事業)",
        city_permille=1000,
    ),
    BudgetLine(
        key="campaigns",
        kan="商工費",
        kou="商工費",
        moku="商工業振興費",
        name="消費喚起キャンペーン事業(デモ用の架空の事業)",
        city_permille=600,
        shop_permille=250,
        chamber_permille=150,
    ),
    BudgetLine(
        key="rallies",
        kan="商工費",
        kou="商工費",
        moku="観光費",
        name="まちめぐりスタンプ事業(デモ用の架空の事業)",
        city_permille=500,
        chamber_permille=500,
    ),
    BudgetLine(
        key="volunteers",
        kan="民生費",
        kou="社会福祉費",
        moku="社会福祉総務費",
        name="地域活動ポイント事業(デモ用の架空の事業)",
        city_permille=1000,
    ),
)
