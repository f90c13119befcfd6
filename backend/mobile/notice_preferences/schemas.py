"""Shapes of what a citizen chose to be told."""

from typing import Any

from marshmallow import fields, validate

from backend.notices.categories import CHOOSABLE
from backend.notices.kinds import Trigger
from backend.notices.preferences import MUTED_SHOPS_MAX
from backend.web.schemas import In, Out


def _time_of_day() -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Regexp(r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)", error="A time such as 21:00."),
        metadata={"description": "In the city's time.", "example": "21:00"},
    )


class QuietHoursIn(In):
    starts = _time_of_day()
    ends = _time_of_day()


class QuietHoursOut(Out):
    starts = _time_of_day()
    ends = _time_of_day()


def _chosen(names: Any) -> fields.List[str]:
    return fields.List(
        fields.String(validate=validate.OneOf(list(names))), validate=validate.Length(max=len(list(names)))
    )


class SetNoticePreferencesIn(In):
    """What is left out stays; what is given takes the place of what was chosen before."""

    quiet_hours = fields.Nested(
        QuietHoursIn,
        allow_none=True,
        metadata={"description": "No phone rings meanwhile; it rings when they are over. null: at no time."},
    )
    interests = _chosen(CHOOSABLE)
    muted_categories = _chosen(CHOOSABLE)
    muted_triggers = _chosen(Trigger)
    muted_shops = fields.List(fields.UUID(), validate=validate.Length(max=MUTED_SHOPS_MAX))


class MutedShopOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)


class ChoosableOut(Out):
    subject = fields.String(required=True)
    name = fields.String(required=True, metadata={"description": "In the caller's language."})
    purpose = fields.String(required=True, metadata={"description": "The consent under which it is pushed."})


class NoticePreferencesOut(Out):
    quiet_hours = fields.Nested(
        QuietHoursOut, required=True, allow_none=True, metadata={"description": "null: at no time."}
    )
    quiet_hours_are_own = fields.Boolean(
        required=True, metadata={"description": "false: nothing was chosen yet; these are everybody's."}
    )
    interests = fields.List(fields.String(), required=True)
    muted_categories = fields.List(fields.String(), required=True)
    muted_triggers = fields.List(fields.String(), required=True)
    muted_shops = fields.List(fields.Nested(MutedShopOut), required=True)
    categories = fields.List(
        fields.Nested(ChoosableOut), required=True, metadata={"description": "What there is to choose from."}
    )
    triggers = fields.List(
        fields.Nested(ChoosableOut), required=True, metadata={"description": "What can be muted."}
    )
