"""A new number for a critical line: one officer proposes it, a second approves it."""

import threading

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import ApprovedNumber, Phone
from helphub.approvals.digits import compared, differences
from helphub.approvals.models import NumberProposal
from helphub.approvals.proposing import ProposalForm
from helphub.approvals.touched_pages import pages_touched
from helphub.editions import (
    manifests,
    page_files,
    publish,
    readers_content,
    rollback,
    sources,
    store,
    withdrawing,
)
from helphub.editions.models import PublicationRequest, Withdrawal
from helphub.editions.worker import Watcher
from helphub.history import versions
from helphub.history.recording import recording
from helphub.publishing import pending
from strategy.models import Guide
from tests.support.accounts import established
from tests.support.admin_forms import change_url, errors, save
from tests.support.reader import Page, form_values, text

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LIST = reverse("approvals:proposals")
NEW = {"dial": "01384455412", "display": "01384 455412"}
REASONS = {"why": "The council has moved it.", "source": "Letter of the council, 3 March."}


@pytest.fixture(autouse=True)
def nobody_is_asked_again(settings):
    """Editions can take long to make here. Asking again is tested with the sessions."""
    settings.CONFIRMED_SECONDS = settings.SESSION_IDLE_SECONDS = 60 * 60


@pytest.fixture
def spoc(db):
    return Phone.objects.get(slug="h-spoc")


@pytest.fixture
def galop(db):
    """A line that is not critical."""
    return Phone.objects.get(slug="h-galop")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def with_permissions(user, *codenames):
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


@pytest.fixture
def editor(django_user_model, db):
    """An account that can propose but not approve."""
    user = django_user_model.objects.create_user("editor", is_staff=True)
    return with_permissions(user, "change_phone", "view_phone")


@pytest.fixture
def second(django_user_model, db):
    """A client signed in as a second officer, who may approve."""
    user = django_user_model.objects.create_user("second", is_staff=True)
    return signed_in(established(with_permissions(user, "approve_number")))


def url_for(phone):
    return reverse("approvals:propose", args=[phone.pk])


def propose(client, phone, **changes):
    """Open the form, change some fields, and press Propose."""
    values = form_values(Page(client.get(url_for(phone))))
    return Page(client.post(url_for(phone), values | REASONS | changes, follow=True))


def proposed(client, phone, **changes):
    page = propose(client, phone, **changes)
    assert "Proposed. It will take effect when someone else approves it." in page.text
    return NumberProposal.objects.waiting().get(phone=phone)


def press(client, proposal, what, **values):
    return Page(client.post(proposal.get_absolute_url(), {"do": what} | values, follow=True))


def approve(client, proposal, **values):
    return press(client, proposal, "approve", **{"typed": proposal.dial} | values)


def approvals(line):
    return list(ApprovedNumber.objects.filter(line=line).order_by("pk"))


# From proposal to effect


def test_a_proposed_number_takes_effect_when_a_second_person_approves_it(admin, second, spoc):
    before = approvals("h-spoc")
    proposal = proposed(admin, spoc, **NEW)
    assert Phone.objects.get(pk=spoc.pk).dial == "01384455411"
    assert not PublicationRequest.objects.exists()
    assert proposal.get_absolute_url() in Page(second.get(LIST)).internal_links
    page = approve(second, proposal, typed="01384 455 412")
    assert "Approved." in page.text
    spoc.refresh_from_db()
    assert (spoc.dial, spoc.display, spoc.role) == ("01384455412", "01384 455412", "spoc")
    (row,) = approvals("h-spoc")[len(before) :]
    assert (row.dial, row.display, row.role) == ("01384455412", "01384 455412", "spoc")
    assert (row.proposed_by, row.who, row.proposal) == ("officer", "second", proposal.pk)
    assert "proposed by officer, approved by second" in page.text
    request = PublicationRequest.objects.get()
    assert (request.kind, request.who) == ("release", "second")
    assert request.why.startswith(f"{spoc.name}: 01384 455412")
    proposal.refresh_from_db()
    assert (proposal.outcome, proposal.decided_by) == ("approved", "second")
    assert "Approved by second" in Page(admin.get(LIST)).text
    # The line's own history says so.
    history = reverse("admin:contacts_phone_history", args=[spoc.pk])
    assert (
        "Approved 01384 455412, as officer proposed." in Page(admin.get(history, follow=True)).text
    )


