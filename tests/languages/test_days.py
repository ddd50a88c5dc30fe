"""Days, months and dates, as each language writes them within a sentence."""

from datetime import date, time
from types import SimpleNamespace

import pytest
from django.utils.translation import gettext, override

from contacts.opening_hours import BankHolidays
from contacts.printed_hours import Opening, OtherSession
from helphub.languages import days, interface
from helphub.languages.names import codes
from helphub.templatetags.hours import hours
from helphub.templatetags.hub import in_words

pytestmark = pytest.mark.fast

DATES = {
    "en": "4 February 2027",
    "en-simple": "4 February 2027",
    "ur": "4 فروری 2027",
    "pa": "4 ਫ਼ਰਵਰੀ 2027",
    "pl": "4 lutego 2027",
    "ro": "4 februarie 2027",
    "ar": "4 فبراير 2027",
}
WEEKDAYS = {
    "ur": "پیر منگل بدھ جمعرات جمعہ ہفتہ اتوار",
    "pa": "ਸੋਮਵਾਰ ਮੰਗਲਵਾਰ ਬੁੱਧਵਾਰ ਵੀਰਵਾਰ ਸ਼ੁੱਕਰਵਾਰ ਸ਼ਨਿੱਚਰਵਾਰ ਐਤਵਾਰ",
    "pl": "poniedziałek wtorek środa czwartek piątek sobota niedziela",
    "ro": "luni marți miercuri joi vineri sâmbătă duminică",
    "ar": "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
}
IN_THE_DAY = ((time(9), time(17)),)


def sentences(*, groups=(), spans=(), others=(), exceptions=()):
    """What a page says of a line with these hours, as HTML."""
    opening = Opening(groups, spans, False, BankHolidays.USUAL, others, exceptions)
    return hours(SimpleNamespace(opening=opening, has_lapsed=False))["sentences"]


@pytest.mark.parametrize("code", DATES)
def test_a_date_is_in_the_case_that_its_language_uses_after_a_number(code):
    with override(code):
        assert in_words(date(2027, 2, 4)) == DATES[code]


@pytest.mark.parametrize("code", WEEKDAYS)
def test_weekdays_are_written_as_within_a_sentence(code):
    with override(code):
        assert days.weekdays() == tuple(WEEKDAYS[code].split())


@pytest.mark.parametrize("code", codes())
def test_every_language_has_a_name_for_every_day_and_month(code):
    with override(code):
        assert len(set(days.weekdays())) == 7
        assert len(set(days.months())) == 12


@pytest.mark.parametrize(
    ("code", "week", "day", "last"),
    [
        ("en", "Monday to Friday", "Wednesday", "Last Monday of the month"),
        ("pl", "Poniedziałek – piątek", "Środa", "Poniedziałek, ostatni taki dzień w miesiącu"),
        ("ro", "De luni până vineri", "Miercuri", "Ultima zi de luni din lună"),
        ("ur", "پیر سے جمعہ تک", "بدھ", "مہینے میں آخری پیر"),
        ("pa", "ਸੋਮਵਾਰ ਤੋਂ ਸ਼ੁੱਕਰਵਾਰ ਤੱਕ", "ਬੁੱਧਵਾਰ", "ਮਹੀਨੇ ਦਾ ਆਖ਼ਰੀ ਸੋਮਵਾਰ"),
        ("ar", "من الاثنين إلى الجمعة", "الأربعاء", "يوم الاثنين الأخير من الشهر"),
    ],
)
def test_a_line_of_hours_has_a_capital_only_where_it_begins(code, week, day, last):
    other = OtherSession(0, -1, 1, *IN_THE_DAY[0])
    with override(code):
        said = sentences(groups=[(0, 4, IN_THE_DAY), (2, 2, IN_THE_DAY)], others=[other])
    for words, sentence in zip((week, day, last), said, strict=True):
        assert sentence.startswith(f"<bdi>{words}</bdi>: ")


def test_days_of_other_hours_are_dates_in_the_readers_language():
    exception = SimpleNamespace(
        first_day=date(2026, 12, 24), last_day=date(2027, 1, 1), opens_at=None, closes_at=None
    )
    with override("pl"):
        (sentence,) = sentences(groups=[(0, 4, IN_THE_DAY)], exceptions=[exception])[1:]
    assert sentence.startswith("<bdi>24 grudnia – 1 stycznia</bdi>: ")


def test_until_the_names_are_reviewed_what_names_a_day_is_marked_as_english(monkeypatch):
    weekly = "%(first)s to %(last)s"
    with override("pl"):
        reviewed = {interface._mark(weekly, gettext(weekly))}
        reviewed |= {interface._mark(day, gettext(day)) for day in days.WEEKDAYS[1:]}
        monkeypatch.setattr(interface, "_reviewed", lambda language: frozenset(reviewed))
        monday_to_friday, wednesday = sentences(groups=[(0, 4, IN_THE_DAY), (2, 2, IN_THE_DAY)])
        date_in_english = in_words(date(2027, 2, 4))
    assert '<bdi lang="en" dir="ltr">Monday to Friday</bdi>' in monday_to_friday
    assert '<bdi lang="en" dir="ltr">Wednesday</bdi>' in wednesday
    assert date_in_english == '<span lang="en" dir="ltr">4 February 2027</span>'
