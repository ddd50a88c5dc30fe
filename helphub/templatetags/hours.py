"""The opening hours of a line, as sentences."""

from datetime import time

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_noop

from contacts.opening_hours import BankHolidays
from helphub.languages import days
from helphub.languages.interface import say
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

    In a list, what is not known is left to the service's own page.
    """
    opening = phone.opening
    sentences = [*_when_open(phone, opening, in_a_list), *_doubts(phone, opening)]
    return {"opening": opening, "sentences": sentences}


def _when_open(phone, opening, in_a_list):
    if opening.is_round_the_clock:
        always = _sentence(word(gettext_noop("Day and night")))
        # For the script, a line with this mark is open now.
        yield always if phone.is_in_question else format_html("<span data-always>{}</span>", always)
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


def _doubts(phone, opening):
    if opening.is_known and phone.has_lapsed:
        yield _sentence(word(gettext_noop("These hours may have changed")))


def _sentence(*parts):
    """A day, or some words. If there are times for it, they follow a colon."""
    return format_html("{}.", format_html_join(": ", "{}", ((part,) for part in parts)))


def _isolated(message, **values):
    """Part of a line of hours, in the reader's language or marked as English."""
    translated = say(message)
    is_english = translated == message and not get_language().startswith("en")
    return _isolate(translated % values, is_english)


def _naming_days(message, weekdays, **values):
    """As above, with weekdays by their numbers. It begins a sentence."""
    translated, names = say(message), days.weekdays()
    is_english = translated == message and not get_language().startswith("en")
    if is_english or days.is_in_english(names):
        is_english, translated, names = True, message, days.WEEKDAYS
    named = {key: names[number] for key, number in weekdays.items()}
    return _isolate(capfirst(translated % (named | values)), is_english)


def _isolate(words, is_english):
    """Words in their own isolate, so the parts around them keep their order in Urdu and Arabic."""
    attributes = mark_safe(' lang="en" dir="ltr"') if is_english else ""
    return format_html("<bdi{}>{}</bdi>", attributes, words)


def _dates(exception):
    """The first and last day of different hours, which may be the same."""
    first, last = exception.first_day, exception.last_day
    dates = " – ".join(days.day_and_month(day) for day in dict.fromkeys([first, last]))
    return _isolate(dates, days.is_in_english(days.months()))


def _times_of(exception):
    if exception.opens_at is None:
        return word(gettext_noop("Closed"))
    return _session(exception.opens_at, exception.closes_at)


def _days(first, last):
    """A weekday, or the first and last of several in a row. Monday is 0."""
    if first == last:
        names = days.weekdays()
        return _isolate(capfirst(names[first]), days.is_in_english(names))
    return _naming_days(gettext_noop("%(first)s to %(last)s"), {"first": first, "last": last})


def _other_day(other):
    """The day of a session that is not held every week."""
    weekday = {"weekday": other.weekday}
    if not other.nth:
        message = gettext_noop("%(weekday)s, every %(weeks)s weeks")
        return _naming_days(message, weekday, weeks=other.weeks)
    if other.nth < 0:
        return _naming_days(gettext_noop("Last %(weekday)s of the month"), weekday)
    message = gettext_noop("%(weekday)s number %(nth)s of the month")
    return _naming_days(message, weekday, nth=other.nth)


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
    return _naming_days(
        gettext_noop("%(first)s %(opens)s to %(last)s %(closes)s"),
        {"first": opening.first, "last": opening.last},
        opens=_clock(opening.opens_at),
        closes=_clock(opening.closes_at),
    )


def _clock(moment):
    if moment == time.min:
        return say(gettext_noop("midnight"))
    if not get_language().startswith("en"):
        return f"{moment:%H:%M}"
    hour = moment.hour % 12 or 12
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{hour}{minutes}{'am' if moment.hour < 12 else 'pm'}"
