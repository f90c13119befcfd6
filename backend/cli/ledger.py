"""`meguri ledger`."""

from collections.abc import Iterator

import click
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.base.clock import utc_now
from backend.cli.opening import in_database, open_database, own_settings
from backend.points.service.seals import BLOCK, SealHead, find_head, seal_ledger, verify_seals
from backend.points.verification import Finding, verify_ledger


class KeptHead(click.ParamType[tuple[int, bytes]]):
    """As `meguri ledger verify` printed it: a number, a colon, the hash in hexadecimal digits."""

    name = "NUMBER:HASH"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, bytes]:
        number, _, digits = value.partition(":")
        try:
            return int(number), bytes.fromhex(digits)
        except ValueError:
            self.fail(f"{value!r} is not a number, a colon and a hash", param, ctx)


@click.group()
def ledger() -> None:
    """Where every point came from and went."""


@ledger.command()
@click.option(
    "--head", "kept", type=KeptHead(), help="A head that was kept elsewhere: it must still be in the chain."
)
def verify(kept: tuple[int, bytes] | None) -> None:
    """Prove from the rows themselves that no point was made, lost or moved twice, and none of the past changed."""
    count, head = in_database(lambda session: _tell_findings(session, kept), writes=False)
    if count:
        raise click.ClickException("the ledger does not add up")
    click.echo("The ledger adds up.")
    if head is not None:
        click.echo(f"Sealed until {head.sealed_at:%Y-%m-%d %H:%M} UTC. Keep this head elsewhere: {head}")


@ledger.command()
def seal() -> None:
    """Seal what has come to rest, without waiting for the worker."""
    with open_database(own_settings()) as database:
        sealed = 0
        while head := database.run(lambda session: seal_ledger(session, at=utc_now())):
            sealed += head.transaction_count
            click.echo(f"Sealed {head.transaction_count:,} transactions: {head}")
            if head.transaction_count < BLOCK:
                break
    if not sealed:
        click.echo("Nothing to seal.")


def _tell_findings(session: Session, kept: tuple[int, bytes] | None) -> tuple[int, SealHead | None]:
    """It reads every entry there is, for as long as that takes, and tells each finding as it comes."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = 0"))
    count = 0
    for finding in _findings(session, kept):
        count += 1
        click.echo(str(finding))
    return count, find_head(session)


def _findings(session: Session, kept: tuple[int, bytes] | None) -> Iterator[Finding]:
    yield from verify_ledger(session)
    yield from verify_seals(session, kept=kept)
