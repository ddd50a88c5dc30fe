"""How long the log of who changed what takes with 100,000 versions. Prints its figures.

python tests/benchmarks/log_of_changes.py
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

import django

django.setup()

from django.utils import timezone  # noqa: E402

from helphub.history.models import Version  # noqa: E402
from tests.support.timing import officer_on_a_copy, timed  # noqa: E402

ROWS = 100_000
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


def main():
    with officer_on_a_copy() as (client, path):
        fill()
        print(f"{Version.objects.count()} versions, {path.stat().st_size / 1e6:.0f} MB")
        for query in ASKED:
            address = f"/admin/changes/{query}"
            print(f"{timed(lambda address=address: client.get(address))}  {address}")


if __name__ == "__main__":
    main()
