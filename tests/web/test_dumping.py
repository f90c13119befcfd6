"""What an answer's schema picks, and how."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from marshmallow import Schema, fields

from backend.web.dumping import make_dumper

NOON = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)


class TagOut(Schema):
    name = fields.String()


class ShopOut(Schema):
    id = fields.UUID()
    name = fields.String()
    opened_at = fields.AwareDateTime(allow_none=True)
    founded_on = fields.Date()
    is_open = fields.Boolean()
    tags = fields.List(fields.Nested(TagOut))
    codes = fields.List(fields.String())
    owner = fields.Nested(TagOut, allow_none=True)
    texts = fields.Dict()
    town = fields.String(attribute="place.town", data_key="municipality")


SHOP: dict[str, Any] = {
    "id": uuid.UUID(int=7),
    "name": "麦と汽笛",
    "opened_at": NOON,
    "founded_on": date(1998, 4, 1),
    "is_open": True,
    "tags": [{"name": "パン"}, {"name": "駅前"}],
    "codes": ("a", "b"),
    "owner": None,
    "texts": {"ja": "説明"},
    "place": {"town": "釧路市"},
}


@dataclass(frozen=True, slots=True)
class Shop:
    id: uuid.UUID
    name: str


def written(value: Any) -> Any:
    return orjson.loads(orjson.dumps(value))


class TestMakeDumper:
    def test_writes_what_the_schema_itself_would(self) -> None:
        assert written(make_dumper(ShopOut())(SHOP)) == written(ShopOut().dump(SHOP))

    def test_takes_objects_as_well_as_mappings(self) -> None:
        place = SimpleNamespace(town="釧路市")
        tags = [SimpleNamespace(name="パン"), SimpleNamespace(name="駅前")]

        dumped = make_dumper(ShopOut())(SimpleNamespace(**SHOP | {"place": place, "tags": tags}))

        assert dumped == make_dumper(ShopOut())(SHOP)

    def test_leaves_out_what_the_value_lacks(self) -> None:
        assert make_dumper(ShopOut())(Shop(uuid.UUID(int=7), "麦と汽笛")) == {
            "id": uuid.UUID(int=7),
            "name": "麦と汽笛",
        }

    def test_picks_nothing_that_the_schema_does_not_name(self) -> None:
        assert make_dumper(TagOut())({"name": "パン", "secret": "x"}) == {"name": "パン"}

    @pytest.mark.parametrize("field", [fields.Decimal(), fields.Nested(TagOut, many=True)])
    def test_refuses_a_kind_of_field_it_does_not_know(self, field: fields.Field[Any]) -> None:
        schema = Schema.from_dict({"odd": field})

        with pytest.raises(TypeError, match="kind"):
            make_dumper(schema())
