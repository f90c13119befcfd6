"""Any sequence of purchases, refunds, coupons, campaigns' ups and downs, jobs and corrections, in a small town.

After every step all laws hold, and the database says what a plain model says; after two steps at once, which may
come in either order, the model is read anew. Each sequence has a database of its own.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from copy import deepcopy
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from backend.base.clock import city_day, end_of_city_day
from tests.conftest import NOW
from tests.purchases.circulation.buying import TownModel
from tests.purchases.circulation.laws import broken_laws
from tests.purchases.circulation.model import Checkout, Purchase
from tests.purchases.circulation.reading import read_town
from tests.purchases.circulation.terms import ALONE, CAMPAIGNS, LATER, OFFERS, PEOPLE, SHOPS
from tests.purchases.conftest import MakeTown

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
Step = dict[str, Any]
# What everybody has to spend at the beginning.
GIFT_POINTS = 90

# One of them comes more often, so that more happens to the same purse.
people = st.sampled_from([0, 0, 0, *range(PEOPLE)])
shops = st.integers(0, SHOPS - 1)
amounts = st.sampled_from([1, 150, 400, 700, 1000, 2400]) | st.integers(1, 3000)
wishes = st.sampled_from(["none", "none", "all", "all"]) | st.integers(1, 120)
# The newest, the one before, …
places = st.integers(0, 4)


def steps(verb: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.fixed_dictionaries({"verb": st.just(verb), **arguments})


sale = {"person": people, "shop": shops, "amount": amounts, "wish": wishes, "coupon": st.none() | places}
buys = steps("buy", **sale, minutes_late=st.sampled_from([0, 0, 2]))
sells = steps("sell", **sale, earns=st.sampled_from([True, True, False]))
openings = steps("open_checkout", **sale, earns=st.just(True))
# In percent of what was opened or bought; None: whole.
completions = steps("complete_checkout", checkout=places, percent=st.sampled_from([None, None, 1, 60, 101]))
cancellations = steps("cancel_checkout", checkout=places)
whole_refunds = steps("refund", purchase=places, percent=st.none())
part_refunds = steps("refund", purchase=places, percent=st.sampled_from([1, 35, 50, 99, 100]))
takings = steps("take_coupon", person=people, offer=st.sampled_from(list(OFFERS)))
campaign_steps = st.one_of(
    steps("pause_or_resume_campaign", slug=st.sampled_from(list(CAMPAIGNS))),
    steps("pause_or_resume_campaign", slug=st.sampled_from(list(CAMPAIGNS))),
    steps("resume_campaign", slug=st.sampled_from(list(CAMPAIGNS))),
    steps("end_campaign", slug=st.sampled_from([LATER, ALONE])),
)
jobs = st.one_of(
    steps(verb) for verb in ("lapse_expired_lots", "expire_holds", "watch_budgets", "seal_ledger")
)
corrections = steps(
    "correct",
    person=people,
    points=st.integers(1, 60) | st.integers(-60, -1),
    is_second_person=st.sampled_from([True, True, True, False]),
)
racing = st.one_of(
    buys,
    sells,
    openings,
    completions,
    cancellations,
    whole_refunds,
    part_refunds,
    takings,
    campaign_steps,
    jobs,
    corrections,
)


class CirculationMachine(RuleBasedStateMachine):
    def __init__(self, new_town: MakeTown) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.town = self.stack.enter_context(new_town())
        self.at = NOW
        self.model = TownModel()
        self.read()
        for person in range(PEOPLE):
            self.do({"verb": "correct", "person": person, "points": GIFT_POINTS, "is_second_person": True})

    def teardown(self) -> None:
        self.stack.close()

    @rule(step=buys)
    def buy(self, step: Step) -> None:
        self.do(step)

    @rule(step=sells)
    def sell(self, step: Step) -> None:
        self.do(step)

    @rule(step=openings)
    def open_checkout(self, step: Step) -> None:
        self.do(step)

    @precondition(lambda self: self.model.checkouts)
    @rule(step=completions | completions | cancellations)
    def close_checkout(self, step: Step) -> None:
        self.do(step)

    @precondition(lambda self: self.model.purchases)
    @rule(step=whole_refunds)
    def refund_all_that_is_left(self, step: Step) -> None:
        self.do(step)

    @precondition(lambda self: self.model.purchases)
    @rule(step=part_refunds)
    def refund_a_part(self, step: Step) -> None:
        self.do(step)

    @rule(step=takings)
    def take_coupon(self, step: Step) -> None:
        self.do(step)

    @rule(step=jobs | campaign_steps | corrections)
    def step_in(self, step: Step) -> None:
        self.do(step)

    @rule(minutes=st.sampled_from([5, 60, 720]))
    def let_time_pass(self, minutes: int) -> None:
        self.at += minutes * MINUTE

    @rule(days=st.integers(1, 3))
    def let_days_pass(self, days: int) -> None:
        """To a minute after midnight in the city: what comes late belongs to the day before."""
        self.at = end_of_city_day(city_day(self.at) + timedelta(days=days - 1)) + MINUTE

    @rule(one=racing, other=racing)
    def race(self, one: Step, other: Step) -> None:
        """Only what they leave behind is looked at: they may come in either order, or be refused."""
        gate = Barrier(2)
        both = [step for step in (self.resolved(one), self.resolved(other)) if step is not None]

        def go(step: Step) -> str:
            if len(both) == 2:
                gate.wait()
            return self.on(self.town, step)

        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(go, both))
        assert "database_unavailable" not in outcomes
        self.read()
        self.model = deepcopy(self.found)

    def do(self, step: Step) -> None:
        resolved = self.resolved(step)
        if resolved is None:
            return
        outcome = self.on(self.town, resolved)
        self.read()
        self.end_holds_that_were_over()
        assert outcome == self.on(self.model, resolved)

    def end_holds_that_were_over(self) -> None:
        """A step may end holds whose time was over, and need not: whether it did is read, what follows is not."""
        for before, after in zip(self.model.checkouts, self.found.checkouts, strict=False):
            if before.is_overdue(self.at) and after.hold == "expired":
                self.model.free(before, "expired")

    def resolved(self, step: Step) -> Step | None:
        """With the numbers that the model knows things by, amounts and moments; None for what is not there."""
        step = dict(step)
        self.at += SECOND
        if step["verb"] == "pause_or_resume_campaign":
            is_paused = self.model.campaigns[step["slug"]].status == "paused"
            step["verb"] = "resume_campaign" if is_paused else "pause_campaign"
        if "minutes_late" in step:
            step["done_at"] = self.at - step.pop("minutes_late") * MINUTE
        if step.get("coupon") is not None:
            own = [
                number for number, coupon in enumerate(self.model.coupons) if coupon.person == step["person"]
            ]
            step["coupon"] = nth_newest(own, step["coupon"])
        for name, known in (("purchase", self.model.purchases), ("checkout", self.model.checkouts)):
            if name not in step:
                continue
            step[name] = nth_newest(unfinished(known), step[name])
            if step[name] is None:
                return None
            if "percent" in step:
                step["amount"] = part_of(known[step[name]].amount, step.pop("percent"))
        return step

    def on(self, target: object, step: Step) -> str:
        arguments = {name: value for name, value in step.items() if name != "verb"}
        outcome: str = getattr(target, step["verb"])(at=self.at, **arguments)
        return outcome

    def read(self) -> None:
        self.found = self.town.database.run(lambda session: read_town(session, self.town), writes=False)

    @invariant()
    def the_books_are_the_models(self) -> None:
        assert self.found == self.model

    @invariant()
    def every_law_holds(self) -> None:
        work = lambda session: broken_laws(session, self.town.places, self.at)  # noqa: E731
        assert self.town.database.run(work, writes=False) == []


def unfinished(known: Sequence[Checkout | Purchase]) -> list[int]:
    """The numbers of those that can still be closed or refunded; where there are none, of all."""
    numbers = [
        number
        for number, found in enumerate(known)
        if (found.left if isinstance(found, Purchase) else found.status == "open")
    ]
    return numbers or list(range(len(known)))


def part_of(amount: int, percent: int | None) -> int | None:
    return None if percent is None else -(-amount * percent // 100)


def nth_newest(numbers: list[int], place: int) -> int | None:
    return numbers[-1 - place % len(numbers)] if numbers else None


@pytest.mark.slow
class TestCirculation:
    def test_agrees_with_the_model_and_breaks_no_law_in_any_sequence(self, new_town: MakeTown) -> None:
        run_state_machine_as_test(
            lambda: CirculationMachine(new_town),
            settings=settings(
                max_examples=30,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
