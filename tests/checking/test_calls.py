"""A check of a number, logged by an officer: the script, what is saved, and what is refused."""

import uuid
from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import Phone, Verification
from helphub.approvals.models import NumberProposal
from helphub.checking.models import Attempt, Claim, Reported, WayToCheck
from helphub.checking.ways import Way
from helphub.content import clock
from helphub.dashboard.models import OpenQuestion
from helphub.editions import withdrawing
from helphub.history import versions
from helphub.history.recording import catch_up
from tests.support.admin_forms import errors, save
from tests.support.checks import log, url_of
from tests.support.factories import (
    make_call_fact,
    make_phone,
    make_schedule,
    make_service,
    make_verification,
)
from tests.support.officers import officer_named
from tests.support.reader import Page, form_values, text

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NEW = {"new_display": "01384 455 412", "new_dial": "01384455412"}


@pytest.fixture
def phone(db):
    """A line of which little is known but the number."""
    phone = make_phone(is_for_families=False, is_for_professionals=False)
    catch_up()
    return phone


@pytest.fixture
def known(db):
    """A line of which everything is known."""
    phone = make_phone(bank_holidays="closed", what_happens_en="A person answers.")
    make_schedule(phone)
    for fact in ("recorded", "rings-back", "name-needed", "interpreter", "voicemail"):
        make_call_fact(phone, fact, "yes")
    for fact in ("text-or-chat", "hidden-number", "private"):
        make_call_fact(phone, fact, "no")
    make_verification(phone, verified_on=clock.today() - timedelta(days=100))
    catch_up()
    return phone


def questions(page):
    """The questions, without those that are folded."""
    return [
        text(legend)
        for legend in page.all("legend")
        if not any(parent.tag == "details" for parent in legend.iterancestors())
    ]


def said(page):
    return [text(message) for part in page.all("ul", class_="messagelist") for message in part]


def nothing_is_saved(phone):
    return not Attempt.objects.exists() and not phone.verifications.exists()


# The script


def test_the_page_says_what_to_say_and_asks_what_is_not_known(admin, phone):
    OpenQuestion.objects.create(slug="made", words="Which of the two is right?", phone=phone)
    page = Page(admin.get(url_of(phone)))
    assert page.faults == []
    assert "This is a checking call: I do not need help." in page.main
    assert f'href="tel:{phone.dial}"' in page.html
    asked = questions(page)
    assert len(asked) == len(set(asked)) == 3 + 8 + 2 + 1 + 1  # The last one is the outcome.
    assert {"Which of the two is right?", "Can family and friends ring?"} <= set(asked)
    assert "What does it cost to get in touch?" not in asked  # The digits tell.
    values = form_values(page)
    assert {str(values[name]) for name in values if name.startswith("fact_")} == {"['']", ""}


def test_what_is_known_is_folded(admin, known):
    page = Page(admin.get(url_of(known)))
    assert questions(page) == ["What happened"]
    assert "Already known: ask again" in page.main
    assert "Now: Monday to Friday: 9am to 5pm. Closed on bank holidays." in page.main
    assert "is open: Monday to Friday: 9am to 5pm." in page.main


def test_a_confirmed_line_takes_an_answer_and_a_press(admin, known):
    page = log(admin, known, "confirmed")
    assert said(page)[0].startswith("Logged: ")
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.officer_name, attempt.way) == ("confirmed", "officer", "line")
    check = Phone.objects.get(pk=known.pk).verification
    assert (check.method, check.role) == ("rang", "communications")
    assert (check.dial, check.verified_on) == (known.dial, clock.today())
    newest = versions.of_record(Phone, known.pk).first()
    assert newest.why.startswith("Check by ringing, ")
    assert newest.officer == "officer"
    assert "it is right" in Page(admin.get(url_of(known))).main


