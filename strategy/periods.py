"""Periods that figures are counted over: how officers may write them, and how we do."""

import re
import unicodedata
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import models


class Kind(models.TextChoices):
    CALENDAR = "calendar", "calendar years: 2024"
    FINANCIAL = "financial", "financial years, April to March: 2024/25"
    QUARTERS = "quarters", "quarters: January to March 2024"


YEARS = range(1990, 2100)
YEAR = re.compile(r"([12]\d{3})", re.ASCII)
TWO_YEARS = re.compile(r"(\d{4}) ?(?:/|-|–|to|and) ?(\d{4}|\d{2})", re.ASCII)
QUARTER = re.compile(r"(\d{4}),? ?q([1-4])", re.ASCII)
QUARTER_FIRST = re.compile(r"q([1-4]),? ?(\d{4})", re.ASCII)
MONTHS = re.compile(r"([a-z]{3})[a-z]* ?(?:-|–|to) ?([a-z]{3})[a-z]*,? (\d{4})", re.ASCII)
NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

HOW = {
    Kind.CALENDAR: "Write one year, such as 2024.",
    Kind.FINANCIAL: "Write a financial year as 2024/25.",
    Kind.QUARTERS: "Write a quarter as January to March 2024, or as 2024 Q1.",
}
UPSIDE_DOWN = "This ends before it begins. {how}"


def read(kind, text):
    """A period as we write it: 2024, 2024/25 or 2024 Q1. These sort in the order of time."""
    words = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    period = _READERS[kind](words)
    if period is None:
        raise ValidationError(HOW[kind])
    if first_day(period).year not in YEARS:
        raise ValidationError(f"Check the year. {HOW[kind]}")
    return period


def _calendar(words):
    if (match := TWO_YEARS.fullmatch(words)) and int(match[2]) < int(match[1][-len(match[2]) :]):
        raise ValidationError(UPSIDE_DOWN.format(how=HOW[Kind.CALENDAR]))
    return words if YEAR.fullmatch(words) else None


def _financial(words):
    match = TWO_YEARS.fullmatch(words)
    if not match:
        return None
    first, last = int(match[1]), match[2]
    last = int(last) if len(last) == 4 else first // 100 * 100 + int(last)
    if last == first // 100 * 100 and first % 100 == 99:
        last += 100
    if last <= first:
        raise ValidationError(UPSIDE_DOWN.format(how=HOW[Kind.FINANCIAL]))
    return f"{first}/{last % 100:02}" if last == first + 1 else None


def _quarter(words):
    if match := QUARTER.fullmatch(words):
        return f"{match[1]} Q{match[2]}"
    if match := QUARTER_FIRST.fullmatch(words):
        return f"{match[2]} Q{match[1]}"
    match = MONTHS.fullmatch(words)
    if not match or not {match[1], match[2]} <= {*NAMES}:
        return None
    first, last = NAMES.index(match[1]), NAMES.index(match[2])
    if last < first:
        raise ValidationError(UPSIDE_DOWN.format(how=HOW[Kind.QUARTERS]))
    return f"{match[3]} Q{first // 3 + 1}" if first % 3 == 0 and last == first + 2 else None


_READERS = {Kind.CALENDAR: _calendar, Kind.FINANCIAL: _financial, Kind.QUARTERS: _quarter}


def kind_of(period):
    """The kind that a period is of, from how we write it."""
    if "/" in period:
        return Kind.FINANCIAL
    return Kind.QUARTERS if "Q" in period else Kind.CALENDAR


def first_day(period):
    month = {Kind.FINANCIAL: 4, Kind.CALENDAR: 1}.get(kind_of(period)) or _first_month(period)
    return date(int(period[:4]), month, 1)


def _first_month(quarter):
    return 3 * int(quarter[-1]) - 2


def next_after(period):
    year = int(period[:4])
    match kind_of(period):
        case Kind.FINANCIAL:
            return f"{year + 1}/{(year + 2) % 100:02}"
        case Kind.QUARTERS:
            number = int(period[-1])
            return f"{year + number // 4} Q{number % 4 + 1}"
    return str(year + 1)


def last_day(period):
    return first_day(next_after(period)) - timedelta(days=1)


def without_gaps(periods):
    """All periods from the first of these to the last."""
    if not periods:
        return []
    found, last = [min(periods)], max(periods)
    while found[-1] < last:
        found.append(next_after(found[-1]))
    return found


def months(period):
    """The numbers of the first and the last month of a quarter, or None for a year."""
    first = _first_month(period) if kind_of(period) == Kind.QUARTERS else None
    return first and (first, first + 2)
