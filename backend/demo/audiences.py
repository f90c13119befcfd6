"""Whom the city and a shop of the demonstration like to address."""

from collections.abc import Mapping
from typing import Any

from backend.audiences.models import SavedAudience
from backend.demo.city.accounts import DEMO_SHOP_KEY
from backend.demo.identifiers import staff_id
from backend.demo.town import Founding, Row, Table, Town

SAVED_DAYS_AGO = 9

CITY_AUDIENCES: Mapping[str, Mapping[str, Any]] = {
    "しばらくお買い物のない65歳以上の方": {
        "all": [{"age_band": ["65_74", "75_over"]}, {"last_purchase": {"at_least_days_ago": 14}}]
    },
    "1か月以内に期限の来るポイントがある方": {"points_expiring": {"at_least_points": 50, "within_days": 30}},
}


def shop_audiences(shop_id: str) -> Mapping[str, Mapping[str, Any]]:
    visited = {"shop_ids": [shop_id], "within_days": 180, "at_least_times": 2}
    lately = {"shop_ids": [shop_id], "within_days": 30}
    return {"ごぶさたのお客さま": {"all": [{"not": {"visited_shop": lately}}, {"visited_shop": visited}]}}


def list_audiences(founding: Founding, town: Town) -> Table:
    saved_at = founding.days_ago(SAVED_DAYS_AGO)
    shop_id = town.shop_ids[DEMO_SHOP_KEY]
    owned = [
        *[(None, "city", name, document) for name, document in CITY_AUDIENCES.items()],
        *[(shop_id, "manager", name, document) for name, document in shop_audiences(str(shop_id)).items()],
    ]
    rows: list[Row] = [
        {
            "id": founding.ids.at(saved_at),
            "shop_id": owner,
            "name": name,
            "document": document,
            "made_by_staff_id": staff_id(account),
            "changed_by_staff_id": staff_id(account),
            "created_at": saved_at,
            "changed_at": saved_at,
        }
        for owner, account, name, document in owned
    ]
    return SavedAudience, rows