def test_until_it_is_approved_readers_get_editions_with_the_old_number(
    editions, admin, second, spoc
):
    proposal = proposed(admin, spoc, **NEW)
    Guide.objects.filter(slug="consent").update(body_en="Words of an officer.")
    assert publish.publish().number == 2
    page = (store.current() / "pages/guides/consent.html").read_text()
    assert "Words of an officer." in page
    assert "tel:01384455411" in page
    approve(second, proposal)
    assert publish.publish().number == 3
    page = (store.current() / "pages/guides/consent.html").read_text()
    assert "tel:01384455412" in page
    assert "01384 455412" in page
    assert "tel:01384455411" not in page
    # Officers cannot go back to an edition with the old digits.
    with pytest.raises(publish.RefusedError, match="the approved number is 01384 455412"):
        rollback.roll_back(2, "officer", "A test")
    assert store.current() == store.folder_of(3)


def test_a_withdrawal_does_not_wait_for_an_approved_number_to_be_published(
    editions, admin, second, spoc, galop
):
    approve(second, proposed(admin, spoc, **NEW))
    withdraw(admin, galop)
    publish.publish(sources.WITHDRAWAL)
    page = (store.current() / "pages/contacts.html").read_text()
    assert f"tel:{galop.dial}" not in page
    assert "tel:01384455412" in page
    assert "tel:01384455411" not in page
    assert pending.records() == []


def test_the_publisher_brings_an_approved_number_to_readers(editions, admin, second, spoc):
    approve(second, proposed(admin, spoc, **NEW))
    Watcher().look()
    assert PublicationRequest.objects.get().state == "done"
    assert "tel:01384455412" in (store.current() / "pages/index.html").read_text()
    assert pending.records() == []


def test_a_textphone_changes_once_it_has_been_typed_too(admin, second):
    phone = Phone.objects.get(slug="h-999")
    proposal = proposed(admin, phone, textphone="18001 999")
    page = approve(second, proposal)
    assert "This field is required." in page.text
    assert Phone.objects.get(slug="h-999").textphone == phone.textphone
    assert "Approved." in approve(second, proposal, typed_textphone="18001999").text
    assert Phone.objects.get(slug="h-999").textphone == "18001 999"
    assert approvals("h-999")[-1].textphone == "18001 999"


def test_a_line_takes_over_a_role_from_exactly_one_other(admin, second, spoc, galop):
    count = ApprovedNumber.objects.count()
    proposal = proposed(admin, galop, role="spoc")
    page = Page(second.get(proposal.get_absolute_url()))
    assert f"{spoc} has that role now and will lose it." in page.text
    approve(second, proposal)
    roles = dict(Phone.objects.exclude(role="").values_list("slug", "role"))
    assert roles == {"h-999": "emergency", "h-galop": "spoc"}
    assert ApprovedNumber.objects.count() == count + 2
    assert (approvals("h-spoc")[-1].dial, approvals("h-spoc")[-1].role) == (spoc.dial, "")
    assert (approvals("h-galop")[-1].dial, approvals("h-galop")[-1].role) == (galop.dial, "spoc")
    # It was approved once, so it stays critical.
    assert Phone.objects.get(pk=spoc.pk).needs_second_person()
    # Below the strategy's own line, readers see that the number is now different.
    assert Phone.objects.get(printed_line__reference="CON-03") == galop
    printed = Page(Client().get("/strategy/contacts/")).text
    assert f"since the strategy was printed. It is now: {galop.display}" in printed


def test_a_role_taken_by_another_line_in_the_meantime_is_not_taken_again(
    admin, second, spoc, galop
):
    other = Phone.objects.get(slug="h-karma")
    first, later = proposed(admin, galop, role="spoc"), proposed(admin, other, role="spoc")
    digits = proposed(admin, spoc, **NEW)
    approve(second, first)
    for stale in (later, digits):
        assert "has changed since this was proposed" in approve(second, stale).text
        assert NumberProposal.objects.get(pk=stale.pk).is_waiting
    assert Phone.objects.get(role="spoc") == galop
    press(second, later, "refuse", why="Another line has it.")
    assert NumberProposal.objects.get(pk=later.pk).outcome == "refused"


def test_an_ordinary_number_becomes_critical_once_it_is_approved_unchanged(admin, second, galop):
    assert not galop.needs_second_person()
    assert "This number has not been approved yet" in Page(admin.get(url_for(galop))).text
    approve(second, proposed(admin, galop))
    assert galop.needs_second_person()
    assert approvals("h-galop")[-1].who == "second"