def test_every_answer_is_saved_with_who_told_us_and_when(admin, phone):
    question = OpenQuestion.objects.create(slug="made", words="Which is right?", phone=phone)
    answers = {
        "bank_holidays": "usual",
        "what_happens_detail": "A trained person answers.",
        "fact_recorded": "no",
        "fact_rings-back": "yes",
        "fact_rings-back_detail": "Within a day",
        "fact_interpreter": "unknown",
        "is_for_families": "yes",
        "is_for_professionals": "no",
        f"open_{question.pk}_detail": "The first.",
        "who_answered": "the duty worker",
    }
    log(admin, phone, "confirmed", **answers)
    row = Phone.objects.get(pk=phone.pk)
    assert (row.bank_holidays, row.what_happens_en) == ("usual", "A trained person answers.")
    assert (row.is_for_families, row.is_for_professionals) == (True, False)
    day = f"{timezone.localdate():%-d %B %Y}"
    facts = {fact.fact: fact for fact in row.call_facts.all()}
    assert set(facts) == {"recorded", "rings-back"}
    assert facts["rings-back"].detail == "Within a day."
    assert {fact.source for fact in facts.values()} == {f"Told by phone on {day}"}
    assert facts["recorded"].dated == day
    question.refresh_from_db()
    assert question.answer == f"The first. (Told by phone on {day}, officer)"
    attempt = Attempt.objects.get()
    assert attempt.answers["fact_interpreter"]["said"] == "they do not know"
    page = Page(admin.get(url_of(phone)))
    asked = questions(page)
    assert "Can an interpreter join?" in asked
    # They said no: that is known now, though the number has only “not ticked”.
    assert "Can professionals ring?" not in asked
    assert (version := versions.of_record(Phone, phone.pk).first()).why.startswith("Check")
    assert "recorded" in version.data


def test_an_answer_that_changes_drops_its_detail(admin, phone):
    make_call_fact(phone, "recorded", "yes", detail_en="Kept for a year.")
    log(admin, phone, "confirmed", fact_recorded="yes")
    assert phone.call_facts.get().detail == "Kept for a year."
    log(admin, phone, "changed", fact_recorded="no")
    assert (phone.call_facts.get().answer, phone.call_facts.get().detail) == ("no", "")


def test_officers_of_a_role_are_shown_by_their_role(known):
    client = officer_named("kim", "Editors")
    log(client, known, "confirmed")
    assert Phone.objects.get(pk=known.pk).verification.role == "editors"
    assert officer_named("pat", "Translators").get(url_of(known)).status_code == 403


# Ways


@pytest.mark.parametrize("slug", ["h-999", "h-101", "h-111", "h-samaritans", "h-shout"])
def test_a_crisis_line_is_never_rung(admin, slug):
    phone = Phone.objects.get(slug=slug)
    for address in (url_of(phone), f"{url_of(phone)}?way=line", f"{url_of(phone)}?way=office"):
        page = Page(admin.get(address))
        assert "Do not ring or text this line for a check." in page.main
        assert "tel:" not in page.html
        assert "sms:" not in page.html
    values = form_values(Page(admin.get(url_of(phone))))
    assert values["_way"] == "page"
    sent = values | {"outcome": "confirmed", "_way": "line"}
    page = Page(admin.post(url_of(phone), sent))
    assert "This line is never rung for a check." in page.main
    assert "tel:" not in page.html
    assert not Attempt.objects.exists()


def test_a_website_is_read_and_an_organisation_is_asked(admin, phone):
    make_service([phone], website="https://northgate.example/help")
    page = Page(admin.get(f"{url_of(phone)}?way=page"))
    assert 'href="https://northgate.example/help"' in page.html
    assert "tel:" not in page.html
    log(admin, phone, "confirmed", way="page", fact_recorded="no")
    check = Phone.objects.get(pk=phone.pk).verification
    assert check.method == Verification.Method.PUBLISHED_SOURCES
    assert phone.call_facts.get().source.startswith("Read on its website on ")
    log(admin, phone, "confirmed", way="office")
    assert Phone.objects.get(pk=phone.pk).verification.method == Verification.Method.TOLD


def test_a_line_that_asks_not_to_be_rung_is_checked_another_way_from_then_on(admin, phone):
    page = log(admin, phone, "do-not-ring")
    assert "Say how to check it from now on." in errors(page)
    page = log(admin, phone, "do-not-ring", other_way="office")
    assert "Give the office’s number or email." in errors(page)
    page = log(admin, phone, "do-not-ring", other_way="page", contact="")
    assert "Give the page’s address. We have no website for this line." in errors(page)
    assert nothing_is_saved(phone)
    log(admin, phone, "do-not-ring", other_way="office", contact="01384 455 412", note="Too busy.")
    assert not phone.verifications.exists()
    way = WayToCheck.objects.get()
    assert (way.phone, way.way, way.said_by, way.why) == (phone, "office", "officer", "Too busy.")
    page = Page(admin.get(url_of(phone)))
    assert 'href="tel:01384455412"' in page.html
    assert f"tel:{phone.dial}" not in page.html
    log(admin, phone, "confirmed", other_way="page", contact="https://northgate.example/")
    assert WayToCheck.objects.get().way == Way.PAGE


