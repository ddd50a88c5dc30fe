"""What a file may not say, and how officers are told: all of it at once, and nothing is saved."""

from datetime import date, datetime, time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from helphub.history.models import Version
from helphub.history.recording import recording
from helphub.spreadsheets import reading
from helphub.spreadsheets.models import Upload
from services.models import Service
from tests.support import factories
from tests.support.reader import Page
from tests.support.spreadsheets import (
    add,
    as_bytes,
    as_csv,
    error,
    exported,
    exported_csv,
    faults,
    headings,
    put,
    row_of,
    send,
    take,
    workbook,
)

pytestmark = pytest.mark.django_db
SERVICES, NUMBERS = "services.service", "contacts.phone"
MADE = "?q=made"  # Those of the factories.
FIRST = ["Short name in the web address", "Summary", "Version"]


@pytest.fixture
def services():
    with recording():
        return [factories.make_service(phones=[factories.make_phone()]) for _ in range(3)]


def only(said, *words):
    """The one fault that says all these words."""
    (found,) = [fault for fault in said if all(word in fault for word in words)]
    return found


def test_every_fault_is_named_at_once_with_its_row_and_column(admin, services):
    one, two, three = services
    before = Version.objects.count()
    book = exported(admin, SERVICES, MADE)
    sheet = book["Services"]
    row = put(
        sheet,
        one.slug,
        Summary="Ring 01384 455411.",
        In_British_Sign_Language="perhaps",
        Part_of_the_list_of_services="Nowhere",
        Who_it_is_for="men, martians",
        Minimum_age="ten",
        Notice_until="13/13/2026",
        Title_in_tabs_and_history="Rape support",
    )
    put(sheet, two.slug, Organisation="", Heading="=A1", Email="nobody")
    three_row = put(sheet, three.slug, Summary="Quite right.", Maximum_age=4, Minimum_age=9)
    add(book["Places"], Service=one.slug, Town="sedgley", Address="Public: the address is shown")
    said = faults(send(admin, SERVICES, book))
    letter = sheet.cell(1, headings(sheet)["Summary"]).column_letter
    summary = f"Services, row {row}, “Summary” ({letter}{row})"
    assert only(said, "martians").startswith(f"Services, row {row}, “Who it is for”")
    assert only(said, "“perhaps”")
    assert only(said, "“Nowhere” is none of the choices", "In Dudley")
    assert only(said, "“Minimum age”", "whole number")
    assert only(said, "“Notice until”", "Write the day first")
    assert only(said, "formula")
    assert only(said, f"row {three_row}", "Swap the two")
    # The rules of the form have their say at once too.
    assert only(said, "“01384 455411”").startswith(summary)
    assert only(said, "“Rape”", "phone's history")
    assert only(said, "“Organisation”", "required")
    assert only(said, "“Email”", "valid email")
    assert only(said, "Places, row", "“Number and street”", "A public place needs this")
    assert len(said) == 13
    assert not Upload.objects.exists()
    assert Version.objects.count() == before


def test_what_excel_did_to_a_number_is_refused_with_what_to_do(admin, services):
    slugs = [service.phones.get().slug for service in services]
    book = exported(admin, NUMBERS, MADE)
    sheet = book["Numbers"]
    put(sheet, slugs[0], Digits_to_dial=2038664107, Number_as_shown="20 3866 4107")
    put(sheet, slugs[1], Digits_to_dial="4.42039E+11")
    put(sheet, slugs[2], Digits_to_dial="+442038664107", Number_as_shown="+44 20 3866 4107")
    said = faults(send(admin, NUMBERS, book))
    assert only(said, "shortened or changed", "every digit")
    put(sheet, slugs[1], Digits_to_dial="01384000779", Number_as_shown="01384 000779")
    said = faults(send(admin, NUMBERS, book))
    assert only(said, "“2038664107”", "must begin with 0. Write 02038664107")
    assert only(said, "“Digits to dial”", "dialled in Britain, “02038664107”")


