"""`meguri ledger`."""

import click
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.cli.opening import in_database
from backend.points.verification import Finding, verify_ledger


@click.group()
def ledger() -> None:
    """Where every point came from and went."""


@ledger.command()
def verify() -> None:
    """Prove from the rows themselves that no point was made, lost or moved twice."""
    findings = in_database(_verify, writes=False)
    for finding in findings:
        click.echo(f"{finding.law}: {finding.subject} is {finding.found:,}, must be {finding.expected:,}")
    if findings:
        raise click.ClickException("the ledger does not add up")
    click.echo("The ledger adds up.")


def _verify(session: Session) -> list[Finding]:
    """It reads every entry there is, for as long as that takes."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = 0"))
    return verify_ledger(session)