# A changed number


def test_a_new_number_is_saved_and_the_check_is_of_it(admin, phone):
    page = log(admin, phone, "changed", **NEW)
    row = Phone.objects.get(pk=phone.pk)
    assert (row.dial, row.display) == ("01384455412", "01384 455 412")
    # Nobody has rung the new number: they told us.
    assert (row.verification.dial, row.verification.method) == ("01384455412", "told")
    assert Attempt.objects.get().dial == phone.dial
    assert "once it is published" in page.main


def test_a_relay_number_follows_its_line(admin, phone):
    Phone.objects.filter(pk=phone.pk).update(textphone=f"18001 {phone.dial}")
    log(admin, phone, "changed", **NEW)
    assert Phone.objects.get(pk=phone.pk).textphone == "18001 01384 455 412"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"new_dial": "01384455413"}, "These digits do not match the digits to dial."),
        ({"new_dial": ""}, "Type the new number in both boxes."),
        ({"new_display": "01384 455 411", "new_dial": "01384455411"}, "critical number “h-spoc”"),
        ({"new_display": "0123", "new_dial": "0123"}, "cannot be dialled in Britain"),
    ],
)
def test_a_wrong_new_number_is_refused_beside_it(admin, phone, typed, message):
    page = log(admin, phone, "changed", **NEW | typed)
    assert any(message in error for error in errors(page))
    assert page.one("input", name_="new_display").get("value") == (NEW | typed)["new_display"]
    assert nothing_is_saved(phone)
    assert Phone.objects.get(pk=phone.pk).dial == phone.dial


def test_a_new_number_of_a_critical_line_is_proposed_with_the_call_as_its_source(admin):
    spoc = Phone.objects.get(slug="h-spoc")
    Reported.objects.create(line="h-spoc", fault="wrong-number", week="2026-W49", count=3)
    page = log(
        admin, spoc, "changed", who_answered="the duty officer", note="It moved in May.", **NEW
    )
    proposal = NumberProposal.objects.get()
    assert (proposal.dial, proposal.display) == ("01384455412", "01384 455 412")
    assert (proposal.phone, proposal.why) == (spoc, "It moved in May.")
    assert proposal.source.startswith("Told by phone on ")
    assert proposal.source.endswith(": the duty officer")
    assert "A second person has to approve the new number." in page.main
    assert proposal.get_absolute_url() in page.internal_links
    row = Phone.objects.get(pk=spoc.pk)
    assert row.dial == spoc.dial
    # The old digits are not confirmed by this.
    assert row.verification.verified_on == spoc.verification.verified_on
    assert row.verifications.filter(dial="01384455412").count() == 1
    # Readers still see the digits that they reported.
    assert Reported.objects.get().answered == 0
    page = log(admin, spoc, "changed", **NEW)
    assert "officer has already proposed 01384 455 412" in page.main
    assert Attempt.objects.count() == 1


def test_proposing_asks_who_the_officer_is_and_keeps_what_they_typed(admin, settings):
    spoc = Phone.objects.get(slug="h-spoc")
    settings.CONFIRMED_SECONDS = 0
    values = form_values(Page(admin.get(url_of(spoc))))
    response = admin.post(url_of(spoc), values | {"outcome": "changed"} | NEW)
    assert response.status_code == 302
    assert "checking/call/logged" not in response["Location"]
    assert not Attempt.objects.exists()
    assert not NumberProposal.objects.exists()


# Changed hours