def test_zeros_that_excel_took_from_a_csv_file_change_nothing(admin, services):
    phones = [service.phones.get() for service in services]
    rows = exported_csv(admin, NUMBERS, "numbers", MADE)
    for row in rows:
        row["Digits to dial"] = row["Digits to dial"].lstrip("0")
    page = send(admin, NUMBERS, as_csv(rows).encode(), "n.csv")
    assert f"took the 0 away from the start of {len(rows)} numbers." in page.text
    assert "nothing to save" in page.main
    # Another change in such a row is taken, and the digits stay.
    rows[0]["What it is for"] = "For anyone who wants to talk."
    slug = rows[0]["Name for use in text"]
    page = send(admin, NUMBERS, as_csv(rows).encode(), "n.csv")
    assert page.text.count("took the 0 away") == 1
    assert "Digits to dial" not in page.main
    assert "1 saved from" in take(admin, page).main
    (phone,) = [phone for phone in phones if phone.slug == slug]
    before = phone.dial
    phone.refresh_from_db()
    assert (phone.dial, phone.purpose_en) == (before, "For anyone who wants to talk.")
    # Digits that differ are never guessed at.
    rows[1]["Digits to dial"] += "9"
    assert only(faults(send(admin, NUMBERS, as_csv(rows).encode(), "n.csv")), "to dial")


def test_days_and_times_that_a_program_made_are_read_or_refused(admin, services):
    service = services[0]
    book = exported(admin, SERVICES, MADE)
    put(book["Services"], service.slug, Last_checked_on=date(2026, 11, 3))
    assert "3 November 2026" in send(admin, SERVICES, book).main
    put(book["Services"], service.slug, Summary=datetime(2026, 3, 12))
    put(book["Services"], services[1].slug, Last_checked_on=46329, Summary=time(9, 30))
    said = faults(send(admin, SERVICES, book))
    assert only(said, "“46329” is a number, not a day")
    assert only(said, "turned this into a day, “12 March 2026”")
    assert only(said, "This is a time")


def test_rows_that_cannot_be_told_apart_or_found_are_refused(admin, services):
    one, two, three = services
    book = exported(admin, SERVICES, MADE)
    sheet = book["Services"]
    for column, cell in enumerate(list(sheet[row_of(sheet, one.slug)]), 1):
        sheet.cell(sheet.max_row + (column == 1), column, cell.value)
    put(sheet, two.slug, Version=None, Summary="Mine.")
    row = row_of(sheet, three.slug)
    three.delete()
    add(sheet, Summary="Nobody's.")
    add(book["Checks of services"], Service="nowhere", Checked_by="us")
    said = faults(send(admin, SERVICES, book))
    assert only(said, "is in row", one.slug)
    assert only(said, "is here already", "does not say which version")
    assert only(said, f"Services, row {row}:", "is not here any more")
    assert only(said, "does not name its record")
    assert only(said, "“nowhere” is not here any more")


def test_the_same_new_row_twice_in_a_file_is_refused_with_both_rows(admin, services):
    service, other, _ = services
    book = exported(admin, SERVICES, MADE)
    sheet = book["Checks of services"]
    check = {"Checked_on": "1 December 2025", "How": "By ringing", "Checked_by": "communications"}
    check |= {"What_was_confirmed": "All of it"}
    first = add(sheet, Service=service.slug, **check)
    add(sheet, Service=other.slug, **check)
    add(sheet, Service=service.slug, **check | {"What_was_confirmed": "The website"})
    second = add(sheet, Service=service.slug, **check | {"Checked_on": date(2025, 12, 1)})
    (said,) = faults(send(admin, SERVICES, book))
    assert said.startswith(f"Checks of services, row {second}:")
    assert f"is in row {first} too. Keep one of them." in said
    sheet.delete_rows(second)
    assert "2 saved" in take(admin, send(admin, SERVICES, book)).main
    assert (service.verifications.count(), other.verifications.count()) == (2, 1)


