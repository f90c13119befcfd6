"""From a purchase's facts to verdicts of all campaigns that run, the base programme first."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

from backend.base.clock import city_day
from backend.base.records import made_often
from backend.campaigns.rules.caps import (
    CapLeft,
    Count,
    CounterKey,
    ReadyCap,
    cut,
    key_of,
    left_after,
    lefts_of,
    make_ready,
)
from backend.campaigns.rules.facts import Facts, LineFacts, MissionFacts, Need
from backend.campaigns.rules.lifetimes import expiry_from, spendable_from
from backend.campaigns.rules.matching import LineTest, Scene, conditions_of, lines_test, needs_of_rule
from backend.campaigns.rules.missions import award_for
from backend.campaigns.rules.rewards import Formula, formula_of
from backend.campaigns.rules.rule import Mode, Rule
from backend.campaigns.rules.stamps import EMPTY_CARD, StampCard, StampGiven, StampState, next_stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCampaign:
    """An approved campaign as the rules need it, its rule made ready to be asked many times."""

    id: uuid.UUID
    names: Mapping[str, str]
    is_base_programme: bool
    rule: Rule
    starts_at: datetime
    ends_at: datetime
    funding_account_id: uuid.UUID
    slice_count: int
    is_budget_exhausted: bool = False
    version: int = 1
    order: tuple[bool, int] = field(init=False, repr=False, compare=False)
    id_text: str = field(init=False, repr=False, compare=False)
    ready: "_Ready" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "order", (not self.is_base_programme, self.id.int))
        object.__setattr__(self, "id_text", str(self.id))
        object.__setattr__(self, "ready", _make_ready(self))

    def runs_at(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at

    def spendable_at(self, at: datetime) -> datetime | None:
        """When points awarded `at` can be spent; None: at once."""
        return spendable_from(self.rule.pending, at)

    def expires_at(self, at: datetime) -> datetime:
        """The end of points awarded `at`; their lifetime counts from the moment they can be spent."""
        return expiry_from(self.rule.lifetime, self.spendable_at(at) or at)


@made_often
@dataclass(frozen=True, slots=True)
class Verdict:
    """What one campaign says of one purchase: an award, a stamp, or a refusal with its reason (`points` 0).

    The text's key is `verdict.<code>`, its parameters `points` and `params`. `left` is what this purchase leaves.
    """

    campaign: RunningCampaign
    code: str
    points: int
    params: Mapping[str, int] = field(default_factory=dict)
    left: tuple[CapLeft, ...] = ()
    stamp: StampGiven | None = None

    @property
    def campaign_id(self) -> uuid.UUID:
        return self.campaign.id


@made_often
@dataclass(frozen=True, slots=True)
class Limits:
    """Where matters stand: what counters have counted, what budgets have left, the citizen's cards by campaign.

    A counter that is not named has counted nothing; a card that is not named is an empty one. A budget that is not
    named counts as sufficient: the write's guard will tell.
    """

    counts: Mapping[CounterKey, Count] = field(default_factory=dict)
    budget_left: Mapping[uuid.UUID, int] = field(default_factory=dict)
    stamps: Mapping[uuid.UUID, StampState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What is made of a rule once. Refusals are the same for every purchase, so they are made beforehand, too."""

    conditions: tuple[tuple[Callable[[Scene], bool], Verdict], ...]
    needs: frozenset[Need]
    caps: tuple[ReadyCap, ...]
    formula: Formula
    is_gross: bool
    matching_lines: LineTest | None
    stamped_lines: LineTest


def _make_ready(campaign: RunningCampaign) -> _Ready:
    rule, reward = campaign.rule, campaign.rule.reward
    fits = lines_test(rule.what)
    return _Ready(
        conditions=tuple(
            (condition.holds, Verdict(campaign, condition.code, 0, condition.params))
            for condition in conditions_of(rule)
        ),
        needs=needs_of_rule(rule),
        caps=make_ready(rule.caps),
        formula=formula_of(reward) if reward else lambda _amount_yen, _base_points: 0,
        is_gross=reward is not None and reward.amount == "gross",
        matching_lines=fits if reward and reward.amount_of == "matching_lines" else None,
        stamped_lines=fits,
    )


def needs_of(campaigns: Iterable[RunningCampaign]) -> frozenset[Need]:
    """What must be read to decide these campaigns; the same for every purchase, so worth keeping with the list."""
    return frozenset[Need]().union(*(campaign.ready.needs for campaign in campaigns))


def counter_keys(campaign: RunningCampaign, facts: Facts | MissionFacts) -> list[CounterKey]:
    """The counters that an award of this campaign counts up: one for each kind of cap but the purchase's own."""
    on = city_day(facts.done_at)
    keys = (key_of(campaign.id, cap, on) for cap in campaign.rule.caps)
    return list(dict.fromkeys(key for key in keys if key is not None))


