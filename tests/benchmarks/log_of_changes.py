"""How long the log of who changed what takes with 100,000 versions. Prints its figures.

python tests/benchmarks/log_of_changes.py
"""

import os
import shutil
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

import django

django.setup()

from django.test.utils import setup_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402

from helphub.history.models import Version  # noqa: E402
from tests.support import prepared  # noqa: E402
from tests.support.accounts import established  # noqa: E402
from tests.support.databases import on_a_file  # noqa: E402

ROWS, TIMES = 100_000, 9
ASKED = [
    "",
    "?who=officer-3",
    "?kind=strategy.guide",
    "?name=consent",
    "?name=nothing+has+this+name",
    "?since=2024-06-01&until=2024-06-30",
    "?who=officer-3&kind=contacts.phone&since=2024-01-01",
]


def fill():
    """Three years of saves by ten officers, copied from the versions that are there."""
    from django.contrib.auth import get_user_model

    names = [f"officer-{n}" for n in range(10)]
    for name in names:
        get_user_model().objects.create_user(name)
    originals = list(Version.objects.all())
    step = timedelta(days=3 * 365) / ROWS
    rows = []
    for number in range(ROWS):
        row = originals[number % len(originals)]
        row.pk, row.officer = None, names[number % len(names)]
        row.at = timezone.now() - timedelta(days=3 * 365) + step * number
        rows.append(Version(**{f.attname: getattr(row, f.attname) for f in row._meta.fields}))
        if len(rows) == 5_000:
            Version.objects.bulk_create(rows)
            rows = []


def ask(client):
    for query in ASKED:
        took = []
        for _ in range(TIMES):
            began = time.perf_counter()
            response = client.get(f"/admin/changes/{query}")
            took.append(time.perf_counter() - began)
            assert response.status_code == 200, response.status_code
        print(f"{median(took) * 1000:6.0f} ms  /admin/changes/{query}")


def main():
    from django.contrib.auth import get_user_model
    from django.test import Client

    setup_test_environment()
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy(prepared.few_lists_file(), folder)
        with on_a_file(path):
            fill()
            officer = get_user_model().objects.create_superuser("boss", password=None)
            client = Client()
            client.force_login(established(officer))
            print(f"{Version.objects.count()} versions, {Path(path).stat().st_size / 1e6:.0f} MB")
            ask(client)


if __name__ == "__main__":
    main()
