"""“Is this wrong?”: four buttons, thanks, and nothing kept but line, choice and week."""

import re

import pytest
from django.urls import reverse

from contacts.models import Phone
from helphub.content import clock
from services import presses, reporting, views
from services.models import Service
from tests.support.factories import make_phone, make_schedule, make_service
from tests.support.page_checks import assert_critical_numbers
from tests.support.reader import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings, tmp_path, monkeypatch):
    settings.REPORTS_DIR = tmp_path / "reports"
    monkeypatch.setattr(presses, "counts", presses._Counts())
    return settings.REPORTS_DIR


def kept(folder):
    path = folder / presses.FILE
    return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def phone(db):
    phone = make_phone()
    make_service([phone])
    return phone


def address(line, prefix=""):
    return f"{prefix}{reverse('services:wrong', args=[line.report_key])}"


def press(client, line, fault="closed"):
    return client.post(address(line), {"fault": fault})


# The page


def test_each_service_leads_to_a_page_for_its_number_or_for_itself(pages):
    emergency = Phone.objects.get(role="emergency").report_key
    for service in Service.objects.published().prefetch_related("phones"):
        links = {
            link
            for link in pages[service.get_absolute_url()].internal_links
            if link.startswith("/wrong/")
        }
        lines = service.phones.all() or [service]
        assert links == {address(line) for line in lines if line.report_key != emergency}
        for link in links:
            assert service.name in pages[link].main
            assert service.get_absolute_url() in pages[link].internal_links


def test_its_address_says_nothing_and_it_can_be_found_nowhere(client, pages):
    sitemap = client.get("/sitemap.xml").content.decode()
    for path in reporting.addresses():
        assert re.fullmatch(r"/wrong/[ns]\d+/", path)
        metas = {meta.get("name"): meta.get("content") for meta in pages[path].all("meta")}
        assert metas["robots"] == "noindex"
        assert path not in sitemap


def test_there_are_four_buttons_and_no_box(pages):
    for path in reporting.addresses():
        main = pages[path].one("main")
        forms = list(main.iter("form"))
        assert [form.get("method") for form in forms] == ["post"] * 4
        fields = [field for form in forms for field in form.iter("input", "textarea", "select")]
        assert {(field.get("type"), field.get("name")) for field in fields} == {("hidden", "fault")}
        assert [field.get("value") for field in fields] == presses.Fault.values


def test_it_says_what_not_to_expect(client, phone):
    page = Page(client.get(address(phone)))
    for words in (
        "Nobody reads this straight away, and nobody will call you back.",
        "We keep only which line it is, which button was pressed and the week.",
        "This is not for an emergency.",
    ):
        assert words in page.main
    assert_critical_numbers(page)


# A press


def test_a_press_is_thanked_and_keeps_only_line_choice_and_week(client, folder, phone):
    page = Page(press(client, phone, "no-answer"))
    assert "Thank you" in page.main
    week = presses.week_of(clock.today())
    assert kept(folder) == [f"{week} {phone.report_key:<10} no-answer".ljust(presses.LENGTH - 1)]
    assert not page.response.cookies
    assert page.response["Cache-Control"] == "no-store"


def test_the_thanks_show_other_numbers_to_ring(client, folder):
    other = make_phone(bank_holidays="round-the-clock")
    make_schedule(other, "MO,TU,WE,TH,FR,SA,SU", "00:00", "00:00")
    phone = make_phone(fallback=Phone.objects.get(pk=other.pk))
    make_service([phone])
    page = Page(press(client, phone))
    shown = {link.get("href") for link in page.one("main").iter("a")}
    assert shown >= {other.url, Phone.objects.get(role="spoc").url, "tel:999"}
    assert phone.url not in shown


def test_nobody_who_worries_about_their_own_behaviour_is_sent_to_lines_for_others(client, folder):
    phone = make_phone(section=Phone.Section.OWN_BEHAVIOUR)
    make_service([phone], is_own_behaviour=True)
    page = Page(press(client, phone))
    shown = [link.get("href") for link in page.one("main").iter("a") if "tel:" in link.get("href")]
    assert shown == ["tel:999"]


def test_the_local_number_is_not_offered_in_its_own_place(client, folder):
    spoc = Phone.objects.get(role="spoc")
    page = Page(press(client, spoc))
    shown = {link.get("href") for link in page.one("main").iter("a")}
    assert spoc.url not in shown
    assert "tel:999" in shown


