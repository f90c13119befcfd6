"""`meguri demo`: the fictional city."""

import click
from sqlalchemy.orm import Session

from backend.base import migrations
from backend.base.clock import city_day, utc_now
from backend.base.secrets import Vault
from backend.cli.opening import called_as, in_database, local_url, open_database, own_settings, shown_url
from backend.config import Settings
from backend.demo.guide import describe_accounts
from backend.demo.loading import DatabaseNotEmpty, load_demo
from backend.demo.playing import PLAYING, Cast, PlayFailed, play
from backend.demo.tokens import ACCOUNT_BY_NAME, DemoAccountMissing, issue_token


@click.group()
def demo() -> None:
    """The fictional city: a Kushiro that does not exist."""


@demo.command()
@click.option("--if-empty", is_flag=True, help="Leave a database that holds anything as it is, and say so.")
def load(if_empty: bool) -> None:
    """Fill an empty database: citizens, shops, four months of purchases. Once, never beside real data."""
    settings = own_settings()
    if settings.is_production:
        _refuse("production takes no demonstration", if_empty)
        return
    with open_database(settings) as database:
        if not migrations.is_current(database):
            raise click.ClickException("the database wants `meguri db upgrade`")
        at = utc_now()
        vault = Vault(settings.secret_key)
        try:
            loaded = database.run(
                lambda session: load_demo(
                    session, today=city_day(at), vault=vault, terms_version=settings.terms_version
                )
            )
        except DatabaseNotEmpty:
            _refuse(f"{shown_url(database)} holds something else already", if_empty)
            return
    click.echo("The demo city is loaded." if loaded else "The demo city is there already: left as it is.")


@demo.command()
@click.argument("name", type=click.Choice(list(ACCOUNT_BY_NAME)))
def token(name: str) -> None:
    """Print a fresh bearer token (for the till: an API key) of a demo account, and nothing else."""
    settings = own_settings()
    click.echo(in_database(lambda session: _issue(session, name, settings)))


@demo.command()
def accounts() -> None:
    """Say who may sign in, how, and the code of the second factor of this half-minute."""
    for line in describe_accounts(called_as()):
        click.echo(line)


@demo.command("play")
@click.option("--url", help="Where the server is; by HOST and PORT by default.")
@click.option("--language", default="en", show_default=True, help="Of the API's texts: en, ja, ja-x-easy.")
def play_story(url: str | None, language: str) -> None:
    """Play the story over HTTP against the running server and print what happens."""
    settings = own_settings()
    tokens = in_database(lambda session: {name: _issue(session, name, settings) for name in PLAYING})
    cast = Cast(
        **tokens,
        citizen_name=ACCOUNT_BY_NAME["citizen"].display_name_ja,
        neighbour_name=ACCOUNT_BY_NAME["neighbour"].display_name_ja,
    )
    try:
        play(
            (url or local_url(settings)).rstrip("/"),
            cast,
            click.echo,
            language=language,
            push_log=settings.push_log_file,
        )
    except PlayFailed as error:
        raise click.ClickException(str(error)) from error


def _issue(session: Session, name: str, settings: Settings) -> str:
    try:
        return issue_token(session, name=name, settings=settings, at=utc_now())
    except DemoAccountMissing as error:
        raise click.ClickException(f"no account {name} here: first `{called_as()} demo load`") from error


def _refuse(reason: str, is_welcome: bool) -> None:
    if not is_welcome:
        raise click.ClickException(f"{reason}: the demo is not loaded")
    click.echo(f"The demo is not loaded: {reason}.")
