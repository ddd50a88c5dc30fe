"""A year's report: the actions as they stood on its last day, frozen once readers have had it."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from contacts.models import Phone
from helphub.content import clock
from helphub.editions import publish, store, withdrawing
from helphub.history import snapshots
from helphub.history.models import Version
from helphub.history.recording import recording
from helphub.languages import texts
from helphub.languages.models import Approval
from helphub.languages.states import Known, Name, State
from strategy import taking
from strategy.models import Action, AnnualReport, Priority, Strategy
from tests.languages.approved import approve_all
from tests.support.admin_forms import change_url, errors, save
from tests.support.factories import make_action
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.django_db

ADD = reverse("admin:strategy_annualreport_add")
YEAR = 2025
LAST = date(YEAR, 12, 31)


def saved_on(day, change):
    """Do this, and date the versions that it made: what the officers saved that day."""
    before = set(Version.objects.values_list("pk", flat=True))
    with recording():
        row = change()
    made = Version.objects.exclude(pk__in=before)
    made.update(at=timezone.make_aware(datetime.combine(day, time(12))))
    return row


def promised(day=date(YEAR, 3, 1), **fields):
    """An action that was saved on this day."""
    fields = {"status_on": day} | fields
    return saved_on(day, lambda: make_action(**fields))


def changed(action, day, **fields):
    for name, value in fields.items():
        setattr(action, name, value)
    return saved_on(day, action.save)


def make_report(is_published=True, **fields):
    """A report of the year with its actions taken."""
    report = AnnualReport(**{"year": YEAR} | fields)
    report.full_clean()
    report.save()
    taking.take(report)
    report.is_published = is_published
    report.save()
    return report


def ask(client, report, language=""):
    return Page(client.get(f"{language}/strategy/reports/{report.slug}/"))


def typed(admin, report, **changes):
    """What an officer sends who presses the button that takes the actions."""
    values = form_values(Page(admin.get(change_url(report) if report else ADD)))
    return values | {"_take": ""} | changes


# As they stood


def test_an_action_is_in_the_report_as_it_stood_on_the_last_day(client):
    action = promised(name_en="Train ten nurses", partners="Northgate schools", due_on=LAST)
    changed(action, LAST + timedelta(days=20), name_en="Train forty nurses", status="done")
    main = ask(client, make_report()).main
    for words in ["Train ten nurses", "Northgate schools", "Under way", "31 December 2025"]:
        assert words in main
    assert "Train forty nurses" not in main


@pytest.mark.parametrize(
    ("day", "fields"),
    [
        (LAST + timedelta(days=1), {}),
        (date(YEAR, 3, 1), {"is_published": False}),
        (date(YEAR, 3, 1), {"starts_on": LAST + timedelta(days=1)}),
        (date(YEAR, 3, 1), {"ends_on": LAST - timedelta(days=1)}),
    ],
)
def test_what_readers_could_not_see_on_the_last_day_is_not_in_it(day, fields):
    promised(day, **fields)
    assert not make_report().actions.exists()


def test_the_updates_of_the_year_are_in_it_even_if_written_later(client):
    action = promised()
    for dated, words in [
        (date(YEAR - 1, 12, 31), "A year before."),
        (date(YEAR, 5, 1), "Half is done."),
        (LAST, "All is done."),
        (LAST + timedelta(days=1), "A year after."),
    ]:
        saved_on(
            LAST + timedelta(days=9),
            lambda dated=dated, words=words: action.updates.create(dated=dated, words_en=words),
        )
    report = make_report()
    main = ask(client, report).main
    assert "All is done." in main
    assert "Half is done." not in main
    earlier = f"/strategy/reports/2025/updates/#{action.slug}"
    assert earlier in client.get(report.get_absolute_url()).content.decode()
    page = Page(client.get(earlier))
    (said,) = [part for part in page.all("section") if part.get("id") == action.slug]
    assert "Half is done." in text(said)
    for words in ["All is done.", "A year before.", "A year after."]:
        assert words not in page.main


def test_actions_of_a_strategy_replaced_in_the_year_are_in_it_and_of_a_draft_are_not(client):
    old = Strategy.objects.in_force()
    for slug, name in [("2030", "replaces it"), ("2040", "is a draft")]:
        strategy = Strategy(slug=slug, name=f"Made up, {name}", first_year=slug)
        saved_on(date(YEAR, 8, 1), strategy.save)
        priority = Priority(strategy=strategy, words=f"A room: {name}.", section="Rooms")
        saved_on(date(YEAR, 8, 1), priority.save)
        promised(date(YEAR, 8, 1), priority=priority, name_en=f"Action of what {name}")
        if slug == "2030":
            for changing, state in [(old, "replaced"), (strategy, "in-force")]:
                changed(changing, date(YEAR, 9, 1), state=state)
    promised(name_en="Action of the old one")
    main = ask(client, make_report()).main
    assert "Action of the old one" in main
    assert main.index("A room: replaces it.") < main.index("Action of what replaces it")
    assert "is a draft" not in main
    without = Priority.objects.of(old)[1].reference
    assert not AnnualReport.objects.get().priorities.filter(reference=without).exists()


def test_a_year_may_have_other_days(client):
    promised(date(YEAR + 1, 2, 1), name_en="Open in February")
    report = make_report(first_on=date(YEAR, 4, 1), last_on=date(YEAR + 1, 3, 31))
    main = ask(client, report).main
    assert "Open in February" in main
    assert "1 April 2025 – 31 March 2026" in main


def test_the_report_keeps_the_words_of_every_language(client):
    promised(name_pl="Otworzyć drugi pokój")
    assert "Otworzyć drugi pokój" in ask(client, make_report(), "/pl").main


def test_what_reviewers_said_of_a_translation_comes_with_it():
    action = promised(name_pl="Otworzyć drugi pokój")
    (text_of_name,) = texts.of_record(action)
    approve_all([text_of_name], "pl")
    before = Approval.objects.values_list("reviewer", "made_at")
    before.update(made_at=timezone.now() - timedelta(days=40))
    row = make_report().actions.get()
    name = Name("strategy.reportedaction", row.pk, "name")
    assert Known().state(name, "pl", row.name_en, row.name_pl) == State.REVIEWED
    assert len(before) == 4
    assert len(set(before)) == 2


# What readers see


def test_it_counts_the_actions_of_each_state_in_words(client):
    for status in ["done", "under-way", "under-way"]:
        promised(status=status)
    (counts,) = ask(client, make_report()).all("ul", class_="counts")
    assert [text(item) for item in counts] == [
        "Actions promised: 3",
        "Not started: 0",
        "Under way: 2",
        "Later than planned: 0",
        "Done: 1",
        "Stopped: 0",
    ]


def test_each_priority_is_there_and_says_if_nothing_was_published_for_it(client):
    first, *others = Priority.objects.all()
    promised(priority=first)
    main = ask(client, make_report()).main
    assert main.count("Nothing was published for this priority in 2025.") == len(others)
    places = [main.index(priority.words) for priority in [first, *others]]
    assert places == sorted(places)


def test_the_strategys_first_page_lists_the_reports_newest_first(client):
    assert "/strategy/reports/" not in client.get("/strategy/").content.decode()
    make_report()
    other = AnnualReport(year=YEAR - 1)
    other.save()
    taking.take(other)
    AnnualReport.objects.update(is_published=True)
    links = [link.get("href") for link in Page(client.get("/strategy/")).all("a")]
    assert [link for link in links if "reports" in link] == [
        "/strategy/reports/2025/",
        "/strategy/reports/2024/",
    ]


def test_a_report_that_is_not_published_is_not_there(client):
    report = make_report(is_published=False)
    assert client.get(report.get_absolute_url()).status_code == 404


def test_a_report_asks_the_same_queries_however_long_it_is(client, django_assert_max_num_queries):
    for _ in range(6):
        action = promised()
        action.updates.create(dated=LAST, words_en="All is done.")
    report = make_report()
    client.get(report.get_absolute_url())
    with django_assert_max_num_queries(12):
        client.get(report.get_absolute_url())


# Frozen


def test_nothing_that_happens_later_changes_a_report(client):
    action = promised(name_en="Train ten nurses")
    report = make_report()
    before = ask(client, report).main
    action.name_en, action.is_published = "Train forty nurses", False
    action.save()
    action.updates.create(dated=LAST, words_en="Written afterwards.")
    Priority.objects.update(summary_en="In other words")
    assert ask(client, report).main == before


def test_a_number_in_a_report_stays_todays(client):
    promised(status="late", status_reason_en="Ring {h-spoc} and ask.")
    report = make_report(introduction_en="Ring {h-spoc} first.")
    digits = Phone.objects.get(slug="h-spoc").display
    assert ask(client, report).main.count(digits) == 2
    Phone.objects.filter(slug="h-spoc").update(display="01384 000009", dial="01384000009")
    main = ask(client, report).main
    assert main.count("01384 000009") == 2
    assert digits not in main


def test_a_published_report_is_not_taken_anew_and_not_changed():
    promised()
    report = make_report(introduction_en="It was a long year.")
    with pytest.raises(ValidationError, match="stays as it is"):
        taking.take(report)
    report.introduction_en = "It was a short year."
    with pytest.raises(ValidationError, match="stays as it is"):
        report.save()
    row = report.actions.get()
    row.name_en = "Something else"
    with pytest.raises(ValidationError, match="stays as it is"):
        row.save()


def test_before_that_it_can_be_taken_again():
    action = promised(name_en="Train ten nurses")
    report = make_report(is_published=False)
    changed(action, LAST, name_en="Train twelve nurses")
    taking.take(report)
    assert [row.name_en for row in report.actions.all()] == ["Train twelve nurses"]
    assert report.priorities.count() == Priority.objects.count()


def test_an_officer_adds_a_correction_that_stands_at_the_top_for_good(client, admin):
    promised()
    report = make_report()
    form = form_values(Page(admin.get(change_url(report))))
    assert not form.keys() & {"year", "last_on", "introduction_en"}
    correction = {
        "corrections-TOTAL_FORMS": "1",
        "corrections-0-dated": clock.today().isoformat(),
        "corrections-0-words_en": "Two were trained, not ten.",
    }
    assert errors(save(admin, report, **correction)) == []
    main = ask(client, report).main
    assert main.index("Two were trained, not ten.") < main.index("How it is going")
    row = report.corrections.get()
    row.words_en = "Ten were."
    with pytest.raises(ValidationError, match="cannot be changed"):
        row.save()


def test_readers_had_what_an_edition_says_and_withdrawals_reach_a_report(editions, monkeypatch):
    """Today stands in for the last day of a year: an edition is made now."""
    phone, priority = Phone.objects.get(slug="h-samaritans"), Priority.objects.last()
    waits = {"status": "late", "status_reason_en": "Ring {h-samaritans}."}
    with recording():
        kept, taken_out = make_action(name_en="Train ten nurses", **waits), make_action()
        for words in ["Three are trained.", "Five are trained."]:
            kept.updates.create(dated=clock.today(), words_en=words)
    publish.publish()
    with recording():
        kept.name_en = "Only saved"
        kept.save()
        make_action(name_en="A draft that waits")
    monkeypatch.setattr(AnnualReport, "is_over", lambda report: True)
    with recording():
        report = make_report(year=clock.today().year, last_on=clock.today())
    rows = {row.slug: row for row in report.actions.all()}
    assert rows[kept.slug].name_en == "Train ten nurses"
    assert rows.keys() == {kept.slug, taken_out.slug}
    for row in [phone, priority, rows[taken_out.slug]]:
        withdrawing.withdraw(row, "an officer", "A test")
    publish.publish()
    folder = store.current() / f"pages{report.get_absolute_url()[:-1]}"
    assert "Three are trained." in (folder / "updates.html").read_text()
    page = folder.with_suffix(".html").read_text()
    assert "Train ten nurses" in page
    assert "Five are trained." in page
    assert priority.words in page
    assert phone.display not in page
    assert rows[taken_out.slug].name_en not in page


# The form


def test_an_officer_chooses_the_year_takes_the_actions_and_publishes(admin):
    action = promised()
    page = Page(admin.post(ADD, typed(admin, None, year=str(YEAR)), follow=True))
    assert errors(page) == []
    assert "Taken as they stood on 31 December 2025. Actions: 1. Updates: 0." in page.text
    assert "No edition of 31 December 2025 is kept any more." in page.text
    without = [priority for priority in Priority.objects.all() if priority != action.priority]
    for priority in without:
        assert priority.reference in page.text
    report = AnnualReport.objects.get()
    assert [row.name_en for row in report.actions.all()] == [action.name_en]
    assert errors(save(admin, report, is_published="on")) == []
    report.refresh_from_db()
    assert report.is_published


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"year": str(YEAR)}, "There is a report for this year already."),
        ({"year": "1999"}, "greater than or equal to 2000"),
        ({"year": "2024", "last_on": "1 May 2023"}, "before the first day"),
        ({"year": "2024", "last_on": "1 May 2025"}, "more than a year after the first day"),
        ({"year": "2024", "first_on": "1 April 2023"}, "Choose a day in 2024"),
        ({"year": "2098"}, "31 December 2098 has not ended"),
        ({"year": "2024", "is_published": "on"}, "Save it with the button"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(admin, changes, says):
    make_report()
    words = {"introduction_en": "It was a long year."}
    page = Page(admin.post(ADD, typed(admin, None, **changes, **words)))
    assert says in " ".join(errors(page))
    assert form_values(page)["introduction_en"].strip() == "It was a long year."
    assert AnnualReport.objects.count() == 1


def test_other_days_need_the_actions_taken_again(admin):
    promised()
    report = make_report(is_published=False)
    page = save(admin, report, last_on="30 November 2025", is_published="on")
    assert "Save it with the button" in " ".join(errors(page))
    assert errors(save(admin, report, last_on="30 November 2025")) == []
    report.refresh_from_db()
    assert report.taken_on is None


def test_a_version_of_a_report_has_all_that_it_says():
    promised()
    with recording():
        report = make_report()
    stored = Version.objects.filter(label="strategy.annualreport", key=report.pk).first()
    assert set(stored.contents["rows"]) == {"strategy.reportedpriority", "strategy.reportedaction"}
    assert snapshots.read_one(AnnualReport, report.pk).fingerprint == stored.fingerprint


def test_an_action_that_is_in_a_report_can_still_be_deleted():
    action = promised()
    report = make_report()
    action.delete()
    assert not Action.objects.exists()
    assert report.actions.count() == 1
