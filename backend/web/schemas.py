"""Shapes shared by all faces: strict bases, whole numbers, ids, pages, problems."""

from datetime import UTC, datetime
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from backend.base.pages import LIMIT_DEFAULT, LIMIT_MAX, PageRequest
from backend.base.text import LANGUAGES

AMOUNT_MAX_YEN = 9_999_999
POINTS_MAX = 9_999_999
ALL_OR_NONE = ("none", "all")
MOMENT_MIN = datetime(2000, 1, 1, tzinfo=UTC)
MOMENT_MAX = datetime(2199, 12, 31, tzinfo=UTC)


class In(Schema):
    """What a caller sends: nothing unknown passes."""

    class Meta:
        unknown = RAISE


class Query(In):
    """What stands behind the question mark."""


class Headers(Schema):
    """Headers a route reads; others are none of its business."""

    class Meta:
        unknown = EXCLUDE


def idempotency_key_field(**kwargs: Any) -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Regexp(r"^[A-Za-z0-9_-]{8,64}$(?!\n)", error="8 to 64 letters, digits, - or _."),
        metadata={
            "description": "Made by the caller before it sends, kept until it has the answer. A UUID is good."
        },
        **kwargs,
    )


class IdempotencyHeaders(Headers):
    """Of operations that must not be done twice."""

    idempotency_key = idempotency_key_field(data_key="Idempotency-Key")


class Out(Schema):
    """What we answer."""


class Whole(fields.Integer):
    """A JSON integer within bounds: no text, no boolean, no fraction.

    643861.0 is the integer 643861 to JSON Schema, so it is to us; 10**30 is refused before any database sees it.
    """

    def __init__(self, *, minimum: int, maximum: int, **kwargs: Any) -> None:
        self.minimum, self.maximum = minimum, maximum
        bounds = validate.Range(min=minimum, max=maximum)
        super().__init__(validate=[bounds, *kwargs.pop("validate", [])], **kwargs)

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            raise self.make_error("invalid", input=value)
        if not self.minimum <= value <= self.maximum:
            raise ValidationError(f"Must be from {self.minimum} to {self.maximum}.")
        return int(value)


class PointsToSpend(fields.Field[int | str]):
    """ "none", "all", or at most so many."""

    def __init__(self, **kwargs: Any) -> None:
        self._whole = Whole(minimum=1, maximum=POINTS_MAX)
        shape = {
            "oneOf": [
                {"type": "string", "enum": list(ALL_OR_NONE)},
                {"type": "integer", "minimum": 1, "maximum": POINTS_MAX},
            ],
            "description": kwargs.pop("description"),
        }
        super().__init__(metadata=shape, load_default="none", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int | str:
        if not isinstance(value, str):
            return int(self._whole.deserialize(value, attr, data))
        if value not in ALL_OR_NONE:
            raise ValidationError("Must be none, all or a whole number.")
        return value


class Moment(fields.AwareDateTime):
    """A moment with its offset, of this century or the next: the calendar's ends overflow when zones change.

    In UTC from here on, so that an answer spells it alike before and after it was stored.
    """

    def __init__(self, **kwargs: Any) -> None:
        self._bounds = validate.Range(min=MOMENT_MIN, max=MOMENT_MAX, error="Must be from 2000 to 2199.")
        super().__init__(format="iso", validate=self._bounds, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        moment = super()._deserialize(value, attr, data, **kwargs)
        self._bounds(moment)
        return moment.astimezone(UTC)


class QueryWhole(fields.Integer):
    """A whole number in a query, where everything is text."""

    def __init__(self, *, minimum: int, maximum: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(min=minimum, max=maximum), **kwargs)


class Yen(Whole):
    """An amount of money a purchase can have."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(minimum=1, maximum=AMOUNT_MAX_YEN, **kwargs)


class Degrees(fields.Float):
    """Degrees as a JSON number: no text, no boolean, nothing off the globe."""

    def __init__(self, *, maximum: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(min=-maximum, max=maximum), **kwargs)

    def _validated(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


def text_field(maximum: int, *, minimum: int = 1, **kwargs: Any) -> fields.String:
    """Text of bounded length without control characters (a NUL would break PostgreSQL)."""
    return fields.String(
        validate=[
            validate.Length(min=minimum, max=maximum),
            validate.Regexp(r"^[^\x00-\x08\x0b-\x1f\x7f]*$", error="Holds a control character."),
        ],
        **kwargs,
    )


def language_field(**kwargs: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(LANGUAGES), **kwargs)


class PageQuery(Query):
    limit = QueryWhole(
        minimum=1, maximum=LIMIT_MAX, load_default=LIMIT_DEFAULT, metadata={"description": "Items a page."}
    )
    cursor = text_field(
        400,
        load_default=None,
        metadata={"description": "`next_cursor` of the page before; leave out for the first page."},
    )


def page_request(query: dict[str, Any]) -> PageRequest:
    return PageRequest(limit=query["limit"], cursor=query["cursor"])


def page_of(item: type[Schema]) -> type[Schema]:
    """The schema of a page of items, named after them: ShopOut → ShopPage."""
    name = item.__name__.removesuffix("Out") + "Page"
    body = {
        "items": fields.List(fields.Nested(item), required=True),
        "next_cursor": fields.String(
            required=True, allow_none=True, metadata={"description": "null on the last page."}
        ),
    }
    return type(name, (Out,), body)


class FieldProblem(Out):
    field = fields.String(
        required=True, metadata={"description": "Path of the field at fault, dots between."}
    )
    detail = fields.String(required=True)


class Problem(Out):
    """RFC 9457."""

    type = fields.String(required=True, metadata={"example": "urn:meguri:problem:till_code_used"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "Stable; programs decide by it."})
    detail = fields.String(required=True, metadata={"description": "For people, in the caller's language."})
    request_id = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldProblem), metadata={"description": "The fields at fault."})
