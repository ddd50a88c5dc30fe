"""What the admin's benchmarks share: a database of their own, an officer, and times."""

import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.test.utils import setup_test_environment

from tests.support import prepared
from tests.support.accounts import established
from tests.support.databases import on_a_file


@contextmanager
def officer_on_a_copy():
    """A client signed in as an officer, on a copy of the content with few lists, and its file."""
    setup_test_environment()
    with tempfile.TemporaryDirectory() as folder:
        settings.EDITIONS_DIR = Path(folder, "editions")
        path = Path(shutil.copy(prepared.few_lists_file(), folder))
        with on_a_file(path):
            client = Client()
            officer = get_user_model().objects.create_superuser("boss", password=None)
            client.force_login(established(officer))
            yield client, path


class Timed(NamedTuple):
    """Medians in milliseconds, and the last answer."""

    wall: float
    busy: float  # Of the processor alone: others may use the machine.
    response: Any

    def __str__(self):
        return f"{self.wall:6.0f} ms ({self.busy:5.0f} busy)"


def timed(ask, times=9):
    """How long a page takes. `ask` requests it and returns the answer."""
    wall, busy = [], []
    for _ in range(times):
        began, worked = time.perf_counter(), time.process_time()
        response = ask()
        wall.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        assert response.status_code == 200, response.status_code
    return Timed(median(wall), median(busy), response)
