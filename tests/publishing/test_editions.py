"""The pages of editions: publish, see the result, go back, withdraw."""

import os
import time

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from contacts.models import ApprovedNumber, Organization, Phone
from helphub.editions import (
    outcomes,
    publish,
    rollback,
    sources,
    state_files,
    store,
    withdrawing,
    worker,
)
from helphub.editions.models import PublicationRequest, Withdrawal
from helphub.editions.worker import Watcher
from helphub.history.recording import catch_up
from helphub.publishing.pending import WaitingList
from helphub.publishing.requests import ask_for
from services.models import Location, Service, Town
from strategy.models import Guide
from tests.support.admin_forms import change_url, save
from tests.support.editions import consent_page
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.django_db

Kind, State = PublicationRequest.Kind, PublicationRequest.State
ASK, EDITIONS, WAITING = map(
    reverse, ("publishing:ask", "publishing:editions", "publishing:waiting")
)


def ask(admin, **values):
    return Page(admin.post(ASK, values, follow=True))


def release(admin):
    """Publish everything that waits, even if the test did not save it as officers do."""
    catch_up()
    form = form_values(Page(admin.get(WAITING))) | {"all": "on", "why": "A test"}
    return Page(admin.post(WAITING, form, follow=True))


def test_saving_says_that_readers_see_it_when_it_is_published(editions, admin):
    message = "Saved. Readers will see this when it is published."
    page = save(admin, Guide.objects.get(slug="consent"), summary_en="A new summary.")
    assert message in page.text
    assert message in save(admin, Organization.objects.first()).text
    assert "A new summary." not in consent_page()
    assert "1 entry waiting to be published" in page.text


def test_saving_says_nothing_about_publishing_while_there_is_no_edition(admin):
    page = save(admin, Guide.objects.get(slug="consent"))
    assert "when it is published" not in page.text
    assert "There is no edition yet: readers see what is saved." in page.text


def test_the_button_asks_and_the_publisher_publishes(editions, admin):
    save(admin, Guide.objects.get(slug="consent"), body_en="Words of an officer.")
    page = release(admin)
    # Worded for an officer, who has no command line.
    assert "The publisher is not running. Until it is, readers get nothing new" in page.text
    assert "Ask whoever runs the server to start it" in page.text
    assert "manage.py" not in page.text
    assert "Waiting for the publisher." in page.text
    release(admin)
    assert PublicationRequest.objects.count() == 1
    Watcher().look()
    assert "Words of an officer." in consent_page()
    request = PublicationRequest.objects.get()
    assert (request.state, request.report["number"], request.who) == (State.DONE, 2, "officer")
    page = Page(admin.get(EDITIONS))
    assert "done, edition 2" in page.text
    assert "Nothing is waiting to be published." in page.text


def test_a_refusal_links_to_what_must_be_corrected(editions, admin):
    phone = Phone.objects.get(slug="h-spoc")
    Phone.objects.filter(pk=phone.pk).update(dial="01384455412", display="01384 455412")
    release(admin)
    Watcher().look()
    assert PublicationRequest.objects.get().state == State.REFUSED
    page = Page(admin.get(EDITIONS))
    assert "The last publication was refused" in page.text
    assert "the approved number is 01384 455411" in page.text
    assert change_url(phone) in page.internal_links
    # Every page of the admin says so.
    home = Page(admin.get("/admin/"))
    assert "The last publication was refused. Readers have the edition before it." in home.text
    assert EDITIONS in home.internal_links


def test_going_back_needs_a_reason_and_is_announced_everywhere(editions, admin):
    save(admin, Guide.objects.get(slug="consent"), body_en="Words of an officer.")
    publish.publish()
    page = ask(admin, kind="rollback", number="1")
    assert "say why" in page.text
    assert not PublicationRequest.objects.exists()
    ask(admin, kind="rollback", number="1", why="A complaint")
    Watcher().look()
    assert "Words of an officer." not in consent_page()
    banner = "Readers have edition 1: officer went back to it (A complaint)."
    for address in ("/admin/", EDITIONS, "/admin/contacts/phone/"):
        assert banner in Page(admin.get(address)).text
    ask_for(Kind.RELEASE, "me")
    Watcher().look()
    assert PublicationRequest.objects.first().state == State.REFUSED
    ask(admin, kind="lift")
    Watcher().look()
    assert banner not in Page(admin.get("/admin/")).text
    release(admin)
    Watcher().look()
    assert "Words of an officer." in consent_page()


