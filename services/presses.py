"""Readers' presses of “Is this wrong?”: which line, which button, which week, and nothing else.

Readers' servers have no database. A press is one more row at the end of a file, which the publisher
takes over and counts. Whatever goes wrong here, the reader is thanked, and sees the numbers.
"""

import os
import re
import threading
from collections import Counter
from contextlib import suppress

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_noop as _

from helphub.content import clock

FILE = "presses"
# Junk must fill no disk and drown no line. This many of one kind, for one line in one week, say as
# much as any more would.
MOST_BYTES, MOST_IN_A_WEEK = 1_000_000, 20
ROW = re.compile(rb"(?P<week>\d{4}-W\d\d) (?P<key>[ns]\d{1,9}) +(?P<fault>[a-z-]+) *")
LENGTH = 33


class Fault(models.TextChoices):
    """What a reader can say of a line."""

    NO_ANSWER = "no-answer", _("Nobody answered")
    WRONG_NUMBER = "wrong-number", _("Wrong number")
    CLOSED = "closed", _("It is closed")
    NOT_FOR_ME = "not-for-me", _("It is not for me")


def week_of(day):
    """A week, as it is kept: 2026-W49."""
    return f"{day:%G-W%V}"


class _Counts:
    """How often this process has kept each press of this week."""

    def __init__(self):
        self.week, self.counts, self.lock = "", Counter(), threading.Lock()

    def is_enough(self, week, key, fault):
        with self.lock:
            if week != self.week:
                self.week, self.counts = week, Counter()
            self.counts[key, fault] += 1
            return self.counts[key, fault] > MOST_IN_A_WEEK


counts = _Counts()


def keep(key, fault):
    """Keep a press, if there is somewhere to keep it and there are not many like it yet."""
    week = week_of(clock.today())
    if settings.REPORTS_DIR is None or counts.is_enough(week, key, fault):
        return
    row = f"{week} {key:<10} {fault}".ljust(LENGTH - 1) + "\n"
    with suppress(OSError):
        settings.REPORTS_DIR.mkdir(exist_ok=True)
        _append(settings.REPORTS_DIR / FILE, row.encode())


def _append(path, row):
    """Add a row in one write, so that those of several servers never mix."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o660)
    try:
        size = os.fstat(file).st_size
        if size == 0:
            # Servers have accounts of their own, and one group. The umask would leave it out.
            with suppress(PermissionError):
                os.fchmod(file, 0o660)
        if size + len(row) <= MOST_BYTES:
            os.write(file, row)
    finally:
        os.close(file)


def read(path):
    """How often each (week, key, fault) is in a file. Damaged rows do not count."""
    with path.open("rb") as file:
        rows = file.read(MOST_BYTES).split(b"\n")
    matches = filter(None, map(ROW.fullmatch, rows))
    presses = (tuple(part.decode() for part in match.groups()) for match in matches)
    return Counter(press for press in presses if press[2] in Fault.values)