@pytest.mark.parametrize("fault", ["", "rude", "<b>closed</b>", "closed\nclosed", "x" * 5000])
def test_a_choice_that_is_none_is_not_kept(client, folder, phone, fault):
    page = Page(press(client, phone, fault))
    assert "Nothing was kept." in page.main
    assert len(list(page.one("main").iter("form"))) == 4
    assert kept(folder) == []


@pytest.mark.parametrize(
    "key", ["n0", "n01", "n99999999", "x1", "s", "n1x", "n999999999999", "h-galop", "n1-1"]
)
def test_a_forged_line_is_not_found_and_not_kept(client, folder, key):
    for method in (client.get, client.post):
        page = Page(method(f"/wrong/{key}/", {"fault": "closed"}))
        assert page.response.status_code == 404
        assert_critical_numbers(page)
    assert kept(folder) == []


def test_a_line_that_readers_cannot_see_has_no_page_and_keeps_no_press(client, folder, phone):
    type(phone).objects.filter(pk=phone.pk).update(is_published=False)
    assert client.get(address(phone)).status_code == 404
    assert press(client, phone).status_code == 404
    Phone.objects.filter(pk=phone.pk).update(is_published=True)
    Service.objects.filter(phones=phone).update(is_published=False)
    assert client.get(address(phone)).status_code == 404
    assert press(client, phone).status_code == 404
    assert kept(folder) == []


# Trouble


def test_without_a_folder_readers_are_thanked_all_the_same(client, settings, phone):
    settings.REPORTS_DIR = None
    assert "Thank you" in Page(press(client, phone)).main


@pytest.mark.parametrize("trouble", ["no folder", "a folder in its place", "a link elsewhere"])
def test_where_nothing_can_be_written_readers_are_thanked(client, folder, phone, trouble):
    elsewhere = folder.with_name("elsewhere")
    if trouble == "no folder":
        folder.write_text("in the way")
    elif trouble == "a folder in its place":
        (folder / presses.FILE).mkdir(parents=True)
    else:
        folder.mkdir()
        (folder / presses.FILE).symlink_to(elsewhere)
    assert "Thank you" in Page(press(client, phone)).main
    assert not elsewhere.exists()


def test_a_full_disk_is_not_the_reader_s_trouble(client, folder, phone, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(presses.os, "write", full)
    assert "Thank you" in Page(press(client, phone)).main


def test_the_file_stops_at_its_limit(folder, monkeypatch):
    monkeypatch.setattr(presses, "MOST_BYTES", presses.LENGTH * 3)
    for number in range(10):
        presses.keep(f"n{number + 1}", "closed")
    assert len(kept(folder)) == 3


def test_ten_thousand_junk_presses_keep_twenty_of_each_kind(folder, phone):
    for _ in range(2_500):
        for fault in presses.Fault.values:
            presses.keep(phone.report_key, fault)
    assert len(kept(folder)) == presses.MOST_IN_A_WEEK * len(presses.Fault.values)


def test_a_new_week_counts_afresh(folder, later):
    for _ in range(50):
        presses.keep("n1", "closed")
    later(days=7)
    presses.keep("n1", "closed")
    assert len(kept(folder)) == presses.MOST_IN_A_WEEK + 1


def test_every_row_has_the_same_length(folder):
    for key in ("n1", "s999999999"):
        for fault in presses.Fault.values:
            presses.keep(key, fault)
    rows = (folder / presses.FILE).read_bytes().splitlines(keepends=True)
    assert {len(row) for row in rows} == {presses.LENGTH}
    assert sum(presses.read(folder / presses.FILE).values()) == len(rows) == 8


def test_the_group_of_the_servers_can_read_and_write_the_file(folder):
    presses.keep("n1", "closed")
    assert (folder / presses.FILE).stat().st_mode & 0o777 == 0o660


def test_only_a_few_presses_are_taken_at_once(client, folder, phone):
    taken = 0
    while views.places.acquire(blocking=False):
        taken += 1
    try:
        answer = press(client, phone)
        assert answer.status_code == 503
        assert_critical_numbers(Page(answer))
    finally:
        for _ in range(taken):
            views.places.release()
    assert "Thank you" in Page(press(client, phone)).main


@pytest.mark.parametrize("code", ["ur", "pa", "pl", "ro", "ar", "en-simple"])
def test_the_page_and_the_thanks_are_in_every_language(client, folder, phone, code):
    page = Page(client.get(address(phone, f"/{code}")))
    assert page.response.status_code == 200
    thanks = Page(client.post(address(phone, f"/{code}"), {"fault": "closed"}))
    assert thanks.one("html").get("lang") == code
    assert len(kept(folder)) == 1
    if code != "en-simple":
        assert "Thank you" not in thanks.main
