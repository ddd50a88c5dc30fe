"""The names of days and months, as each language writes them within a sentence.

Django's are for calendars: some languages' begin with a capital there, and its spelling is not
always the one of our texts.
"""

from django.utils.translation import get_language, gettext_noop

from helphub.languages.interface import say_all

# Monday is 0.
WEEKDAYS = (
    gettext_noop("Monday"),
    gettext_noop("Tuesday"),
    gettext_noop("Wednesday"),
    gettext_noop("Thursday"),
    gettext_noop("Friday"),
    gettext_noop("Saturday"),
    gettext_noop("Sunday"),
)
# As they follow the number of a day: “1 January”.
MONTHS = (
    gettext_noop("January"),
    gettext_noop("February"),
    gettext_noop("March"),
    gettext_noop("April"),
    gettext_noop("May"),
    gettext_noop("June"),
    gettext_noop("July"),
    gettext_noop("August"),
    gettext_noop("September"),
    gettext_noop("October"),
    gettext_noop("November"),
    gettext_noop("December"),
)


def weekdays():
    return say_all(WEEKDAYS)


def months():
    return say_all(MONTHS)


def is_in_english(names):
    """Whether these names are English within another language, and have to be marked."""
    return names in (WEEKDAYS, MONTHS) and not get_language().startswith("en")


def day_and_month(day):
    return f"{day.day} {months()[day.month - 1]}"


def date_in_words(day):
    return f"{day_and_month(day)} {day.year}"
