"""`meguri staff`."""

import click
from sqlalchemy.orm import Session

import backend.organisations.models  # noqa: F401 (the table of shops, at which a role may be held)
from backend.base.clock import utc_now
from backend.base.errors import MeguriError
from backend.base.text import LANGUAGES, text
from backend.cli.opening import in_database
from backend.people.permissions import CITY_ROLE_PERMISSIONS
from backend.people.principals import RoleAssignment
from backend.people.service.staff import StaffInvited, invite_staff


@click.group()
def staff() -> None:
    """People of the city office."""


@staff.command()
@click.argument("email")
@click.option("--name", required=True, help="As colleagues will see it.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(sorted(CITY_ROLE_PERMISSIONS)),
    default=["administrator"],
    show_default=True,
)
@click.option("--language", type=click.Choice(LANGUAGES), default="ja", show_default=True)
@click.option("--renew", is_flag=True, help="Take password and second factor away first: a lost telephone.")
def invite(email: str, name: str, roles: tuple[str, ...], language: str, renew: bool) -> None:
    """Invite EMAIL: the first administrator, who then invites the others over the API."""

    def work(session: Session) -> StaffInvited:
        return invite_staff(
            session,
            email=email,
            display_name=name,
            language=language,
            roles=[RoleAssignment(role, None) for role in roles],
            renews=renew,
            at=utc_now(),
        )

    try:
        invited = in_database(work)
    except MeguriError as error:
        raise click.ClickException(text(f"error.{error.code}", "en", **error.params)) from error
    if invited.token is None:
        click.echo(f"{email} can sign in already and now has: {', '.join(roles)}.")
        return
    click.echo(
        f"{email} is invited as {', '.join(roles)}. A letter is on its way; its token, told this once:\n"
    )
    click.echo(f"  {invited.token}\n")
    click.echo("Accept it with POST /v1/city/invitations/accept (see /docs), until")
    click.echo(f"{invited.expires_at}. It works once: pass it to nobody else.")
