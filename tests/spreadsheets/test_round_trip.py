"""Out and back: what a list shows is in the file, and a file is taken as the forms would."""

from datetime import date

import pytest

from contacts.models import Phone, Verification
from helphub.dashboard.models import OpenQuestion
from helphub.history import snapshots
from helphub.history.models import Version
from helphub.history.recording import recording
from helphub.spreadsheets.models import Upload
from helphub.spreadsheets.tables import BOOKS, TABLES
from services.models import Audience, Service
from tests.support import factories
from tests.support.places import PUBLIC, place
from tests.support.spreadsheets import (
    add,
    as_csv,
    exported,
    exported_csv,
    faults,
    headings,
    put,
    row_of,
    send,
    take,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SERVICES, NUMBERS = "services.service", "contacts.phone"
MADE = "?q=made"  # Those of the factories.
# What a spreadsheet program would take for a formula, a number or a day.
TRICKY = ["=1+1", "+44 (0)20", "- a list", "@home", "'=1", "''-x", "007", "1-2", "1E5", "a\nb"]


@pytest.fixture
def service():
    """A service that no fixture knows, with a version."""
    with recording():
        return factories.make_service(phones=[factories.make_phone()])


def versions_of(record):
    return Version.objects.filter(label=record._meta.label_lower, key=record.pk)


def test_no_two_columns_of_a_sheet_have_one_heading():
    for table in TABLES:
        assert len(set(table.headings)) == len(table.headings)


@pytest.mark.parametrize("label", list(BOOKS))
def test_a_file_that_nobody_changed_changes_nothing(admin, label):
    page = send(admin, label, exported(admin, label))
    assert not faults(page)
    assert "There is nothing to save from this file" in page.main


def test_a_text_comes_back_as_it_left(admin):
    with recording():
        for number, words in enumerate(TRICKY):
            OpenQuestion.objects.create(slug=f"tricky-{number}", words="?", answer=words)
    label = "dashboard.openquestion"
    book = exported(admin, label)
    sheet = book["Open questions"]
    cells = [
        sheet.cell(row_of(sheet, f"tricky-{number}"), headings(sheet)["Answer"])
        for number, _ in enumerate(TRICKY)
    ]
    assert [cell.value for cell in cells] == TRICKY
    assert {(cell.number_format, cell.data_type) for cell in cells} == {("@", "s")}
    assert "nothing to save" in send(admin, label, book).main
    rows = exported_csv(admin, label, "open-questions")
    assert not any(row["Answer"].startswith(("=", "+", "-", "@")) for row in rows)
    assert "nothing to save" in send(admin, label, as_csv(rows).encode(), "q.csv").main


def test_the_export_has_what_the_list_shows(admin, service):
    sheet = exported(admin, SERVICES, f"?q={service.slug}")["Services"]
    assert [cell.value for cell in sheet["A"]][1:] == [service.slug]
    hidden = exported(admin, SERVICES, "?is_published__exact=0")["Services"]
    assert service.slug not in [cell.value for cell in hidden["A"]]
    assert admin.get(f"/admin/spreadsheets/{SERVICES}/export/xlsx/?nonsense=1").status_code == 302


def test_a_change_is_shown_word_by_word_and_saved_with_a_version(admin, service):
    book = exported(admin, SERVICES, MADE)
    audience = Audience.objects.first()
    put(
        book["Services"],
        service.slug,
        Summary="Someone will listen for an hour.",
        Who_it_is_for=audience.slug,
        Minimum_age=13,
    )
    page = send(admin, SERVICES, book)
    assert "Removed: as long as you need. (end)" in page.main
    assert "Added: an hour. (end)" in page.main
    service.refresh_from_db()
    assert service.minimum_age is None
    page = take(admin, page)
    assert "1 saved from list.xlsx" in page.main
    service.refresh_from_db()
    assert service.summary_en == "Someone will listen for an hour."
    assert (service.minimum_age, list(service.audiences.all())) == (13, [audience])
    newest = versions_of(service).first()
    assert (newest.officer, newest.why) == ("officer", "From a spreadsheet")
    assert newest.fingerprint == snapshots.read_one(Service, service.pk).fingerprint
    assert Upload.objects.get().sealed == ""


def test_a_day_comes_back_from_a_csv_file_as_excel_in_britain_saves_it(admin, service):
    with recording():
        service.reviewed_on = date(2026, 12, 3)
        service.save()
    rows = exported_csv(admin, SERVICES, "services", MADE)
    (row,) = [row for row in rows if row["Last checked on"] == "3 December 2026"]
    row["Last checked on"] = "03-Dec-26"
    assert "nothing to save" in send(admin, SERVICES, as_csv(rows).encode(), "s.csv").main
    row["Last checked on"] = "04-Dec-26"
    take(admin, send(admin, SERVICES, as_csv(rows).encode(), "s.csv"))
    service.refresh_from_db()
    assert service.reviewed_on == date(2026, 12, 4)


def test_the_same_file_twice_changes_nothing(admin, service):
    book = exported(admin, SERVICES, MADE)
    put(book["Services"], service.slug, What_to_expect="• one\n• two", Name_in_texts="h-other")
    add(
        book["Checks of services"],
        Service=service.slug,
        Checked_on="1 December 2025",
        How="By ringing",
        Checked_by="communications",
        What_was_confirmed="All of it",
    )
    take(admin, send(admin, SERVICES, book))
    saved = versions_of(service).count()
    page = send(admin, SERVICES, book)
    assert "nothing to save" in page.main
    assert versions_of(service).count() == saved
    assert service.verifications.count() == 1


def test_columns_may_be_missing_or_in_another_order(admin, service):
    rows = exported_csv(admin, SERVICES, "services")
    wanted = ["Version", "Summary", "Short name in the web address"]
    rows = [{name: row[name] for name in wanted} for row in rows]
    for row in rows:
        if row["Short name in the web address"] == service.slug:
            row["Summary"] = "Other words."
    page = take(admin, send(admin, SERVICES, as_csv(rows, ";").encode("utf-8-sig"), "s.csv"))
    assert "1 saved" in page.main
    service.refresh_from_db()
    assert service.summary_en == "Other words."


def test_rows_within_a_form_are_changed_and_added(admin, service):
    with recording():
        schedule = factories.make_schedule(service.phones.get())
        place(service.line, **PUBLIC).save()
    book = exported(admin, SERVICES, MADE)
    put(book["Opening hours"], service.phones.get().slug, Opens="10am", Closes="5.30pm")
    put(book["Places"], service.slug, Name_of_the_place="The Corner House")
    add(
        book["Places"],
        Service=service.slug,
        Address="Given on booking: only the town is stored",
        Town="sedgley",
    )
    add(
        book["Opening hours"],
        Number=service.phones.get().slug,
        Days="SA",
        Opens="10:00",
        Closes="12:00",
    )
    page = take(admin, send(admin, SERVICES, book))
    assert "2 saved" in page.main
    schedule.refresh_from_db()
    assert f"{schedule}" == "Mon, Tue, Wed, Thu, Fri, 10:00 to 17:30"
    assert service.phones.get().schedules.count() == 2
    assert [row.name for row in service.locations.order_by("position")] == ["The Corner House", ""]


def test_a_new_record_is_added_with_its_rows(admin):
    organization = factories.make_organization()
    book = exported(admin, NUMBERS, MADE)
    add(
        book["Numbers"],
        Name_for_use_in_text="h-new-line",
        Name_of_the_line="A new line",
        Organisation=organization.slug,
        What_it_is_for="Somebody to talk to.",
        Kind="Call",
        Digits_to_dial="01384000777",
        Number_as_shown="01384 000777",
        Part_of_the_contact_page="In Dudley",
    )
    add(book["Opening hours"], Number="h-new-line", Days="MO", Opens="09:00", Closes="17:00")
    page = send(admin, NUMBERS, book)
    assert not faults(page)
    take(admin, page)
    phone = Phone.objects.get(slug="h-new-line")
    assert not phone.is_published
    assert phone.schedules.get().byday == "MO"
    assert versions_of(phone).get().why == "From a spreadsheet"
    assert "nothing to save" in send(admin, NUMBERS, book).main


def test_other_digits_leave_a_note_to_check_them(admin, service):
    phone = service.phones.get()
    factories.make_verification(phone)
    book = exported(admin, NUMBERS, MADE)
    put(
        book["Numbers"],
        phone.slug,
        Digits_to_dial="01384000778",
        Number_as_shown="01384 000778",
    )
    page = take(admin, send(admin, NUMBERS, book))
    assert "ring the new number" in page.main
    assert Phone.objects.get(pk=phone.pk).verification is None
    assert Verification.objects.filter(phone=phone).count() == 1
