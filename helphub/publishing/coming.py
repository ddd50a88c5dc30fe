"""The coming weeks on one page: what goes out when, what ends when, what was refused when due."""

from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

from django.apps import apps
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from helphub.content import registry
from helphub.content.clock import DAY
from helphub.content.entries import Entry
from helphub.content.permissions import PUBLISH, SEE, for_officers, form_of
from helphub.editions import readers_content, state_files
from helphub.publishing import later, scheduled
from helphub.publishing.pending import WaitingList
from helphub.publishing.requests import NO_PUBLISHER

WEEK, WEEKS = timedelta(weeks=1), 8
DAYS = ("starts_on", "ends_on", "notice_until")  # In the order in which they take effect.
FIRST = "Readers see it from this day."
LAST = "Last day. Readers lose it at midnight."
CLOSED = "Closed for now until this day. From the next day readers see it as open."
NOTICE = "Its notice ends after this day."
CLOSED_FOR_GOOD = "Closed for now, with no last day. Ask when it opens again."
WAITS = "This is saved, and not published yet."
CHANGES = "What is saved says otherwise, and is not published yet."


class Event(NamedTuple):
    """Something that happens on a day by itself, or a change that goes out on it."""

    day: date | None
    record: registry.Record
    words: str
    note: str = ""
    goes_out: later.Later | None = None  # The change that goes out then.

    @property
    def kind(self):
        return apps.get_model(self.record.label)._meta.verbose_name

    @property
    def url(self):
        return form_of(self.record)


def _words(field, fields):
    if field == "notice_until":
        return CLOSED if fields.get("is_closed_for_now") else NOTICE
    return FIRST if field == "starts_on" else LAST


def _day(value):
    return parse_date(value) if isinstance(value, str) else value


def _is_seen(fields):
    return fields.get("is_published") and not fields.get("is_archived")


def _of_readers(waiting_list):
    """The fields with days that readers' edition has, by record: what happens of itself."""
    if waiting_list.folder is None:
        return {}
    return {
        (model._meta.label_lower, key): row
        for model, table in readers_content.rows_of(waiting_list.folder).items()
        if issubclass(model, Entry)
        for key, row in table.items()
        if _is_seen(row)
    }


def _waiting(waiting_list):
    """The same of what is saved and waits."""
    return {
        item.name: {} if item.version.is_deleted else item.version.contents["fields"]
        for item in waiting_list.entries
    }


def events(waiting_list, changes):
    """All that is still to come: days of entries, and changes that are set for later."""
    readers, waiting = _of_readers(waiting_list), _waiting(waiting_list)
    when = {
        row.change.record: f"This day counts once its change is out: {row.moment}."
        for row in changes
    }
    found = []
    for name in readers.keys() | waiting.keys():
        has, saved = readers.get(name, {}), waiting.get(name)
        record = registry.Record(*name, waiting_list.name_of(name))
        for field in DAYS:
            day = _day(has.get(field))
            next_day = day if saved is None else _day(saved.get(field))
            is_over = saved is not None and (next_day != day or not _is_seen(saved))
            if day:
                note = CHANGES if is_over else ""
                found.append(Event(day, record, _words(field, has), note))
            if saved and next_day and next_day != day and _is_seen(saved):
                note = when.get(name, WAITS)
                found.append(Event(next_day, record, _words(field, saved), note))
        if has.get("is_closed_for_now") and not has.get("notice_until"):
            found.append(Event(None, record, CLOSED_FOR_GOOD))
    for row in changes:
        change = row.change
        day = timezone.localdate(change.goes_out_at)
        found.append(Event(day, registry.Record(*change.record, change.name), "", goes_out=row))
    return sorted(filter(_is_to_come, found), key=_place)


def _is_to_come(event):
    return event.day is None or event.goes_out or event.day >= timezone.localdate()


def _place(event):
    """Within a day: what begins at its start, what goes out, then what ends with it."""
    hour = 0 if event.words == FIRST else 1 if event.goes_out else 2
    moment = event.goes_out.change.goes_out_at.isoformat() if event.goes_out else ""
    return event.day or date.max, hour, moment, event.record.name.casefold(), event.record.key


# By week


def by_week(found):
    """The coming weeks, [(title, [(day, events)])], and then what comes later than all of them."""
    today = timezone.localdate()
    monday = today - today.weekday() * DAY
    weeks = defaultdict(lambda: defaultdict(list))
    for event in found:
        week = min((max(event.day, today) - monday) // WEEK, WEEKS)
        weeks[week][max(event.day, today)].append(event)
    titles = {0: "This week", 1: "Next week", WEEKS: "Later"}
    return [
        (titles.get(week) or f"Week of {monday + week * WEEK:%-d %B}", list(weeks[week].items()))
        for week in sorted(weeks)
    ]


@for_officers(SEE, PUBLISH)
@require_safe
def coming(request, context):
    """What goes out when, what ends when, and what was refused when it was due."""
    waiting_list = WaitingList()
    changes = later.rows(waiting_list)
    is_due = [row for row in changes if row.change.goes_out_at <= timezone.now()]
    found = events(waiting_list, [row for row in changes if row not in is_due])
    return render(
        request,
        "admin/publishing/coming.html",
        context
        | {
            "title": "What goes out when",
            "has_edition": waiting_list.folder is not None,
            "is_due": is_due,
            "no_publisher": "" if state_files.has_watcher() or not changes else NO_PUBLISHER,
            "pinned": state_files.pinned(),
            "weeks": by_week([event for event in found if event.day]),
            "without_day": [event for event in found if event.day is None],
            "ended": scheduled.ended(),
            "today": timezone.localdate(),
            "may_publish": request.user.has_perm(PUBLISH),
        },
    )
