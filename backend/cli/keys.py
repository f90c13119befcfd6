"""`meguri keys`."""

import click

from backend.base.clock import utc_now
from backend.cli.opening import in_database
from backend.purchases.keys import rotate_keys


@click.group()
def keys() -> None:
    """The keys that sign till codes."""


@keys.command()
@click.option("--retire-old", is_flag=True, help="Refuse codes of older keys from now on: after a leak.")
def rotate(retire_old: bool) -> None:
    """Sign new till codes with a new key. Codes on display stay good unless the old keys are retired."""
    number = in_database(lambda session: rotate_keys(session, at=utc_now(), retire_old=retire_old).id)
    click.echo(f"Key {number} signs from now on." + (" Older keys are retired." if retire_old else ""))
