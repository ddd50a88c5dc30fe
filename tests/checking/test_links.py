"""Outside links: found wherever readers have them, checked politely, and said when broken."""

import socket
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from django.urls import reverse
from django.utils import timezone

from contacts.models import CallFact
from helphub.checking import fetching, links
from helphub.checking.fetching import Answer, Fetcher, Result
from helphub.checking.models import LinkCheck
from helphub.editions import checks, manifests, publish, store, withdrawing
from helphub.editions.models import PublicationRequest
from helphub.editions.worker import Watcher
from helphub.history.recording import catch_up
from services.models import Service
from strategy.models import Document, HubArea, Source
from tests.support.admin_forms import change_url
from tests.support.factories import (
    make_body,
    make_call_fact,
    make_form_of_abuse,
    make_guide,
    make_phone,
    make_service,
)
from tests.support.officers import officer_named
from tests.support.reader import Page, text

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

PAGE = reverse("checking:links")
ONE, ALL = reverse("checking:check-link"), reverse("checking:check-links")
HERE = "https://www.example.org/help"
WORKS = Answer(Result.WORKS, "It works.")
GONE = Answer(Result.NOT_FOUND, "The page is not there (404).")
SILENT = Answer(Result.NO_ANSWER, "It refused the connection.")
REFUSED = Answer(Result.REFUSED, "It refused us (403). Open it and look.")


@pytest.fixture(autouse=True)
def never_the_internet(monkeypatch):
    """Whatever a test forgets to answer must not be looked up."""

    def refuse(*arguments, **more):
        raise AssertionError("A test asked the internet.")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def answers(monkeypatch):
    """What sites answer, by address. Otherwise they work. Notes what is asked in `asked`."""

    class Answers(dict):
        asked = []

    given = Answers()
    given.asked = []

    def ask(self, address):
        given.asked.append(address)
        return given.get(address, WORKS)

    monkeypatch.setattr(Fetcher, "ask", ask)
    return given


@pytest.fixture
def only(monkeypatch):
    """Leaves a test with the links of the records that it makes itself."""
    loaded = {link.address for link in links.outside_links()}
    found = links.uses_in

    def uses_in(rows):
        return {address: uses for address, uses in found(rows).items() if address not in loaded}

    monkeypatch.setattr(links, "uses_in", uses_in)


def found():
    return {link.address: link for link in links.outside_links()}


def used(address):
    return [(use.record.name, use.field) for use in found()[address].uses]


def checked(address=HERE, *results):
    """A link with these results, a day apart, the last one two hours ago."""
    check, _ = LinkCheck.objects.get_or_create(address=address, host=fetching.host_of(address))
    for answer in results:
        check.note(answer)
    ago = timezone.now() - timedelta(hours=2)
    LinkCheck.objects.filter(pk=check.pk).update(asked_at=ago, checked_at=ago)
    check.refresh_from_db()
    return check


# Finding them


def test_the_real_content_has_links_and_each_leads_to_a_form(client):
    all_links = links.outside_links()
    assert len(all_links) > 30
    websites = Service.objects.published().exclude(website="").values_list("website", flat=True)
    assert set(websites) <= {link.address for link in all_links}
    assert all(use.url for link in all_links for use in link.uses)
    assert len({link.address for link in all_links}) == len(all_links)


def test_a_link_in_every_kind_of_field_is_found():
    service = make_service(website=HERE, webchat="https://chat.example.org/")
    guide = make_guide(body_en="Read [this](https://a.example/x_(y)) and [that](/guides/x/).")
    topic = make_form_of_abuse(signs_en="One\n[Two](https://b.example/ 'a title')")
    body = make_body(comment_en="See [the board](https://c.example/board#minutes).")
    assert used(HERE) == [(service.name_en, "website")]
    assert used("https://chat.example.org/") == [(service.name_en, "web chat address")]
    assert used("https://a.example/x_(y)")[0][0] == guide.name_en
    assert used("https://b.example/")[0][0] == topic.name_en
    assert used("https://c.example/board")[0][0] == body.reference
    assert found()[HERE].uses[0].url == change_url(service)


def test_a_link_used_twice_is_one_link_with_each_record():
    one, other = make_service(website=HERE, webchat=HERE), make_service(website=f"{HERE}#phone")
    assert sorted(used(HERE)) == sorted(
        [
            (one.name_en, "website"),
            (one.name_en, "web chat address"),
            (other.name_en, "website"),
        ]
    )


