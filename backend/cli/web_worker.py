"""What each process of the server runs: the application, for as long as the server lives."""

import os
import signal
from functools import partial

from flask import Flask

from backend.app import create_app
from backend.cli.orphans import stop_with_parent


def load_app() -> Flask:
    stop_with_parent(os.getppid(), partial(os.kill, os.getpid(), signal.SIGTERM))
    return create_app()