def test_help_now_is_published_only_with_approved_numbers(editions, admin, second, galop):
    guide = Guide.objects.get(slug="help-now")
    save(admin, guide, body_en=f"{guide.body_en}\n\nCall {{h-galop}}.")
    (refusal,) = publish.publish().left_out
    assert refusal.record.key == guide.pk
    assert "which has not been approved" in refusal.why
    page = store.current() / "pages/help-now.html"
    assert galop.dial not in page.read_text()
    # From now on no officer changes its digits alone.
    assert galop.needs_second_person()
    approve(second, proposed(admin, galop))
    assert publish.publish().left_out == []
    assert f"tel:{galop.dial}" in (store.current() / "pages/help-now.html").read_text()


# Two people


def test_nobody_can_approve_or_refuse_their_own_proposal(admin, spoc):
    proposal = proposed(admin, spoc, **NEW)
    page = Page(admin.get(proposal.get_absolute_url()))
    assert "Take it back" in page.main
    assert "typed" not in form_values(page)
    for what, values in [
        ("approve", {"typed": NEW["dial"]}),
        ("approve", {}),
        ("refuse", {"why": "x"}),
    ]:
        assert "Someone else must decide" in press(admin, proposal, what, **values).text
    proposal.refresh_from_db()
    assert proposal.is_waiting
    assert Phone.objects.get(pk=spoc.pk).dial == "01384455411"


def test_a_new_name_or_a_new_account_with_that_name_is_not_a_second_person(
    admin, officer, django_user_model, spoc
):
    proposal = proposed(admin, spoc, **NEW)
    officer.username = "somebody"
    officer.save()
    assert "Someone else must decide" in approve(admin, proposal).text
    namesake = signed_in(django_user_model.objects.create_superuser("officer", password=None))
    assert "Someone else must decide" in approve(namesake, proposal).text
    assert NumberProposal.objects.get().is_waiting