def test_a_link_in_a_translation_is_found():
    make_guide(body_ur=f"[یہ]({HERE})")
    assert HERE in found()


def test_a_link_in_a_row_belongs_to_the_record_with_the_form():
    phone = make_phone()
    make_call_fact(phone, CallFact.Fact.choices[0][0], "yes", detail_en=f"[Why]({HERE}).")
    assert [use[0] for use in used(HERE)] == [phone.name_en]
    assert found()[HERE].uses[0].url == change_url(phone)
    phone.is_published = False
    phone.save()
    assert HERE not in found()


@pytest.mark.parametrize(
    "hidden",
    [
        {"is_published": False},
        {"is_archived": True},
        {"ends_on": timezone.localdate() - timedelta(days=1)},
        {"starts_on": timezone.localdate() + timedelta(days=1)},
    ],
)
def test_what_readers_do_not_see_has_no_links(hidden):
    make_service(website=HERE, **hidden)
    assert HERE not in found()


def test_what_is_withdrawn_has_no_links():
    service = make_service(website=HERE)
    withdrawing.withdraw(service, "anna", "It is wrong.")
    assert HERE not in found()


def test_what_only_looks_like_a_link_is_none():
    make_guide(body_en="\\[this](https://a.example) or https://b.example or x](https://c.example)")
    assert not {"https://a.example", "https://b.example", "https://c.example"} & set(found())


def test_the_strategys_printed_addresses_are_checked_only_where_readers_follow_them():
    printed = set(HubArea.objects.values_list("url", flat=True))
    documents = Document.objects.all()
    uses = {
        (use.record.key, link.address)
        for link in links.outside_links()
        for use in link.uses
        if use.record.label == "strategy.document"
    }
    assert not printed & set(found())
    assert uses == {(row.pk, row.current_url or row.url) for row in documents} - {
        (row.pk, row.url) for row in documents if row.current_title and not row.current_url
    }


def test_a_source_with_an_archived_copy_is_asked_for_the_copy_alone():
    source = Source.objects.first()
    Source.objects.filter(pk=source.pk).update(url="https://old.example/", archived_url=HERE)
    assert HERE in found()
    assert "https://old.example/" not in found()
    Source.objects.filter(pk=source.pk).update(archived_url="")
    assert "https://old.example/" in found()


# What a check leaves


def test_a_check_is_kept_with_its_words(answers):
    make_service(website=HERE)
    check = links.check(HERE)
    assert (check.result, check.detail, check.failures) == ("works", "It works.", 0)
    assert check.worked_on == timezone.localdate()
    assert found()[HERE].check == check
    assert answers.asked == [HERE]


def test_failures_are_counted_in_a_row_and_a_link_is_broken_after_three():
    make_service(website=HERE)
    check = checked(HERE, WORKS, GONE)
    since = check.since
    assert [link.address for link in links.failing()] == [HERE]
    assert links.broken() == []
    check = checked(HERE, SILENT, Answer(Result.ERROR, "The site has an error (500)."))
    assert check.failures == 3
    assert [link.address for link in links.broken()] == [HERE]
    assert check.since == since, "It has failed since the first failure, whatever the reason."
    assert check.worked_on == timezone.localdate()


@pytest.mark.parametrize(
    "answer", [WORKS, REFUSED, Answer(Result.ELSEWHERE, "It leads elsewhere: example.net.")]
)
def test_what_is_not_a_failure_ends_the_row(answer):
    make_service(website=HERE)
    assert checked(HERE, GONE, GONE, answer).failures == 0
    assert checked(HERE, GONE, GONE).failures == 2
    assert links.broken() == []


def test_a_link_that_nobody_uses_any_more_is_not_broken():
    checked(HERE, GONE, GONE, GONE)
    assert links.broken() == links.failing() == []


def test_if_no_site_answers_at_all_the_fault_is_ours(only):
    for number in range(3):
        address = f"https://site{number}.example/"
        make_service(website=address)
        checked(address, SILENT, SILENT, SILENT)
    assert links.no_site_answers()
    assert links.broken() == links.failing() == []
    make_service(website=HERE)
    checked(HERE, WORKS)
    assert len(links.broken()) == 3


# Politeness


def test_no_link_is_asked_twice_within_an_hour(answers, later):
    make_service(website=HERE)
    assert links.check(HERE)
    later(minutes=59)
    assert links.check(HERE) is None
    later(minutes=61)
    assert links.check(HERE)
    assert answers.asked == [HERE, HERE]


