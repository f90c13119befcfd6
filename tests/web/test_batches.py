"""Items of a batch are read as `Schema.load` reads them, only faster."""

from typing import Any

import pytest
from marshmallow import ValidationError, fields, post_load

from backend.shop.purchases.schemas import StoredSaleIn
from backend.web.batches import make_loader
from backend.web.schemas import In

SOUND = {
    "id": "a-1",
    "citizen_code": "2718 2818 28459",
    "amount_yen": 1280,
    "done_at": "2026-07-01T09:30:00+09:00",
}
LINE = {"amount_yen": 1280, "name": "鮭"}


class Hooked(In):
    id = fields.String()

    @post_load
    def change(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {**data, "changed": True}


class TestLoader:
    @pytest.mark.parametrize("sent", [SOUND, {**SOUND, "lines": [LINE]}, {**SOUND, "lines": None}])
    def test_reads_what_is_sound(self, sent: dict[str, Any]) -> None:
        schema = StoredSaleIn()

        assert make_loader(schema)(sent) == schema.load(sent)

    @pytest.mark.parametrize(
        "sent",
        [
            None,
            [],
            "a-1",
            {},
            {**SOUND, "colour": "red"},
            {**SOUND, 1: 2},
            {**SOUND, "id": None},
            {**SOUND, "id": "a\n", "amount_yen": True, "done_at": "yesterday"},
            {**SOUND, "lines": [{**LINE, "amount_yen": -1}, {"colour": "red"}]},
        ],
    )
    def test_tells_of_all_that_is_wrong(self, sent: Any) -> None:
        schema = StoredSaleIn()
        with pytest.raises(ValidationError) as expected:
            schema.load(sent)

        with pytest.raises(ValidationError) as found:
            make_loader(schema)(sent)

        assert found.value.messages == expected.value.messages

    def test_refuses_a_schema_that_does_more_than_its_fields_say(self) -> None:
        with pytest.raises(TypeError, match="Hooked does more"):
            make_loader(Hooked())
