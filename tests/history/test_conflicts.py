"""Two officers edit one record: the second save is refused, shown beside the first, and kept."""

import os
import random
import shutil
import threading
from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client
from django.urls import reverse

from contacts.models import Phone
from helphub.history.models import Version
from helphub.history.recording import recording
from services.models import Choice, Service, Situation
from strategy.models import Guide
from tests.support.admin_forms import change_url, errors
from tests.support.databases import on_a_file
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.both_databases
ORDERS = 200 if os.environ.get("FUZZ") else 50


@pytest.fixture
def other(django_user_model, db):
    """A client with a second officer signed in."""
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("other", password=None))
    return client


def open_form(client, row):
    return form_values(Page(client.get(change_url(row))))


def send(client, row, values):
    """Send a form that was opened earlier."""
    return client.post(change_url(row), values)


def sides(page):
    """The table of differences: {field: (saved now, yours)}."""
    (table,) = page.all("table", class_="sides")
    rows = [[text(cell) for cell in row] for row in table.iter("tr")][1:]
    return {row[0]: tuple(row[1:]) for row in rows}


def test_the_second_save_is_refused_with_both_side_by_side_and_nothing_is_lost(admin, other):
    guide = Guide.objects.get(slug="consent")
    first, second = open_form(other, guide), open_form(admin, guide)
    assert (
        send(other, guide, first | {"summary_ur": "ایک دو", "summary_en": "One."}).status_code
        == 302
    )
    answer = send(admin, guide, second | {"summary_ur": "ایک تین", "title": "My title"})
    assert answer.status_code == 409
    page = Page(answer)
    assert page.faults == []
    assert "other saved this while you had it open" in page.text
    assert sides(page) == {
        "Summary, Urdu": ("ایک دو", "ایک تین"),
        "Title in tabs and history": (guide.title, "My title"),
    }
    (cell, _) = page.all("td", lang="ur")
    assert cell.get("dir") == "rtl"
    saved = Guide.objects.get(pk=guide.pk)
    assert (saved.summary_ur, saved.title) == ("ایک دو", guide.title)
    form = form_values(page)
    assert (form["summary_ur"], form["title"]) == ("ایک تین", "My title")
    # Fields this officer left alone keep what the other one saved.
    assert form["summary_en"] == "One."
    # Once the officer has seen the conflict, it can be saved.
    assert send(admin, guide, form).status_code == 302
    saved = Guide.objects.get(pk=guide.pk)
    assert (saved.summary_ur, saved.title, saved.summary_en) == ("ایک تین", "My title", "One.")


def test_a_form_that_is_refused_for_an_error_keeps_its_fingerprint(admin, other):
    guide = Guide.objects.get(slug="consent")
    mine = open_form(admin, guide)
    refused = Page(send(admin, guide, mine | {"title": ""}))
    send(other, guide, open_form(other, guide) | {"position": "77"})
    again = form_values(refused) | {"title": "My title"}
    assert send(admin, guide, again).status_code == 409
    assert Guide.objects.get(pk=guide.pk).position == 77


@pytest.mark.parametrize("fingerprint", [None, "", "0" * 32])
def test_a_form_without_its_fingerprint_is_refused(admin, fingerprint):
    guide = Guide.objects.get(slug="consent")
    values = open_form(admin, guide) | {"title": "My title"}
    values |= {"_fingerprint": fingerprint or ""}
    if fingerprint is None:
        del values["_fingerprint"]
    answer = send(admin, guide, values)
    assert answer.status_code == 409
    assert form_values(Page(answer))["title"] == "My title"
    assert Guide.objects.get(pk=guide.pk).title == guide.title


def test_rows_added_and_deleted_by_another_are_not_undone(admin, other):
    phone = Phone.objects.filter(role="", schedules__isnull=False).first()
    keys = [row.pk for row in phone.schedules.all()]
    mine, theirs = open_form(admin, phone), open_form(other, phone)
    new = {
        "byday": "SU",
        "freq": "WEEKLY",
        "interval": "1",
        "opens_at": "10:00",
        "closes_at": "11:00",
    }
    theirs |= {f"schedules-{len(keys)}-{name}": value for name, value in new.items()}
    theirs |= {"schedules-TOTAL_FORMS": str(len(keys) + 1), "schedules-0-DELETE": "on"}
    assert send(other, phone, theirs).status_code == 302
    answer = send(admin, phone, mine | {"position": "77"})
    assert answer.status_code == 409
    # A deleted row that this officer did not touch does not come back.
    assert send(admin, phone, form_values(Page(answer))).status_code == 302
    assert keys[0] not in [row.pk for row in phone.schedules.all()]
    assert phone.schedules.filter(byday="SU", opens_at="10:00").exists()
    assert Phone.objects.get(pk=phone.pk).position == 77


