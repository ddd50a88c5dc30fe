"""How long lists and actions take with 2,000 services. Prints its figures.

python tests/benchmarks/bulk.py
"""

import os
import sys
import uuid
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

import django

django.setup()

from django.utils import timezone  # noqa: E402

from helphub.bulk.models import Batch  # noqa: E402
from helphub.history.recording import catch_up  # noqa: E402
from services.models import Audience, Service  # noqa: E402
from tests.support.reader import Page, form_values  # noqa: E402
from tests.support.timing import officer_on_a_copy, timed  # noqa: E402

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


def shown(words, ask, times=TIMES):
    """Print how long a page takes, and return the answer."""
    took = timed(ask, times)
    print(f"{took}  {words}")
    return took.response


def lists(client):
    for query in ASKED:
        query = query.format(Audience.objects.first().pk)
        shown(f"{LIST}{query}", partial(client.get, LIST + query))


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
    shown(f"take from waiting: preview of {CHOSEN}", lambda: chosen(client, "take_from_waiting"))
    Service.objects.update(is_published=False)
    shown(f"publish: preview of {CHOSEN}", lambda: chosen(client, "publish"))
    Service.objects.update(is_published=True)
    catch_up()
    for action, answers in asked.items():
        page = Page(chosen(client, action))
        seen = shown(
            f"{action}: preview of {CHOSEN}",
            partial(press, client, page, step="preview", **answers),
        )
        done = shown(f"{action}: done", partial(press, client, Page(seen), step="do"), 1)
        assert Batch.objects.first().rows.count() == CHOSEN
        undo = f"{done.request['PATH_INFO']}undo/"
        undone = shown(f"{action}: undone", partial(client.post, undo, follow=True), 1)
        assert f"Undone: {CHOSEN}" in undone.content.decode()


def main():
    with officer_on_a_copy() as (client, _path):
        fill()
        print(f"{Service.objects.count()} services, {timezone.localdate():%-d %B %Y}")
        lists(client)
        actions(client)


if __name__ == "__main__":
    main()
