"""How long the list of checks takes with 2,000 services. Prints its figures.

python tests/benchmarks/worklist.py
"""

import os
import shutil
import sys
import tempfile
import time
import uuid
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from helphub.history.recording import catch_up  # noqa: E402
from services.models import Service  # noqa: E402
from tests.support import prepared  # noqa: E402
from tests.support.accounts import established  # noqa: E402
from tests.support.databases import on_a_file  # noqa: E402

SERVICES, TIMES = 2_000, 9
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


def ask(client):
    for query in ASKED:
        took = []
        for _ in range(TIMES):
            began = time.perf_counter()
            response = client.get(f"/admin/checking/{query}")
            took.append(time.perf_counter() - began)
            assert response.status_code == 200, response.status_code
        print(f"{median(took) * 1000:6.0f} ms  /admin/checking/{query}")


def main():
    from django.contrib.auth import get_user_model
    from django.test import Client

    setup_test_environment()
    with tempfile.TemporaryDirectory() as folder:
        settings.EDITIONS_DIR = Path(folder, "editions")
        path = shutil.copy(prepared.few_lists_file(), folder)
        with on_a_file(path):
            fill()
            client = Client()
            officer = get_user_model().objects.create_superuser("officer", password=None)
            client.force_login(established(officer))
            print(f"{Service.objects.count()} services. The goal is 300 ms.")
            ask(client)


if __name__ == "__main__":
    main()