def test_one_site_is_asked_one_thing_at_a_time(monkeypatch):
    other, elsewhere = "https://www.example.org/other", "https://www.example.net/"
    for address in (HERE, other, elsewhere):
        make_service(website=address)
    at_once = []

    def ask(self, address):
        if address == HERE:  # Another officer, another process, meanwhile.
            at_once.extend([links.check(other), links.check(HERE), links.check(elsewhere)])
        return WORKS

    monkeypatch.setattr(Fetcher, "ask", ask)
    assert links.check(HERE)
    assert at_once[:2] == [None, None]
    assert at_once[2].works
    assert links.check(other).works


def test_a_check_that_was_killed_does_not_keep_its_site_busy(answers, later):
    other = "https://www.example.org/other"
    checked(HERE, WORKS)
    LinkCheck.objects.filter(address=HERE).update(asked_at=timezone.now())
    assert links.check(other) is None
    later(seconds=11)
    assert links.check(other).works


def test_an_address_that_is_none_is_noted_and_not_asked():
    make_service(website=HERE)
    Service.objects.filter(website=HERE).update(website="https://[broken")
    assert links.check("https://[broken").result == Result.NOT_OPENED


def test_those_never_checked_come_first_and_then_the_oldest(answers, only):
    addresses = [f"https://site{number}.example/" for number in range(3)]
    for address in addresses:
        make_service(website=address)
    for address, hours in zip(addresses[:2], (2, 3), strict=True):
        checked(address, WORKS)
        ago = timezone.now() - timedelta(hours=hours)
        LinkCheck.objects.filter(address=address).update(asked_at=ago)
    links.check_due()
    assert answers.asked == [addresses[2], addresses[1], addresses[0]]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time.")
@pytest.mark.django_db(transaction=True)
def test_officers_and_the_timer_at_the_same_moment_ask_a_site_once(monkeypatch):
    over, asked, start = threading.Event(), [], threading.Barrier(6, timeout=30)

    def ask(self, address):
        asked.append(address)
        over.wait(20)
        return WORKS

    def check_at_once(address):
        start.wait()
        try:
            if links.check(address) is None:
                refused.release()
        finally:
            connections.close_all()

    monkeypatch.setattr(Fetcher, "ask", ask)
    refused = threading.Semaphore(0)
    threads = [
        threading.Thread(target=check_at_once, args=[address])
        for address in (HERE, "https://www.example.org/other") * 3
    ]
    for thread in threads:
        thread.start()
    assert all(refused.acquire(timeout=20) for _ in threads[1:])
    over.set()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


# Every week


def run():
    out = StringIO()
    call_command("check_links", stdout=out)
    return out.getvalue()


def test_the_command_checks_everything_and_names_what_does_not_work(answers, only):
    make_service(website=HERE)
    make_service(website="https://fine.example/")
    checked("https://nobody-uses-this.example/", WORKS)
    answers[HERE] = GONE
    said = run()
    assert f"{HERE} {GONE.detail}" in said
    assert "Checked 2 links: 1 work." in said
    assert not LinkCheck.objects.filter(host="nobody-uses-this.example").exists()
    assert "Checked 0 links" in run()


def test_the_command_fails_if_no_site_answers(answers, only):
    for number in range(3):
        address = f"https://site{number}.example/"
        make_service(website=address)
        answers[address] = SILENT
    with pytest.raises(CommandError, match="Not one site answers"):
        run()


# The page


@pytest.fixture
def editor(db):
    return officer_named("edith", "Editors")


def rows(page):
    """The rows under each heading, as text."""
    groups, name = {}, None
    for element in page.root.iter("h2", "tr"):
        if element.tag == "h2":
            name = text(element).rpartition(" ")[0]
        elif element.find("th[@scope='row']") is not None:
            groups.setdefault(name, []).append(text(element))
    return groups


def test_the_page_says_of_each_link_where_it_is_used_and_what_we_found(editor, only):
    service = make_service(website=HERE)
    make_guide(
        body_en="[a](https://look.example/) [b](https://new.example/) [c](https://w.example/)"
    )
    make_guide(body_en="[a](https://once.example/)")
    checked(HERE, WORKS, GONE, GONE, GONE)
    checked("https://once.example/", GONE)
    checked("https://look.example/", REFUSED)
    checked("https://w.example/", WORKS)
    page = Page(editor.get(PAGE))
    assert page.faults == []
    groups = rows(page)
    assert list(groups) == [
        "Failed three times in a row or more",
        "Failed last time",
        "Check these yourself",
        "Not checked yet",
        "Work",
    ]
    (broken,) = groups["Failed three times in a row or more"]
    assert HERE in broken
    assert "The page is not there (404). Failed 3 times in a row." in broken
    assert "Last worked on" in broken
    assert change_url(service) in page.internal_links
    assert "Never seen to work" in groups["Failed last time"][0]
    assert "Readers can follow 5 links to other sites." in page.main
    assert "Check 5 now" in page.main