@pytest.mark.parametrize(
    "decision",
    [
        {"decider": 1, "decided_by": "another"},
        {"decider": 2, "decided_by": "officer"},
        {"decider": None, "decided_by": "another"},
    ],
)
def test_the_database_itself_refuses_an_approval_by_the_proposer(spoc, decision):
    values = {"proposer": 1, "proposed_by": "officer", "outcome": "approved"} | decision
    values |= {"was_dial": spoc.dial, "was_display": spoc.display, "decided_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        NumberProposal.objects.create(phone=spoc, kind="change", **NEW, **REASONS, **values)


def test_an_editor_can_propose_but_not_approve(editor, admin, spoc):
    client = signed_in(editor)
    proposal = proposed(client, spoc, **NEW)
    press(client, proposal, "take-back")
    theirs = proposed(admin, spoc, **NEW)
    assert "A publisher decides." in Page(client.get(theirs.get_absolute_url())).main
    for what in ("approve", "refuse", "take-back"):
        page = press(client, theirs, what, typed=NEW["dial"], why="x")
        assert text(page.one("ul", class_="messagelist"))
        assert NumberProposal.objects.get(pk=theirs.pk).is_waiting
    assert Phone.objects.get(pk=spoc.pk).dial == "01384455411"


def test_an_officer_who_may_neither_propose_nor_approve_sees_nothing(
    client, django_user_model, admin, spoc
):
    proposal = proposed(admin, spoc, **NEW)
    helper = django_user_model.objects.create_user("helper", is_staff=True)
    client = signed_in(with_permissions(helper, "view_guide"))
    for address in (LIST, url_for(spoc), proposal.get_absolute_url()):
        assert client.get(address).status_code == 403
        assert client.post(address, {"do": "approve"}).status_code in (403, 405)
    approver = signed_in(with_permissions(helper, "approve_number"))
    assert approver.get(url_for(spoc)).status_code == 403
    for address in (LIST, url_for(spoc), proposal.get_absolute_url()):
        assert Client().get(address)["Location"].startswith("/admin/login/")


def test_a_second_press_and_a_second_approver_are_told_that_it_is_done(
    admin, second, django_user_model, spoc
):
    proposal = proposed(admin, spoc, **NEW)
    third = signed_in(django_user_model.objects.create_superuser("third", password=None))
    count = ApprovedNumber.objects.count()
    approve(second, proposal)
    for client in (second, third):
        for what in ("approve", "refuse"):
            page = press(client, proposal, what, typed=NEW["dial"], why="No.")
            assert "Nothing was changed: second has already decided this (approved," in page.text
    assert "already decided this" in press(admin, proposal, "take-back").text
    assert ApprovedNumber.objects.count() == count + 1
    assert PublicationRequest.objects.count() == 1


@pytest.mark.parametrize(
    "typed", ["", "5412", "01384455411", "٠١٣٨٤٤٥٥٤١٢", "0" * 10_000, "\u200b"]
)
def test_the_approver_types_the_whole_number(admin, second, spoc, typed):
    proposal = proposed(admin, spoc, **NEW)
    page = approve(second, proposal, typed=typed)
    assert errors(page)
    assert page.title.startswith("Error:")
    assert form_values(page)["typed"] == typed
    assert NumberProposal.objects.get().is_waiting
    assert Phone.objects.get(pk=spoc.pk).dial == "01384455411"


def test_a_proposal_is_refused_with_a_reason(admin, second, spoc):
    proposal = proposed(admin, spoc, **NEW)
    assert "This field is required." in press(second, proposal, "refuse", why=" ").text
    assert "invisible character" in press(second, proposal, "refuse", why="No\u202e!").text
    page = press(second, proposal, "refuse", why="It rings at a baker’s.")
    assert "Refused by second" in page.text
    assert "It rings at a baker’s." in Page(admin.get(proposal.get_absolute_url())).text
    assert Phone.objects.get(pk=spoc.pk).dial == "01384455411"
    assert not PublicationRequest.objects.exists()
    # The line is free for another proposal.
    proposed(admin, spoc, **NEW)


def test_the_proposer_can_take_a_proposal_back(admin, second, spoc):
    proposal = proposed(admin, spoc, **NEW)
    page = press(second, proposal, "take-back")
    assert "Only the officer who proposed this can take it back." in page.text
    assert "Taken back by officer" in press(admin, proposal, "take-back").text
    assert Phone.objects.get(pk=spoc.pk).dial == "01384455411"


def test_no_other_action_on_a_proposal_is_accepted(admin, second, spoc):
    proposal = proposed(admin, spoc, **NEW)
    assert second.post(proposal.get_absolute_url(), {"do": "x"}).status_code == 404
    assert second.put(proposal.get_absolute_url()).status_code == 405
    assert second.get(reverse("approvals:proposal", args=[0])).status_code == 404


# What is proposed


INVISIBLE = "There is an invisible character after"
OTHER_SCRIPT = "is a digit from another script"


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"dial": "0138\u200b4455412"}, "dial", f"{INVISIBLE} “0138”"),
        ({"dial": "\u202e21455448310"}, "dial", INVISIBLE),
        ({"dial": "\u200b"}, "dial", INVISIBLE),
        ({"display": "01384\u2066 455412"}, "display", INVISIBLE),
        ({"display": "01384\u00a0455412"}, "display", INVISIBLE),
        ({"textphone": "18001\ufeff"}, "textphone", INVISIBLE),
        ({"dial": "٠١٣٨٤٤٥٥٤١٢"}, "dial", OTHER_SCRIPT),
        ({"dial": "０１３８４４５５４１２"}, "dial", OTHER_SCRIPT),
        ({"display": "٠١٣٨٤ ٤٥٥٤١٢"}, "display", OTHER_SCRIPT),
        ({"textphone": "१८०००"}, "textphone", OTHER_SCRIPT),
        ({"dial": "O1384455412"}, "dial", "Remove “O”."),
        ({"dial": "+441384455412"}, "dial", "Remove “+”."),
        ({"dial": "01384 455412"}, "dial", "without spaces"),
        ({"dial": "0" * 10_000}, "dial", "at most 20 characters"),
        ({"display": "0 " * 5_000}, "display", "at most 24 characters"),
        ({"display": "01384 455421"}, "display", "do not match the digits"),
        ({"display": "01384-455412"}, "display", "Remove “-”."),
        ({"dial": ""}, "dial", "This field is required."),
        ({"dial": "0033142685300", "display": "0033142685300"}, "dial", "in Britain"),
        ({"dial": "01384", "display": "01384"}, "dial", "in Britain"),
        ({"dial": "08005002222", "display": "0800 500 2222"}, "dial", "known to be wrong"),
        ({"dial": "01384455411", "display": "01384 455411"}, "dial", "already has this number"),
        ({"why": ""}, "why", "This field is required."),
        ({"source": " "}, "source", "This field is required."),
        ({"why": "x" * 10_000}, "why", "at most 300 characters"),
        ({"source": "Letter\u202e"}, "source", "invisible character"),
    ],
)
def test_bad_input_is_refused_beside_the_field_and_what_was_typed_stays(
    admin, spoc, changes, field, message
):
    typed = NEW | REASONS | changes
    page = propose(admin, spoc, **typed)
    (row,) = [
        row
        for row in page.all("div", class_="form-row")
        if any(typed_in.get("name") == field for typed_in in row.iter("input"))
    ]
    assert message in text(row)
    assert "Nothing was proposed." in page.text
    shown = form_values(page)
    assert {name: shown[name] for name in typed} == typed
    assert not NumberProposal.objects.exists()


