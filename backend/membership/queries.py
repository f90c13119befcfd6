"""Everything held about one citizen, table by table, as the right of access wants it.

Whole rows, so that a column added tomorrow is exported tomorrow; a test fails when a table about people is
missing here. Only what would open a door is left out: hashes, and letters' codes.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from backend.base.database import Base
from backend.campaigns.models import CampaignCard, CampaignCounter, CampaignStamp, MissionClaim
from backend.changes.models import OwnChange
from backend.claims.models import Claim, ClaimCounter, ClaimEvent, Flag
from backend.claims.receipt_models import ReceiptPhoto, ReceiptSignature
from backend.messages.models import MessageRecipient
from backend.notices.models import (
    Circular,
    Delivery,
    Device,
    DeviceUse,
    Notice,
    NoticeChoice,
    NoticePreference,
    PushCount,
)
from backend.offers.models import Coupon, SavedOffer
from backend.organisations.models import FavouriteShop
from backend.people.code_models import (
    CardEvent,
    CardUse,
    CitizenCard,
    JoinedAccount,
    OfflineCodeKey,
    OfflineCodeUse,
)
from backend.people.models import (
    Citizen,
    CitizenCode,
    CitizenLogin,
    CitizenSession,
    Consent,
    CounterCode,
    Letter,
    LoginChallenge,
    MemberListEntry,
)
from backend.people.principals import CitizenPrincipal
from backend.people.queries import list_joined_accounts
from backend.points.models import (
    PointsAccount,
    PointsBalance,
    PointsCorrection,
    PointsDebt,
    PointsEntry,
    PointsHold,
    PointsHoldLot,
    PointsLot,
    PointsLotUse,
    PointsTransaction,
)
from backend.purchases.models import Checkout, OfflineCode, Purchase, PurchaseLine, Refund

Owned = Callable[[CitizenPrincipal], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Holding:
    """A table with rows about a citizen, which of them are theirs, and which columns stay behind."""

    model: type[Base]
    owned: Owned
    hidden: frozenset[str] = frozenset()


def _logins(citizen: CitizenPrincipal) -> ColumnElement[bool]:
    return CitizenLogin.citizen_id == citizen.citizen_id


def _offline_keys(citizen: CitizenPrincipal) -> ColumnElement[bool]:
    return OfflineCodeKey.citizen_id == citizen.citizen_id


def _cards(citizen: CitizenPrincipal) -> Select[uuid.UUID]:
    return select(CitizenCard.id).where(CitizenCard.citizen_id == citizen.citizen_id)


def _lots(citizen: CitizenPrincipal) -> Select[uuid.UUID]:
    return select(PointsLot.id).where(PointsLot.account_id == citizen.account_id)


def _purchases(citizen: CitizenPrincipal) -> Select[uuid.UUID]:
    return select(Purchase.id).where(Purchase.account_id == citizen.account_id)


HOLDINGS: Mapping[str, Holding] = {
    "citizen": Holding(
        Citizen, lambda citizen: Citizen.id == citizen.citizen_id, frozenset({"password_hash"})
    ),
    "logins": Holding(CitizenLogin, _logins),
    "login_challenges": Holding(
        LoginChallenge,
        lambda citizen: LoginChallenge.login_id.in_(select(CitizenLogin.id).where(_logins(citizen))),
        frozenset({"code_hash"}),
    ),
    "letters": Holding(
        Letter,
        lambda citizen: Letter.recipient.in_(select(CitizenLogin.subject).where(_logins(citizen))),
        frozenset({"params"}),
    ),
    "sessions": Holding(
        CitizenSession,
        lambda citizen: CitizenSession.citizen_id == citizen.citizen_id,
        frozenset({"token_hash"}),
    ),
    "counter_codes": Holding(
        CounterCode, lambda citizen: CounterCode.citizen_id == citizen.citizen_id, frozenset({"code_hash"})
    ),
    "citizen_codes": Holding(
        CitizenCode, lambda citizen: CitizenCode.citizen_id == citizen.citizen_id, frozenset({"code_hash"})
    ),
    # The salt is half of the secret; the other half is ours.
    "offline_code_keys": Holding(OfflineCodeKey, _offline_keys, frozenset({"salt"})),
    "offline_code_uses": Holding(
        OfflineCodeUse,
        lambda citizen: OfflineCodeUse.key_id.in_(select(OfflineCodeKey.id).where(_offline_keys(citizen))),
    ),
    "cards": Holding(
        CitizenCard,
        lambda citizen: CitizenCard.citizen_id == citizen.citizen_id,
        frozenset({"number_hash", "pin_hash"}),
    ),
    "card_uses": Holding(CardUse, lambda citizen: CardUse.card_id.in_(_cards(citizen))),
    "card_events": Holding(CardEvent, lambda citizen: CardEvent.card_id.in_(_cards(citizen))),
    "joined_accounts": Holding(
        JoinedAccount, lambda citizen: JoinedAccount.into_account_id == citizen.account_id
    ),
    "consents": Holding(Consent, lambda citizen: Consent.citizen_id == citizen.citizen_id),
    "memberships": Holding(MemberListEntry, lambda citizen: MemberListEntry.citizen_id == citizen.citizen_id),
    "favourite_shops": Holding(FavouriteShop, lambda citizen: FavouriteShop.citizen_id == citizen.citizen_id),
    "devices": Holding(Device, lambda citizen: Device.citizen_id == citizen.citizen_id),
    "device_uses": Holding(DeviceUse, lambda citizen: DeviceUse.citizen_id == citizen.citizen_id),
    "notices": Holding(Notice, lambda citizen: Notice.citizen_id == citizen.citizen_id),
    "deliveries": Holding(
        Delivery,
        lambda citizen: Delivery.notice_id.in_(
            select(Notice.id).where(Notice.citizen_id == citizen.citizen_id)
        ),
    ),
    # The words of the messages to many that stand in the inbox.
    "circulars": Holding(
        Circular,
        lambda citizen: Circular.id.in_(
            select(Notice.circular_id).where(
                Notice.citizen_id == citizen.citizen_id, Notice.circular_id.is_not(None)
            )
        ),
    ),
    "notice_preferences": Holding(
        NoticePreference, lambda citizen: NoticePreference.citizen_id == citizen.citizen_id
    ),
    "notice_choices": Holding(NoticeChoice, lambda citizen: NoticeChoice.citizen_id == citizen.citizen_id),
    "push_counts": Holding(PushCount, lambda citizen: PushCount.citizen_id == citizen.citizen_id),
    "message_recipients": Holding(
        MessageRecipient, lambda citizen: MessageRecipient.citizen_id == citizen.citizen_id
    ),
    "points_accounts": Holding(PointsAccount, lambda citizen: PointsAccount.id == citizen.account_id),
    "points_balances": Holding(PointsBalance, lambda citizen: PointsBalance.account_id == citizen.account_id),
    "points_lots": Holding(PointsLot, lambda citizen: PointsLot.account_id == citizen.account_id),
    "points_lot_uses": Holding(PointsLotUse, lambda citizen: PointsLotUse.lot_id.in_(_lots(citizen))),
    "points_holds": Holding(PointsHold, lambda citizen: PointsHold.account_id == citizen.account_id),
    "points_hold_lots": Holding(PointsHoldLot, lambda citizen: PointsHoldLot.lot_id.in_(_lots(citizen))),
    "points_debts": Holding(PointsDebt, lambda citizen: PointsDebt.account_id == citizen.account_id),
    "points_corrections": Holding(
        PointsCorrection, lambda citizen: PointsCorrection.account_id == citizen.account_id
    ),
    "points_transactions": Holding(
        PointsTransaction,
        lambda citizen: PointsTransaction.id.in_(
            select(PointsEntry.transaction_id).where(PointsEntry.account_id == citizen.account_id)
        ),
    ),
    "points_entries": Holding(PointsEntry, lambda citizen: PointsEntry.account_id == citizen.account_id),
    "purchases": Holding(
        Purchase,
        lambda citizen: Purchase.account_id == citizen.account_id,
        frozenset({"request_hash", "sale_hash"}),
    ),
    "purchase_lines": Holding(
        PurchaseLine, lambda citizen: PurchaseLine.purchase_id.in_(_purchases(citizen))
    ),
    "offline_codes": Holding(OfflineCode, lambda citizen: OfflineCode.purchase_id.in_(_purchases(citizen))),
    "checkouts": Holding(Checkout, lambda citizen: Checkout.account_id == citizen.account_id),
    "refunds": Holding(Refund, lambda citizen: Refund.account_id == citizen.account_id),
    "campaign_counters": Holding(
        CampaignCounter, lambda citizen: CampaignCounter.account_id == citizen.account_id
    ),
    "campaign_stamps": Holding(CampaignStamp, lambda citizen: CampaignStamp.account_id == citizen.account_id),
    "campaign_cards": Holding(CampaignCard, lambda citizen: CampaignCard.account_id == citizen.account_id),
    "mission_claims": Holding(MissionClaim, lambda citizen: MissionClaim.account_id == citizen.account_id),
    "claims": Holding(
        Claim, lambda citizen: Claim.account_id == citizen.account_id, frozenset({"request_hash"})
    ),
    "claim_events": Holding(
        ClaimEvent,
        lambda citizen: ClaimEvent.claim_id.in_(
            select(Claim.id).where(Claim.account_id == citizen.account_id)
        ),
    ),
    "receipt_photos": Holding(
        ReceiptPhoto,
        lambda citizen: ReceiptPhoto.citizen_id == citizen.citizen_id,
        frozenset({"content"}),  # no text; GET /v1/claims/{claim_id}/photos/{number} gives it
    ),
    "receipt_signatures": Holding(
        ReceiptSignature,
        lambda citizen: ReceiptSignature.claim_id.in_(
            select(Claim.id).where(Claim.account_id == citizen.account_id)
        ),
        frozenset({"signature"}),
    ),
    "claim_counters": Holding(ClaimCounter, lambda citizen: ClaimCounter.account_id == citizen.account_id),
    "flags": Holding(Flag, lambda citizen: Flag.account_id == citizen.account_id),
    "coupons": Holding(
        Coupon, lambda citizen: Coupon.account_id == citizen.account_id, frozenset({"token_hash"})
    ),
    "saved_offers": Holding(SavedOffer, lambda citizen: SavedOffer.citizen_id == citizen.citizen_id),
    "own_changes": Holding(OwnChange, lambda citizen: OwnChange.citizen_id == citizen.citizen_id),
}


# What stays with an account that was joined to another; all else follows.
OF_THE_LEDGER = frozenset(
    {
        PointsAccount,
        PointsBalance,
        PointsLot,
        PointsLotUse,
        PointsHold,
        PointsHoldLot,
        PointsCorrection,
        PointsTransaction,
        PointsEntry,
        Checkout,
    }
)


def export_holdings(session: Session, *, citizen: CitizenPrincipal) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Name of the holding → its rows, column → value. With what stands on accounts of cards that were joined."""
    joined = list_joined_accounts(session, account_id=citizen.account_id)
    former = [replace(citizen, account_id=row.account_id) for row in joined]
    return {
        name: [
            *_rows(session, holding, citizen),
            *(
                row
                for earlier in (former if holding.model in OF_THE_LEDGER else ())
                for row in _rows(session, holding, earlier)
            ),
        ]
        for name, holding in HOLDINGS.items()
    }


def _rows(session: Session, holding: Holding, citizen: CitizenPrincipal) -> Sequence[Mapping[str, Any]]:
    table = holding.model.__table__
    columns = [column for column in table.columns if column.name not in holding.hidden]
    keys = [column for column in table.columns if column.primary_key]
    query = select(*columns).where(holding.owned(citizen)).order_by(*keys)
    return [dict(row) for row in session.execute(query).mappings()]
