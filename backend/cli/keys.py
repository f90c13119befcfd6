"""`meguri keys`."""

import os
from pathlib import Path

import click

from backend.base.clock import utc_now
from backend.base.vapid_keys import make_private_key, read_web_push_key
from backend.cli.opening import in_database
from backend.purchases.keys import rotate_keys


@click.group()
def keys() -> None:
    """The keys that sign till codes and web pushes."""


@keys.command()
@click.option("--retire-old", is_flag=True, help="Refuse codes of older keys from now on: after a leak.")
def rotate(retire_old: bool) -> None:
    """Sign new till codes with a new key. Codes on display stay good unless the old keys are retired."""
    number = in_database(lambda session: rotate_keys(session, at=utc_now(), retire_old=retire_old).id)
    click.echo(f"Key {number} signs from now on." + (" Older keys are retired." if retire_old else ""))


@keys.command()
@click.argument("file", type=click.Path(path_type=Path))
def vapid(file: Path) -> None:
    """Make the key that signs web pushes, in a new FILE that only you may read.

    Browsers subscribe with it: with another one they must do so anew.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:  # above all: it is there, and may be in use
        raise click.ClickException(f"{file}: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as output:
        output.write(make_private_key())
    click.echo(
        f"VAPID_PRIVATE_KEY_FILE={file.absolute()}\nBrowsers subscribe with {read_web_push_key(file)}."
    )