def test_one_link_is_checked_at_once(editor, answers):
    make_service(website=HERE)
    answers[HERE] = GONE
    page = Page(editor.post(ONE, {"address": HERE}, follow=True))
    assert f"Checked {HERE}: {GONE.detail}" in page.text
    assert answers.asked == [HERE]
    again = Page(editor.post(ONE, {"address": HERE}, follow=True))
    assert "Not checked: it was checked within the hour" in again.text
    assert answers.asked == [HERE]


def test_no_address_but_ours_is_asked(editor, answers):
    assert editor.post(ONE, {"address": "https://elsewhere.example/"}).status_code == 404
    assert editor.post(ONE).status_code == 404
    assert editor.get(ONE).status_code == 405
    assert answers.asked == []


def test_all_links_are_checked_a_few_at_a_time(editor, answers, only, monkeypatch):
    for number in range(5):
        make_service(website=f"https://site{number}.example/")
    monkeypatch.setattr("helphub.checking.link_views.AT_ONCE", 0.000001)
    page = Page(editor.post(ALL, follow=True))
    assert "Checked 1 link. 4 more can be checked: press the button again." in page.text
    monkeypatch.setattr("helphub.checking.link_views.AT_ONCE", 600)
    answer = editor.post(ALL, headers={"Accept": "application/json"})
    assert answer.json() == {"done": 4, "left": 0}
    assert sorted(answers.asked) == [f"https://site{number}.example/" for number in range(5)]


def test_the_page_says_that_the_fault_is_ours_if_no_site_answers(editor, only):
    for number in range(3):
        checked(f"https://site{number}.example/", SILENT)
    assert "Not one of these sites answers." in Page(editor.get(PAGE)).main


def test_only_those_who_edit_see_the_page(client):
    keeper = officer_named("keith", "User administrators")
    assert keeper.get(PAGE).status_code == 403
    assert keeper.post(ALL).status_code == 403
    assert client.get(PAGE).status_code == 302


def test_the_first_page_leads_there(editor):
    assert PAGE in Page(editor.get("/admin/")).internal_links


# When publishing


def warning(name, address=HERE):
    return f"A link in “{name}” has failed 3 times in a row: {address} {GONE.detail}"


@pytest.fixture
def broken_guide(editions):
    guide = make_guide(body_en=f"[a]({HERE})")
    checked(HERE, GONE, GONE, GONE)
    catch_up()
    return guide


def test_a_broken_link_is_a_note_on_the_publication_and_stops_nothing(broken_guide):
    done = publish.publish(who="anna", why="A test")
    assert warning(broken_guide.name_en) in done.warnings
    assert warning(broken_guide.name_en) in manifests.manifest_of(store.current())["warnings"]
    assert done.left_out == []


def test_officers_read_it_with_the_publication(broken_guide, admin):
    request = PublicationRequest.objects.create(
        kind=PublicationRequest.Kind.RELEASE, who="anna", why="A test"
    )
    Watcher().look()
    page = Page(admin.get(reverse("publishing:publication", args=[request.pk])))
    assert warning(broken_guide.name_en) in page.main


def test_a_link_that_has_failed_twice_warns_of_nothing():
    guide = make_guide(body_en=f"[a]({HERE})")
    checked(HERE, GONE, GONE)
    assert checks.notes(links._saved_rows()) == []
    checked(HERE, GONE)
    assert checks.notes(links._saved_rows()) == [warning(guide.name_en)]
    make_guide(name_en="Zebra crossings", body_en=f"[a]({HERE})")
    (said,) = checks.notes(links._saved_rows())
    assert said.startswith(f"A link in “{guide.name_en}” and 1 more has failed 3 times")


def test_without_a_database_a_publication_has_no_notes(monkeypatch):
    def away(*arguments, **more):
        raise DatabaseError

    monkeypatch.setattr(LinkCheck.objects, "filter", away)
    assert checks.notes({}) == []
