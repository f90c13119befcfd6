"""The city's office: what budgets have left, why a campaign ended early, what a draft would have given."""

from datetime import date, timedelta
from typing import Any

from backend.base.clock import city_day, utc_now
from backend.demo.calling import Caller, Teller, line
from backend.demo.cast import Cast

PREVIEWED_DAYS = 28


def play_city(cast: Cast, url: str, language: str, say: Teller) -> None:
    city = Caller(url, cast.city, language)
    campaigns = _budgets(city, language, say)
    _early_end(city, campaigns, language, say)
    _preview(city, campaigns, language, say)


def _budgets(city: Caller, language: str, say: Teller) -> list[Any]:
    say.step("The city's office looks at its campaigns")
    reply = city.ask("GET", "/v1/city/campaigns?limit=50")
    say(line("GET /v1/city/campaigns", reply))
    campaigns: list[Any] = reply.body["items"]
    for campaign in campaigns:
        left, budget = campaign["budget_left_points"], campaign["budget_points"]
        said = "not funded yet" if left is None else f"{left:,} of {budget:,} points left"
        say(f"   {campaign['state']:<9} {_name(campaign, language)}: {said}")
    say("")
    return campaigns


def _early_end(city: Caller, campaigns: list[Any], language: str, say: Teller) -> None:
    say.step("Why did one end before its time? The record of decisions knows")
    for campaign in campaigns:
        if campaign["state"] == "ended" and campaign["budget_left_points"] == 0:
            reply = city.ask("GET", f"/v1/city/campaigns/{campaign['id']}/events?limit=1")
            event = reply.body["items"][0]
            say(line("GET /v1/city/campaigns/…/events", reply))
            say(f"   {_name(campaign, language)}: {event['act']} at {event['at']}, {event['reason']}\n")
            return
    say("   none has\n")


def _preview(city: Caller, campaigns: list[Any], language: str, say: Teller) -> None:
    say.step("One is in review: what would it have given in the last four weeks?")
    reviewed = next((campaign for campaign in campaigns if campaign["state"] == "review"), None)
    if reviewed is None:
        say("   none is in review any more\n")
        return
    until_on: date = city_day(utc_now()) - timedelta(days=1)
    since_on = until_on - timedelta(days=PREVIEWED_DAYS - 1)
    body = {"since_on": since_on.isoformat(), "until_on": until_on.isoformat()}
    reply = city.ask("POST", f"/v1/city/campaigns/{reviewed['id']}/previews", body)
    seen = reply.body
    say(line("POST /v1/city/campaigns/…/previews", reply))
    say(f"   {_name(reviewed, language)}: {seen['points']:,} points to {seen['citizens']:,} citizens")
    say(f"   in {seen['shops']:,} shops, for {seen['purchases']:,} of {seen['seen_purchases']:,} purchases")
    ends_on = seen["budget_ends_on"]
    say(f"   its budget of {seen['budget_points']:,} would {f'end on {ends_on}' if ends_on else 'last'}\n")


def _name(campaign: Any, language: str) -> str:
    names: dict[str, str] = campaign["names"]
    return names.get(language, names["ja"])
