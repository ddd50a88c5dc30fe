"""Days and weeks that come round every year, from days.yaml: suggestions for officers."""

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import yaml
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from helphub.content.rows import in_words

SUNDAY = timedelta(days=6)


class Day(NamedTuple):
    """A day or week, with what says when it is. `days` or `week` is empty."""

    name: str
    sources: dict[str, str]  # Addresses by whose they are.
    checked: date
    days: str = ""
    week: str = ""
    caution: str = ""

    @property
    def rule(self):
        return self.days or f"the week from the first Monday of {self.week}"

    def in_year(self, year):
        """Its first and its last day in a year."""
        if self.week:
            first = _date(f"1 {self.week}", year)
            first += timedelta(days=-first.weekday() % 7)
            return first, first + SUNDAY
        first, _, last = self.days.partition(" to ")
        return _date(first, year), _date(last or first, year)

    def next_days(self):
        """Its first and its last day: now or next."""
        today = timezone.localdate()
        first, last = self.in_year(today.year)
        return (first, last) if last >= today else self.in_year(today.year + 1)

    @property
    def next_in_words(self):
        first, last = map(in_words, self.next_days())
        return first if first == last else f"{first} to {last}"

    @property
    def title(self):
        """A title that says nothing to a stranger."""
        return f"Campaign, {self.next_in_words}"

    @property
    def slug(self):
        return slugify(self.next_in_words)

    @property
    def add_url(self):
        """The empty form with its name and days filled in."""
        first, last = self.next_days()
        values = {
            "name_en": self.name,
            "title": self.title,
            "slug": self.slug,
            "starts_on": in_words(first),
            "ends_on": in_words(last),
        }
        return f"{reverse('admin:campaigns_campaign_add')}?{urlencode(values)}"


def _date(words, year):
    return datetime.strptime(f"{words} {year}", "%d %B %Y").date()


@cache
def _days():
    rows = yaml.safe_load(Path(__file__).with_name("days.yaml").read_text())
    return [Day(**row) for row in rows]


def coming_round():
    """All of them, the next one first."""
    return sorted(_days(), key=Day.next_days)