def test_changed_hours_are_kept_and_the_officer_is_led_to_them(admin, known):
    page = log(
        admin, known, "changed", hours="no", hours_detail="Mondays 10 to 4", hours_are_disputed="on"
    )
    row = Phone.objects.get(pk=known.pk)
    assert row.hours_are_disputed
    assert Attempt.objects.get().answers["hours"]["detail"] == "Mondays 10 to 4"
    form = reverse("admin:contacts_phone_change", args=[known.pk]) + "#schedules-group"
    assert form in page.internal_links
    assert 'id="schedules-group"' in admin.get(form).content.decode()
    page = Page(admin.get(url_of(known)))
    assert "Readers still see the old hours." in page.main
    assert "“Mondays 10 to 4”" in page.main
    save(admin, row, **{"schedules-0-opens_at": "10:00", "schedules-0-closes_at": "16:00"})
    assert "Readers still see the old hours." not in Page(admin.get(url_of(known))).main


@pytest.mark.parametrize(
    ("outcome", "typed", "message"),
    [
        ("confirmed", {"hours": "no", "hours_detail": "x"}, "The hours are different: choose"),
        ("changed", {"hours": "no"}, "Say what you were told."),
        ("changed", {"note": "New staff."}, "Say whether the hours are still right"),
        ("changed", {"hours": "yes"}, "Say what has changed"),
        ("changed", {"hours": "yes", "fact_recorded": "unknown"}, "Say what has changed"),
        ("changed", {"hours_detail": "Later"}, "Choose an answer too."),
    ],
)
def test_hours_and_outcome_must_agree(admin, known, outcome, typed, message):
    page = log(admin, known, outcome, **typed)
    assert any(error.startswith(message) for error in errors(page))
    assert not Attempt.objects.exists()


# What is refused, and keeps what was typed


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"outcome": "perhaps"}, "That is not a possible outcome of this check."),
        ({"outcome": ""}, "Choose what happened."),
        ({"checked_on": "3 January 2099"}, "This date is in the future."),
        ({"checked_on": "3 January 2019"}, "There is a later check, of "),
        ({"checked_on": "soon"}, "Write the day first"),
        ({"checked_at": "23:59:61"}, "Write the time as"),
        ({"note": "Ring\u202e later"}, "Take out the invisible character"),
        ({"role": "<b>us</b>"}, "Take out “<b>”"),
        ({"fact_recorded": "maybe"}, "That is not one of the answers to this question."),
        ({"fact_recorded": "", "fact_recorded_detail": "Yes"}, "Choose an answer too."),
        ({"fact_recorded_detail": "Ring 01384 812345"}, "Do not type the number"),
        ({"what_happens_detail": "Press <1>. <b>Wait</b>"}, "Take out “<b>”"),
        ({"fact_weather": "yes"}, "This page has no field “fact_weather”."),
        ({"new_dial": "01384455412"}, "To give a new number, choose “Something has changed”"),
        ({"contact": "01384 455 412"}, "Say whether this is its office or its website."),
        ({"_way": "pigeon"}, "We could not tell how you checked the number."),
    ],
)
def test_a_refusal_says_why_and_keeps_everything_typed(admin, phone, typed, message):
    make_verification(phone, verified_on=clock.today() - timedelta(days=3))
    sent = {"outcome": "confirmed", "fact_recorded": "yes", "who_answered": "reception"} | typed
    page = log(admin, phone, **sent)
    assert any(message in error for error in errors(page)), errors(page)
    values = form_values(page)
    assert values["who_answered"] == "reception"
    if "fact_recorded_detail" in typed:
        assert values["fact_recorded_detail"].startswith(typed["fact_recorded_detail"])
    assert not Attempt.objects.exists()
    assert phone.verifications.count() == 1
    assert not phone.call_facts.exists()


def test_a_change_by_somebody_else_is_said_and_nothing_is_lost(admin, phone):
    values = form_values(Page(admin.get(url_of(phone)))) | {"outcome": "confirmed"}
    values |= {"fact_recorded": "yes", "note": "Friendly."}
    save(admin, phone, purpose_en="Somebody to talk to.")
    response = admin.post(url_of(phone), values)
    assert response.status_code == 409
    page = Page(response)
    assert "officer saved this number while you had the page open" in page.main
    assert "What it is for" in page.main
    assert nothing_is_saved(phone)
    again = form_values(page)
    assert (again["fact_recorded"], again["note"]) == (["yes"], "Friendly.")
    admin.post(url_of(phone), again)
    assert Attempt.objects.count() == 1
    assert Phone.objects.get(pk=phone.pk).purpose_en == "Somebody to talk to."


