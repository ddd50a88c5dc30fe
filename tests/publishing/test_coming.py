"""One page shows the coming weeks: what goes out, what begins and what ends of itself."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from helphub.editions import store
from helphub.history.recording import catch_up, recording
from helphub.publishing import coming, later, pending, scheduled
from services.models import Service
from strategy.models import FormOfAbuse, Guide
from tests.support import factories
from tests.support.reader import Page, text

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

COMING, WAITING = reverse("publishing:coming"), reverse("publishing:waiting")


def day(days):
    return timezone.localdate() + timedelta(days=days)


def change(row, **values):
    with recording():
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
    return row


def set_for(days, *rows):
    moment = timezone.localtime().replace(hour=9, minute=0) + timedelta(days=days)
    catch_up()
    names = {(row._meta.label_lower, row.pk) for row in rows}
    scheduled.set_for(pending.WaitingList(), names, moment, "officer", "The campaign")


def events():
    waiting_list = pending.WaitingList()
    return coming.events(waiting_list, later.rows(waiting_list))


def said(row):
    """What the calendar says of a record: [(day, words, note)]."""
    name = row._meta.label_lower, row.pk
    return [(one.day, one.words, one.note) for one in events() if one.record[:2] == name]


def test_with_nothing_to_come_it_says_so(editions, admin):
    page = Page(admin.get(COMING))
    assert "Nothing is set to go out or to end." in page.text
    assert "The last 30 days" not in page.text
    for address in ("/admin/", WAITING):
        assert COMING in Page(admin.get(address)).internal_links


def test_days_of_what_is_saved_are_there_and_say_that_it_waits(editions):
    guide = change(Guide.objects.get(slug="consent"), starts_on=day(3), ends_on=day(20))
    assert said(guide) == [
        (day(3), coming.FIRST, coming.WAITS),
        (day(20), coming.LAST, coming.WAITS),
    ]
    set_for(1, guide)
    assert [note for _day, words, note in said(guide) if words] == [
        f"This day counts once its change is out: {day(1):%-d %B %Y}, 09:00."
    ] * 2
    draft = factories.make_guide(starts_on=day(3), is_published=False)
    assert said(draft) == []


@pytest.fixture
def in_edition(editions, monkeypatch):
    """Rows that readers' edition has with other days than the tests' edition was made with."""
    rows = coming.readers_content.rows_of(store.current())

    def has(row, **values):
        table = rows[type(row)] | {row.pk: rows[type(row)][row.pk] | values}
        rows[type(row)] = table

    monkeypatch.setattr(coming.readers_content, "rows_of", lambda _folder: rows)
    rows = dict(rows)
    return has


def test_days_of_what_readers_have_come_of_themselves(in_edition):
    service = Service.objects.get(line="h-samaritans")
    in_edition(service, is_closed_for_now=True, notice_until=day(5), ends_on=day(30))
    assert said(service) == [(day(5), coming.CLOSED, ""), (day(30), coming.LAST, "")]
    in_edition(service, is_closed_for_now=True, notice_until=None, ends_on=day(-1))
    assert said(service) == [(None, coming.CLOSED_FOR_GOOD, "")]
    topic = FormOfAbuse.objects.get(slug="law")
    in_edition(topic, ends_on=day(4), is_archived=True)
    assert said(topic) == []


def test_a_day_that_a_waiting_change_moves_is_there_twice_and_says_why(in_edition):
    guide = Guide.objects.get(slug="consent")
    in_edition(guide, ends_on=day(4))
    change(guide, ends_on=day(9))
    assert said(guide) == [
        (day(4), coming.LAST, coming.CHANGES),
        (day(9), coming.LAST, coming.WAITS),
    ]
    with recording():
        guide.delete()
    (row,) = [one for one in events() if one.record.label == "strategy.guide"]
    assert (row.day, row.note) == (day(4), coming.CHANGES)


def test_it_is_grouped_by_week_and_in_the_order_of_the_day(in_edition, admin):
    first, last, out = (Guide.objects.published()[number] for number in range(3))
    in_edition(first, starts_on=day(14))
    in_edition(last, ends_on=day(14))
    change(out, summary_en="Other words.")
    set_for(14, out)
    in_edition(Service.objects.get(line="h-samaritans"), ends_on=day(200))
    page = Page(admin.get(COMING))
    titles = [text(heading) for heading in page.all("h2")]
    assert titles[-1] == "Later"
    assert titles[0].startswith("Week of")
    positions = [page.text.index(str(row)) for row in (first, out, last)]
    assert positions == sorted(positions)
    assert f"{day(14):%A %-d %B %Y}" in page.text


def test_a_page_costs_the_same_however_much_is_set(
    editions, admin, officer, django_assert_max_num_queries
):
    set_for(3, *(factories.make_guide() for _ in range(2)))
    admin.get(COMING)
    with django_assert_max_num_queries(21):
        admin.get(COMING)
    set_for(4, *(factories.make_guide() for _ in range(6)))
    with django_assert_max_num_queries(21):
        page = Page(admin.get(COMING))
    assert page.text.count("Set by officer") == 8


def test_what_would_hide_a_page_from_readers_is_said_before_it_is_published(editions, admin):
    change(Guide.objects.get(slug="consent"), starts_on=day(9))
    page = Page(admin.get(WAITING))
    assert f"will lose it until {day(9):%-d %B %Y}" in page.text
    factories.make_guide(starts_on=day(9))
    assert Page(admin.get(WAITING)).text.count("will lose it until") == 1
