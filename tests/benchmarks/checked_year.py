"""A year of checks, made up: how long a number stays wrong, and whether anything lapses unseen.

Three officers check what the list says, on working days. Lines change on random days; readers who
meet a wrong number press "Is this wrong?". The rules are the site's own: what is due, what readers
are told, when a doubt begins. The random numbers are seeded. Run by hand.

    python tests/benchmarks/checked_year.py [SEED]
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

LONDON = ZoneInfo("Europe/London")
LINES, OFFICERS, CHANGES, DAYS = 60, 3, 40, 365
CALLS = 2  # Of one officer on one working day.
PRESSES = 0.8  # Of all readers who meet one wrong number, a day.
NO_ANSWER, ENGAGED = 0.15, 0.05
FOUND = 0.7  # How often the right number is found on the day that the wrong one is noticed.


def main(seed):
    with tempfile.TemporaryDirectory(prefix="helphub-year-") as folder:
        os.environ.update(
            DATABASE_URL=f"sqlite:///{folder}/content.sqlite3",
            EDITIONS_DIR=f"{folder}/editions",
            FIND_INDEX=f"{folder}/find.sqlite3",
        )
        for command in ("migrate", "load_content"):
            subprocess.run(
                [sys.executable, "manage.py", command, "-v0"],
                cwd=ROOT,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        import django

        django.setup()
        Year(random.Random(seed)).run()  # noqa: S311


class Year:
    """The lines, what is wrong with them, and what officers and readers do about it."""

    def __init__(self, chance):
        from contacts.models import Phone
        from tests.support.factories import make_phone

        self.chance = chance
        for _ in range(LINES - Phone.objects.published().count()):
            make_phone()
        keys = list(Phone.objects.published().order_by("pk").values_list("pk", flat=True)[:LINES])
        self.keys = set(keys)
        days = sorted(chance.randrange(DAYS - 14) for _ in range(CHANGES))
        self.change_on = {}
        for day in days:
            self.change_on.setdefault(day, []).append(chance.choice(keys))
        self.wrong = {}  # Since which day a number is wrong, by key.
        self.took = []
        self.unsaid = self.calls = self.late = 0

    def run(self):
        start = datetime(2027, 1, 4, 10, tzinfo=LONDON)
        self.at(start, self.check_all)
        for day in range(DAYS):
            self.at(start + timedelta(days=day), self.live, day)
        print(f"Lines {len(self.keys)}, officers {OFFICERS}, changes {len(self.took)}")
        print(f"Calls in the year: {self.calls}")
        print(f"Days from a change to its correction: median {statistics.median(self.took):.0f}, ")
        print(f"  nine in ten within {statistics.quantiles(self.took, n=10)[8]:.0f}")
        print(f"Numbers overdue, summed over the days: {self.late}")
        print(f"Of these, days on which readers were not told: {self.unsaid}")
        print(f"Still wrong at the end: {len(self.wrong)}")

    @staticmethod
    def at(moment, work, *arguments):
        with mock.patch("django.utils.timezone.now", return_value=moment):
            work(*arguments)

    def check_all(self):
        from contacts.models import Phone

        for phone in Phone.objects.filter(pk__in=self.keys):
            self.verify(phone)

    @staticmethod
    def verify(phone):
        from django.utils import timezone

        from helphub.checking import reports

        phone.verifications.create(
            verified_on=timezone.localdate(), method="rang", role="us", confirmed="All"
        )
        reports.answer(phone.slug)

    def live(self, day):
        from django.utils import timezone

        for key in self.change_on.get(day, ()):
            self.wrong.setdefault(key, day)
        self.readers_press()
        if timezone.localdate().weekday() < 5:
            self.officers_check(day)
        self.look()

    def readers_press(self):
        from django.utils import timezone

        from contacts.models import Phone
        from helphub.checking.models import Reported
        from services import presses

        week = presses.week_of(timezone.localdate())
        for key in self.wrong:
            if self.chance.random() < PRESSES:
                line = Phone.objects.get(pk=key).slug
                row, _is_new = Reported.objects.get_or_create(
                    line=line, fault=presses.Fault.WRONG_NUMBER, week=week
                )
                row.count += 1
                row.save()

    def officers_check(self, day):
        from contacts.models import Phone
        from helphub.checking import due

        left = OFFICERS * CALLS
        for row in due.everything():
            if not left or row.when not in {"overdue", "week"}:
                return
            if row.kind == "number" and row.record.key in self.keys:
                left -= 1
                self.call(Phone.objects.get(pk=row.record.key), day)

    def call(self, phone, day):
        from django.utils import timezone

        from helphub.checking import doubting
        from helphub.checking.models import Attempt

        self.calls += 1
        luck = self.chance.random()
        outcome = Attempt.Outcome.CONFIRMED
        if phone.pk in self.wrong:
            is_found = self.chance.random() < FOUND
            outcome = Attempt.Outcome.CHANGED if is_found else Attempt.Outcome.WRONG_NUMBER
        elif luck < NO_ANSWER:
            outcome = Attempt.Outcome.NO_ANSWER
        elif luck < NO_ANSWER + ENGAGED:
            outcome = Attempt.Outcome.ENGAGED
        attempt = Attempt(
            phone=phone,
            dial=phone.dial,
            way="line",
            outcome=outcome,
            was_open=True,
            officer_name="anna",
            role="us",
            at=timezone.now(),
        )
        attempt.save()
        if outcome in {Attempt.Outcome.CONFIRMED, Attempt.Outcome.CHANGED}:
            self.verify(phone)
        if outcome == Attempt.Outcome.CHANGED:
            self.took.append(day - self.wrong.pop(phone.pk))
        doubting.after(attempt, has_new_digits=False)

    def look(self):
        """Count what is overdue, and whether readers are told so."""
        from django.utils import timezone

        from contacts.models import Phone
        from helphub.checking import due

        phones = Phone.objects.published().for_card().in_bulk(self.keys)
        for row in due.numbers():
            if row.record.key in self.keys and row.on < timezone.localdate():
                self.late += 1
                phone = phones[row.record.key]
                is_told = phone.is_check_due or phone.never_lapses
                self.unsaid += not (is_told or row.is_pressing)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1)
