"""A form sent while the database is gone comes back whole. The database really is gone."""

import shutil

import pytest
from django.db import connection, connections
from django.db.models.signals import pre_save
from django.test import Client
from django.urls import reverse

from strategy.models import Guide
from tests.support.admin_forms import all_inputs, change_url
from tests.support.databases import on_a_file, on_a_postgresql
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.both_databases

LONG = "Every word that somebody typed. " * 600
URDU = "ہر لفظ"


class Officer:
    """A signed-in officer's browser, as strict about forged forms as in production."""

    def __init__(self, users):
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.client.force_login(users.objects.create_superuser("away", password=None))
        self.guide = Guide.objects.create(slug="away", title="Away", name="Away", body="Away.")

    def typed(self):
        values = form_values(Page(self.client.get(change_url(self.guide))))
        return values | {"body_en": LONG, "summary_ur": URDU, "password": "secret words"}

    def send(self, values):
        return self.client.post(change_url(self.guide), values)


@pytest.fixture
def officer(content_file, db, django_user_model, tmp_path):
    """On a SQLite file that a test can take away."""
    if content_file is None:
        pytest.skip("A file is taken away from SQLite only.")
    path = tmp_path / "away.sqlite3"
    shutil.copy(content_file, path)
    with on_a_file(path):
        officer = Officer(django_user_model)
        officer.path = path
        yield officer


def take_away(officer):
    """Put something that is not a database in its place, for the next connection to find."""
    connections["default"].close()
    officer.path.rename(officer.path.with_suffix(".safe"))
    officer.path.write_bytes(b"This is no database." * 1000)


def move_away(officer):
    """As if the disk had gone: a folder has the file's name."""
    connections["default"].close()
    officer.path.rename(officer.path.with_suffix(".safe"))
    officer.path.mkdir()


def bring_back(officer):
    connections["default"].close()
    officer.path.rmdir() if officer.path.is_dir() else officer.path.unlink()
    officer.path.with_suffix(".safe").rename(officer.path)


def check_page(answer, values):
    """The officer sees that nothing is saved, and every word they typed."""
    assert answer.status_code == 503
    page = Page(answer)
    assert page.faults == []
    assert "nothing of this form is saved" in page.main
    shown = [text(definition) for definition in page.all("dd")]
    assert LONG.strip() in shown
    assert URDU in shown
    assert "secret words" not in page.html
    (form,) = [form for form in page.all("form") if "Send it again" in text(form)]
    sent = all_inputs(form)
    assert sent["body_en"] == [values["body_en"]]
    return form.get("action"), sent


@pytest.mark.parametrize("go", [take_away, move_away])
def test_what_was_typed_comes_back_and_can_be_sent_again_once_the_database_is_back(officer, go):
    values = officer.typed()
    go(officer)
    address, sent = check_page(officer.send(values), values)
    assert address == change_url(officer.guide)
    # Pressed too early, it gives the same page.
    address, sent = check_page(officer.client.post(address, sent), values)
    bring_back(officer)
    assert Guide.objects.get(pk=officer.guide.pk).body == "Away."
    assert officer.client.post(address, sent).status_code == 302
    assert Guide.objects.get(pk=officer.guide.pk).body == LONG.strip()


def test_a_forged_form_is_not_shown_again(officer):
    values = officer.typed() | {"csrfmiddlewaretoken": "0" * 64}
    take_away(officer)
    answer = officer.send(values)
    assert answer.status_code == 503
    assert URDU not in answer.content.decode()
    bring_back(officer)


def test_a_page_that_cannot_be_opened_says_what_is_wrong(officer):
    take_away(officer)
    answer = officer.client.get(change_url(officer.guide))
    assert answer.status_code == 503
    page = Page(answer)
    assert "does not answer" in page.main
    assert ("tel:999", "999") in page.lines
    bring_back(officer)


def test_readers_get_no_such_page(officer):
    take_away(officer)
    answer = officer.client.post(reverse("find"), {"words": "help"})
    assert answer.status_code != 503 or "Send it again" not in answer.content.decode()
    bring_back(officer)


@pytest.fixture
def on_postgresql(db, django_user_model):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL is stopped only where the tests run on it.")
    with on_a_postgresql() as server:
        officer = Officer(django_user_model)
        officer.server = server
        yield officer


def test_what_was_typed_comes_back_when_postgresql_is_stopped(on_postgresql):
    officer, values = on_postgresql, on_postgresql.typed()
    officer.server.cleanup()
    address, sent = check_page(officer.send(values), values)
    # A new process finds no database either.
    connections["default"].close()
    check_page(officer.client.post(address, sent), values)


def test_what_was_typed_comes_back_when_postgresql_hangs_up_while_it_is_saved(on_postgresql):
    officer, values = on_postgresql, on_postgresql.typed()
    ours = connections["default"]

    def hang_up(**kwargs):
        other = ours.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [ours.connection.info.backend_pid])
        other.close()

    pre_save.connect(hang_up, Guide)
    try:
        address, sent = check_page(officer.send(values), values)
    finally:
        pre_save.disconnect(hang_up, Guide)
    ours.close()
    assert Guide.objects.get(pk=officer.guide.pk).body == "Away."
    assert officer.client.post(address, sent).status_code == 302
