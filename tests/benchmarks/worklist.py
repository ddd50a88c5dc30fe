"""How long the list of checks takes with 2,000 services. Prints its figures.

python tests/benchmarks/worklist.py
"""

import os
import sys
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

import django

django.setup()

from helphub.history.recording import catch_up  # noqa: E402
from services.models import Service  # noqa: E402
from tests.support.timing import officer_on_a_copy, timed  # noqa: E402

SERVICES = 2_000
ASKED = ["", "?when=overdue", "?kind=service", "?owner=nobody", "?page=5"]


def fill():
    """Copies of one service, each with a line and an address of its own."""
    original = Service.objects.get(slug="rights-at-work")
    values = {field.attname: getattr(original, field.attname) for field in original._meta.fields}
    values.pop("id")
    rows = []
    for number in range(SERVICES - Service.objects.count()):
        words = f"copy-{number}"
        own = {"slug": words, "line": words, "name_en": words, "title": words}
        rows.append(Service(**values | own | {"place_key": uuid.uuid4()}))
    Service.objects.bulk_create(rows)
    catch_up()


def main():
    with officer_on_a_copy() as (client, _path):
        fill()
        print(f"{Service.objects.count()} services. The goal is 300 ms.")
        for query in ASKED:
            address = f"/admin/checking/{query}"
            print(f"{timed(lambda address=address: client.get(address))}  {address}")


if __name__ == "__main__":
    main()
