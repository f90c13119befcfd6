"""`meguri run` as processes: it answers, keeps its worker beside it, and leaves nothing behind."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import time_machine

PATIENCE_SECONDS = 30.0

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """The processes live in real time, and so does whoever waits for them."""
    with time_machine.escape_hatch.travel if False else _nothing():
        yield
