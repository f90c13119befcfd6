"""The city office of the demonstration: campaigns drafted, approved, funded, watched and closed, as rows."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta

from backend.base.clock import city_day, start_of_city_day
from backend.campaigns.models import CampaignAct, CampaignStatus, VersionStatus
from backend.campaigns.rules.calendar import fiscal_year_of
from backend.campaigns.rules.deciding import RunningCampaign, Verdict
from backend.campaigns.service.budgets import SLICED_FROM_POINTS, SLICES
from backend.campaigns.service.closing import Figures
from backend.campaigns.service.running import BUDGET_EXHAUSTED, PERIOD_OVER
from backend.campaigns.service.watching import reached_percent
from backend.campaigns.states import CampaignState
from backend.demo.city import shapes
from backend.demo.city.budget_lines import BUDGET_LINES
from backend.demo.city.campaigns import BASE_KEY
from backend.demo.identifiers import staff_id
from backend.demo.ledger import Ledger
from backend.demo.town import Founding, Row
from backend.points.models import AccountKind, TransactionKind
from backend.points.rules import Leg, split_evenly
from backend.points.service.movements import ISSUANCE_ACCOUNT_ID

# Before a campaign begins; at ten in the morning.
DRAFTED_DAYS_BEFORE = 21
SUBMITTED_DAYS_BEFORE = 18
APPROVED_DAYS_BEFORE = 14
SCHEDULED_DAYS_BEFORE = 12
# Of one that is still in review: before today.
IN_REVIEW_DRAFTED_DAYS_AGO = 6
IN_REVIEW_SUBMITTED_DAYS_AGO = 2
REPORTED_DAYS_AFTER = 9
OFFICE_HOURS = timedelta(hours=10)
# Month and day on which the lines of the next fiscal year stand.
BUDGET_DAY = (2, 15)
WHOLE_PERMILLE = 1000
WATCHED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Warned:
    """Who was told that so much of a budget is used up."""

    campaign_id: uuid.UUID
    names: Mapping[str, str]
    percent: int
    at: datetime
    account_ids: frozenset[uuid.UUID]


@dataclass(slots=True)
class Reached:
    """Whom the awards of one campaign reached."""

    accounts: set[uuid.UUID] = field(default_factory=set)
    shops: set[uuid.UUID] = field(default_factory=set)
    purchases: set[uuid.UUID] = field(default_factory=set)
    granted_points: int = 0


class Office:
    def __init__(self, founding: Founding, ledger: Ledger) -> None:
        self._founding = founding
        self._ids = founding.ids
        self._ledger = ledger
        self._reached: dict[uuid.UUID, Reached] = defaultdict(Reached)
        self._row_by_account: dict[uuid.UUID, Row] = {}
        self._lines: dict[tuple[str, int], Row] = {}
        self._to_end_empty: set[uuid.UUID] = set()
        self.running: list[RunningCampaign] = []
        self.accounts: list[Row] = []
        self.campaigns: list[Row] = []
        self.versions: list[Row] = []
        self.events: list[Row] = []
        self.warned: list[Warned] = []

    @property
    def budget_lines(self) -> Sequence[Row]:
        return list(self._lines.values())

    def take_up(self, campaign: shapes.Campaign, budget_points: int) -> None:
        """From draft to as far as its stage; what comes later, `look_at_budgets` and `close_over` tell."""
        starts_at, ends_at = (
            start_of_city_day(self._founding.today + timedelta(days=days))
            for days in (campaign.starts_offset_days, campaign.ends_offset_days)
        )
        drafted_at, submitted_at = (
            self._office_hour(starts_at, days) for days in (DRAFTED_DAYS_BEFORE, SUBMITTED_DAYS_BEFORE)
        )
        if campaign.stage == "review":
            today_at = start_of_city_day(self._founding.today)
            drafted_at = self._office_hour(today_at, IN_REVIEW_DRAFTED_DAYS_AGO)
            submitted_at = self._office_hour(today_at, IN_REVIEW_SUBMITTED_DAYS_AGO)
        conditions: Row = {
            "names": dict(campaign.names),
            "descriptions": dict(campaign.descriptions),
            "rule": campaign.rule.to_json(),
            "starts_at": starts_at,
            "ends_at": ends_at,
            "budget_points": budget_points,
            "budget_line_id": self._line_id(campaign.budget_line_key, starts_at),
        }
        row = self._draft(campaign, conditions, drafted_at)
        self._tell(row, CampaignAct.SUBMITTED, "draft", "review", submitted_at)
        if campaign.stage != "review":
            self._approve(row, self._office_hour(starts_at, APPROVED_DAYS_BEFORE))
            self._schedule(row, campaign, self._office_hour(starts_at, SCHEDULED_DAYS_BEFORE))

    def _office_hour(self, before: datetime, days: int) -> datetime:
        return before - timedelta(days=days) + OFFICE_HOURS

    def _line_id(self, key: str, starts_at: datetime) -> uuid.UUID:
        """Of the fiscal year in which the campaign begins."""
        year = fiscal_year_of(city_day(starts_at))
        if (key, year) not in self._lines:
            line = next(line for line in BUDGET_LINES if line.key == key)
            created_at = max(
                start_of_city_day(date(year, *BUDGET_DAY)) + OFFICE_HOURS, self._founding.founded_at
            )
            columns = asdict(line)
            del columns["key"]
            row: Row = columns | {"fiscal_year": year, "created_at": created_at}
            self._lines[key, year] = row | {"id": self._ids.at(created_at)}
        line_id: uuid.UUID = self._lines[key, year]["id"]
        return line_id

    def _draft(self, campaign: shapes.Campaign, conditions: Row, at: datetime) -> Row:
        row: Row = conditions | {
            "id": self._ids.at(at),
            "slug": campaign.key,
            "is_base_programme": campaign.key == BASE_KEY,
            "status": CampaignStatus.REVIEW.value,
            "version": 1,
            "funding_account_id": None,
            "budget_exhausted_at": None,
            "budget_warned_percent": 0,
            "figures": None,
            "created_by_staff_id": staff_id("city"),
            "approved_by_staff_id": None,
            "created_at": at,
            "approved_at": None,
        }
        self.campaigns.append(row)
        self.versions.append(
            conditions
            | {
                "campaign_id": row["id"],
                "version": 1,
                "status": VersionStatus.REVIEW.value,
                "premium": dict(campaign.premium) if campaign.premium else None,
                "note": None,
                "drafted_by_staff_id": staff_id("city"),
                "drafted_at": at,
                "approved_by_staff_id": None,
                "approved_at": None,
            }
        )
        self._tell(row, CampaignAct.DRAFTED, None, "draft", at)
        return row

    def _approve(self, row: Row, at: datetime) -> None:
        """By a second person."""
        approval: Row = {"approved_by_staff_id": staff_id("approver"), "approved_at": at}
        self.versions[-1].update(approval | {"status": VersionStatus.APPROVED.value})
        row.update(approval)
        self._tell(row, CampaignAct.APPROVED, "review", "approved", at, by="approver")

    def _schedule(self, row: Row, campaign: shapes.Campaign, at: datetime) -> None:
        """Its budget is opened and funded."""
        account_id, budget_points = self._ids.at(at), row["budget_points"]
        slice_count = SLICES if budget_points >= SLICED_FROM_POINTS else 1
        self.accounts.append(
            {
                "id": account_id,
                "kind": AccountKind.FUNDING.value,
                "slice_count": slice_count,
                "opened_at": at,
                "budget_line_id": row["budget_line_id"],
            }
        )
        legs = [
            Leg(account_id, number, share)
            for number, share in enumerate(split_evenly(budget_points, slice_count))
        ]
        legs.append(Leg(ISSUANCE_ACCOUNT_ID, 0, -budget_points))
        self._ledger.post(TransactionKind.FUND, legs, source_id=row["id"], at=at)
        row.update({"status": CampaignStatus.SCHEDULED.value, "funding_account_id": account_id})
        self._tell(row, CampaignAct.SCHEDULED, "approved", "scheduled", at)
        self._row_by_account[account_id] = row
        if campaign.fitting and campaign.fitting.used_permille == WHOLE_PERMILLE:
            self._to_end_empty.add(row["id"])
        names = ("id", "is_base_programme", "names", "starts_at", "ends_at", "funding_account_id")
        self.running.append(
            RunningCampaign(
                **{name: row[name] for name in names}, rule=campaign.rule, slice_count=slice_count
            )
        )

    def _tell(
        self,
        row: Row,
        act: CampaignAct,
        before: str | None,
        after: str,
        at: datetime,
        *,
        by: str | None = "city",
        reason: str | None = None,
    ) -> None:
        self.events.append(
            {
                "id": self._ids.at(at),
                "campaign_id": row["id"],
                "version": 1,
                "act": act.value,
                "from_state": before,
                "to_state": after,
                "by_staff_id": staff_id(by) if by else None,
                "at": at,
                "reason": reason,
            }
        )

    def running_at(self, at: datetime) -> list[RunningCampaign]:
        return [campaign for campaign in self.running if campaign.runs_at(at)]

    def note_reach(
        self, awards: Sequence[Verdict], *, account_id: uuid.UUID, shop_id: uuid.UUID, purchase_id: uuid.UUID
    ) -> None:
        """Note whom the awards of a purchase reached."""
        for award in awards:
            reached = self._reached[award.campaign.funding_account_id]
            reached.accounts.add(account_id)
            reached.shops.add(shop_id)
            reached.purchases.add(purchase_id)
            reached.granted_points += award.points

    def look_at_budgets(self, awards: Sequence[Verdict], at: datetime) -> None:
        """After a purchase, as the clock's job does within a minute: citizens are warned, an empty budget ends."""
        for award in awards:
            account_id = award.campaign.funding_account_id
            row, left = self._row_by_account[account_id], self._ledger.total(account_id)
            if left == 0:
                self._exhaust(award.campaign, row, at)
                continue
            percent = reached_percent(row["budget_points"], left)
            if percent > row["budget_warned_percent"]:
                row["budget_warned_percent"] = percent
                readers = frozenset(self._reached[account_id].accounts)
                self.warned.append(Warned(row["id"], row["names"], percent, _next_look(at), readers))

    def _exhaust(self, campaign: RunningCampaign, row: Row, at: datetime) -> None:
        closed_at = _next_look(at)
        row["budget_exhausted_at"] = at
        if not campaign.is_base_programme:
            row.update({"status": CampaignStatus.ENDED.value, "ends_at": closed_at})
            self._end(row, CampaignState.RUNNING, BUDGET_EXHAUSTED, closed_at)
        index = next(index for index, other in enumerate(self.running) if other.id == campaign.id)
        self.running[index] = replace(self.running[index], ends_at=row["ends_at"], is_budget_exhausted=True)

    def _end(self, row: Row, before: CampaignState, reason: str, at: datetime) -> None:
        self._tell(
            row, CampaignAct.ENDED, before.value, CampaignState.ENDED.value, at, by=None, reason=reason
        )

    def is_to_end_empty(self, campaign: RunningCampaign) -> bool:
        """Nothing flows back to its budget here, so that it stays as empty as citizens are told."""
        return campaign.id in self._to_end_empty

    def close_over(self, campaigns: Sequence[shapes.Campaign]) -> None:
        """Those whose period is over are ended, and reported where the books are closed."""
        for campaign in campaigns:
            if campaign.stage == "reported":
                row = next(row for row in self.campaigns if row["slug"] == campaign.key)
                ends_at: datetime = row["ends_at"]
                self._end(row, CampaignState.SCHEDULED, PERIOD_OVER, _next_look(ends_at))
                reported_at = ends_at + timedelta(days=REPORTED_DAYS_AFTER) + OFFICE_HOURS
                row.update({"status": CampaignStatus.REPORTED.value, "figures": asdict(self._figures(row))})
                self._tell(
                    row, CampaignAct.REPORTED, "ended", "reported", reported_at, reason=campaign.report
                )

    def _figures(self, row: Row) -> Figures:
        reached = self._reached[row["funding_account_id"]]
        return Figures(
            citizens=len(reached.accounts),
            shops=len(reached.shops),
            purchases=len(reached.purchases),
            granted_points=reached.granted_points,
            budget_points=row["budget_points"],
            left_points=self._ledger.total(row["funding_account_id"]),
            planned_starts_at=row["starts_at"].isoformat(),
            planned_ends_at=row["ends_at"].isoformat(),
            actual_ends_at=row["ends_at"].isoformat(),
            versions=1,
        )


def _next_look(at: datetime) -> datetime:
    """The next full minute."""
    return at.replace(second=0, microsecond=0) + WATCHED_EVERY