def test_a_line_with_a_waiting_proposal_cannot_have_another(admin, spoc):
    proposal = proposed(admin, spoc, **NEW)
    page = Page(admin.get(url_for(spoc)))
    assert "That proposal must be decided first." in page.text
    assert proposal.get_absolute_url() in page.internal_links
    page = propose(admin, spoc, dial="01384455413", display="01384 455413")
    assert "officer has already proposed 01384 455412 for this line." in page.text
    assert form_values(page)["dial"] == "01384455413"
    assert NumberProposal.objects.count() == 1


def test_the_second_of_two_simultaneous_proposals_is_refused(admin, officer, second, spoc):
    values = NEW | REASONS | {"textphone": "", "kind": "change"}
    forms = [ProposalForm(values, phone=spoc, user=officer) for _ in range(2)]
    assert [form.is_valid() for form in forms] == [True, True]
    assert forms[0].propose() is not None
    assert forms[1].propose() is None
    assert "has already proposed 01384 455412 for this line" in str(forms[1].errors)


def test_the_form_says_what_would_be_wrong_with_the_line_itself(admin, second):
    """It gives a cost without a source, which a free number does not need but others do."""
    phone = Phone.objects.get(slug="h-childline")
    Phone.objects.filter(pk=phone.pk).update(cost="Free.", cost_en="Free.", cost_source="")
    page = propose(admin, phone, **NEW)
    assert "the line's own form has an error. “source for the cost”: Give a" in page.text
    assert not NumberProposal.objects.exists()


def test_a_proposal_that_has_become_wrong_since_is_not_approved(admin, second):
    phone = Phone.objects.get(slug="h-childline")
    Phone.objects.filter(pk=phone.pk).update(cost_en="", cost_source="")
    proposal = proposed(admin, phone, **NEW)
    Phone.objects.filter(pk=phone.pk).update(cost_en="Free.")
    page = approve(second, proposal)
    assert "Nothing was changed: with this number" in page.text
    assert Phone.objects.get(pk=phone.pk).dial == "08001111"
    assert NumberProposal.objects.get().is_waiting


def test_an_unpublished_line_cannot_be_given_a_role(admin, galop):
    Phone.objects.filter(pk=galop.pk).update(is_published=False)
    page = propose(admin, galop, role="spoc")
    assert "It must be “Visible to readers” before it can be on every page." in page.text
    assert not NumberProposal.objects.exists()


# What it touches


@pytest.mark.languages("en", "ur")
def test_a_proposal_lists_every_page_and_language_it_affects(editions, admin, second, spoc):
    proposal = proposed(admin, spoc, **NEW)
    page = Page(second.get(proposal.get_absolute_url()))
    html = [
        address
        for address, entry in manifests.manifest_of(store.current())["pages"].items()
        if entry["type"].startswith("text/html") and entry["status"] in (200, 404)
    ]
    assert len(html) > 100
    assert f"These digits are on {len(html)} pages of edition 1" in page.text
    (details,) = [part for part in page.root.iter("details") if "Show every page" in text(part)]
    assert {text(link) for link in details.iter("a")} == set(html)
    urdu = [address for address in html if address.startswith("/ur/")]
    assert f"Urdu: {len(urdu)} pages" in page.text
    assert f"English: {len(html) - len(urdu)} pages" in page.text


@pytest.mark.languages("en", "ur")
def test_only_pages_that_show_the_line_are_listed(editions, admin, second):
    phone = Phone.objects.get(slug="h-shout")
    proposal = proposed(admin, phone, dial="85259", display="85259")
    touched = pages_touched(proposal)
    listed = {address for _name, addresses in touched["languages"] for address in addresses}
    folder = store.current() / "pages"
    assert "/help-now/" in listed
    assert "/guides/consent/" not in listed
    for address in ("/help-now/", "/contacts/", "/accessibility/", "/guides/consent/", "/ur/"):
        html = (folder / page_files.file_of(address)).read_text()
        assert ("85258" in html) is (address in listed), address


def test_a_proposal_says_if_there_is_no_edition(admin, second, spoc):
    page = Page(second.get(proposed(admin, spoc, **NEW).get_absolute_url()))
    assert "There is no edition yet: readers see what is saved." in page.text


