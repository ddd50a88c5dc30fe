"""A file passes the same rules as the forms: conflicts, second persons, rights, secret places."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from contacts.models import Phone
from helphub.approvals.models import NumberProposal
from helphub.history.models import Version
from helphub.history.recording import recording
from helphub.spreadsheets import models as uploads
from helphub.spreadsheets.models import Upload
from services.models import Service
from tests.support import factories
from tests.support.officers import officer_named
from tests.support.places import CANARY, PUBLIC, place
from tests.support.reader import Page
from tests.support.spreadsheets import add, exported, faults, put, send, take

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SERVICES, NUMBERS = "services.service", "contacts.phone"
MADE, SPOC = "?q=made", "?q=h-spoc"


@pytest.fixture
def service():
    with recording():
        return factories.make_service(phones=[factories.make_phone()])


def change(service, **fields):
    with recording():
        row = Service.objects.get(pk=service.pk)
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()


def test_a_row_changed_here_since_is_a_conflict_shown_with_both(admin, service):
    book = exported(admin, SERVICES, MADE)
    put(book["Services"], service.slug, Summary="From the file.", Minimum_age=9)
    change(service, summary_en="From a colleague.")
    page = send(admin, SERVICES, book)
    assert "Changed here too" in page.main
    assert "Here now: From a colleague." in page.main
    assert "In the file: From the file." in page.main
    done = take(admin, page)
    assert "Left as they are here" in done.main
    service.refresh_from_db()
    assert (service.summary_en, service.minimum_age) == ("From a colleague.", None)
    page = send(admin, SERVICES, book)
    use = page.one("input", type_="checkbox").get("value")
    take(admin, page, use=[use])
    service.refresh_from_db()
    assert (service.summary_en, service.minimum_age) == ("From the file.", 9)


def test_a_change_here_that_the_file_does_not_show_is_no_conflict(admin, service):
    book = exported(admin, SERVICES, MADE)
    put(book["Services"], service.slug, Minimum_age=9)
    change(service, summary_pl="Po polsku.")
    take(admin, send(admin, SERVICES, book))
    service.refresh_from_db()
    assert (service.summary_pl, service.minimum_age) == ("Po polsku.", 9)


def test_a_row_left_alone_in_the_file_undoes_nothing(admin, service):
    book = exported(admin, SERVICES, MADE)
    change(service, summary_en="From a colleague.")
    assert "nothing to save" in send(admin, SERVICES, book).main


def test_a_save_between_preview_and_import_shows_the_page_again(admin, service):
    book = exported(admin, SERVICES, MADE)
    put(book["Services"], service.slug, Minimum_age=9)
    page = send(admin, SERVICES, book)
    change(service, summary_en="From a colleague.")
    page = take(admin, page)
    assert page.response.status_code == 400
    assert "Something has changed here" in page.main
    service.refresh_from_db()
    assert service.minimum_age is None


def test_critical_digits_become_a_proposal(admin, service):
    with recording():
        phone = Phone.objects.get(role=Phone.Role.SPOC)
    book = exported(admin, NUMBERS, SPOC)
    put(
        book["Numbers"],
        phone.slug,
        Digits_to_dial="01384000780",
        Number_as_shown="01384 000780",
        What_it_is_for="One number for Dudley.",
    )
    page = send(admin, NUMBERS, book)
    assert "Critical numbers, for a second person" in page.main
    page = take(admin, page)
    assert "Say where the number comes from" in page.main
    assert not NumberProposal.objects.exists()
    page = take(admin, page, **{f"source-{phone.pk}": "The council’s letter of today"})
    proposal = NumberProposal.objects.get()
    assert (proposal.dial, proposal.why) == ("01384000780", "From a spreadsheet")
    assert (proposal.proposed_by, proposal.source) == ("officer", "The council’s letter of today")
    assert proposal.get_absolute_url() in page.internal_links
    stored = Phone.objects.get(pk=phone.pk)
    assert (stored.dial, stored.purpose_en) == (phone.dial, "One number for Dudley.")
    assert "nothing to save" in send(admin, NUMBERS, book).main


def test_digits_of_a_critical_number_need_the_address_that_asks_who_you_are(admin):
    phone = Phone.objects.get(role=Phone.Role.SPOC)
    book = exported(admin, NUMBERS, SPOC)
    put(book["Numbers"], phone.slug, Digits_to_dial="01384000780", Number_as_shown="01384 000780")
    page = send(admin, NUMBERS, book)
    form = page.one("form", id="take")
    assert form.get("action").endswith("/propose/")
    typed = {
        f"source-{phone.pk}": "A letter",
        "mark": form.find("input[@name='mark']").get("value"),
    }
    admin.post(form.get("action").replace("/propose/", "/take/"), typed)
    assert not NumberProposal.objects.exists()


def test_the_kind_of_a_critical_number_and_its_hiding_are_refused(admin):
    phone = Phone.objects.get(role=Phone.Role.SPOC)
    book = exported(admin, NUMBERS, SPOC)
    put(book["Numbers"], phone.slug, Kind="Text", Visible_to_readers="no")
    said = " ".join(faults(send(admin, NUMBERS, book)))
    assert "a second person must approve it" in said
    assert "A critical number cannot be hidden" in said


def test_secret_places_are_neither_exported_nor_taken(admin, service):
    with recording():
        place(service.line, **PUBLIC).save()
    assert CANARY in str(exported(admin, SERVICES, MADE)["Places"]["E2"].value)
    # However such a place got there, it does not leave.
    change(service, summary_en="A refuge for anyone.")
    book = exported(admin, SERVICES, MADE)
    assert service.slug not in [cell.value for cell in book["Places"]["A"]]
    with recording():
        service.locations.all().delete()
    change(service, is_secret_place=True)
    add(
        book["Places"],
        Service=service.slug,
        Address="Given on booking: only the town is stored",
        Town="sedgley",
    )
    assert "secret" in " ".join(faults(send(admin, SERVICES, book)))
    assert not service.locations.exists()
    book = exported(admin, NUMBERS, MADE)
    line = service.phones.get().slug
    put(book["Numbers"], line, What_happens_when_you_ring="Come to 1 Zephyrine Street.")
    (said,) = faults(send(admin, NUMBERS, book))
    assert "hides its address from readers" in said


def test_editors_may_and_others_may_not(admin, service):
    book = exported(admin, SERVICES, MADE)
    put(book["Services"], service.slug, Minimum_age=9)
    editor = officer_named("editor", "Editors")
    assert "1 saved" in take(editor, send(editor, SERVICES, book)).main
    assert Version.objects.filter(key=service.pk).first().officer == "editor"
    for role in ("Translators", "User administrators"):
        other = officer_named(role, role)
        for address in ("", f"{SERVICES}/", f"{SERVICES}/export/xlsx/"):
            assert other.get(f"/admin/spreadsheets/{address}").status_code == 403
    group = Group.objects.create(name="Onlookers")
    group.permissions.set(Permission.objects.filter(codename="view_service"))
    onlooker = officer_named("onlooker", "Onlookers")
    page = Page(onlooker.get(f"/admin/spreadsheets/{SERVICES}/"))
    assert "Import" not in page.main
    assert exported(onlooker, SERVICES, MADE).sheetnames == ["Services", "How to"]
    assert send(onlooker, SERVICES, book).response.status_code == 403


def test_rows_that_a_role_may_not_add_are_refused(admin, service):
    group = Group.objects.create(name="Half an editor")
    names = ["view_service", "change_service", "view_serviceverification"]
    group.permissions.set(Permission.objects.filter(codename__in=names))
    half = officer_named("half", "Half an editor")
    book = exported(half, SERVICES, MADE)
    add(book["Checks of services"], Service=service.slug, Checked_by="us")
    assert "You may not add rows" in " ".join(faults(send(half, SERVICES, book)))


def test_what_was_sent_is_the_officers_own_encrypted_and_forgotten(admin, service, later):
    book = exported(admin, SERVICES, MADE)
    put(book["Services"], service.slug, Summary="Between us.")
    page = send(admin, SERVICES, book)
    upload = Upload.objects.get()
    assert "Between us" not in upload.sealed
    address = f"/admin/spreadsheets/sent/{upload.key}/"
    assert page.response.redirect_chain[-1][0] == address
    other = officer_named("other", "Publishers")
    for path in ("", "take/", "forget/", "result/"):
        send_it = other.post if path in ("take/", "forget/") else other.get
        assert send_it(address + path).status_code == 404
    admin.post(f"{address}forget/")
    assert not Upload.objects.exists()
    send(admin, SERVICES, book)
    later(days=1, minutes=1)
    uploads.forget_old()
    assert not Upload.objects.exists()


def test_a_file_is_taken_once(admin, service):
    book = exported(admin, SERVICES, MADE)
    put(book["Services"], service.slug, Minimum_age=9)
    page = send(admin, SERVICES, book)
    take(admin, page)
    count = Version.objects.count()
    assert "1 saved" in take(admin, page).main
    assert Version.objects.count() == count
    assert Upload.objects.get().taken_at <= timezone.now()


def test_a_fault_while_saving_saves_nothing(admin, service):
    with recording():
        other = factories.make_service()
    book = exported(admin, SERVICES, MADE)
    put(book["Services"], service.slug, Title_in_tabs_and_history="The same for both")
    put(book["Services"], other.slug, Title_in_tabs_and_history="The same for both")
    assert "already exists" in " ".join(faults(send(admin, SERVICES, book)))
    put(book["Services"], other.slug, Title_in_tabs_and_history="Another title")
    page = send(admin, SERVICES, book)
    with recording():
        factories.make_service(title="Another title")
    before = Version.objects.count()
    page = take(admin, page)
    assert "already exists" in " ".join(faults(page))
    assert Version.objects.count() == before
    service.refresh_from_db()
    assert service.title != "The same for both"
