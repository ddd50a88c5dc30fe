"""What readers said is wrong. It is counted, and changes nothing by itself."""

import re
from contextlib import suppress
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from contacts.models import Phone
from helphub.checking.models import Reported
from helphub.content import clock
from services import presses
from services.models import Service

TAKEN = "presses.taken"
ENOUGH = 3  # Of one kind in one week. One reader's slip puts nothing on the worklist.
KEPT = timedelta(days=365)


def collect():
    """Count what readers' servers have kept since the last time.

    If this ends before the counts are saved, the next run counts the same file. If it ends between
    saving them and deleting the file, these presses count twice: that may put a line on the
    worklist too early, while losing them could leave a wrong number unseen. A server that had the
    file open while it was renamed can lose the press it was writing.
    """
    if settings.REPORTS_DIR is None:
        return
    taken = settings.REPORTS_DIR / TAKEN
    with suppress(FileNotFoundError):
        if not taken.exists():
            (settings.REPORTS_DIR / presses.FILE).rename(taken)
        counts = presses.read(taken)
        with transaction.atomic():
            _forget_old_ones()
            _add(counts)
        taken.unlink()


def _forget_old_ones():
    Reported.objects.filter(week__lt=presses.week_of(clock.today() - KEPT)).delete()


def _add(counts):
    first, last = presses.week_of(clock.today() - KEPT), presses.week_of(clock.today())
    names = {key: _name_of(key) for _week, key, _fault in counts}
    for (week, key, fault), count in counts.items():
        if names[key] and first <= week <= last and _is_a_week(week):
            row, _is_new = Reported.objects.get_or_create(line=names[key], week=week, fault=fault)
            row.count = min(row.count + count, row.answered + presses.MOST_IN_A_WEEK)
            row.save()


def _name_of(key):
    """The name of a line in texts, such as h-galop, or None if it is gone."""
    model, field = (Phone, "slug") if key.startswith("n") else (Service, "line")
    return model.objects.filter(pk=int(key[1:])).values_list(field, flat=True).first()


def _is_a_week(week):
    with suppress(ValueError):
        date.fromisocalendar(*map(int, re.findall(r"\d+", week)), 1)
        return True
    return False


def reported_lines():
    """What enough readers said in one week of one line, and no check has answered: rows."""
    return list(Reported.objects.filter(count__gte=F("answered") + ENOUGH))


def answer(line, checked_on=None):
    """Somebody has checked this line, so what readers said until that day's week is answered.

    Returns how much of each row was answered before: [[key, count], …].
    """
    rows = Reported.objects.filter(line=line)
    if checked_on:
        rows = rows.filter(week__lte=presses.week_of(checked_on))
    before = [list(row) for row in rows.values_list("pk", "answered")]
    rows.update(answered=F("count"))
    return before


def unanswer(before):
    """Undo an answer."""
    for key, answered in before:
        Reported.objects.filter(pk=key).update(answered=answered)


def in_words(row):
    """What readers said, for the list of checks."""
    year, week = row.week.split("-W")
    return (
        f"Readers said “{row.get_fault_display()}”: {row.count - row.answered} in week "
        f"{int(week)} of {year}."
    )
