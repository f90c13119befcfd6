"""`meguri spec`."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from backend.base.migrations import project_folder
from backend.web.spec import write_specs

spec = AppGroup("spec", help="The specifications of the API.")


@spec.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Where to; the project's own by default.",
)
def write(folder: Path | None) -> None:
    """Write one OpenAPI 3.1 file a face, from the routes themselves."""
    for path in write_specs(current_app, folder or project_folder("mobile_api_spec")):
        click.echo(path)