def decide(facts: Facts, campaigns: Sequence[RunningCampaign], limits: Limits) -> list[Verdict]:
    """One verdict for each campaign that runs at the time of the purchase, the base programme first. No missions."""
    scene, done_at = Scene(facts), facts.done_at
    verdicts: dict[int, Verdict | None] = {}
    matching: list[RunningCampaign] = []
    for campaign in sorted(campaigns, key=attrgetter("order")):
        if not campaign.starts_at <= done_at < campaign.ends_at or campaign.rule.mission is not None:
            continue
        for holds, refusal in campaign.ready.conditions:
            if not holds(scene):
                verdicts[campaign.id.int] = refusal
                break
        else:
            verdicts[campaign.id.int] = None  # keeps its place
            matching.append(campaign)
    if matching:
        verdicts |= _Desk(scene, limits).decide(matching)
    return [verdict for verdict in verdicts.values() if verdict is not None]


def decide_mission(facts: MissionFacts, campaign: RunningCampaign, limits: Limits) -> Verdict:
    """What something done without a purchase gives: the mission's tier, then caps and budget like any award."""
    mission = campaign.rule.mission
    if mission is None or not campaign.runs_at(facts.done_at):
        return Verdict(campaign, "not_running", 0)
    scene = Scene(facts)
    for holds, refusal in campaign.ready.conditions:
        if not holds(scene):
            return refusal
    points = award_for(mission, facts.quantity)
    if points == 0:
        return Verdict(campaign, "quantity_too_small", 0)
    desk = _Desk(scene, limits)
    return desk.with_budget_left(desk.take(desk.cut(campaign, points)))


