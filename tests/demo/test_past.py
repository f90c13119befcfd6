"""What the demo city's past left in the books: points spent, refunded and lapsed, on this day and on others."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.clock import start_of_city_day
from backend.base.secrets import Vault
from backend.demo.city.campaigns import NEARLY_USED_KEY
from backend.demo.city.campaigns_of_seasons import EXHAUSTED_KEY, RALLY_KEY
from backend.demo.identifiers import Identifiers
from backend.demo.past import Past
from backend.demo.town import Founding, found_town
from backend.notices.models import Notice
from backend.notices.rules import render
from backend.points.models import PointsLot, PointsLotUse, PointsTransaction, TransactionKind
from backend.points.service.movements import ISSUANCE_ACCOUNT_ID
from backend.purchases.models import Purchase, PurchaseLine, Refund

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
OTHER_DAYS = (date(2026, 1, 1), date(2026, 4, 2), date(2026, 11, 24), date(2026, 12, 31), date(2028, 2, 29))


def moved(kind: TransactionKind, source: Any) -> Any:
    """Points that transactions of a kind took from lots, by what caused them."""
    return (
        select(func.coalesce(func.sum(PointsLotUse.points), 0))
        .join(PointsTransaction, PointsTransaction.id == PointsLotUse.transaction_id)
        .where(PointsTransaction.source_id == source, PointsTransaction.kind == kind.value)
        .scalar_subquery()
    )


def granted(kind: TransactionKind, source: Any) -> Any:
    return (
        select(func.coalesce(func.sum(PointsLot.granted_points), 0))
        .join(PointsTransaction, PointsTransaction.id == PointsLot.transaction_id)
        .where(PointsTransaction.source_id == source, PointsTransaction.kind == kind.value)
        .scalar_subquery()
    )


class TestDemoPurchases:
    def test_earned_what_their_lots_hold(self, session: Session) -> None:
        awarded = granted(TransactionKind.GRANT, Purchase.id)

        assert session.scalars(select(Purchase.id).where(Purchase.earned_points != awarded)).all() == []

    def test_some_were_paid_with_the_points_that_lots_gave(self, session: Session) -> None:
        spent = moved(TransactionKind.SPEND, Purchase.id)

        assert session.scalars(select(func.count()).where(Purchase.spent_points > 0)).one() > 200
        assert session.scalars(select(Purchase.id).where(Purchase.spent_points != spent)).all() == []

    def test_told_the_balance_that_could_be_spent_right_after(self, session: Session) -> None:
        account_id = session.scalars(
            select(Purchase.account_id).where(Purchase.spent_points > 0).order_by(Purchase.id.desc())
        ).first()
        used = (
            select(func.coalesce(func.sum(PointsLotUse.points), 0))
            .join(PointsTransaction, PointsTransaction.id == PointsLotUse.transaction_id)
            .where(PointsLotUse.lot_id == PointsLot.id, PointsTransaction.recorded_at <= Purchase.done_at)
            .correlate(PointsLot, Purchase)
            .scalar_subquery()
        )
        spendable = (
            select(func.coalesce(func.sum(PointsLot.granted_points - used), 0))
            .where(
                PointsLot.account_id == Purchase.account_id,
                PointsLot.issued_at <= Purchase.done_at,
                PointsLot.expires_at > Purchase.done_at,
                PointsLot.spendable_at.is_(None) | (PointsLot.spendable_at <= Purchase.done_at),
            )
            .correlate(Purchase)
            .scalar_subquery()
        )

        rows = session.execute(
            select(Purchase.balance_points, spendable).where(Purchase.account_id == account_id)
        ).all()

        assert len(rows) > 3
        assert [told for told, _ in rows] == [found for _, found in rows]

    def test_have_lines_that_sum_to_the_amount(self, session: Session) -> None:
        sums = (
            select(PurchaseLine.purchase_id, func.sum(PurchaseLine.amount_yen).label("yen"))
            .group_by(PurchaseLine.purchase_id)
            .subquery()
        )

        unlike = session.scalars(
            select(Purchase.id)
            .join(sums, sums.c.purchase_id == Purchase.id)
            .where(sums.c.yen != Purchase.amount_yen)
        ).all()

        assert session.scalars(select(func.count()).select_from(sums)).one() > 1000
        assert unlike == []


class TestDemoRefunds:
    def test_are_of_whole_purchases_and_of_parts(self, session: Session) -> None:
        rows = session.execute(
            select(Purchase.amount_yen == Purchase.refunded_yen, func.count())
            .where(Purchase.refunded_yen > 0)
            .group_by(Purchase.amount_yen == Purchase.refunded_yen)
        ).all()

        assert {bool(is_whole) for is_whole, _ in rows} == {True, False}
        assert min(count for _, count in rows) > 5

    def test_are_what_their_purchases_say(self, session: Session) -> None:
        refunded = (
            select(func.coalesce(func.sum(Refund.amount_yen), 0))
            .where(Refund.purchase_id == Purchase.id)
            .scalar_subquery()
        )

        assert session.scalars(select(Purchase.id).where(Purchase.refunded_yen != refunded)).all() == []

    def test_moved_the_points_that_they_say(self, session: Session) -> None:
        reclaimed = moved(TransactionKind.RECLAIM, Refund.id)
        returned = granted(TransactionKind.RETURN, Refund.id)

        unlike = session.scalars(
            select(Refund.id).where(
                (Refund.reclaimed_points < reclaimed) | (Refund.returned_points != returned)
            )
        ).all()

        assert unlike == []
        assert session.scalars(select(func.sum(Refund.returned_points))).one() > 0
        assert session.scalars(select(func.sum(Refund.reclaimed_points))).one() > 0


class TestDemoLapses:
    def test_took_what_nobody_spent_in_time(self, session: Session) -> None:
        lapses = session.scalars(
            select(func.count()).where(PointsTransaction.kind == TransactionKind.LAPSE.value)
        ).one()

        assert lapses > 0


class TestDemoNotices:
    @pytest.mark.parametrize("language", ["ja", "ja@easy", "en"])
    def test_can_be_read(self, session: Session, language: str) -> None:
        # The words of messages to many stand elsewhere.
        notices = session.scalars(select(Notice).where(Notice.circular_id.is_(None))).all()

        texts = [render(notice.kind, notice.params, language) for notice in notices]

        assert all(text.title and text.body for text in texts)


@cache
def written(today: date) -> tuple[Past, Rows]:
    founding = Founding(11, today, Identifiers(11), Vault("demo-tests-only"), "2026-11")
    past = Past(founding, found_town(founding))
    return past, {model.__name__: rows for model, rows in past.write()}


@pytest.mark.parametrize("today", OTHER_DAYS, ids=str)
class TestDemoOnAnyDay:
    def test_the_books_balance(self, today: date) -> None:
        past, _ = written(today)

        balances = {
            account_id: slices
            for account_id, slices in past.ledger.balances.items()
            if account_id != ISSUANCE_ACCOUNT_ID
        }

        assert sum(entry["amount_points"] for entry in past.ledger.entries) == 0
        assert min(points for slices in balances.values() for points in slices.values()) >= 0

    def test_one_campaign_ended_with_its_budget_days_before_its_time(self, today: date) -> None:
        _, rows = written(today)
        campaigns = {row["slug"]: row for row in rows["Campaign"]}
        planned = {row["campaign_id"]: row["ends_at"] for row in rows["CampaignVersion"]}

        exhausted = [row["slug"] for row in campaigns.values() if row["budget_exhausted_at"]]

        ended = campaigns[EXHAUSTED_KEY]
        assert exhausted == [EXHAUSTED_KEY]
        assert ended["budget_warned_percent"] == 95
        assert ended["ends_at"] < start_of_city_day(today) < planned[ended["id"]]

    def test_one_budget_is_nearly_used_up(self, today: date) -> None:
        _, rows = written(today)

        campaign = next(row for row in rows["Campaign"] if row["slug"] == NEARLY_USED_KEY)

        assert campaign["status"] == "scheduled"
        assert campaign["budget_warned_percent"] == 95

    def test_a_rally_was_completed_and_reported(self, today: date) -> None:
        _, rows = written(today)

        campaign = next(row for row in rows["Campaign"] if row["slug"] == RALLY_KEY)

        assert campaign["status"] == "reported"
        assert campaign["figures"]["citizens"] > 30

    def test_some_points_were_spent_refunded_and_lapsed(self, today: date) -> None:
        past, rows = written(today)

        kinds = {transaction["kind"] for transaction in past.ledger.transactions}

        assert kinds == {"fund", "grant", "spend", "return", "reclaim", "lapse"}
        assert len(rows["Refund"]) > 30
