"""The `meguri` command: everything operational, on Flask's own CLI group."""

import click
from flask.cli import FlaskGroup

from backend.app import create_app


@click.group(cls=FlaskGroup, create_app=create_app, add_default_commands=False)
def main() -> None:
    """Meguri (めぐり): keeps money going round at home."""
