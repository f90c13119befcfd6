"""The town itself: the verbs of the model, carried out by the services in one transaction each."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from backend.base.database import Database, new_id
from backend.base.errors import MeguriError
from backend.campaigns.models import Campaign
from backend.campaigns.service import running, watching
from backend.membership.corrections import CorrectionSubject, approve_correction, propose_correction
from backend.offers.service.coupons import issue_token, take_coupon
from backend.points.service.corrections import CorrectionDraft
from backend.points.service.holds import expire_holds
from backend.points.service.movements import lapse_expired_lots, release
from backend.points.service.seals import seal_ledger
from backend.purchases.basis import Buyer
from backend.purchases.models import IssuerKind
from backend.purchases.rules.paying import points_choice
from backend.purchases.rules.sales import Sale
from backend.purchases.service.checkouts import cancel_checkout, complete_checkout, open_checkout
from backend.purchases.service.codes import Issuer, issue_till_code
from backend.purchases.service.recording import Scan, ScanContext, record_purchase
from backend.purchases.service.refunds import Wanted, refund_purchase
from backend.purchases.service.selling import SaleContext, SaleRequest, record_sale
from backend.web.ground import Ground
from tests.factories.campaigns import make_draft, run_draft
from tests.factories.codes import open_code
from tests.factories.offers import make_offer
from tests.factories.organisations import make_shop
from tests.factories.people import SignedInCitizen, make_citizen, make_staff
from tests.purchases.circulation.buying import Wish
from tests.purchases.circulation.model import CORRECTION_DAYS, DONE
from tests.purchases.circulation.terms import (
    BASE,
    CAMPAIGNS,
    GIFT,
    OFFERS,
    PEOPLE,
    REGULAR,
    SHOPS,
    SIZES,
    CampaignTerms,
    OfferTerms,
    regular_rule,
)

# Ids are drawn by the true clock, whatever the test's says.
SEALED_AT = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Places:
    """Who and what is where. `budgets`: the campaigns' funding accounts."""

    people: list[SignedInCitizen]
    shops: list[uuid.UUID]
    clerk: Issuer
    officer: uuid.UUID
    approver: uuid.UUID
    campaigns: dict[str, uuid.UUID]
    budgets: dict[str, uuid.UUID]
    offers: dict[str, uuid.UUID]


def build_town(session: Session, *, at: datetime, slugs: Sequence[str] = tuple(CAMPAIGNS)) -> Places:
    """`slugs`: the campaigns that run in it."""
    shops = [
        make_shop(session, at=at, name_ja=f"商店{number}", size_class=SIZES[number]).id
        for number in range(SHOPS)
    ]
    officer = make_staff(session, at=at, face="city", roles=("officer",)).id
    approver = make_staff(session, at=at, face="city", roles=("approver",)).id
    offers = {slug: _make_offer(session, shops[terms.shop], terms, at=at) for slug, terms in OFFERS.items()}
    rules = {slug: terms.rule for slug, terms in CAMPAIGNS.items()}
    rules[REGULAR] = regular_rule(str(offers[GIFT]))
    made = {
        slug: _make_campaign(session, slug, terms, rules[slug], approver, at=at)
        for slug, terms in CAMPAIGNS.items()
        if slug in slugs
    }
    return Places(
        people=[make_citizen(session, at=at, nickname=f"市民{number}") for number in range(PEOPLE)],
        shops=shops,
        clerk=Issuer(IssuerKind.CLERK, new_id()),
        officer=officer,
        approver=approver,
        campaigns={slug: campaign.id for slug, campaign in made.items()},
        budgets={slug: funding_account_of(campaign) for slug, campaign in made.items()},
        offers=offers,
    )


def _make_offer(session: Session, shop_id: uuid.UUID, terms: OfferTerms, *, at: datetime) -> uuid.UUID:
    benefit = {"discount_yen": terms.discount_yen, "minimum_yen": terms.minimum_yen}
    windows = {"displayed_until": terms.displayed_until, "usable_until": terms.usable_until}
    limits = {"stock": terms.stock, "per_person_limit": terms.per_person}
    return make_offer(session, shop_id=shop_id, at=at, benefit=benefit, **windows, **limits).id


