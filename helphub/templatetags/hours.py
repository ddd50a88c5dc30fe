"""The opening hours of a line, as sentences."""

from datetime import time

from django import template
from django.utils import dateformat
from django.utils.dates import WEEKDAYS
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext, gettext_noop

from contacts.opening_hours import BankHolidays
from helphub.templatetags.hub import word

ON_BANK_HOLIDAYS = {
    BankHolidays.CLOSED: gettext_noop("Closed on bank holidays."),
    BankHolidays.UNKNOWN: gettext_noop("We do not know about bank holidays."),
    BankHolidays.ROUND_THE_CLOCK: gettext_noop("On bank holidays open all day and night."),
    BankHolidays.SPECIAL: gettext_noop("Other hours on bank holidays."),
}

register = template.Library()


@register.inclusion_tag("contacts/_hours.html")
def hours(phone, *, in_a_list=False):
    """The line's hours, and what the script needs to write a label beside them.

    In a list, what is not known, and how it was checked, is left to the service's own page.
    """
    opening = phone.opening
    sentences = [*_when_open(opening, in_a_list), *_doubts(phone, opening, in_a_list)]
    return {"opening": opening, "sentences": sentences}


def _when_open(opening, in_a_list):
    if opening.is_round_the_clock:
        always = word(gettext_noop("Day and night"))
        yield format_html("<span data-always>{}.</span>", always)
    elif opening.is_known:
        yield from _usual(opening)
        is_left_out = in_a_list and opening.policy == BankHolidays.UNKNOWN
        if opening.policy in ON_BANK_HOLIDAYS and not is_left_out:
            yield word(ON_BANK_HOLIDAYS[opening.policy])
    elif not in_a_list:
        yield _sentence(word(gettext_noop("Opening hours not confirmed")))
    for exception in opening.exceptions:
        yield _sentence(_dates(exception), _times_of(exception))


def _usual(opening):
    for first, last, sessions in opening.groups:
        times = format_html_join(", ", "{}", ((_session(*session),) for session in sessions))
        yield _sentence(_days(first, last), times)
    for span in opening.spans:
        yield _sentence(_span(span))
    for other in opening.others:
        yield _sentence(_other_day(other), _session(other.opens_at, other.closes_at))


def _doubts(phone, opening, in_a_list):
    if opening.is_known and phone.is_not_yet_rung and not in_a_list:
        yield _sentence(word(gettext_noop("From its website, not yet rung")))
    if opening.is_known and phone.has_lapsed:
        yield _sentence(word(gettext_noop("These hours may have changed")))


def _sentence(*parts):
    """A day, or some words. If there are times for it, they follow a colon."""
    return format_html("{}.", format_html_join(": ", "{}", ((part,) for part in parts)))


def _isolated(message, **values):
    """Part of a line of hours, in the reader's language or marked as English.

    It has its own isolate, so the parts around it keep their order in Urdu and Arabic.
    """
    translated = gettext(message)
    attributes = ""
    if translated == message and not get_language().startswith("en"):
        attributes = mark_safe(' lang="en" dir="ltr"')
    return format_html("<bdi{}>{}</bdi>", attributes, translated % values)


def _dates(exception):
    """The first and last day of different hours, which may be the same."""
    days = [exception.first_day]
    if exception.last_day != exception.first_day:
        days.append(exception.last_day)
    return format_html("<bdi>{}</bdi>", " – ".join(dateformat.format(day, "j F") for day in days))


def _times_of(exception):
    if exception.opens_at is None:
        return word(gettext_noop("Closed"))
    return _session(exception.opens_at, exception.closes_at)


def _days(first, last):
    """A weekday, or the first and last of several in a row. Monday is 0."""
    if first == last:
        return format_html("<bdi>{}</bdi>", WEEKDAYS[first])
    return _isolated(
        gettext_noop("%(first)s to %(last)s"), first=WEEKDAYS[first], last=WEEKDAYS[last]
    )


def _other_day(other):
    """The day of a session that is not held every week."""
    weekday = WEEKDAYS[other.weekday]
    if not other.nth:
        message = gettext_noop("%(weekday)s, every %(weeks)s weeks")
        return _isolated(message, weekday=weekday, weeks=other.weeks)
    if other.nth < 0:
        return _isolated(gettext_noop("Last %(weekday)s of the month"), weekday=weekday)
    message = gettext_noop("%(weekday)s number %(nth)s of the month")
    return _isolated(message, weekday=weekday, nth=other.nth)


def _session(opens, closes):
    """The times of a session, as people say them."""
    if opens == closes:
        return _isolated(gettext_noop("all day and night"))
    message = gettext_noop("%(opens)s to %(closes)s")
    if time.min < closes < opens:
        message = gettext_noop("%(opens)s to %(closes)s the next day")
    return _isolated(message, opens=_clock(opens), closes=_clock(closes))


def _span(opening):
    """From a time on one day to a time on another, more than a day later."""
    return _isolated(
        gettext_noop("%(first)s %(opens)s to %(last)s %(closes)s"),
        first=WEEKDAYS[opening.first],
        opens=_clock(opening.opens_at),
        last=WEEKDAYS[opening.last],
        closes=_clock(opening.closes_at),
    )


def _clock(moment):
    if moment == time.min:
        return gettext("midnight")
    if not get_language().startswith("en"):
        return f"{moment:%H:%M}"
    hour = moment.hour % 12 or 12
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{hour}{minutes}{'am' if moment.hour < 12 else 'pm'}"
