"""The command's names. What stands behind a name is imported when it is called, not before.

The whole application takes a second to import; a token or the help should not.
"""

import click
from flask import Flask
from flask.cli import FlaskGroup

from backend import __version__
from backend.cli.importing import import_quickly

# Name → where it stands, and what `meguri --help` says of it.
COMMANDS = {
    "run": ("backend.cli.run:run", "Serve the API, with the worker beside it on SQLite."),
    "worker": ("backend.cli.worker:worker", "Send what waits, let points lapse, tidy up."),
    "check": ("backend.cli.check:check", "Is this configuration fit for production?"),
    "db": ("backend.cli.db:db", "The database's version: upgrade, downgrade, current, check; new-epoch."),
    "demo": ("backend.cli.demo:demo", "The fictional city: load, play, token."),
    "ledger": ("backend.cli.ledger:ledger", "Prove that no point was made, lost or moved twice."),
    "keys": ("backend.cli.keys:keys", "The keys that sign till codes and web pushes: rotate, vapid."),
    "push": ("backend.cli.push:push", "Pushes to phones: test."),
    "staff": ("backend.cli.staff:staff", "People of the city office: invite the first administrator."),
    "spec": ("backend.cli.spec:spec", "The specifications of the API: write."),
}


def make_app() -> Flask:
    """For the commands that work inside the application."""
    app: Flask = import_quickly("backend.app").create_app()
    return app


class Commands(FlaskGroup):
    """Flask's group, without loading the application to say what commands there are."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        found: click.Command = getattr(import_quickly(module), attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


main = Commands(
    name="meguri",
    help="Meguri (めぐり): keeps money going round at home. Settings come from the environment.",
    create_app=make_app,
    add_default_commands=False,
    add_version_option=False,
    load_dotenv=False,
    set_debug_flag=False,
    context_settings={"auto_envvar_prefix": None},
)
# `--app` would serve another application, `--debug` show its secrets; `--env-file` stays.
main.params = [param for param in main.params if param.name not in ("app", "debug")]
click.version_option(__version__, prog_name="meguri")(main)