def claim(phone, officer, **until):
    return Claim.objects.update_or_create(
        label="contacts.phone",
        key=phone.pk,
        defaults={
            "officer": officer,
            "officer_name": f"officer {officer}",
            "until": timezone.now() + timedelta(**until),
        },
    )[0]


def test_a_claim_that_another_has_taken_over_is_said_once(admin, officer, phone):
    claim(phone, officer.pk, hours=1)
    values = form_values(Page(admin.get(url_of(phone)))) | {"outcome": "confirmed", "note": "Kept."}
    claim(phone, 4242, hours=1)
    page = Page(admin.post(url_of(phone), values))
    assert "officer 4242 has taken this line since you opened the page" in page.main
    assert nothing_is_saved(phone)
    again = form_values(page)
    assert again["note"] == "Kept."
    admin.post(url_of(phone), again)
    assert Attempt.objects.count() == 1
    assert Claim.objects.get().officer == 4242


def test_a_claim_that_expired_keeps_nobody_from_saving_and_ends_with_the_check(
    admin, officer, phone
):
    claim(phone, 4242, hours=-1)
    assert "4242" not in Page(admin.get(url_of(phone))).main
    claim(phone, officer.pk, hours=-1)
    log(admin, phone, "engaged")
    assert Attempt.objects.count() == 1
    assert not Claim.objects.exists()


def test_a_check_of_a_withdrawn_line_is_logged_and_it_says_so(admin, phone):
    values = form_values(Page(admin.get(url_of(phone)))) | {"outcome": "confirmed"}
    withdrawing.withdraw(phone, "somebody", "Wrong")
    page = Page(admin.post(url_of(phone), values, follow=True))
    assert "This number is withdrawn: readers do not see it." in page.main
    assert Attempt.objects.count() == 1
    assert "Withdrawn by somebody" in Page(admin.get(url_of(phone))).main


def test_a_check_of_a_deleted_number_shows_what_was_typed(admin, phone):
    address = url_of(phone)
    values = form_values(Page(admin.get(address))) | {"outcome": "confirmed"}
    phone.delete()
    catch_up()
    response = admin.post(address, values | {"note": "They close at four."})
    assert response.status_code == 409
    assert "They close at four." in Page(response).main
    assert admin.get(address).status_code == 409
    assert admin.get(reverse("checking:call", args=[10**12])).status_code == 404


def test_a_second_press_logs_nothing(admin, phone):
    values = form_values(Page(admin.get(url_of(phone)))) | {"outcome": "confirmed"}
    first = admin.post(url_of(phone), values)
    page = Page(admin.post(url_of(phone), values, follow=True))
    assert "It was logged only once." in page.main
    assert Attempt.objects.get().once == uuid.UUID(values["_once"])
    assert Verification.objects.filter(phone=phone).count() == 1
    assert first["Location"] in [url for url, _ in page.response.redirect_chain]


def test_an_open_question_that_somebody_answered_meanwhile_keeps_both_answers(admin, phone):
    question = OpenQuestion.objects.create(slug="made", words="Which is right?", phone=phone)
    values = form_values(Page(admin.get(url_of(phone)))) | {"outcome": "confirmed"}
    OpenQuestion.objects.update(answer="The second.")
    page = Page(
        admin.post(url_of(phone), values | {f"open_{question.pk}_detail": "No."}, follow=True)
    )
    assert "Someone else has answered “Which is right?” in the meantime." in page.main
    question.refresh_from_db()
    assert question.answer == "The second."
    assert Attempt.objects.get().answers[f"open_{question.pk}"]["detail"] == "No."


def test_what_was_wrong_with_the_number_before_does_not_stop_a_check(admin, phone):
    Phone.objects.filter(pk=phone.pk).update(purpose="{h-gone}", purpose_en="{h-gone}")
    log(admin, phone, "confirmed", bank_holidays="closed")
    assert Phone.objects.get(pk=phone.pk).bank_holidays == "closed"


def test_an_answer_that_harms_another_line_is_refused(admin):
    phone = make_phone(bank_holidays="usual")
    make_schedule(phone, "MO,TU,WE,TH,FR,SA,SU", time.min, time.min)
    other = make_phone(fallback=phone, bank_holidays="closed")
    make_schedule(other)
    page = log(admin, phone, "changed", way="page", hours="yes", is_for_families="no")
    assert f"This line is shown when “{other.name}” is closed" in page.main
    assert nothing_is_saved(phone)