def test_an_edition_is_shown_as_it_was(editions, admin):
    save(admin, Guide.objects.get(slug="consent"), summary_en="Words of an officer.")
    publish.publish()
    page = Page(admin.get(reverse("publishing:edition", args=[2])))
    assert "/guides/consent/" in page.text
    old = admin.get(reverse("publishing:edition-page", args=[1]), {"address": "/guides/consent/"})
    assert "Words of an officer." not in old.content.decode()
    assert old["Content-Security-Policy"].startswith("default-src 'none'; script-src 'sha256")
    assert old["Cache-Control"] == "no-store, private"
    changes = Page(
        admin.get(reverse("publishing:edition-words", args=[2]), {"address": "/guides/consent/"})
    )
    assert "Words of an officer." in " ".join(text(ins) for ins in changes.all("ins"))
    assert changes.all("del")
    for address in ("/nothing/", "", "../../manifest.json"):
        for name in ("edition-page", "edition-words"):
            response = admin.get(reverse(f"publishing:{name}", args=[2]), {"address": address})
            assert response.status_code == 404
    assert admin.get(reverse("publishing:edition", args=[77])).status_code == 404


def test_one_officer_alone_can_withdraw_a_number_at_once(editions, admin):
    phone = Phone.objects.get(slug="h-galop")
    form = reverse("publishing:withdraw", args=["contacts.phone", phone.pk])
    assert form in Page(admin.get(change_url(phone))).internal_links
    assert "Withdraw it now" in Page(admin.get(form)).text
    assert "Say why." in Page(admin.post(form, {"why": " "})).text
    assert not Withdrawal.objects.exists()
    save(admin, Guide.objects.get(slug="consent"), body_en="Not approved yet.")
    admin.post(form, {"why": "It does not answer"})
    Watcher().look()
    for path in (store.current() / "pages").rglob("*.html"):
        assert "tel:08009995428" not in path.read_text()
    assert "Not approved yet." not in consent_page()
    withdrawal = Withdrawal.objects.get()
    assert (withdrawal.who, withdrawal.why) == ("officer", "It does not answer")
    page = Page(admin.get(EDITIONS))
    assert "It does not answer" in page.text
    assert f"It shows what is now withdrawn: “{withdrawal.name}”." in page.text
    assert "Going back makes a new edition without that." in page.text
    admin.post(reverse("publishing:lift-withdrawal", args=[withdrawal.pk]))
    withdrawal.refresh_from_db()
    assert withdrawal.lifted_by == "officer"


def test_what_is_on_no_page_cannot_be_withdrawn(editions, admin, officer):
    for label in ("auth.user", "contacts.approvednumber", "nothing"):
        response = admin.get(reverse("publishing:withdraw", args=[label, officer.pk]))
        assert response.status_code == 404