def test_what_was_typed_into_a_row_that_another_deleted_is_kept(admin, other):
    phone = Phone.objects.filter(role="", schedules__isnull=False).first()
    mine, theirs = open_form(admin, phone), open_form(other, phone)
    send(other, phone, theirs | {"schedules-0-DELETE": "on"})
    answer = send(admin, phone, mine | {"schedules-0-byday": "SU"})
    assert answer.status_code == 409
    form = form_values(Page(answer))
    count = int(form["schedules-INITIAL_FORMS"])
    assert form[f"schedules-{count}-byday"] == ["SU"]
    assert send(admin, phone, form).status_code == 302
    assert phone.schedules.filter(byday="SU").exists()


def test_what_was_typed_into_a_record_that_another_deleted_is_shown(admin, other):
    guide = Guide.objects.create(slug="new", title="New", name="New", body="New.")
    mine = open_form(admin, guide)
    other.post(reverse("admin:strategy_guide_delete", args=[guide.pk]), {"post": "yes"})
    answer = send(admin, guide, mine | {"body_en": "All that I typed."})
    assert answer.status_code == 409
    page = Page(answer)
    assert "other deleted New while you had it open" in page.main
    assert "All that I typed." in page.main


# Fields edited in a list


def opened_list(client):
    return form_values(Page(client.get("/admin/contacts/phone/"))) | {"_save": "Save"}


def test_a_list_saves_only_what_its_officer_changed(admin, other):
    mine, theirs = opened_list(admin), opened_list(other)
    other.post("/admin/contacts/phone/", theirs | {"form-0-position": "81"})
    admin.post("/admin/contacts/phone/", mine | {"form-1-position": "82"})
    for row, position in [("form-0-id", 81), ("form-1-id", 82)]:
        assert Phone.objects.get(pk=mine[row]).position == position


def test_a_list_refuses_to_save_over_what_another_changed(admin, other):
    mine, theirs = opened_list(admin), opened_list(other)
    other.post("/admin/contacts/phone/", theirs | {"form-0-position": "81"})
    page = Page(admin.post("/admin/contacts/phone/", mine | {"form-0-position": "82"}))
    assert any("Someone else has changed this to 81" in error for error in errors(page))
    assert Phone.objects.get(pk=mine["form-0-id"]).position == 81
    form = form_values(page)
    assert form["form-0-position"] == "82"
    admin.post("/admin/contacts/phone/", form | {"_save": "Save"})
    assert Phone.objects.get(pk=mine["form-0-id"]).position == 82


# Many orders


def situation():
    """A record with few fields and rows, so its form is quick to make."""
    who = Choice.objects.create(slug="z9", question="who", name="Somebody")
    services = Service.objects.filter(is_own_behaviour=False)
    with recording():
        situation = Situation.objects.create(slug="both", who=who, is_published=False)
        for position, service in enumerate(services[:3]):
            situation.suggestions.create(service=service, position=position)
    return situation, [service.pk for service in services[3:9]]


def officers_edit(dice, row, services):
    """One random edit: {field or row: value}. A row is named by its service."""
    edit = dice.choice(["position", "reviewed_on", "is_published", "row", "delete", "add"])
    if edit == "position":
        return {"position": dice.randrange(100)}
    if edit == "reviewed_on":
        return {"reviewed_on": f"2026-0{dice.randrange(1, 10)}-01"}
    if edit == "is_published":
        return {"is_published": dice.choice([True, False])}
    if edit == "add":
        return {("row", dice.choice(services)): dice.randrange(100)}
    suggested = list(row.suggestions.values_list("service", flat=True))
    if not suggested:
        return {"position": dice.randrange(100)}
    return {("row", dice.choice(suggested)): dice.randrange(100) if edit == "row" else None}


