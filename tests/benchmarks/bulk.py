"""How long lists and actions take with 2,000 services. Prints its figures.

python tests/benchmarks/bulk.py
"""

import os
import shutil
import sys
import tempfile
import time
import uuid
from functools import partial
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.utils import timezone  # noqa: E402

from helphub.bulk.models import Batch  # noqa: E402
from helphub.history.recording import catch_up  # noqa: E402
from services.models import Audience, Service  # noqa: E402
from tests.support import prepared  # noqa: E402
from tests.support.accounts import established  # noqa: E402
from tests.support.databases import on_a_file  # noqa: E402
from tests.support.reader import Page, form_values  # noqa: E402

SERVICES, CHOSEN, TIMES = 2_000, 200, 5
LIST = "/admin/services/service/"
ASKED = ["", "?is_published__exact=1", "?audiences__id__exact={}", "?q=number+1", "?p=12"]


def fill():
    """Services like those that are there, each with an audience of its own kind."""
    originals = list(Service.objects.prefetch_related("audiences", "phones"))
    audience = Audience.objects.first()
    for number in range(SERVICES - len(originals)):
        row = originals[number % len(originals)]
        row.pk, row.place_key, row._state.adding = None, uuid.uuid4(), True
        row.is_secret_place, row.is_own_behaviour = False, False
        row.slug, row.line = f"service-{number}", f"h-service-{number}"
        row.title, row.name_en = f"Service {number}", f"Service number {number}"
        row.save()
        if number % 2:
            row.audiences.set([audience])
    catch_up()


def timed(words, ask, times=TIMES):
    """Print the median on the clock, and of the processor alone: others may use the machine."""
    took, used = [], []
    for _ in range(times):
        began, spent = time.perf_counter(), time.process_time()
        response = ask()
        took.append(time.perf_counter() - began)
        used.append(time.process_time() - spent)
        assert response.status_code == 200, response.status_code
    print(f"{median(took) * 1000:6.0f} ms, {median(used) * 1000:6.0f} of the processor  {words}")
    return response


def lists(client):
    for query in ASKED:
        query = query.format(Audience.objects.first().pk)
        timed(f"{LIST}{query}", partial(client.get, LIST + query))


def chosen(client, action):
    """The page that follows the list's menu."""
    keys = list(Service.objects.order_by("-pk").values_list("pk", flat=True)[:CHOSEN])
    return client.post(LIST, {"action": action, "_selected_action": keys})


def press(client, page, **answers):
    form = next(f for f in page.all("form") if "/bulk/" in (f.get("action") or ""))
    return client.post(form.get("action"), form_values(page) | answers, follow=True)


def actions(client):
    audience = Audience.objects.last().pk
    asked = {
        "archive": {"moved_to": "/guides/consent/"},
        "add_audience": {"audience": audience},
        "owner": {"owner": "role:Editors"},
        "translators": {"language": "ur", "note": "Needed soon"},
        "review": {"asked_of": "", "note": ""},
    }
    timed(f"take from waiting: preview of {CHOSEN}", lambda: chosen(client, "take_from_waiting"))
    Service.objects.update(is_published=False)
    timed(f"publish: preview of {CHOSEN}", lambda: chosen(client, "publish"))
    Service.objects.update(is_published=True)
    catch_up()
    for action, answers in asked.items():
        page = Page(chosen(client, action))
        shown = timed(
            f"{action}: preview of {CHOSEN}",
            partial(press, client, page, step="preview", **answers),
        )
        done = timed(f"{action}: done", partial(press, client, Page(shown), step="do"), 1)
        assert Batch.objects.first().rows.count() == CHOSEN
        undo = f"{done.request['PATH_INFO']}undo/"
        undone = timed(f"{action}: undone", partial(client.post, undo, follow=True), 1)
        assert f"Undone: {CHOSEN}" in undone.content.decode()


def main():
    from django.contrib.auth import get_user_model
    from django.test import Client

    setup_test_environment()
    with tempfile.TemporaryDirectory() as folder:
        settings.EDITIONS_DIR = Path(folder) / "editions"
        path = shutil.copy(prepared.few_lists_file(), folder)
        with on_a_file(path):
            fill()
            officer = get_user_model().objects.create_superuser("boss", password=None)
            client = Client()
            client.force_login(established(officer))
            print(f"{Service.objects.count()} services, {timezone.localdate():%-d %B %Y}")
            lists(client)
            actions(client)


if __name__ == "__main__":
    main()
