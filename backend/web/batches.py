"""Many requests in one: each item is read, answered and refused by itself, in its place."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, missing, validate

from backend.base.errors import MeguriError
from backend.web.problems import FieldsInvalid, describe, status_of
from backend.web.schemas import FieldProblem, Out, Problem

# Of five hundred sales with the lines of an ordinary receipt.
BATCH_MAX_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class ItemMalformed:
    """An item of another shape than the specification gives. `id` as it was sent, if it was text."""

    id: str | None
    error: FieldsInvalid


def load_apart(schema: Schema, sent: Any) -> Any:
    """The item as loaded, or ItemMalformed."""
    try:
        return schema.load(sent)
    except ValidationError as error:
        return _malformed(sent, error)


def _malformed(sent: Any, error: ValidationError) -> ItemMalformed:
    key = sent.get("id") if isinstance(sent, dict) else None
    return ItemMalformed(key if isinstance(key, str) else None, FieldsInvalid(error.messages))


def make_loader(schema: Schema) -> Callable[[Any], Any]:
    """What `schema.load` does, prepared once: what is sound is read field by field.

    Raises TypeError for a schema with hooks, which would be passed by.
    """
    if any(schema._hooks.values()) or schema.unknown != RAISE:
        raise TypeError(f"{type(schema).__name__} does more than its fields say")
    steps = [
        (field.data_key or name, field.attribute or name, field.deserialize)
        for name, field in schema.load_fields.items()
    ]
    names = {key for key, _, _ in steps}

    def load(sent: Any) -> Any:
        if type(sent) is not dict or not names.issuperset(sent):
            return schema.load(sent)  # which tells what is wrong
        try:
            return {
                attribute: value
                for key, attribute, deserialize in steps
                if (value := deserialize(sent.get(key, missing), key, sent)) is not missing
            }
        except ValidationError:
            return schema.load(sent)  # which tells of all that is wrong, and not of the first only

    return load


class _Apart(fields.Nested):
    """An item whose faults are its own: it is loaded as ItemMalformed instead of refusing the whole."""

    @cached_property
    def load(self) -> Callable[[Any], Any]:
        return make_loader(self.schema)

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **kwargs: Any) -> Any:
        try:
            return self.load(value)
        except ValidationError as error:
            return _malformed(value, error)


def items_field(item: type[Schema], maximum: int) -> fields.List[Any]:
    """From one to `maximum` items, each by itself; the items need a field `id`."""
    return fields.List(
        _Apart(item),
        required=True,
        validate=validate.Length(min=1, max=maximum),
        metadata={"description": "Each is recorded or refused by itself, in this order."},
    )


class PointedProblem(FieldProblem):
    pointer = fields.String(
        required=True, metadata={"description": "The same as a JSON pointer into the request's body."}
    )


class ItemProblem(Problem):
    """What is wrong with one item; the others are none the worse for it."""

    class Meta:
        exclude = ("request_id",)

    errors = fields.List(fields.Nested(PointedProblem), metadata={"description": "The fields at fault."})


@cache
def outcomes_of(purchase: type[Schema]) -> type[Schema]:
    """The schema of a batch's answer, named after what its items give: SaleOut → SaleOutcomes."""
    name = purchase.__name__.removesuffix("Out")
    described = {
        "id": fields.String(required=True, allow_none=True, metadata={"description": "As it was sent."}),
        "status": fields.Integer(
            required=True, metadata={"description": "As of a request of its own.", "example": 201}
        ),
        "is_replay": fields.Boolean(
            required=True, metadata={"description": "It had been recorded before, and counts once."}
        ),
        "purchase": fields.Nested(purchase, required=True, allow_none=True),
        "problem": fields.Nested(ItemProblem, required=True, allow_none=True),
    }
    outcome = type(f"{name}Outcome", (Out,), described)
    items = fields.List(
        fields.Nested(outcome), required=True, metadata={"description": "In the order of the request."}
    )
    return type(f"{name}Outcomes", (Out,), {"items": items})


def weave(
    items: Sequence[Any],
    outcomes: Iterable[Any],
    present: Callable[[Any], Mapping[str, Any]],
) -> dict[str, Any]:
    """What `outcomes_of` describes, from the items as loaded and an outcome for each well-formed one.

    `present` gives `purchase` and `is_replay` of an outcome that is no error.
    """
    remaining = iter(outcomes)
    woven = []
    for place, item in enumerate(items):
        if isinstance(item, ItemMalformed):
            woven.append(_refused(item.id, item.error, place))
            continue
        outcome = next(remaining)
        if isinstance(outcome, MeguriError):
            woven.append(_refused(item["id"], outcome, place))
        else:
            woven.append({"id": item["id"], "status": 201, "problem": None, **present(outcome)})
    return {"items": woven}


def _refused(key: str | None, error: MeguriError, place: int) -> dict[str, Any]:
    problem = describe(error)
    for fault in problem.get("errors", ()):
        path = [] if fault["field"] == "body" else fault["field"].split(".")
        fault["pointer"] = "/".join(["/items", str(place), *path])
    return {
        "id": key,
        "status": status_of(type(error)),
        "is_replay": False,
        "purchase": None,
        "problem": problem,
    }


def well_formed(items: Sequence[Any]) -> list[dict[str, Any]]:
    return [item for item in items if not isinstance(item, ItemMalformed)]