def test_an_officer_who_may_not_publish_is_shown_none_of_this(editions, client, django_user_model):
    helper = django_user_model.objects.create_user("helper", password=None, is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_guide"))
    client.force_login(helper)
    assert "Publish" not in Page(client.get("/admin/")).text
    assert client.get(EDITIONS).status_code == 403
    assert client.post(ASK, {"kind": "release"}).status_code == 403
    assert not PublicationRequest.objects.exists()


def test_nobody_can_ask_without_signing_in(editions, client):
    for address in (EDITIONS, ASK, reverse("publishing:edition-page", args=[1])):
        assert client.get(address)["Location"].startswith("/admin/login/")
    client.post(ASK, {"kind": "release"})
    assert not PublicationRequest.objects.exists()


def test_a_request_forged_by_another_site_is_refused(editions, officer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    phone = Phone.objects.get(slug="h-samaritans")
    withdraw = reverse("publishing:withdraw", args=["contacts.phone", phone.pk])
    for address in (ASK, withdraw):
        assert client.post(address, {"kind": "release", "why": "x"}).status_code == 403
    for address in (ASK, reverse("publishing:lift-withdrawal", args=[1])):
        assert client.get(address).status_code == 405
    assert not PublicationRequest.objects.exists()
    assert not Withdrawal.objects.exists()


@pytest.mark.parametrize("values", [{"kind": "withdrawal"}, {"kind": "x"}, {"kind": "release"}, {}])
def test_a_request_the_page_does_not_offer_is_refused(editions, admin, values):
    assert admin.post(ASK, values).status_code == 400


@pytest.mark.parametrize("number", ["", "x", "77", "-1", "9" * 30])
def test_going_back_to_no_edition_is_refused(editions, admin, number):
    assert "Choose an edition" in ask(admin, kind="rollback", number=number, why="A test").text


def test_approvals_are_read_only_in_the_admin(admin):
    listing = admin.get("/admin/contacts/approvednumber/")
    assert listing.status_code == 200
    row = ApprovedNumber.objects.first()
    assert admin.get("/admin/contacts/approvednumber/add/").status_code == 403
    assert admin.post(change_url(row), {"dial": "1"}).status_code == 403
    delete = reverse("admin:contacts_approvednumber_delete", args=[row.pk])
    assert admin.post(delete, {"post": "yes"}).status_code == 403


# Refused until it is fixed


def refused(admin):
    """The single point of contact with a wrong digit: the whole publication is refused."""
    Phone.objects.filter(role="spoc").update(dial="01384455412", display="01384 455412")
    release(admin)
    Watcher().look()
    assert PublicationRequest.objects.first().state == State.REFUSED


def put_back():
    Phone.objects.filter(role="spoc").update(dial="01384455411", display="01384 455411")


def test_a_refusal_is_shown_until_it_is_put_right_even_after_a_new_day(
    editions, admin, monkeypatch
):
    refused(admin)
    publish.publish(sources.CURRENT, "the clock", "a new day")
    publish.publish(sources.WITHDRAWAL)
    response = Client().get("/healthz/fresh")
    assert response.status_code == 503
    assert b"was refused and has not been put right yet" in response.content
    assert "See what needs fixing" in Page(admin.get("/admin/")).text
    assert "the approved number is 01384 455411" in Page(admin.get(EDITIONS)).text
    assert "the approved number is 01384 455411" in Page(admin.get("/admin/")).text
    # Publishing something else does not fix it either.
    Guide.objects.filter(slug="consent").update(summary_en="Other words.")
    catch_up()
    key = ("strategy.guide", Guide.objects.get(slug="consent").pk)
    fingerprints = {item.name: item.fingerprint for item in WaitingList().entries}
    publish.publish(fingerprints={key: fingerprints[key]})
    assert Client().get("/healthz/fresh").status_code == 503
    put_back()
    publish.publish()
    assert Client().get("/healthz/fresh").status_code == 200
    assert "Not fixed yet" not in Page(admin.get(EDITIONS)).text
    assert outcomes.unmended() == []


def test_an_entry_that_is_left_out_is_named_until_it_is_published(editions, admin):
    Guide.objects.filter(slug="consent").update(title="Rape")
    publish.publish()
    assert Client().get("/healthz/fresh").status_code == 200  # Readers have an edition of today.
    publish.publish(sources.CURRENT, "the clock", "a new day")
    page = Page(admin.get(EDITIONS))
    assert "Left out: unchanged for readers" in page.text
    assert "Left out of what readers see" in Page(admin.get("/admin/")).text
    Guide.objects.filter(slug="consent").update(title="Choice")
    publish.publish()
    assert "Left out" not in Page(admin.get(EDITIONS)).text


def test_a_publisher_can_dismiss_a_refusal_with_a_reason_but_an_editor_cannot(
    editions, admin, django_user_model
):
    refused(admin)
    (entry,) = outcomes.unmended()
    editor = django_user_model.objects.create_user("editor", password=None, is_staff=True)
    editor.groups.add(Group.objects.get(name="Editors"))
    client = Client()
    client.force_login(editor)
    assert "Remove from the list" not in client.get(EDITIONS).content.decode()
    values = {"kind": "dismiss", "number": entry["id"], "why": "It was a test"}
    assert client.post(ASK, values).status_code == 403
    assert "Say why it does not need fixing" in ask(admin, **values | {"why": " "}).text
    assert "Say why it does not need fixing" in ask(admin, **values | {"number": "77"}).text
    page = Page(admin.get(EDITIONS))
    assert "Remove from the list" in page.text
    ask(admin, **values)
    Watcher().look()
    assert outcomes.unmended() == []
    assert "Not fixed yet" not in Page(admin.get(EDITIONS)).text
    # The record of who dismissed it stays, and so does the report.
    newest = PublicationRequest.objects.first()
    assert (newest.kind, newest.who, newest.why) == (Kind.DISMISS, "officer", "It was a test")
    report = PublicationRequest.objects.get(kind=Kind.RELEASE)
    page = Page(admin.get(reverse("publishing:publication", args=[report.pk])))
    assert "the approved number is 01384 455411" in page.text
    assert (
        reverse("publishing:publication", args=[report.pk])
        in Page(client.get(reverse("publishing:publications"))).internal_links
    )


def test_the_report_says_why_going_back_was_refused_whatever_came_after(editions, admin):
    publish.publish()
    ApprovedNumber.objects.create(
        line="h-spoc", dial="01384000000", display="01384 000000", who="a test"
    )
    ask(admin, kind="rollback", number="1", why="A complaint")
    Watcher().look()
    request = PublicationRequest.objects.get()
    assert request.state == State.REFUSED
    ApprovedNumber.objects.create(
        line="h-spoc", dial="01384455411", display="01384 455411", who="a test"
    )
    publish.publish()
    for address in (EDITIONS, reverse("publishing:publication", args=[request.pk])):
        assert "the approved number is 01384 000000" in Page(admin.get(address)).text
    assert "Going back to edition 1 was refused" in Page(admin.get("/admin/")).text
    rollback.roll_back(1, "an officer", "A complaint")
    assert outcomes.unmended() == []


def test_an_edition_can_be_gone_back_to_once_nothing_in_it_is_withdrawn(editions, admin):
    withdrawal = withdrawing.withdraw(Phone.objects.get(slug="h-galop"), "an officer", "A test")
    publish.publish(sources.WITHDRAWAL)
    assert store.is_forbidden(store.folder_of(1))
    other = withdrawing.withdraw(Phone.objects.get(slug="h-samaritans"), "an officer", "A test")
    withdrawing.lift_withdrawal(withdrawal, "an officer")
    Watcher().look()
    assert store.is_forbidden(store.folder_of(1))
    page = Page(admin.get(EDITIONS))
    assert f"It shows what is now withdrawn: “{other.name}”." in page.text
    assert f"“{withdrawal.name}”" not in page.text
    withdrawing.lift_withdrawal(other, "an officer")
    Watcher().look()
    assert not store.is_forbidden(store.folder_of(1))
    assert "It shows" not in Page(admin.get(EDITIONS)).text


def test_officers_are_offered_no_button_they_may_not_use(editions, admin, django_user_model):
    publish.publish()
    withdrawing.withdraw(Phone.objects.get(slug="h-galop"), "an officer", "A test")
    withdrawing.withdraw(Phone.objects.get(slug="h-spoc"), "an officer", "A test")
    state_files.pin(2, "an officer", "A test")
    buttons = ["Go back to this edition", "End the withdrawal", "Resume publishing"]
    page = admin.get(EDITIONS).content.decode()
    assert [button for button in buttons if button in page] == buttons
    editor = django_user_model.objects.create_user("editor", password=None, is_staff=True)
    editor.groups.add(Group.objects.get(name="Editors"))
    client = Client()
    client.force_login(editor)
    page = client.get(EDITIONS).content.decode()
    assert [button for button in buttons if button in page] == []
    assert "ask a publisher" in page
    assert "Propose to bring it back" in page


def test_withdrawing_a_place_says_that_editions_are_erased(editions, admin):
    place = Location(service=Service.objects.get(line="h-sarc-finder"), address="on-booking")
    place.town = Town.objects.get(slug="sedgley")
    place.save()
    form = reverse("publishing:withdraw", args=["services.location", place.pk])
    assert "Every edition that shows it is permanently erased" in Page(admin.get(form)).text
    page = Page(admin.post(form, {"why": "A test"}, follow=True))
    assert "the editions that showed it were erased for good" in page.text
    assert "within a minute" not in page.text  # Nothing does it: the publisher is not running.
    assert "anything you withdraw stays on the pages" in page.text


# The publisher


def test_the_publisher_says_that_it_is_working_while_one_step_takes_long(editions, monkeypatch):
    monkeypatch.setattr(worker, "BEAT", 0.05)
    ask_for(Kind.RELEASE, "me")
    seen, watcher = [], Watcher()

    def slow(request):
        os.utime(store.settings.EDITIONS_DIR / "watcher", (1, 1))
        assert not state_files.has_watcher()
        time.sleep(0.5)
        seen.append(state_files.has_watcher())
        return {}

    monkeypatch.setattr(watcher, "do", slow)
    watcher.run(lambda: bool(seen))
    assert seen == [True]


def test_the_top_of_the_page_says_what_is_running_and_what_waits_behind_it(editions, admin):
    state_files.watcher_beats()
    first = ask_for(Kind.RELEASE, "me")
    assert "Waiting for the publisher." in Page(admin.get("/admin/")).text
    PublicationRequest.objects.filter(pk=first.pk).update(state=State.RUNNING)
    ask_for(Kind.WITHDRAWAL, "me")
    page = Page(admin.get("/admin/"))
    assert "Publishing now. 1 more waiting." in page.text
    assert "Waiting for the publisher." not in page.text
    assert "not running" not in page.text


def test_a_restarted_publisher_resumes_what_it_was_doing(editions):
    ask_for(Kind.RELEASE, "me")
    PublicationRequest.objects.update(state=State.RUNNING)
    watcher = Watcher()
    watcher.take_up_again()
    watcher.look()
    assert PublicationRequest.objects.get().state == State.DONE


def failing(execute, sql, params, many, context):
    """A database that takes none of the publisher's answers, like one that has just died."""
    if sql.startswith("UPDATE") and "publicationrequest" in sql:
        raise OperationalError("The server closed the connection.")
    return execute(sql, params, many, context)


def test_the_publisher_survives_a_database_failure(editions, monkeypatch):
    monkeypatch.setattr(connection, "close", lambda: None)  # The test's own.
    ask_for(Kind.LIFT, "me")
    state_files.pin(1, "me", "A test")
    watcher = Watcher()
    with connection.execute_wrapper(failing):
        watcher.look()
    transaction.set_rollback(False)  # The test's own transaction goes on.
    assert PublicationRequest.objects.get().state == State.WAITING
    assert state_files.pinned()

    def dies(request):
        rollback.lift(request.who)
        connection.execute_wrappers.append(failing)
        return {}

    monkeypatch.setattr(watcher, "do", dies)
    watcher.look()
    transaction.set_rollback(False)
    assert PublicationRequest.objects.get().state == State.RUNNING
    connection.execute_wrappers.remove(failing)
    watcher.look()
    assert PublicationRequest.objects.get().state == State.DONE
    assert state_files.pinned() is None


def test_a_withdrawal_comes_before_a_release(editions):
    ask_for(Kind.RELEASE, "me")
    withdrawal = ask_for(Kind.WITHDRAWAL, "me")
    assert Watcher().next() == withdrawal


def test_a_failed_publication_is_reported_to_officers_and_alarms(
    editions, admin, client, monkeypatch
):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publish._Publication, "run", full)
    ask_for(Kind.RELEASE, "me")
    Watcher().look()
    assert "The disk is full" in Page(admin.get(EDITIONS)).text
    assert "The last publication failed. The disk is full." in Page(admin.get("/admin/")).text
    response = client.get("/healthz/fresh")
    assert response.status_code == 503
    assert b"Free some space" in response.content
    monkeypatch.undo()
    publish.publish()
    assert client.get("/healthz/fresh").status_code == 200


def test_a_new_day_that_fails_is_tried_again_later(editions, monkeypatch, caplog, later):
    def fails(*args, **kwargs):
        raise store.StoreError("No space")

    later(days=28)
    monkeypatch.setattr(publish._Publication, "run", fails)
    watcher = Watcher()
    watcher.look()
    watcher.look()
    assert caplog.text.count("Trying again in five minutes") == 1