def type_into(values, edit):
    """Type an edit into a form. A missing row is added, or needs no deleting."""
    values = dict(values)
    total = int(values["suggestions-TOTAL_FORMS"])
    for what, value in edit.items():
        if what == "is_published":
            values[what] = ["on"] if value else []
        elif isinstance(what, str):
            values[what] = str(value)
        else:
            numbers = [
                n for n in range(total) if values.get(f"suggestions-{n}-service") == str(what[1])
            ]
            number = numbers[0] if numbers else total
            start = f"suggestions-{number}-"
            # Both officers added it: one row is enough.
            for more in numbers[1:]:
                values |= {f"suggestions-{more}-service": "", f"suggestions-{more}-position": "0"}
            if value is None and numbers:
                values[f"{start}DELETE"] = "on"
            elif value is not None:
                values |= {f"{start}service": str(what[1]), f"{start}position": str(value)}
                values["suggestions-TOTAL_FORMS"] = str(max(total, number + 1))
    return values


def saved_values(row):
    """The saved values, keyed as an edit keys them."""
    row.refresh_from_db()
    values = {
        "position": row.position,
        "reviewed_on": row.reviewed_on and row.reviewed_on.isoformat(),
        "is_published": row.is_published,
    }
    rows = row.suggestions.values_list("service", "position")
    return values | {("row", service): position for service, position in rows}


@pytest.mark.django_db
def test_no_accepted_edit_is_lost_in_any_order(admin, other):
    dice = random.Random(20261124)  # noqa: S311 - the same orders every time.
    row, services = situation()
    clients = {"admin": admin, "other": other}
    acknowledged = saved_values(row)
    refused = 0
    for _ in range(ORDERS):
        steps = [name for name in clients for _ in ("open", "save")]
        dice.shuffle(steps)
        forms, edits = {}, {}
        for name in steps:
            client = clients[name]
            if name not in forms:
                forms[name] = open_form(client, row)
                edits[name] = officers_edit(dice, row, services)
                continue
            answer = send(client, row, type_into(forms[name], edits[name]))
            if answer.status_code == 409:
                refused += 1
                # Having seen the conflict, type it again over the other officer's value.
                again = type_into(form_values(Page(answer)), edits[name])
                answer = send(client, row, again)
            assert answer.status_code == 302, errors(Page(answer))
            acknowledged |= edits[name]
            expected = {what: value for what, value in acknowledged.items() if value is not None}
            saved = {what: value for what, value in saved_values(row).items() if value is not None}
            assert saved == expected
    assert ORDERS / 4 < refused < ORDERS


# Two at the same moment, each with its own connection


@pytest.fixture
def two_connections(content_file, django_db_setup, django_db_blocker, tmp_path):
    """The context for each of two threads, on a database that both write to at once."""
    with django_db_blocker.unblock():
        if content_file is None:
            yield on_its_own
            return
        path = shutil.copy(content_file, tmp_path)
        with on_a_file(path):
            yield lambda: on_a_file(path)


@contextmanager
def on_its_own():
    """Close the thread's connection when it ends."""
    try:
        yield
    finally:
        connections["default"].close()


def test_only_one_of_two_simultaneous_saves_is_accepted(two_connections):
    # Not inside the test's own transaction, which no other connection could see.
    users = [
        get_user_model().objects.create_superuser(name, password=None) for name in ("one", "two")
    ]
    guide = Guide.objects.create(slug="race", title="Race", name="Race", body="Race.")
    clients = [Client(), Client()]
    try:
        for client, user in zip(clients, users, strict=True):
            client.force_login(user)
        for number in range(8):
            typed = [
                open_form(client, guide) | {"summary_en": f"{number} {place}."}
                for place, client in enumerate(clients)
            ]
            answers = save_at_once(two_connections, clients, guide, typed)
            assert sorted(answers) == [302, 409]
            guide.refresh_from_db()
            assert guide.summary == f"{number} {answers.index(302)}."
    finally:
        Version.objects.filter(officer__in=[user.get_username() for user in users]).delete()
        for row in (guide, *users):
            row.delete()


def save_at_once(two_connections, clients, row, typed):
    """Let each client send its form in its own thread, and return the answers."""
    start, answers = threading.Barrier(2), [None, None]

    def save(place):
        with two_connections():
            start.wait()
            answers[place] = send(clients[place], row, typed[place]).status_code

    threads = [threading.Thread(target=save, args=[place]) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
