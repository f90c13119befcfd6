"""The city's audiences: kept, counted, described."""

import uuid
from typing import Any

from backend.audiences import counting, queries, service
from backend.audiences.counting import PreviewedAudience
from backend.audiences.queries import AudienceCard, AudienceNotFound
from backend.audiences.rules import AudienceInvalid
from backend.audiences.service import AudienceNameRefused, AudienceNameTaken, AudiencesTooMany
from backend.base.pages import Page
from backend.city.audiences.schemas import (
    COUNT_EXAMPLE,
    EDIT_EXAMPLE,
    SAVE_EXAMPLE,
    AudienceOut,
    AudiencePage,
    CountAudienceIn,
    EditAudienceIn,
    SaveAudienceIn,
)
from backend.people.permissions import Permission
from backend.web.audiences import AudiencePreviewOut
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import PageQuery, page_request

face = Face("audiences", __name__, url_prefix="/v1/city/audiences", description="Who is meant by messages.")


@face.operation(
    "GET",
    "",
    permission=Permission.READ_CITY_AUDIENCES,
    query=PageQuery,
    answer=AudiencePage,
)
def list_audiences(call: Call, query: dict[str, Any]) -> Page[AudienceCard]:
    """The city's, newest first; those of shops are theirs."""
    return queries.list_audiences(
        call.session,
        shop_ids=None,
        region=call.ground.region,
        language=call.language,
        page=page_request(query),
    )


@face.operation(
    "POST",
    "",
    permission=Permission.EDIT_CITY_AUDIENCES,
    body=SaveAudienceIn,
    answer=AudienceOut,
    status=201,
    errors=[AudienceInvalid, AudienceNameRefused, AudienceNameTaken, AudiencesTooMany],
    example=SAVE_EXAMPLE,
)
def save_audience(call: Call, body: dict[str, Any]) -> AudienceCard:
    """Keep a description under a name. It means whoever meets it when a message starts, not who does so now."""
    return service.save_audience(
        call.session,
        shop_id=None,
        name=body["name"],
        document=body["audience"],
        region=call.ground.region,
        staff_id=call.staff.staff_id,
        language=call.language,
        at=call.at,
    )


@face.operation(
    "POST",
    "/counts",
    permission=Permission.READ_CITY_AUDIENCES,
    body=CountAudienceIn,
    answer=AudiencePreviewOut,
    errors=[AudienceInvalid],
    limits=[RateLimit("audience_count", "sign_in_attempts", By.TOKEN, factor=3)],
    writes=False,
    example=COUNT_EXAMPLE,
)
def count_audience(call: Call, body: dict[str, Any]) -> PreviewedAudience:
    """How many a description means now, saved or not, and how many of them a message would reach."""
    return counting.preview_audience(
        call.session,
        document=body["audience"],
        purpose=body["purpose"],
        category=body["category"],
        shop_id=None,
        region=call.ground.region,
        terms=call.ground.notice_terms,
        language=call.language,
        at=call.at,
    )


@face.operation(
    "GET",
    "/<uuid:audience_id>",
    permission=Permission.READ_CITY_AUDIENCES,
    answer=AudienceOut,
    errors=[AudienceNotFound],
)
def get_audience(call: Call, audience_id: uuid.UUID) -> AudienceCard:
    """One of the city's, with its description in words."""
    return queries.get_audience(
        call.session,
        audience_id=audience_id,
        shop_ids=None,
        region=call.ground.region,
        language=call.language,
    )


@face.operation(
    "PATCH",
    "/<uuid:audience_id>",
    permission=Permission.EDIT_CITY_AUDIENCES,
    body=EditAudienceIn,
    answer=AudienceOut,
    errors=[AudienceNotFound, AudienceInvalid, AudienceNameRefused, AudienceNameTaken],
    example=EDIT_EXAMPLE,
)
def edit_audience(call: Call, audience_id: uuid.UUID, body: dict[str, Any]) -> AudienceCard:
    """Another name, another description. Messages that were drafted with it keep the one they had."""
    return service.edit_audience(
        call.session,
        audience_id=audience_id,
        shop_ids=None,
        name=body["name"],
        document=body["audience"],
        region=call.ground.region,
        staff_id=call.staff.staff_id,
        language=call.language,
        at=call.at,
    )


@face.operation(
    "DELETE",
    "/<uuid:audience_id>",
    permission=Permission.EDIT_CITY_AUDIENCES,
    status=204,
    errors=[AudienceNotFound],
)
def delete_audience(call: Call, audience_id: uuid.UUID) -> None:
    """Messages that were drafted with it keep their copy."""
    service.delete_audience(call.session, audience_id=audience_id, shop_ids=None)