def test_a_saved_check_and_printed_words_stay_as_they_are(admin, services):
    phone = services[0].phones.get()
    with recording():
        factories.make_verification(phone)
    book = exported(admin, NUMBERS, MADE)
    put(book["Checks of numbers"], phone.slug, Checked_by="somebody else")
    assert only(faults(send(admin, NUMBERS, book)), "A check that was saved stays as it is")
    book = exported(admin, "strategy.source")
    book["Sources"]["B2"] = "Words that nobody printed."
    assert only(faults(send(admin, "strategy.source", book)), "cannot be changed in a spreadsheet")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["Colour", "Size"], ["red", "9"]], ["not one of the tables", "“Version”"]),
        ([FIRST[:2], ["a", "b"]], ["The column “Version” is missing"]),
        ([[*FIRST, "Sumary"], ["a", "b", "", "c"]], ["“Sumary”", "Did you mean “Summary”?"]),
        ([[*FIRST, "Colour"], ["a", "b", "", "c"]], ["no column “Colour” here", "Delete it"]),
        ([[*FIRST, "Summary"], ["a", "b", "", "c"]], ["“Summary” is there twice"]),
        ([[*FIRST, None], ["a", "b", "", "c"]], ["This column has no heading"]),
    ],
)
def test_columns_of_something_else_are_named(admin, rows, words):
    title = "Sheet1" if words[0].startswith("not one") else "Services"
    said = " ".join(faults(send(admin, SERVICES, workbook(rows, title))))
    assert all(word in said for word in words), said


def locked():
    return reading.OLD_OFFICE + b"\0" * 600 + reading.LOCKED


FILES = {
    "empty.xlsx": (b"", "The file is empty"),
    "blank.xlsx": (as_bytes(workbook([])), "There are no rows"),
    "headings.xlsx": (as_bytes(workbook([FIRST])), "There are no rows"),
    "locked.xlsx": (locked(), "has a password"),
    "old.xlsx": (reading.OLD_OFFICE + b"\0" * 600, "old Excel file"),
    "renamed.xlsx": (b"a,b\n1,2\n", "is not an XLSX file"),
    "renamed.csv": (as_bytes(workbook([FIRST])), "ending .xlsx"),
    "list.ods": (b"PK", "Save it as .xlsx or as .csv"),
    "broken.xlsx": (as_bytes(workbook([FIRST]))[:900], "not a spreadsheet, or it is broken"),
    "latin.csv": ("Name,Café\nx,é\n".encode("latin-1"), "not in UTF-8"),
    "utf16.csv": ("Name,Café\n".encode("utf-16"), "not in UTF-8"),
    "quote.csv": (b'Name,Version\nx,"y\n', "a quotation mark is not closed"),
    "rows.csv": (b"Name,Version\n" + b"x,y\n" * 10_000, "At most 5,000"),
    "more.csv": (b"Name,Version\n" + b"x,y\n" * 5_001, "has 5,001 rows"),
    "big.csv": (b"x" * (reading.MOST_MB * 1024 * 1024 + 600_000), "the limit is 5 MB"),
}


@pytest.mark.parametrize("name", list(FILES))
def test_a_file_that_cannot_be_read_says_why(admin, name):
    data, words = FILES[name]
    response = admin.post(
        f"/admin/spreadsheets/{SERVICES}/", {"file": SimpleUploadedFile(name, data)}
    )
    assert response.status_code == 400
    assert words in error(Page(response))


def test_a_row_of_a_csv_file_with_too_many_cells_is_named(admin):
    data = ",".join(FIRST) + "\na,b,v-1,too much\n"
    said = faults(send(admin, SERVICES, data.encode(), "s.csv"))
    assert only(said, "row 2", "to the right of the last heading")


def test_merged_cells_are_named(admin):
    book = workbook([FIRST, ["a", "b", "v-1"]])
    book.active.merge_cells("B2:B3")
    assert "Services, B2:B3" in error(send(admin, SERVICES, book))


def test_a_first_day_that_needs_an_answer_is_left_to_the_form(admin, services):
    rows = exported_csv(admin, SERVICES, "services", f"?q={services[0].slug}")
    rows[0]["First day"] = "1 December 2099"
    said = faults(send(admin, SERVICES, as_csv(rows).encode(), "s.csv"))
    assert only(said, "they will lose it until", "in its own form")
    assert Service.objects.get(pk=services[0].pk).starts_on is None