def test_an_unreadable_edition_does_not_stop_anybody_deciding(editions, admin, second, spoc):
    proposal = proposed(admin, spoc, **NEW)
    (store.current() / "manifest.json").write_text("{")
    page = Page(second.get(proposal.get_absolute_url()))
    assert "cannot be read" in page.main
    assert "typed" in form_values(page)


def test_digits_that_differ_are_marked_and_listed(admin, second, spoc):
    page = Page(second.get(proposed(admin, spoc, **NEW).get_absolute_url()))
    assert [text(digits) for digits in page.all("del")] == ["1"]
    assert [text(digits) for digits in page.all("ins")] == ["2"]
    assert "Digit 11 changes from 1 to 2." in page.text
    assert [text(number) for number in page.all("bdi", class_="digits")] == [
        "01384 455411",
        "01384 455412",
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("0800 1111", "0800 111 110", "The new number has 10 digits; the old number had 8."),
        ("101", "101", "The digits are the same."),
        ("", "18000", ""),
        (
            "01384 455411",
            "01348 455411",
            "Digit 4 changes from 8 to 4; digit 5 changes from 4 to 8.",
        ),
    ],
)
def test_two_numbers_are_compared_in_words(old, new, words):
    assert differences(old, new) == words
    for digits, groups in zip((old, new), compared(old, new), strict=True):
        assert "".join(digit for group in groups for digit, _ in group) == digits.replace(" ", "")


# The line's own form


def test_the_form_of_a_critical_line_shows_its_digits_but_cannot_change_them(admin, spoc):
    page = Page(admin.get(change_url(spoc)))
    assert not {"dial", "display", "textphone", "role", "slug"} & set(form_values(page))
    for shown in ("01384455411", "01384 455411", "h-spoc", "Propose another number"):
        assert shown in page.main
    assert url_for(spoc) in page.internal_links


@pytest.mark.parametrize(
    "forged",
    [
        *[{"dial": "01384455412"}, {"display": "01384 455 411"}, {"textphone": "1"}],
        *[{"role": ""}, {"slug": "h-other"}],
    ],
)
def test_a_forged_form_changes_nothing_and_says_so(admin, spoc, forged):
    before = Phone.objects.filter(pk=spoc.pk).values().get()
    page = save(admin, spoc, position="77", **forged)
    assert "Nothing was saved." in page.text
    assert form_values(page)["position"] == "77"
    assert Phone.objects.filter(pk=spoc.pk).values().get() == before


def test_an_ordinary_line_is_saved_as_usual_except_for_its_role(admin, galop):
    page = save(admin, galop, dial="08009995420", display="0800 999 5420")
    assert "was changed successfully" in page.text
    assert Phone.objects.get(pk=galop.pk).dial == "08009995420"
    page = save(admin, galop, role="spoc")
    assert "Nothing was saved. “role” cannot be changed in this form" in page.text
    assert Phone.objects.get(role="spoc").slug == "h-spoc"


def test_a_line_that_became_critical_while_its_form_was_open_is_not_changed(admin, second, galop):
    typed = form_values(Page(admin.get(change_url(galop)))) | {"dial": "08009995420"}
    approve(second, proposed(admin, galop))
    page = Page(admin.post(change_url(galop), typed, follow=True))
    assert "Nothing was saved." in page.text
    assert Phone.objects.get(pk=galop.pk).dial == "08009995428"


def test_a_critical_line_cannot_be_unpublished(admin):
    phone = Phone.objects.get(slug="h-childline")
    page = save(admin, phone, is_published=[])
    assert any("Withdraw from every page" in error for error in errors(page))
    assert Phone.objects.get(pk=phone.pk).is_published


def test_a_new_line_has_no_role(admin):
    page = Page(admin.get("/admin/contacts/phone/add/"))
    assert "role" not in form_values(page)
    page = Page(admin.post("/admin/contacts/phone/add/", {"role": "spoc"}))
    assert "“role” cannot be changed in this form" in page.text


def test_the_list_of_numbers_leads_to_proposals(admin):
    assert LIST in Page(admin.get("/admin/contacts/phone/")).internal_links


# Withdrawn lines


def withdraw(admin, phone):
    admin.post(
        reverse("publishing:withdraw", args=["contacts.phone", phone.pk]), {"why": "It is silent."}
    )
    return Withdrawal.objects.get(key=phone.pk, lifted_at=None)


