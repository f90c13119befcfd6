"""`python -m backend.cli`: the same command where no script is installed."""

from backend.cli.main import main

main(prog_name="meguri")