class _Desk:
    """Decides the campaigns whose conditions hold, and keeps what their budgets have left meanwhile."""

    def __init__(self, scene: Scene, limits: Limits) -> None:
        self._scene = scene
        self._limits = limits
        self._left = dict(limits.budget_left)
        self._base_points = 0

    def decide(self, matching: Sequence[RunningCampaign]) -> dict[int, Verdict]:
        base = [self.take(self._judge(campaign)) for campaign in matching if campaign.is_base_programme]
        self._base_points = earned_points(base)
        extras = [campaign for campaign in matching if not campaign.is_base_programme]
        # Who comes first at a shared budget: never by chance, nor by who was edited last.
        extras.sort(key=lambda campaign: (-campaign.rule.together.priority, campaign.id.int))
        verdicts = [*base, *(self._exclusively(extras) or self._together(extras))]
        return {verdict.campaign.id.int: self.with_budget_left(verdict) for verdict in verdicts}

    def _exclusively(self, extras: Sequence[RunningCampaign]) -> list[Verdict]:
        """The first exclusive campaign that gives something, alone; nothing where none does."""
        for campaign in extras:
            if campaign.rule.together.mode != Mode.EXCLUSIVE:
                continue
            verdict = self._judge(campaign)
            if verdict.points:
                others = [_superseded(other) for other in extras if other is not campaign]
                return [self.take(verdict), *others]
        return []

    def _together(self, extras: Sequence[RunningCampaign]) -> list[Verdict]:
        """All that add up, and of the others the one that gives most of what is left. Exclusive ones gave nothing."""
        verdicts = [
            self.take(self._judge(campaign))
            for campaign in extras
            if campaign.rule.together.mode != Mode.BEST
        ]
        rivals = [self._judge(campaign) for campaign in extras if campaign.rule.together.mode == Mode.BEST]
        if not rivals:
            return verdicts
        best = max(rivals, key=attrgetter("points"))  # the first of equals: of the higher priority
        for rival in rivals:
            is_beaten = rival is not best and rival.points > 0
            verdicts.append(_superseded(rival.campaign) if is_beaten else rival)
        self.take(best)
        return verdicts

    def _judge(self, campaign: RunningCampaign) -> Verdict:
        """What the campaign would give alone."""
        ready, what, purchase = campaign.ready, campaign.rule.what, self._scene.purchase
        lines, excluded_yen = self._scene.lines(what.excluded_categories)
        gross_yen = purchase.gross_yen - excluded_yen
        amount_yen = gross_yen if ready.is_gross else min(gross_yen, purchase.paid_yen - excluded_yen)
        if gross_yen <= 0:
            return Verdict(campaign, "excluded_goods_only" if excluded_yen else "amount_too_small", 0)
        if amount_yen <= 0:
            return Verdict(campaign, "nothing_paid", 0)
        if what.minimum_yen is not None and amount_yen < what.minimum_yen:
            return Verdict(campaign, "amount_below_minimum", 0, {"minimum_yen": what.minimum_yen})
        if what.below_yen is not None and amount_yen >= what.below_yen:
            return Verdict(campaign, "amount_too_large", 0, {"below_yen": what.below_yen})
        if campaign.rule.stamp_card is not None:
            return self._stamp(campaign, campaign.rule.stamp_card, lines)
        if ready.matching_lines is not None:
            matching_yen = sum(line.amount_yen for line in lines if ready.matching_lines(line))
            amount_yen = min(amount_yen, matching_yen * amount_yen // gross_yen)
        points = ready.formula(amount_yen, self._base_points)
        if points == 0:
            is_multiplied = campaign.rule.reward is not None and campaign.rule.reward.multiplier_permille
            code = "base_award_missing" if is_multiplied and not self._base_points else "amount_too_small"
            return Verdict(campaign, code, 0)
        return self.cut(campaign, points)

    def cut(self, campaign: RunningCampaign, points: int) -> Verdict:
        """To what caps and budget allow."""
        caps = campaign.ready.caps
        lefts = lefts_of(campaign.id, caps, self._limits.counts, self._scene.day)
        allowed = cut(points, caps, lefts)
        code, points = "awarded", allowed.points
        params = {} if allowed.cap is None else {"cap": allowed.cap.limit}
        if allowed.cap is not None:
            code = allowed.cap.cut_code if points else allowed.cap.reached_code
        budget = self._budget_of(campaign, points)
        if points and budget < points:
            code, points, params = "cut_to_budget" if budget else "budget_exhausted", budget, {}
        return Verdict(campaign, code, points, params, left_after(caps, lefts, points))

    def _stamp(self, campaign: RunningCampaign, card: StampCard, lines: Sequence[LineFacts]) -> Verdict:
        """No stamp of a campaign whose budget is gone: it could never be worth anything."""
        keys = self._stamp_keys(campaign, card, lines)
        if not keys:
            code = "product_missing" if card.distinct == "products" else "district_not_included"
            return Verdict(campaign, code, 0)
        state = self._limits.stamps.get(campaign.id, EMPTY_CARD)
        stamp = next_stamp(card, state, keys, self._scene.at)
        if isinstance(stamp, str):
            return Verdict(campaign, stamp, 0)
        budget = self._budget_of(campaign, card.reward.points or 0)
        if campaign.is_budget_exhausted or (card.reward.points and not budget):
            return Verdict(campaign, "budget_exhausted", 0)
        if not stamp.completes:
            params = {"position": stamp.position, "target": card.target}
            return Verdict(campaign, "stamp_given", 0, params, (), stamp)
        if stamp.offer_id is not None:
            return Verdict(campaign, "stamp_card_completed_with_offer", 0, {}, (), stamp)
        if budget < stamp.points:
            return Verdict(campaign, "cut_to_budget", budget, {}, (), replace(stamp, points=budget))
        return Verdict(campaign, "stamp_card_completed", stamp.points, {}, (), stamp)

    def _stamp_keys(
        self, campaign: RunningCampaign, card: StampCard, lines: Sequence[LineFacts]
    ) -> list[str]:
        """What this purchase could be stamped for, always in the same order."""
        shop = self._scene.shop
        if card.distinct == "shops":
            return [str(shop.id)]
        if card.distinct == "days":
            return [self._scene.day.isoformat()]
        if card.distinct == "districts":
            return [] if shop.district is None else [shop.district]
        fitting = [line for line in lines if campaign.ready.stamped_lines(line)]
        return sorted({str(line.product_id or line.gtin) for line in fitting if line.product_id or line.gtin})

    def _budget_of(self, campaign: RunningCampaign, points: int) -> int:
        """What is left, at least nothing; just enough where nobody knows."""
        if campaign.is_budget_exhausted:
            return 0
        return max(0, self._left.get(campaign.funding_account_id, points))

    def take(self, verdict: Verdict) -> Verdict:
        """Draw it from its budget."""
        if verdict.points and verdict.campaign.funding_account_id in self._left:
            self._left[verdict.campaign.funding_account_id] -= verdict.points
        return verdict

    def with_budget_left(self, verdict: Verdict) -> Verdict:
        """Of those that gave something, and once all are decided."""
        left = self._left.get(verdict.campaign.funding_account_id)
        if left is None or not (verdict.points or verdict.stamp):
            return verdict
        known = (*verdict.left, CapLeft("budget", max(0, left)))
        return Verdict(verdict.campaign, verdict.code, verdict.points, verdict.params, known, verdict.stamp)


def _superseded(campaign: RunningCampaign) -> Verdict:
    return Verdict(campaign, "superseded", 0)


def awards_of(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.points]


def earned_points(verdicts: Sequence[Verdict]) -> int:
    return sum(verdict.points for verdict in verdicts)


def accounts_at_stake(verdicts: Iterable[Verdict]) -> frozenset[uuid.UUID]:
    """The budgets to look at before deciding once more: those that give, and those that may when another is empty."""
    return frozenset(
        verdict.campaign.funding_account_id
        for verdict in verdicts
        if verdict.points or verdict.stamp or verdict.code == "superseded"
    )