def test_one_person_can_withdraw_a_critical_line_but_two_must_agree_to_its_return(
    editions, admin, second, spoc
):
    withdrawal = withdraw(admin, spoc)
    publish.publish(sources.WITHDRAWAL)
    listing = Page(admin.get(reverse("publishing:editions")))
    assert url_for(spoc) in listing.internal_links
    page = Page(
        admin.post(reverse("publishing:lift-withdrawal", args=[withdrawal.pk]), follow=True)
    )
    assert "A second person must agree" in page.text
    assert "Withdrawn by officer" in page.text
    withdrawal.refresh_from_db()
    assert withdrawal.lifted_at is None
    proposal = proposed(admin, spoc)
    assert proposal.kind == "bring-back"
    page = Page(second.get(proposal.get_absolute_url()))
    assert "of edition 1, the last edition to show them" in page.text
    count = len(approvals("h-spoc"))
    approve(second, proposal)
    withdrawal.refresh_from_db()
    assert withdrawal.lifted_by == "second"
    assert len(approvals("h-spoc")) == count + 1
    publish.publish()
    assert "tel:01384455411" in (store.current() / "pages/index.html").read_text()


def test_a_withdrawn_line_comes_back_with_another_number(admin, second, spoc):
    withdraw(admin, spoc)
    approve(second, proposed(admin, spoc, **NEW))
    assert Phone.objects.get(pk=spoc.pk).dial == "01384455412"
    assert not Withdrawal.objects.filter(lifted_at=None).exists()


def test_readers_get_a_withdrawn_line_back_with_another_number(editions, admin, second, spoc):
    withdraw(admin, spoc)
    Watcher().look()
    assert not readers_content.rows_of(store.current())[Phone][spoc.pk]["is_published"]
    approve(second, proposed(admin, spoc, **NEW))
    Watcher().look()
    row = readers_content.rows_of(store.current())[Phone][spoc.pk]
    assert (row["is_published"], row["dial"]) == (True, "01384455412")
    assert pending.records() == []


def test_one_person_can_bring_back_anything_else(admin, galop):
    withdrawal = withdraw(admin, galop)
    admin.post(reverse("publishing:lift-withdrawal", args=[withdrawal.pk]))
    withdrawal.refresh_from_db()
    assert withdrawal.lifted_by == "officer"


def test_a_line_withdrawn_while_its_form_was_open_is_not_brought_back_by_accident(admin, spoc):
    values = form_values(Page(admin.get(url_for(spoc)))) | NEW | REASONS
    withdraw(admin, spoc)
    page = Page(admin.post(url_for(spoc), values))
    assert "This number has been withdrawn since you opened the page." in page.text
    assert form_values(page)["dial"] == "01384455412"
    assert not NumberProposal.objects.exists()
    # The page now says what it would do, so sending it again is deliberate.
    admin.post(url_for(spoc), form_values(page))
    assert NumberProposal.objects.get().kind == "bring-back"


def test_a_line_withdrawn_after_it_was_proposed_is_not_changed(admin, second, spoc):
    proposal = proposed(admin, spoc, **NEW)
    withdraw(admin, spoc)
    assert "was withdrawn after this was proposed" in approve(second, proposal).text
    assert Phone.objects.get(pk=spoc.pk).dial == "01384455411"
    assert Withdrawal.objects.filter(lifted_at=None).exists()


def test_a_withdrawn_line_cannot_be_given_a_role_as_it_returns(admin, galop):
    withdraw(admin, galop)
    page = propose(admin, galop, role="spoc")
    assert "Bring the number back first, without a role." in page.text
    assert not NumberProposal.objects.exists()


# The record


def test_a_proposal_is_a_permanent_record(admin, officer, second, spoc):
    proposal = proposed(admin, spoc, **NEW)
    approve(second, proposal)
    for change in (proposal.save, proposal.delete, NumberProposal.objects.all().delete):
        with pytest.raises(ValidationError):
            change()
    assert not NumberProposal.objects.get().decide("refused", officer)
    assert admin.get(change_url(proposal)).status_code == 200
    assert admin.post(change_url(proposal), {"dial": "1"}).status_code == 403
    delete = reverse("admin:approvals_numberproposal_delete", args=[proposal.pk])
    assert admin.post(delete, {"post": "yes"}).status_code == 403
    assert admin.get("/admin/approvals/numberproposal/add/").status_code == 403
    page = Page(admin.get(proposal.get_absolute_url()))
    assert "01384 455411" in page.main
    assert "01384 455412" in page.main


