"""How long spreadsheets take: 2,000 services out, and 500 changed rows in. Prints its figures.

python tests/benchmarks/spreadsheets.py
"""

import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from helphub.history.recording import recording  # noqa: E402
from services.models import Audience, Service, Town  # noqa: E402
from tests.support import factories, spreadsheets  # noqa: E402
from tests.support.timing import officer_on_a_copy, timed  # noqa: E402

SERVICES, CHANGED, TIMES = 2_000, 500, 5
LABEL = "services.service"
LONG = "Someone will listen for as long as you need, and nothing is written down. " * 4


def fill():
    """Services with every kind of column filled, each with a place."""
    organization = factories.make_organization()
    phones = [factories.make_phone(organization=organization) for _ in range(20)]
    audiences, town = list(Audience.objects.all()[:3]), Town.objects.first()
    with recording():
        for number in range(SERVICES - Service.objects.count()):
            service = factories.make_service(
                phones=[phones[number % 20]],
                organization=organization,
                what_to_expect_en=LONG,
                how_to_get_in_en=LONG,
                minimum_age=13,
                audiences=audiences,
            )
            service.locations.create(town=town, address="on-booking")


@contextmanager
def measured(what, most):
    began, busy = time.perf_counter(), time.process_time()
    yield
    took, busy = time.perf_counter() - began, time.process_time() - busy
    print(f"{took:6.2f} s ({busy:5.2f} s busy)  {what}; wanted: under {most} s")


def export(client):
    took = timed(lambda: client.get(f"/admin/spreadsheets/{LABEL}/export/xlsx/"), TIMES)
    megabytes = len(took.response.content) / 1e6
    print(f"{took}  {SERVICES:,} services as XLSX, {megabytes:.1f} MB; wanted: under 1 s")
    with measured("the same as CSV", 1):
        client.get(f"/admin/spreadsheets/{LABEL}/export/csv/services/")


def bring_back(client, changed):
    book = spreadsheets.exported(client, LABEL)
    sheet = book["Services"]
    places = spreadsheets.headings(sheet)
    for row in range(2, 2 + changed):
        for heading in ("Summary", "Minimum age", "Who it is for"):
            cell = sheet.cell(row, places[heading])
            cell.value = {"Minimum age": "14", "Who it is for": "women"}.get(
                heading, f"Other words {changed}. {cell.value}"
            )
    for title in book.sheetnames[1:]:
        del book[title]
    sheet.delete_rows(CHANGED + 2, SERVICES)
    data = spreadsheets.as_bytes(book)
    with measured(f"{CHANGED} rows sent, {changed} of them changed: the differences", 5):
        page = spreadsheets.send(client, LABEL, data)
    assert not spreadsheets.faults(page), spreadsheets.faults(page)[:3]
    with CaptureQueriesContext(connection) as queries, measured("the same, saved", 5):
        page = spreadsheets.take(client, page)
    assert f"{changed} saved from" in page.main, page.main[:300]
    print(f"          {len(queries) / changed:.0f} queries for each changed row")


def main():
    with officer_on_a_copy() as (client, _path):
        fill()
        export(client)
        bring_back(client, 50)
        bring_back(client, CHANGED)


if __name__ == "__main__":
    main()
