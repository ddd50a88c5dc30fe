"""A change that is set for later goes out at its moment, as it was agreed to, or not at all."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from helphub.changes import log
from helphub.checking.publishing_checks import publishable
from helphub.dashboard import questions
from helphub.editions import choice, state_files, store, withdrawing
from helphub.editions.models import PublicationRequest, ScheduledChange
from helphub.editions.worker import CHORES, Watcher
from helphub.history.recording import catch_up, recording
from helphub.publishing import moment_form, pending, scheduled
from helphub.publishing.moment_form import MomentForm
from services.models import Service
from strategy.models import FormOfAbuse, Guide
from tests.support import factories
from tests.support.checks import log as log_check
from tests.support.officers import officer_named
from tests.support.reader import Page, form_values

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

WAITING, COMING = reverse("publishing:waiting"), reverse("publishing:coming")
Outcome = ScheduledChange.Outcome


def name_of(row):
    return row._meta.label_lower, row.pk


def at(days=2, hour=9):
    """A morning to come, as the form sends it."""
    day = timezone.localdate() + timedelta(days=days)
    return {"day": day.isoformat(), "at": f"{hour:02}:00"}


def last_sunday(month):
    """Half past one on the night when the clocks next change in this month."""
    today = timezone.localdate()
    for year in (today.year, today.year + 1):
        day = max(
            date(year, month, n) for n in range(25, 32) if date(year, month, n).weekday() == 6
        )
        if day > today:
            break
    return {"day": day.isoformat(), "at": "01:30"}


def send(admin, *rows, page=None, **values):
    """Tick these records, choose a moment and press “Set for later”."""
    catch_up()
    page = page or Page(admin.get(WAITING))
    ticks = {"tick": [f"{row._meta.label_lower}:{row.pk}" for row in rows]}
    form = form_values(page) | ticks | {"why": "The campaign", "later": "1"} | at() | values
    return Page(admin.post(WAITING, form, follow=True))


def press_publish(admin, **values):
    """Tick everything and press Publish."""
    form = form_values(Page(admin.get(WAITING))) | {"why": "A correction", "all": "on"} | values
    form.pop("later", None)
    return Page(admin.post(WAITING, form, follow=True))


def the_change(row):
    changes = ScheduledChange.objects.filter(label=row._meta.label_lower, key=row.pk)
    return changes.order_by("pk").last()


def url(row):
    return reverse("publishing:later", args=[the_change(row).pk])


def move(admin, row, page=None, **values):
    form = form_values(page or Page(admin.get(url(row)))) | values
    form.pop("cancel", None)
    return Page(admin.post(url(row), form, follow=True))


def cancel(admin, row):
    return Page(admin.post(url(row), {"cancel": "1"}, follow=True))


def waiting():
    return {item.name for item in pending.records()}


def make_due(*rows):
    """As if the moments of these had just come."""
    keys = [the_change(row).pk for row in rows or ScheduledChange.objects.none()]
    changes = ScheduledChange.objects.filter(pk__in=keys) if rows else ScheduledChange.objects.all()
    changes.update(goes_out_at=timezone.now() - timedelta(seconds=5))


def requests():
    return PublicationRequest.objects.order_by("pk")


def change(row, **values):
    """What saving its form does."""
    row.refresh_from_db()
    with recording():
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
    return row


@pytest.fixture
def guide(editions):
    return change(Guide.objects.get(slug="consent"), body_en="Words for the campaign.")


@pytest.fixture
def topic(editions):
    return change(FormOfAbuse.objects.get(slug="law"), summary_en="Other words.")


# Setting


def test_until_its_moment_nothing_else_publishes_it(guide, topic, admin):
    page = send(admin, guide)
    assert f"“{guide.name_en}”. Until then readers keep what they have." in page.text
    assert waiting() == {name_of(topic)}
    assert pending.count() == (1, 1)
    assert "1 entry waiting to be published · 1 set for later" in page.text
    page = Page(admin.get(WAITING))
    assert "Everything on this page (1)" in page.text
    assert "Set by officer: The campaign" in page.text
    press_publish(admin)
    assert requests().get().chosen == [list(name_of(topic))]
    # Nor does “manage.py publish”.
    assert choice.Choice(store.current(), None).left == {name_of(guide)}
    scheduled.go_out()
    assert requests().count() == 1


def test_what_checks_changed_is_held_back_too(editions, admin):
    line = Service.objects.get(line="h-galop").phones.get(slug="h-galop")
    log_check(admin, line, "confirmed")
    assert name_of(line) in publishable()
    send(admin, line)
    assert publishable() == {}


def test_a_tick_from_a_page_opened_earlier_does_not_publish_it(guide, admin):
    page = Page(admin.get(WAITING))
    send(admin, guide)
    form = form_values(page) | {"all": "on", "why": "Everything"}
    answer = Page(admin.post(WAITING, form, follow=True))
    assert f"“{guide.name_en}” is set for" in answer.text
    assert "Move or cancel that first." in answer.text
    assert not requests().exists()


def test_a_double_click_sets_it_once_and_another_moment_is_refused(guide, admin):
    page = Page(admin.get(WAITING))
    send(admin, guide, page=page)
    assert "That is already set for" in send(admin, guide, page=page).text
    answer = send(admin, guide, page=page, **at(days=3))
    assert "Nothing was set for later." in answer.text
    assert "Move or cancel that first." in answer.text
    assert ScheduledChange.objects.count() == 1


def test_two_officers_who_set_the_same_at_once_get_one_and_a_clear_word(guide, topic, admin):
    catch_up()
    waiting_list = pending.WaitingList()
    moment = timezone.now() + timedelta(days=1)
    scheduled.set_for(waiting_list, {name_of(topic)}, moment, "anna", "First")
    with pytest.raises(scheduled.AlreadySetError, match=topic.name_en):
        scheduled.set_for(waiting_list, {name_of(guide), name_of(topic)}, moment, "berta", "Second")
    assert [change.who for change in ScheduledChange.objects.all()] == ["anna"]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"day": "", "at": ""}, ["Choose the day it goes out.", "Choose the time it goes out"]),
        ({"day": "31 June 2027"}, ["Write the day first"]),
        ({"at": "25:00"}, ["Write the time as 09:00"]),
        ({"at": "24:00"}, ["A day begins at 00:00."]),
        (at(days=-1), ["This has passed. Choose a later one."]),
        (at(days=500), ["This is more than a year ahead. Check the year."]),
        (
            {"day": "2027-03-28", "at": "01:30"},
            ["so there is no 01:30. Choose a time before 01:00"],
        ),
        ({"day": "2027-10-31", "at": "01:30"}, ["so 01:30 comes twice. Say which of the two"]),
        ({"day": "2027-10-31", "at": "01:30", "which": "third"}, ["Select a valid choice"]),
    ],
)
def test_a_moment_that_cannot_be_is_refused_at_its_field(values, says):
    form = MomentForm(at() | values)
    errors = " ".join(error for field in form.errors.values() for error in field)
    assert form.moment is None
    for words in says:
        assert words in errors


def test_of_a_time_that_comes_twice_an_officer_chooses_one(guide, admin):
    answer = send(admin, guide, **last_sunday(10))
    assert len(answer.all("input", name_="which")) == 2
    answer = send(admin, guide, page=answer, **last_sunday(10), which="second")
    assert "01:30, winter time" in answer.text
    moment = the_change(guide).goes_out_at
    assert (moment.hour, moment.minute) == (1, 30)  # In UTC.
    # The form to move it begins with the same.
    assert moment_form.shown(moment)["which"] == "second"


def test_what_cannot_be_set_is_said_and_nothing_typed_is_lost(guide, admin):
    page = send(admin, guide, **at(days=-1), why=" ")
    assert "Nothing was set for later." in page.text
    assert page.text.count("This has passed. Choose a later one.") == 2  # On top, and beside it.
    assert "Say why, in a few words." in page.text
    kept = {name: page.one("input", name_=name).get("value") for name in ("day", "at", "why")}
    assert kept == at(days=-1) | {"why": " "}
    assert [box.get("value") for box in page.all("input", name_="tick") if "checked" in box.attrib]
    assert "Tick what to set for later" in send(admin).text
    assert not ScheduledChange.objects.exists()


def test_publish_is_not_pressed_by_mistake_with_a_moment_filled_in(guide, admin):
    page = press_publish(admin, **at())
    assert "You chose a moment. Press “Set for later”, or clear the day and the time." in page.text
    assert not requests().exists()


def test_an_entry_cannot_be_set_for_before_the_new_one_it_refers_to(guide, admin):
    new = factories.make_guide(slug="new", name_en="New guide")
    change(guide, body_en="See {guide:new}.")
    page = send(admin, guide)
    assert "refers to “New guide”, which is new and would not be out by then." in page.text
    assert not ScheduledChange.objects.exists()
    send(admin, new, **at(days=3))
    assert "would not be out by then" in send(admin, guide, **at(days=2)).text
    send(admin, guide, **at(days=4))
    assert ScheduledChange.objects.waiting().count() == 2
    # Cancelling the one says what becomes of the other.
    page = cancel(admin, new)
    assert page.text.count(f"“{guide.name_en}”: its text") == 2  # A message, and beside it.
    make_due(guide)
    scheduled.go_out()
    assert scheduled.LATER in the_change(guide).why_not
    assert not requests().exists()


# Its moment


def test_what_is_due_goes_out_together_as_it_was_agreed_to(guide, topic, admin):
    officer_named("berta", "Publishers")
    send(admin, guide)
    send(admin, topic)
    ScheduledChange.objects.filter(label="strategy.guide").update(who="berta", why="Another")
    assert scheduled.go_out in CHORES
    make_due()
    scheduled.go_out()
    scheduled.go_out()  # It asks once.
    request = requests().get()
    assert (request.who, request.why) == ("berta, officer", "Set for later: Another; The campaign")
    assert sorted(request.chosen) == sorted(map(list, map(name_of, (guide, topic))))
    assert "Being published now." in Page(admin.get(COMING)).text
    Watcher().look()
    assert "Words for the campaign." in (store.current() / "pages/guides/consent.html").read_text()
    assert waiting() == set()
    page = Page(admin.get(COMING))
    number = store.number_of(store.current())
    assert page.text.count(f", edition {number}.") == 2
    assert "This was late" not in page.text


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        ("changed", scheduled.CHANGED),
        ("deleted", scheduled.DELETED),
        ("withdrawn", scheduled.WITHDRAWN),
        ("undone", scheduled.NOT_WAITING),
        ("left", scheduled.NO_RIGHT.format("anna")),
    ],
)
def test_what_became_of_it_meanwhile_is_said_before_and_when_it_is_due(
    guide, topic, admin, officer, meanwhile, why
):
    anna = officer_named("anna", "Publishers")
    before = pending.WaitingList().compared.before(name_of(guide)).fields["body_en"]
    send(anna, guide)
    send(admin, topic)
    if meanwhile == "changed":
        change(guide, body_en="Nobody agreed to this.")
    elif meanwhile == "deleted":
        with recording(officer):
            guide.delete()
        guide.pk = (
            the_change(guide).key if guide.pk else ScheduledChange.objects.get(who="anna").key
        )
    elif meanwhile == "withdrawn":
        withdrawing.withdraw(guide, "officer", "A complaint")
    elif meanwhile == "undone":
        change(guide, body_en=before)
    else:
        User.objects.get(username="anna").groups.clear()
    assert f"It will not go out as it is. {why}" in Page(admin.get(url(guide))).text
    need = questions.scheduled_in_need(officer)
    assert [(item.words, why in item.more) for item in need.items] == [(guide.name_en, True)]
    assert need.is_pressing
    make_due()
    scheduled.go_out()
    assert requests().get().chosen == [list(name_of(topic))]
    row = the_change(guide)
    assert (row.outcome, row.why_not) == (Outcome.REFUSED, why)


def test_a_version_that_was_refused_waits_again_for_an_officer(guide, admin, officer):
    send(admin, guide)
    change(guide, body_en="Nobody agreed to this.")
    assert waiting() == set()
    for address in (COMING, WAITING):
        assert f"It will not go out as it is. {scheduled.CHANGED}" in Page(admin.get(address)).text
    make_due()
    scheduled.go_out()
    assert waiting() == {name_of(guide)}
    assert f"Not published. {scheduled.CHANGED}" in Page(admin.get(COMING)).text
    assert [item.words for item in questions.scheduled_in_need(officer).items] == [guide.name_en]
    send(admin, guide)
    assert not questions.scheduled_in_need(officer).items


def test_it_waits_while_readers_are_on_an_earlier_edition_or_others_publish(guide, admin):
    send(admin, guide)
    make_due()
    state_files.pin(1, "somebody", "A test")
    scheduled.go_out()
    assert "These go out once a publisher resumes publishing." in Page(admin.get(COMING)).text
    state_files.unpin()
    other = PublicationRequest.objects.create(kind="withdrawal", who="editor")
    scheduled.go_out()
    assert requests().count() == 1
    assert "These go out as soon as the publisher runs." in Page(admin.get(COMING)).text
    other.delete()
    ScheduledChange.objects.update(goes_out_at=timezone.now() - timedelta(hours=5))
    scheduled.go_out()
    requests().update(state="done", report={"number": 7, "held": []}, finished_at=timezone.now())
    assert "edition 7. This was late: when it was due" in Page(admin.get(COMING)).text


def test_a_release_check_that_leaves_it_out_is_told(guide, admin):
    send(admin, guide)
    make_due()
    scheduled.go_out()
    record = [*name_of(guide), guide.name_en]
    held = {
        "rule": "links", "why": "A link leads nowhere.", "pages": [], "record": record,
        "stops": False, "is_critical": False,
    }  # fmt: skip
    requests().update(state="done", report={"number": 2, "held": [held]})
    assert "Not published. A link leads nowhere." in Page(admin.get(COMING)).text
    requests().update(state="refused", report={"error": "The disk is full."})
    assert "Not published. The disk is full." in Page(admin.get(url(guide))).text


def test_nothing_is_asked_if_an_officer_cancels_one_at_that_very_moment(
    guide, topic, admin, monkeypatch
):
    send(admin, guide, topic)
    make_due()
    ends = Outcome.CANCELLED, "officer"
    monkeypatch.setattr(
        scheduled, "problems", lambda *_: scheduled.end(the_change(guide), *ends) and {}
    )
    scheduled.go_out()
    assert not requests().exists()
    assert the_change(topic).outcome == Outcome.WAITING
    monkeypatch.undo()
    scheduled.go_out()
    assert requests().get().chosen == [list(name_of(topic))]


def test_if_every_edition_is_lost_readers_get_what_they_had(guide, admin):
    before = pending.WaitingList().compared.before(name_of(guide))
    new = factories.make_guide()
    send(admin, guide, new)
    states = choice.Choice(None, None).states([])
    assert name_of(new) not in states
    assert states[name_of(guide)].fields["body_en"] == before.fields["body_en"]
    assert len(states) > 100


# Moving and cancelling


def test_any_publisher_moves_it_and_answers_for_it_from_then_on(guide, admin):
    send(admin, guide)
    berta = officer_named("berta", "Publishers")
    page = move(berta, guide, why="Later", **at(days=9))
    assert f"“{guide.name_en}” is now set for" in page.text
    first, second = ScheduledChange.objects.order_by("pk")
    assert (first.outcome, first.ended_by) == (Outcome.MOVED, "berta")
    assert (second.outcome, second.who, second.why) == (Outcome.WAITING, "berta", "Later")
    assert second.fingerprint == first.fingerprint
    assert second.goes_out_at - first.goes_out_at == timedelta(days=7)


def test_a_changed_record_is_set_again_only_as_an_officer_has_seen_it(guide, admin):
    send(admin, guide)
    page = Page(admin.get(url(guide)))
    change(guide, body_en="Changed meanwhile.")
    answer = move(admin, guide, page=page)
    assert "has changed since you looked." in answer.text
    assert "Changed meanwhile." in answer.text
    assert ScheduledChange.objects.count() == 1
    move(admin, guide, page=answer)
    assert scheduled.in_need() == []
    make_due(guide)
    scheduled.go_out()
    assert requests().get().fingerprints == [the_change(guide).fingerprint]


def test_moving_into_the_past_changes_nothing(guide, admin):
    send(admin, guide)
    page = move(admin, guide, **at(days=-1))
    assert "Nothing was changed. It is still set for" in page.text
    assert "This has passed. Choose a later one." in page.text
    assert ScheduledChange.objects.get().outcome == Outcome.WAITING


def test_what_is_cancelled_waits_for_an_officer_again(guide, admin):
    send(admin, guide)
    page = cancel(officer_named("berta", "Publishers"), guide)
    assert "Cancelled by berta" in page.text
    assert waiting() == {name_of(guide)}
    assert "was not waiting for its moment any more" in cancel(admin, guide).text
    make_due()
    scheduled.go_out()
    assert not requests().exists()


def now(admin, row, page=None, **values):
    """Press “Publish it now”."""
    form = form_values(page or Page(admin.get(url(row)))) | {"now": "1", "why": "It is urgent"}
    form.pop("cancel", None)
    return Page(admin.post(url(row), form | values, follow=True))


def test_a_publisher_lets_it_out_before_its_moment(guide, topic, admin):
    send(admin, guide)
    send(admin, topic)
    page = Page(admin.get(COMING))
    assert f"{url(guide)}#now" in page.internal_links
    berta = officer_named("berta", "Publishers")
    page = Page(berta.get(url(guide)))
    assert f"“{guide.name_en}” is being published now." in now(berta, guide, page).text
    # A double click asks for nothing more.
    assert "It will be published only once." in now(berta, guide, page).text
    request = requests().get()
    assert (request.who, request.why) == ("berta", "It is urgent")
    assert request.chosen == [list(name_of(guide))]
    request.state, request.report = "done", {"number": 2, "held": []}
    request.save()
    assert "edition 2. berta did not wait for its moment." in Page(admin.get(url(guide))).text
    assert the_change(topic).outcome == Outcome.WAITING
    make_due(guide)
    scheduled.go_out()
    assert requests().count() == 1


def test_it_goes_out_before_its_moment_only_as_it_was_seen_and_as_any_publication(guide, admin):
    new = factories.make_guide(slug="new", name_en="New guide")
    change(guide, body_en="See {guide:new}.")
    send(admin, guide, new)
    page = Page(admin.get(url(guide)))
    assert "“New guide”, which is new. Publish that first." in now(admin, guide, page).text
    state_files.pin(1, "somebody", "A test")
    assert "somebody went back to edition 1" in now(admin, new, why=" ").text
    answer = now(admin, new, why=" ")
    assert "Nothing was published. It is still set for" in answer.text
    assert "Say why, in a few words." in answer.text
    state_files.unpin()
    change(guide, body_en="Changed meanwhile.")
    answer = now(admin, guide, page)
    assert "Look at it below, then press “Publish it now” again." in answer.text
    assert not requests().exists()
    # What was changed after its moment was set can go out too, once it has been looked at.
    now(admin, guide, answer)
    assert requests().get().chosen == [list(name_of(guide))]
    assert the_change(new).outcome == Outcome.WAITING


def test_what_readers_have_is_corrected_before_its_moment(guide, admin):
    send(admin, guide)
    page = Page(admin.get(url(guide)))
    (address,) = [
        link for link in page.internal_links if link.startswith("/admin/history/strategy.guide/")
    ]
    admin.post(address, form_values(Page(admin.get(address))))
    guide.refresh_from_db()
    assert guide.body_en != "Words for the campaign."
    change(guide, summary_en="Corrected.")
    now(admin, guide)
    (request,) = requests()
    assert request.chosen == [list(name_of(guide))]
    Watcher().look()
    words = (store.current() / "pages/guides/consent.html").read_text()
    assert "Corrected." in words
    assert "Words for the campaign." not in words


def test_editors_see_it_and_may_not_touch_it(guide, admin):
    send(admin, guide)
    kim = officer_named("kim", "Editors")
    assert (
        "Only a publisher can publish this now, move it or cancel it."
        in Page(kim.get(url(guide))).text
    )
    seen = {"looked": the_change(guide).fingerprint, "why": "Now"}
    for form in ({"cancel": "1"}, seen | at(), seen | {"now": "1"}):
        assert kim.post(url(guide), form).status_code == 403
    assert guide.name_en in Page(kim.get(COMING)).text
    keeper = officer_named("lee", "User administrators")
    for address in (COMING, url(guide)):
        assert keeper.get(address).status_code == 403
    assert ScheduledChange.objects.waiting().count() == 1


def test_the_log_says_who_set_moved_and_cancelled_it(guide, admin):
    send(admin, guide)
    move(admin, guide, **at(days=9))
    cancel(officer_named("berta", "Publishers"), guide)
    entries = [
        (change.who, change.what.partition(" ")[0], change.name)
        for change in log.changes(log.Wanted(kind=log.PUBLICATIONS))
    ]
    assert entries == [
        ("berta", "Cancelled", guide.name_en),
        ("officer", "Set", guide.name_en),
        ("officer", "Set", guide.name_en),
    ]


def test_the_form_of_the_record_says_that_it_is_set(guide, admin):
    change_form = reverse("admin:strategy_guide_change", args=[guide.pk])
    assert "set for" not in Page(admin.get(change_form)).text
    send(admin, guide)
    page = Page(admin.get(change_form))
    assert "What is saved is set for" in page.text
    assert url(guide) in page.internal_links