def _make_campaign(
    session: Session,
    slug: str,
    terms: CampaignTerms,
    rule: dict[str, Any],
    approver: uuid.UUID,
    *,
    at: datetime,
) -> Campaign:
    rule = {**rule, "lifetime": {"days": terms.lifetime_days}}
    if terms.pending_days:
        rule["pending"] = {"days": terms.pending_days}
    draft = make_draft(
        at,
        slug=slug,
        rule=rule,
        is_base_programme=slug == BASE,
        ends_at=terms.ends_at,
        budget_points=terms.budget_points,
    )
    campaign = run_draft(session, draft=draft, approved_by=approver, at=at)
    if terms.released_points:
        account_id = funding_account_of(campaign)
        release(session, account_id=account_id, points=terms.released_points, at=at)
    return campaign


def funding_account_of(campaign: Campaign) -> uuid.UUID:
    assert campaign.funding_account_id is not None  # scheduling opened it
    return campaign.funding_account_id


@dataclass
class Town:
    """Each verb answers "done", or the code of the refusal. The lists of ids are refreshed by whoever reads."""

    database: Database
    ground: Ground
    places: Places
    purchases: list[uuid.UUID] = field(default_factory=list)
    coupons: list[uuid.UUID] = field(default_factory=list)
    checkouts: list[uuid.UUID] = field(default_factory=list)

    def carry_out(self, work: Callable[[Session], object], **options: bool) -> str:
        try:
            self.database.run(work, **options)
        except MeguriError as error:
            return error.code
        return DONE

    def ends(self, work: Callable[..., object], **arguments: Any) -> str:
        return self.carry_out(partial(work, **arguments))

    # --- At the till ---

    def buy(
        self,
        *,
        at: datetime,
        done_at: datetime,
        person: int,
        shop: int,
        amount: int,
        wish: Wish,
        coupon: int | None,
    ) -> str:
        settings = self.ground.settings
        code = self.database.run(
            lambda session: issue_till_code(
                session,
                shop_id=self.places.shops[shop],
                issuer=self.places.clerk,
                sale=Sale(amount),
                lifetime_seconds=settings.till_code_seconds,
                public_url=settings.public_url,
                vault=self.ground.vault,
                at=done_at,
            )
        )
        buyer = self.places.people[person]
        scan = Scan(
            scanned=code.url or "",
            done_at=done_at if done_at != at else None,
            points=points_choice(wish),
            coupon_ids=self.ids_of(coupon),
        )
        window = timedelta(seconds=settings.done_at_window_seconds)
        recording = partial(
            record_purchase,
            scan=scan,
            request_key=str(code.id),
            buyer=Buyer(buyer.id, buyer.account_id),
            context=ScanContext(settings.public_url, self.ground.vault, self.ground.region, window),
            at=at,
        )
        return self.carry_out(recording, single_write=True)

    def sell(
        self,
        *,
        at: datetime,
        person: int,
        shop: int,
        amount: int,
        wish: Wish,
        coupon: int | None,
        earns: bool,
    ) -> str:
        selling = partial(
            record_sale,
            shop_id=self.places.shops[shop],
            issuer=self.places.clerk,
            context=self.context,
            at=at,
        )
        return self.show_code(selling, at, person, amount, wish, coupon, earns=earns)

    def open_checkout(
        self,
        *,
        at: datetime,
        person: int,
        shop: int,
        amount: int,
        wish: Wish,
        coupon: int | None,
        earns: bool,
    ) -> str:
        """The coupon is shown as a token of its own."""
        opening = partial(
            open_checkout,
            shop_id=self.places.shops[shop],
            issuer=self.places.clerk,
            context=self.context,
            at=at,
        )
        tokens: list[str] = []
        if coupon is not None:
            refusal = self.carry_out(
                lambda session: tokens.append(self.token_of(session, coupon, person, at))
            )
            if refusal != DONE:
                return refusal
        return self.show_code(opening, at, person, amount, wish, None, earns=earns, tokens=tuple(tokens))

    def show_code(
        self,
        selling: Callable[..., object],
        at: datetime,
        person: int,
        amount: int,
        wish: Wish,
        coupon: int | None,
        *,
        earns: bool,
        tokens: tuple[str, ...] = (),
    ) -> str:
        """A citizen's phone shows a code, and the till sends it with what is sold."""
        scopes = ["spend", *(["earn"] if earns else []), *(["coupon"] if coupon is not None else [])]
        code = self.database.run(
            lambda session: (
                open_code(
                    session,
                    self.ground,
                    self.places.people[person],
                    at=at,
                    scopes=scopes,
                    points_to_spend=wish,
                    coupon_ids=self.ids_of(coupon),
                ).code
            )
        )
        request = SaleRequest(citizen_code=code, sale=Sale(amount), coupon_tokens=tokens)
        return self.carry_out(partial(selling, request=request))

    def complete_checkout(self, *, at: datetime, checkout: int, amount: int | None) -> str:
        return self.ends(
            complete_checkout,
            checkout_id=self.checkouts[checkout],
            shop_ids=self.places.shops,
            sale=Sale(amount) if amount is not None else None,
            region=self.ground.region,
            at=at,
        )

    def cancel_checkout(self, *, at: datetime, checkout: int) -> str:
        found = self.checkouts[checkout]
        return self.ends(cancel_checkout, checkout_id=found, shop_ids=self.places.shops, at=at)

    def refund(self, *, at: datetime, purchase: int, amount: int | None) -> str:
        return self.ends(
            refund_purchase,
            purchase_id=self.purchases[purchase],
            shop_ids=self.places.shops,
            issuer=self.places.clerk,
            wanted=Wanted(amount, {}),
            reason=None,
            at=at,
        )

    # --- On the phone ---

    def take_coupon(self, *, at: datetime, person: int, offer: str) -> str:
        who = self.places.people[person]
        offer_id = self.places.offers[offer]
        return self.ends(take_coupon, offer_id=offer_id, citizen_id=who.id, account_id=who.account_id, at=at)

    def token_of(self, session: Session, coupon: int, person: int, at: datetime) -> str:
        account_id = self.places.people[person].account_id
        return issue_token(session, coupon_id=self.coupons[coupon], account_id=account_id, at=at).token

    # --- In the city office ---

    def correct(self, *, at: datetime, person: int, points: int, is_second_person: bool) -> str:
        draft = CorrectionDraft(
            funding_account_id=self.places.budgets[BASE],
            points=points,
            reason="窓口での確認による",
            lifetime_days=CORRECTION_DAYS if points > 0 else None,
        )
        subject = CorrectionSubject(account_id=self.places.people[person].account_id)
        proposed = self.database.run(
            lambda session: (
                propose_correction(
                    session,
                    subject=subject,
                    draft=draft,
                    proposed_by=self.places.officer,
                    vault=self.ground.vault,
                    at=at,
                ).id
            )
        )
        decider = self.places.approver if is_second_person else self.places.officer
        return self.ends(approve_correction, correction_id=proposed, approved_by=decider, at=at)

    def pause_campaign(self, *, at: datetime, slug: str) -> str:
        reason, paused_by = "確認のため", self.places.officer
        campaign_id = self.places.campaigns[slug]
        return self.ends(
            running.pause_campaign, campaign_id=campaign_id, paused_by=paused_by, reason=reason, at=at
        )

    def resume_campaign(self, *, at: datetime, slug: str) -> str:
        campaign_id, resumed_by = self.places.campaigns[slug], self.places.officer
        return self.ends(running.resume_campaign, campaign_id=campaign_id, resumed_by=resumed_by, at=at)

    def end_campaign(self, *, at: datetime, slug: str) -> str:
        campaign_id, ended_by = self.places.campaigns[slug], self.places.officer
        return self.ends(running.end_campaign, campaign_id=campaign_id, ended_by=ended_by, at=at)

    # --- By the clock ---

    def lapse_expired_lots(self, *, at: datetime) -> str:
        return self.ends(lapse_expired_lots, at=at)

    def expire_holds(self, *, at: datetime) -> str:
        return self.ends(expire_holds, at=at)

    def watch_budgets(self, *, at: datetime) -> str:
        """As the job does it: each campaign in a transaction of its own."""
        due = self.database.run(partial(watching.list_due_campaigns, at=at), writes=False)
        steps = [self.ends(watching.watch_campaign, campaign_id=campaign_id, at=at) for campaign_id in due]
        return next((step for step in steps if step != DONE), DONE)

    def seal_ledger(self, *, at: datetime) -> str:
        return self.ends(seal_ledger, at=SEALED_AT)

    # ---

    @property
    def context(self) -> SaleContext:
        return SaleContext(self.ground.settings.public_url, self.ground.vault, self.ground.region)

    def ids_of(self, coupon: int | None) -> tuple[uuid.UUID, ...]:
        return () if coupon is None else (self.coupons[coupon],)