# Two at the same moment


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time.")
@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_simultaneous_approvals_counts(django_user_model):
    if not Phone.objects.exists():
        call_command("load_content")
    spoc = Phone.objects.get(slug="h-spoc")
    users = [
        established(django_user_model.objects.create_superuser(name, password=None))
        for name in ("one", "two", "three")
    ]
    proposal = proposed(signed_in(users[0]), spoc, **NEW)
    count = ApprovedNumber.objects.count()
    barrier, answers = threading.Barrier(2, timeout=30), []

    def press_at_once(client):
        barrier.wait()
        try:
            answers.append(approve(client, proposal).text)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press_at_once, args=[signed_in(user)]) for user in users[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("Approved." in answer for answer in answers) == 1
    assert sum("Nothing was changed:" in answer for answer in answers) == 1
    assert ApprovedNumber.objects.count() == count + 1
    assert PublicationRequest.objects.count() == 1
    assert Phone.objects.get(pk=spoc.pk).dial == "01384455412"


# Ways round it


def test_an_organisations_critical_lines_do_not_come_back_with_it(editions, admin, spoc):
    withdrawing.withdraw(spoc.organization, "an officer", "They moved")
    withdrawal = Withdrawal.objects.get(lifted_at=None)
    page = Page(
        admin.post(reverse("publishing:lift-withdrawal", args=[withdrawal.pk]), follow=True)
    )
    assert "A second person must agree before these come back" in page.text
    assert spoc.display in page.text
    left = Withdrawal.objects.filter(lifted_at=None)
    guarded = Phone.objects.guarded().filter(organization=spoc.organization)
    assert {row.key for row in left} == {phone.pk for phone in guarded}
    publish.publish()
    assert "tel:01384455411" not in (store.current() / "pages/contacts.html").read_text()


@pytest.mark.parametrize(("name", "day"), [("starts_on", "2020-01-01"), ("ends_on", "2090-01-01")])
def test_a_critical_line_cannot_have_a_first_or_last_day(admin, name, day):
    phone = Phone.objects.get(slug="h-samaritans")
    page = Page(
        admin.post(
            change_url(phone),
            form_values(Page(admin.get(change_url(phone)))) | {name: day},
        )
    )
    assert "A critical number has no first or last day. Leave this empty." in errors(page)
    assert getattr(Phone.objects.get(pk=phone.pk), name) is None


def test_one_person_alone_cannot_turn_a_call_into_a_text(admin):
    phone = Phone.objects.get(slug="h-samaritans")
    admin.post(
        change_url(phone), form_values(Page(admin.get(change_url(phone)))) | {"kind": "text"}
    )
    assert Phone.objects.get(pk=phone.pk).kind == "voice"


def test_restoring_a_version_does_not_unpublish_a_critical_line(admin):
    phone = Phone.objects.get(slug="h-samaritans")
    with recording():
        phone.is_published = False
        phone.save()
    with recording():
        phone.is_published = True
        phone.purpose_en = "Other words."
        phone.save()
    (_, unpublished, *_) = versions.of_record(Phone, phone.pk)
    url = reverse("history:restore", args=["contacts.phone", phone.pk, unpublished.pk])
    admin.post(url, form_values(Page(admin.get(url))))
    phone.refresh_from_db()
    assert phone.is_published
    assert phone.purpose_en != "Other words."


def test_two_critical_lines_cannot_have_the_same_digits(admin, galop):
    values = form_values(Page(admin.get(change_url(galop)))) | {
        "dial": "116123",
        "display": "116 123",
    }
    page = Page(admin.post(change_url(galop), values))
    assert "These are the digits of the critical number" in " ".join(errors(page))
    assert Phone.objects.get(pk=galop.pk).dial == galop.dial


def test_an_approval_publishes_no_other_changes_to_the_line(editions, admin, second, spoc):
    save(admin, spoc, purpose_en="Words that nobody ticked.")
    approve(second, proposed(admin, spoc, **NEW))
    Watcher().look()
    page = (store.current() / "pages/contacts.html").read_text()
    assert "tel:01384455412" in page
    assert "Words that nobody ticked." not in page


@pytest.mark.parametrize("change", [{"textphone": "18001 116 123"}])
def test_a_textphone_is_published_only_as_it_was_approved(editions, change):
    phone = Phone.objects.get(slug="h-samaritans")
    Phone.objects.filter(pk=phone.pk).update(**change)
    (refusal,) = publish.publish().left_out
    assert refusal.record.key == phone.pk
    assert "does not match what was approved" in refusal.why
