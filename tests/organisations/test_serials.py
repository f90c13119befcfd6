"""organisations.serials and its service: serials are unguessable, printed again, used once, called back."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from stdnum import damm

from backend.base.database import Database, new_id
from backend.base.digits import group_digits
from backend.base.errors import MeguriError
from backend.base.secrets import Vault
from backend.organisations import serials as writing
from backend.organisations.models import Product, ProductSerial, SerialBatch, Shop
from backend.organisations.queries import ProductNotFound
from backend.organisations.serial_queries import SerialRow, list_sellers
from backend.organisations.serials import draw_serial, read_serial, serial_url
from backend.organisations.service import serials
from backend.organisations.service.serials import (
    SerialBatchRevoked,
    SerialPeriodInvalid,
    SerialSheetNotFound,
    get_serial,
    issue_batch,
    list_serials,
    revoke_batch,
    use_serial,
)
from tests.factories.organisations import make_product, make_shop
from tests.factories.serials import VAULT, digits_of, make_batch
from tests.factories.world import World
from tests.organisations.test_races import AT_ONCE, outcomes

PUBLIC_URL = "https://meguri.example.jp"
SALT = b"0123456789abcdef"


@pytest.fixture
def shop_id(world: World) -> uuid.UUID:
    return world.shop_id


@pytest.fixture
def batch(shop_id: uuid.UUID, session: Session, at: datetime) -> SerialBatch:
    return make_batch(session, shop_id=shop_id, at=at)


@pytest.fixture
def digits(session: Session, batch: SerialBatch) -> Sequence[str]:
    return digits_of(session, batch)


def find(session: Session, scanned: str, at: datetime) -> SerialRow:
    return get_serial(session, scanned=scanned, public_url=PUBLIC_URL, vault=VAULT, at=at)


def refusal(session: Session, scanned: str, at: datetime) -> str:
    with pytest.raises(MeguriError) as refused:
        find(session, scanned, at)
    return refused.value.code


class TestDrawSerial:
    @given(st.integers(0, 2**31))
    def test_gives_thirteen_digits_that_fit_each_other(self, draw: int) -> None:
        digits = draw_serial(VAULT, SALT, draw)

        assert len(digits) == 13
        assert damm.is_valid(digits)

    def test_is_the_same_again_and_another_for_another_draw_salt_or_key(self) -> None:
        drawn = draw_serial(VAULT, SALT, 1)

        assert drawn == draw_serial(VAULT, SALT, 1)
        others = [
            draw_serial(VAULT, SALT, 2),
            draw_serial(VAULT, SALT[::-1], 1),
            draw_serial(Vault("another"), SALT, 1),
        ]
        assert drawn not in others

    def test_repeats_itself_no_more_than_chance_does(self) -> None:
        assert len({draw_serial(VAULT, SALT, draw) for draw in range(5_000)}) == 5_000


class TestReadSerial:
    @pytest.mark.parametrize(
        ("scanned", "code"),
        [
            ("4829153076124", "serial_mistyped"),
            ("nonsense", "serial_mistyped"),
            ("https://evil.example/t/4829153076123", "serial_foreign"),
            (f"{PUBLIC_URL}/s/4829153076123", "serial_foreign"),
        ],
    )
    def test_refuses_what_is_no_serial(self, scanned: str, code: str) -> None:
        with pytest.raises(MeguriError) as refused:
            read_serial(scanned, PUBLIC_URL)

        assert refused.value.code == code


class TestIssueBatch:
    def test_keeps_no_number_only_hashes(
        self, session: Session, batch: SerialBatch, digits: Sequence[str]
    ) -> None:
        hashes = session.scalars(select(ProductSerial.code_hash)).all()

        assert len(set(hashes)) == batch.quantity == 3
        assert {writing.hash_serial(VAULT, each) for each in digits} == set(hashes)

    def test_belongs_to_the_producer_at_the_price_of_that_day(
        self, session: Session, batch: SerialBatch, shop_id: uuid.UUID
    ) -> None:
        session.execute(update(Product).values(price_yen=29_000))

        assert batch.organisation_id == session.get_one(Shop, shop_id).organisation_id
        assert batch.price_yen == 580

    def test_draws_on_past_numbers_that_are_taken(
        self, shop_id: uuid.UUID, session: Session, at: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(serials.secrets, "token_bytes", lambda _: SALT)
        first, second = (make_batch(session, shop_id=shop_id, at=at, name_ja=name) for name in ("鮭", "鱒"))

        assert not set(digits_of(session, first)) & set(digits_of(session, second))
        assert session.scalar(select(func.count(ProductSerial.id))) == 6

    def test_refuses_a_product_that_was_withdrawn(
        self, shop_id: uuid.UUID, session: Session, at: datetime
    ) -> None:
        product = make_product(session, shop_id=shop_id, at=at, withdrawn_at=at)

        with pytest.raises(ProductNotFound):
            issue_batch(
                session,
                product_id=product.id,
                quantity=1,
                valid_until=at + timedelta(days=1),
                issued_by=None,
                vault=VAULT,
                at=at,
            )

    def test_refuses_an_end_that_has_passed(self, shop_id: uuid.UUID, session: Session, at: datetime) -> None:
        with pytest.raises(SerialPeriodInvalid):
            make_batch(session, shop_id=shop_id, at=at, days=0)


class TestListSerials:
    def test_comes_in_sheets_of_24(self, shop_id: uuid.UUID, session: Session, at: datetime) -> None:
        batch = make_batch(session, shop_id=shop_id, at=at, quantity=30)

        sheets = [list_serials(session, batch=batch, sheet=sheet, vault=VAULT) for sheet in (1, 2)]

        assert [len(sheet) for sheet in sheets] == [24, 6]
        assert len({*sheets[0], *sheets[1]}) == 30
        with pytest.raises(SerialSheetNotFound):
            list_serials(session, batch=batch, sheet=3, vault=VAULT)


class TestGetSerial:
    def test_knows_it_by_address_and_by_typed_digits(
        self, session: Session, batch: SerialBatch, digits: Sequence[str], at: datetime
    ) -> None:
        found = [
            find(session, scanned, at)
            for scanned in (serial_url(PUBLIC_URL, digits[0]), group_digits(digits[0]), digits[0])
        ]

        assert {(row.batch_id, row.price_yen, row.claim_id) for row in found} == {(batch.id, 580, None)}
        assert len({row.serial_id for row in found}) == 1

    def test_refuses_one_that_nobody_issued(self, session: Session, batch: SerialBatch, at: datetime) -> None:
        assert refusal(session, "4829153076123", at) == "serial_unknown"

    def test_refuses_one_from_its_end_on(
        self, session: Session, batch: SerialBatch, digits: Sequence[str]
    ) -> None:
        moment = timedelta(microseconds=1)

        assert find(session, digits[0], batch.valid_until - moment).batch_id == batch.id
        assert refusal(session, digits[0], batch.valid_until) == "serial_expired"

    def test_refuses_a_whole_batch_that_was_called_back(
        self, session: Session, batch: SerialBatch, digits: Sequence[str], at: datetime, world: World
    ) -> None:
        revoke_batch(session, batch_id=batch.id, reason="盗難", revoked_by=world.city.id, at=at)

        assert [refusal(session, each, at) for each in digits] == ["serial_batch_revoked"] * 3
        with pytest.raises(SerialBatchRevoked):
            list_serials(session, batch=batch, sheet=1, vault=VAULT)


class TestUseSerial:
    def test_is_done_by_one_of_many(self, database: Database, at: datetime) -> None:
        def prepare(session: Session) -> uuid.UUID:
            batch = make_batch(session, shop_id=make_shop(session, at=at).id, at=at, quantity=1)
            return find(session, digits_of(session, batch)[0], at).serial_id

        serial_id = database.run(prepare)

        ended = outcomes(
            database,
            lambda session, _: use_serial(session, serial_id=serial_id, claim_id=new_id(), at=at),
        )

        assert ended == ["done"] + ["serial_used"] * (AT_ONCE - 1)

    def test_leaves_the_other_serials_alone(
        self, session: Session, digits: Sequence[str], at: datetime
    ) -> None:
        use_serial(session, serial_id=find(session, digits[0], at).serial_id, claim_id=new_id(), at=at)

        assert refusal(session, digits[0], at) == "serial_used"
        assert find(session, digits[1], at).claim_id is None


class TestListSellers:
    def test_are_the_producers_shop_and_those_with_the_same_gtin(
        self, shop_id: uuid.UUID, session: Session, at: datetime
    ) -> None:
        gtin = "4901234567894"
        batch = make_batch(session, shop_id=shop_id, at=at, gtin=gtin)
        seller, former, suspended, other = (
            make_shop(session, at=at, name_ja=name, status=status).id
            for name, status in (("売", "active"), ("前", "active"), ("休", "suspended"), ("他", "active"))
        )
        make_product(session, shop_id=seller, at=at, gtin=gtin)
        make_product(session, shop_id=former, at=at, gtin=gtin, withdrawn_at=at)
        make_product(session, shop_id=suspended, at=at, gtin=gtin)
        make_product(session, shop_id=other, at=at, gtin="4569951116179")

        serial = find(session, digits_of(session, batch)[0], at)

        assert set(list_sellers(session, serial=serial)) == {shop_id, seller}
