"""How long the officers' search takes with 2,000 services. Prints its figures.

python tests/benchmarks/admin_search.py
"""

import os
import sys
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402

from helphub.editions import publish  # noqa: E402
from helphub.history.models import Version  # noqa: E402
from helphub.history.recording import catch_up  # noqa: E402
from services.models import Service  # noqa: E402
from tests.support.timing import officer_on_a_copy, timed  # noqa: E402

SERVICES = 2_000
MOST = 300  # Milliseconds.
ASKED = [
    *("dudley", "help", "rape crisis", "service 1999", "nothing has these words"),
    *("01384 455411", "(01384)", "{h-spoc}", "/services/copy-1999/", "rapecrisis.org.uk", "a"),
    "call you listen support they will help and say what happens next in their own words",
]


def fill():
    """Services with the texts of those that are there, in every language."""
    originals = list(Service.objects.all())
    fields = [field.attname for field in Service._meta.concrete_fields if not field.primary_key]
    rows = []
    for number in range(SERVICES):
        original = originals[number % len(originals)]
        row = Service(**{name: getattr(original, name) for name in fields})
        row.slug, row.title, row.line = f"copy-{number}", f"Copy {number}", f"h-copy-{number}"
        row.name_en = f"{original.name_en} {number}"
        row.place_key = row.place_key and uuid.uuid4()
        rows.append(row)
    Service.objects.bulk_create(rows, batch_size=200)
    catch_up()


def ask(client):
    slowest = 0
    for words in ASKED:
        took = timed(lambda words=words: client.get("/admin/find/", {"q": words}))
        slowest = max(slowest, took.busy)
        print(f"{took} {took.response.context['count']:7,} found  {words[:40]}")
    print(f"{slowest:6.0f} ms  of processor time at most; {MOST} is the bound")


def main():
    with officer_on_a_copy() as (client, path):
        settings.BUILT_LANGUAGES, os.environ["BUILT_LANGUAGES"] = ["en"], "en"
        publish.publish(who="the benchmark")  # Before the services: all of them wait.
        fill()
        print(f"{Version.objects.count():,} versions, {path.stat().st_size / 1e6:.0f} MB")
        ask(client)


if __name__ == "__main__":
    main()
