"""What is due, who takes it, what is still correct, and taking that back."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import Doubt, Phone, Verification
from helphub.checking import confirming, due, ways
from helphub.checking.models import (
    Claim,
    Confirmation,
    LinkCheck,
    Owner,
    Reported,
    WayToCheck,
)
from helphub.checking.ways import Way, way_of
from helphub.history import versions
from helphub.history.recording import recording
from services import presses
from strategy.models import Document, Guide, Source, Statistic
from tests.support.factories import make_phone, make_service
from tests.support.officers import officer_named
from tests.support.reader import Page, form_values

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
WORKLIST = "/admin/checking/"


@pytest.fixture
def anna(db):
    return officer_named("anna", "Editors")


@pytest.fixture
def berta(db):
    return officer_named("berta", "Editors")


def due_of(row):
    (found,) = [
        item
        for item in due.everything()
        if item.name == (row._meta.label_lower, row.pk) and item.kind not in {"notice"}
    ]
    return found


def press(client, do, *rows, url=WORKLIST, follow=True, **typed):
    """Open the list, tick these and press a button, as a browser does."""
    values = form_values(Page(client.get(url)))
    ticks = [due_of(row).value for row in rows]
    return client.post(url, values | {"do": do, "tick": ticks} | typed, follow=follow)


def days_ago(days):
    return timezone.localdate() - timedelta(days=days)


def check(phone, days, method="rang"):
    return phone.verifications.create(
        verified_on=days_ago(days), method=method, role="us", confirmed="All"
    )


def test_numbers_are_due_by_risk():
    spoc = Phone.objects.get(slug="h-spoc")
    other = make_phone()
    for phone in (spoc, other):
        check(phone, 0)
    assert due_of(spoc).on == days_ago(-30)
    assert due_of(other).on == days_ago(-90)
    assert due_of(make_phone()).why == due.NEVER
    assert due_of(make_phone()).when == "overdue"


def test_services_and_pages_are_due_after_their_time():
    service, guide = make_service(), Guide.objects.get(slug="consent")
    assert due_of(service).why == due.NEVER
    service.verifications.create(
        verified_on=days_ago(170), method="told", role="us", confirmed="All"
    )
    assert due_of(service).on == days_ago(170) + timedelta(days=180)
    Guide.objects.filter(pk=guide.pk).update(reviewed_on=days_ago(400))
    assert due_of(guide).when == "overdue"
    Guide.objects.filter(pk=guide.pk).update(is_published=False)
    assert not [row for row in due.everything() if row.name == ("strategy.guide", guide.pk)]


def test_what_the_strategy_cites_is_due_each_year_and_its_form_says_when_it_was_checked(anna):
    source, document = Source.objects.first(), Document.objects.first()
    Source.objects.filter(pk=source.pk).update(
        current_title="The newer plan", archived_url="https://keep.example/copy"
    )
    assert "Replaced by “The newer plan”. An archived copy is given." in due_of(source).why
    assert due_of(document).why == due.NEVER
    form = f"/admin/strategy/document/{document.pk}/change/"
    assert "Nobody has checked it yet." in Page(anna.get(form)).text
    LinkCheck.objects.create(
        address=document.url, result="works", detail="It works.", checked_at=timezone.now()
    )
    press(anna, "confirm", source, document, how="told", source="Their website")
    assert due_of(document).on == days_ago(-365)
    said = Page(anna.get(form)).text
    assert "by anna: Their website." in said
    assert "It works." in said


def test_a_notice_and_a_last_day_are_due_when_they_end():
    service = make_service(notice_en="Closed for a move.", notice_until=days_ago(-5))
    guide = Guide.objects.get(slug="consent")
    Guide.objects.filter(pk=guide.pk).update(ends_on=days_ago(-20))
    found = {row.name: row for row in due.everything() if row.kind == "notice"}
    assert found["services.service", service.pk].when == "week"
    assert found["strategy.guide", guide.pk].when == "month"


@pytest.mark.parametrize("slug", ["h-999", "h-101", "h-111", "h-samaritans", "h-shout"])
def test_emergency_and_crisis_lines_are_never_rung(slug):
    phone = Phone.objects.get(slug=slug)
    assert way_of(phone) == Way.PAGE
    # Not even if an officer said so before the rule.
    WayToCheck.objects.create(phone=phone, way=Way.LINE, said_by="anna")
    assert way_of(Phone.objects.get(pk=phone.pk)) == Way.PAGE


def test_a_line_that_answers_day_and_night_is_not_rung_and_others_are():
    always = make_phone(bank_holidays="round-the-clock")
    always.schedules.create(byday="MO,TU,WE,TH,FR,SA,SU", opens_at="00:00", closes_at="00:00")
    assert way_of(Phone.objects.get(pk=always.pk)) == Way.PAGE
    plain = make_phone()
    assert way_of(plain) == Way.LINE
    WayToCheck.objects.create(phone=plain, way=Way.OFFICE, contact="Their office", said_by="anna")
    assert way_of(Phone.objects.get(pk=plain.pk)) == Way.OFFICE


def test_taking_a_line_keeps_others_off_it_for_two_hours(anna, berta):
    phone = make_phone()
    press(anna, f"take number:contacts.phone:{phone.pk}")
    page = Page(berta.get(f"{WORKLIST}?kind=number"))
    assert "anna has it until" in page.text
    refused = press(berta, f"take number:contacts.phone:{phone.pk}")
    assert refused.status_code == 400
    assert "anna is checking" in refused.content.decode()
    refused = press(berta, "confirm", phone, how="told", source="Their letter")
    assert refused.status_code == 400
    assert not phone.verifications.exists()
    Claim.objects.update(until=timezone.now() - timedelta(seconds=1))
    press(berta, f"take number:contacts.phone:{phone.pk}")
    assert Claim.objects.get().officer_name == "berta"
    press(anna, f"leave number:contacts.phone:{phone.pk}")
    assert Claim.objects.exists()  # It is not anna's any more.
    press(berta, f"leave number:contacts.phone:{phone.pk}")
    assert not Claim.objects.exists()


def test_ten_numbers_confirmed_from_one_page_take_one_press(anna):
    phones = [make_phone() for _ in range(10)]
    answer = press(anna, "confirm", *phones, how="published-sources", source="The council's list")
    assert "Still correct: 10" in Page(answer).text
    for phone in phones:
        (row,) = phone.verifications.all()
        assert row.method == "published-sources"
        assert row.confirmed == "The council's list"
        assert row.verified_on == timezone.localdate()
        assert row.role == "editors"
        assert versions.of_record(Phone, phone.pk).first().why == confirming.WHY


def test_a_second_press_confirms_nothing_twice(anna):
    phone = make_phone()
    values = form_values(Page(anna.get(WORKLIST))) | {
        "do": "confirm",
        "tick": [f"number:contacts.phone:{phone.pk}"],
        "how": "told",
        "source": "Their letter",
    }
    for _ in range(2):
        assert anna.post(WORKLIST, values).status_code == 302
    assert phone.verifications.count() == 1


def test_undo_makes_what_was_confirmed_due_as_before_and_rewrites_nothing(anna):
    phone, service = make_phone(), make_service()
    guide, statistic = Guide.objects.get(slug="consent"), Statistic.objects.first()
    Guide.objects.filter(pk=guide.pk).update(reviewed_on=days_ago(400))
    check(phone, 100)
    rows = [phone, service, guide, statistic]
    before = [due_of(row).on for row in rows]
    press(anna, "confirm", *rows, how="told", source="Their letter")
    assert all(due_of(row).on > timezone.localdate() for row in rows)
    stored = list(Verification.objects.order_by("pk").values())
    undo = Page(anna.get(WORKLIST)).one("form", class_="undo")
    for _ in range(2):
        anna.post(undo.get("action"))
    assert [due_of(row).on for row in rows] == before
    assert list(Verification.objects.order_by("pk").values())[: len(stored)] == stored
    assert Phone.objects.get(pk=phone.pk).verification.verified_on == days_ago(100)


def test_undo_brings_back_readers_reports_and_the_owners_day(anna):
    phone = make_phone()
    Reported.objects.create(
        line=phone.slug, fault="wrong-number", week=presses.week_of(timezone.localdate()), count=3
    )
    Owner.objects.create(label="contacts.phone", key=phone.pk, due_on=days_ago(1))
    press(anna, "confirm", phone, how="told", source="x")
    assert Reported.objects.get().answered == 3
    assert Owner.objects.get().due_on is None
    anna.post(Page(anna.get(WORKLIST)).one("form", class_="undo").get("action"))
    assert Reported.objects.get().answered == 0
    assert Owner.objects.get().due_on == days_ago(1)
    assert "Readers said" in due_of(phone).why


def test_nobody_takes_back_what_another_officer_confirmed(anna, berta):
    phone = make_phone()
    press(anna, "confirm", phone, how="told", source="x")
    action = Page(anna.get(WORKLIST)).one("form", class_="undo").get("action")
    page = Page(berta.post(action, follow=True))
    assert "taken back already" in page.text
    assert phone.verifications.count() == 1


def test_a_service_and_its_notice_are_ticked_apart(anna):
    service = make_service(is_closed_for_now=True, notice_en="Closed.", notice_until=days_ago(-2))
    values = [row.value for row in due.everything() if row.name[1] == service.pk]
    (notice,) = [value for value in values if value.startswith("notice:")]
    form = form_values(Page(anna.get(WORKLIST)))
    how = {"do": "confirm", "tick": [notice], "how": "told", "source": "x"}
    assert anna.post(WORKLIST, form | how).status_code == 400
    assert not service.verifications.exists()
    press(anna, "confirm", service, how="told", source="x")
    assert service.verifications.count() == 1


def test_a_closure_without_a_last_day_is_asked_about():
    service = make_service(is_closed_for_now=True, notice_en="Closed.")
    assert "Ask when it opens again." in " ".join(
        row.why for row in due.everything() if row.name == ("services.service", service.pk)
    )


def test_a_day_before_the_last_check_confirms_nothing(anna):
    phone = make_phone()
    check(phone, 5)
    answer = press(
        anna, "confirm", phone, how="told", source="x", checked_on=days_ago(9).isoformat()
    )
    assert answer.status_code == 400
    assert "enter that day or a later one" in Page(answer).text
    assert phone.verifications.count() == 1


def test_what_was_changed_since_the_list_was_opened_is_looked_at_first(anna):
    phone = make_phone()
    values = form_values(Page(anna.get(WORKLIST)))
    with recording():
        phone.display = "01384 000 999"
        phone.save()
    values |= {"do": "confirm", "tick": [due_of(phone).value], "how": "told", "source": "x"}
    answer = anna.post(WORKLIST, values)
    assert answer.status_code == 400
    assert "has been changed since you opened this list" in Page(answer).text
    assert not phone.verifications.exists()


def test_undo_leaves_alone_what_somebody_checked_since(anna):
    guide = Guide.objects.get(slug="consent")
    press(anna, "confirm", guide, how="told", source="Their letter")
    batch = Confirmation.objects.get().batch
    Guide.objects.filter(pk=guide.pk).update(reviewed_on=days_ago(-1))
    confirming.take_back(batch, User.objects.get(username="anna"))
    assert Guide.objects.get(pk=guide.pk).reviewed_on == days_ago(-1)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"how": "guessed", "source": "x"}, "Say how it was checked."),
        ({"how": "told", "source": " "}, "Say where you read it, or who told you."),
        ({"how": "told", "source": "x", "checked_on": "2999-01-01"}, "This date is in the future."),
        ({"how": "told", "source": "x", "checked_on": "yesterday"}, "Enter a date such as"),
        ({"how": "told", "source": "<b>x</b>"}, "Take out"),
    ],
)
def test_a_refusal_saves_nothing_and_keeps_what_was_typed(anna, typed, words):
    phone, guide = make_phone(), Guide.objects.get(slug="consent")
    before = guide.reviewed_on
    answer = press(anna, "confirm", guide, phone, **typed)
    assert answer.status_code == 400
    page = Page(answer)
    assert words in page.text
    assert page.faults == []
    kept = form_values(page)
    assert kept["source"] == typed["source"]
    assert set(kept["tick"]) == {
        f"number:contacts.phone:{phone.pk}",
        f"guide:strategy.guide:{guide.pk}",
    }
    assert not Confirmation.objects.exists()
    assert not phone.verifications.exists()
    assert Guide.objects.get(pk=guide.pk).reviewed_on == before


def test_nobody_can_say_that_they_rang_an_emergency_line(anna):
    answer = press(anna, "confirm", Phone.objects.get(slug="h-101"), how="rang")
    assert answer.status_code == 400
    assert ways.NOT_RUNG in Page(answer).text


@pytest.mark.parametrize("do", ["", "publish", "confirm", "take number:contacts.phone:0", "own x"])
def test_a_forged_or_empty_press_does_nothing(anna, do):
    answer = press(anna, do, how="told", source="x")
    assert answer.status_code == 400
    assert not Confirmation.objects.exists()
    assert not Claim.objects.exists()


def test_a_number_deleted_meanwhile_is_said_and_the_others_are_done(anna):
    phone, lost = make_phone(), make_phone()
    values = form_values(Page(anna.get(WORKLIST)))
    lost_value = f"number:contacts.phone:{lost.pk}"
    lost.delete()
    values |= {"do": "confirm", "tick": [lost_value, f"number:contacts.phone:{phone.pk}"]}
    page = Page(anna.post(WORKLIST, values | {"how": "told", "source": "x"}, follow=True))
    assert "No longer on the list: 1" in page.text
    assert phone.verifications.count() == 1


def test_records_have_an_owner_and_those_of_somebody_who_left_are_a_list(anna):
    phone, service = make_phone(), make_service()
    carla = User.objects.create_user("carla", is_staff=True)
    press(anna, "own", phone, owner=f"officer:{carla.pk}")
    press(anna, "own", service, owner="role:Editors")
    assert "carla" in Page(anna.get(f"{WORKLIST}?kind=number")).text
    mine = Page(anna.get(f"{WORKLIST}?owner=mine")).text
    assert service.name in mine
    assert phone.name not in mine
    assert phone.name not in Page(anna.get(f"{WORKLIST}?owner=left")).text
    carla.delete()
    left = Page(anna.get(f"{WORKLIST}?owner=left")).text
    assert phone.name in left
    assert service.name not in left
    assert "carla (no longer here)" in left
    refused = press(anna, "own", phone, owner=f"officer:{carla.pk or 999999}")
    assert refused.status_code == 400
    assert Owner.objects.get(label="contacts.phone").officer_name == "carla"


def test_an_earlier_day_of_the_owner_counts(anna):
    phone = make_phone()
    check(phone, 1)
    press(anna, "own", phone, url=f"{WORKLIST}?kind=number", due_on=days_ago(-3).isoformat())
    assert due_of(phone).on == days_ago(-3)
    refused = press(anna, "own", phone, due_on=days_ago(1).isoformat())
    assert refused.status_code == 400
    # Once it is checked, that day is met.
    press(anna, "confirm", phone, url=f"{WORKLIST}?kind=number", how="told", source="x")
    assert due_of(phone).on == days_ago(-90)


def test_a_day_is_met_by_a_check_in_the_numbers_own_form_too(anna):
    phone = make_phone()
    Owner.objects.create(label="contacts.phone", key=phone.pk, due_on=days_ago(2))
    assert due_of(phone).on == days_ago(2)
    check(phone, 0)
    assert due_of(phone).on == days_ago(-90)


def test_a_day_alone_leaves_the_owner_as_it_is_and_nobody_takes_it_away(anna):
    phone = make_phone()
    press(anna, "own", phone, owner="role:Editors")
    press(anna, "own", phone, owner="keep", due_on=days_ago(-3).isoformat())
    row = Owner.objects.get()
    assert (row.role, row.due_on) == ("Editors", days_ago(-3))
    press(anna, "own", phone, owner="")
    assert phone.name in Page(anna.get(f"{WORKLIST}?owner=nobody")).text


def test_an_earlier_day_can_be_cleared_and_the_log_keeps_who_did(anna):
    phone = make_phone()
    press(anna, "own", phone, owner="keep", due_on=days_ago(-3).isoformat())
    refused = press(
        anna, "own", phone, owner="keep", due_on=days_ago(-4).isoformat(), clear_due_on="on"
    )
    assert refused.status_code == 400
    assert "not both" in refused.content.decode()
    press(anna, "own", phone, owner="keep", clear_due_on="on")
    assert Owner.objects.get().due_on is None
    press(anna, "own", phone, owner="keep")  # Nothing changes, so nothing is noted.
    page = Page(anna.get("/admin/changes/", {"kind": "owners", "who": "anna"}))
    assert "none. " not in page.main
    assert page.main.count("Check it by:") == 2
    assert str(phone.name) in page.main


def test_of_two_lines_of_which_one_is_taken_neither_is_taken(anna, berta):
    free, taken = make_phone(), make_phone()
    press(berta, "take", taken)
    refused = press(anna, "take", free, taken)
    assert refused.status_code == 400
    assert [claim.officer_name for claim in Claim.objects.all()] == ["berta"]


def test_what_cannot_all_be_confirmed_is_not_confirmed_at_all(anna):
    phone, user = make_phone(), User.objects.get(username="anna")
    names = [("contacts.phone", phone.pk), ("strategy.guide", 999_999)]
    with recording(user), pytest.raises(ValidationError):
        confirming.confirm(names, user, "told", "x", timezone.localdate(), uuid4())
    assert not phone.verifications.exists()


def test_a_number_in_doubt_is_not_confirmed_from_the_list(anna):
    phone = make_phone()
    Doubt.objects.create(phone=phone, why="Nobody answered on two days.")
    answer = press(anna, "confirm", phone, how="told", source="x")
    assert answer.status_code == 400
    assert not phone.verifications.exists()


def test_a_doubted_number_comes_first_and_the_first_page_is_red(anna):
    phone = make_phone()
    check(phone, 1)
    Doubt.objects.create(phone=phone, why="Nobody answered on two days.")
    assert due.everything()[0].record.key == phone.pk
    page = Page(anna.get("/admin/"))
    (need,) = list(page.all("section", class_="pressing"))
    assert str(phone) in "".join(need.itertext())


def reported(line, count, fault="no-answer"):
    week = presses.week_of(timezone.localdate())
    row, _is_new = Reported.objects.get_or_create(line=line, fault=fault, week=week)
    row.count += count
    row.save()


def test_three_readers_of_one_kind_put_a_line_on_the_list_until_it_is_checked(anna):
    phone, service = make_phone(), make_service()
    check(phone, 1)
    reported(phone.slug, 2)
    reported(phone.slug, 2, "closed")
    assert due_of(phone).when == "quarter"
    reported(phone.slug, 1)
    reported(service.line, 3, "not-for-me")
    assert due_of(phone).on == timezone.localdate()
    assert "Nobody answered”: 3 in week" in due_of(phone).why
    assert "It is not for me”: 3" in due_of(service).why
    press(anna, "confirm", phone, service, how="told", source="Their letter")
    assert due_of(phone).on > timezone.localdate()
    # Two more are not three.
    reported(phone.slug, 2)
    assert due_of(phone).on > timezone.localdate()
    reported(phone.slug, 1)
    assert due_of(phone).on == timezone.localdate()


def test_a_link_that_failed_is_on_the_list():
    service = make_service(website="https://gone.example/")
    LinkCheck.objects.create(
        address=service.website,
        host="gone.example",
        result="not-found",
        detail="No such page.",
        checked_at=timezone.now(),
        failures=1,
    )
    (row,) = [row for row in due.everything() if row.kind == "link"]
    assert (row.record.name, row.url) == (service.website, "/admin/checking/links/")


def test_the_first_page_counts_what_is_due(anna):
    page = Page(anna.get("/admin/"))
    assert "Figures: " in page.text
    assert f"{WORKLIST}?kind=statistic" in {a.get("href") for a in page.all("a")}


def test_officers_without_the_right_cannot_see_it(client):
    user = User.objects.create_user("nobody", is_staff=True)
    client.force_login(user)
    for url in (WORKLIST, f"{WORKLIST}week/", f"{WORKLIST}calendar.ics"):
        assert client.get(url).status_code == 403
    assert client.post(WORKLIST, {"do": "confirm"}).status_code == 403


def test_the_printed_week_has_the_calls_and_no_more(anna):
    phone = make_phone()
    page = Page(anna.get(reverse("checking:week")))
    assert page.faults == []
    assert str(phone) in page.text
    assert Guide.objects.first().name not in page.text


def test_the_calendar_is_neutral(anna):
    make_phone()
    answer = anna.get(reverse("checking:calendar"))
    body = answer.content.decode()
    assert body.startswith("BEGIN:VCALENDAR\r\n")
    assert body.endswith("END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in body.split("\r\n"))
    assert f"DTSTART;VALUE=DATE:{timezone.localdate():%Y%m%d}" in body
    for word in ("abuse", "sexual", "number", "call", "help"):
        assert word not in body.casefold()


def test_only_a_system_with_the_token_is_told(settings):
    make_phone()
    ask = Client()
    assert ask.get("/healthz/checks").status_code == 404
    settings.CHECKS_TOKEN = "a-long-token"
    assert ask.get("/healthz/checks").status_code == 404
    wrong = ask.get("/healthz/checks", headers={"Authorization": "Bearer a-long-tokem"})
    assert wrong.status_code == 404
    told = ask.get("/healthz/checks", headers={"Authorization": "Bearer a-long-token"})
    answer = json.loads(told.content)
    assert answer["counts"]["overdue"] > 0
    assert {row["kind"] for row in answer["due"]} <= set(due.KINDS)
    assert date.fromisoformat(answer["due"][0]["on"])
