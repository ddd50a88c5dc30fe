"""Opening hours by a scan of every minute: slow, and written without the code under test."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from contacts.opening_hours import BankHolidays, Rule, State

LONDON = ZoneInfo("Europe/London")
MINUTE = timedelta(minutes=1)
WORKDAYS = ("MO", "TU", "WE", "TH", "FR")
EVERY_DAY = (*WORKDAYS, "SA", "SU")
MIDNIGHT = time(0)

# 2026's bank holidays of England, as printed by the government, and not by the library under test.
BANK_HOLIDAYS_2026 = {
    date(2026, 1, 1),
    date(2026, 4, 3),
    date(2026, 4, 6),
    date(2026, 5, 4),
    date(2026, 5, 25),
    date(2026, 8, 31),
    date(2026, 12, 25),
    date(2026, 12, 28),
}


def local(day, clock):
    return datetime.combine(day, clock, LONDON)


CASES = {
    "office": ([Rule(time(9), time(17), WORKDAYS)], BankHolidays.CLOSED),
    "out of office": (
        [
            Rule(MIDNIGHT, time(9), WORKDAYS),
            Rule(time(17), MIDNIGHT, WORKDAYS),
            Rule(MIDNIGHT, MIDNIGHT, ("SA", "SU")),
        ],
        BankHolidays.ROUND_THE_CLOCK,
    ),
    "overnight": ([Rule(time(22, 30), time(1, 30), ("FR", "SA"))], BankHolidays.USUAL),
    "two sessions": (
        [Rule(time(10), time(12), WORKDAYS), Rule(time(12), time(15), ("WE",))],
        BankHolidays.UNKNOWN,
    ),
    "first Saturday": ([Rule(time(10), time(13), ("1SA",), is_monthly=True)], BankHolidays.CLOSED),
    "last Friday": ([Rule(time(10), time(13), ("-1FR",), is_monthly=True)], BankHolidays.CLOSED),
    "fortnightly": (
        [Rule(time(10), time(13), ("TU",), interval=2, dtstart=date(2026, 1, 6))],
        BankHolidays.CLOSED,
    ),
    "round the clock": ([Rule(MIDNIGHT, MIDNIGHT, EVERY_DAY)], BankHolidays.USUAL),
}


def scan(rules, policy, first_day, days):
    """For each minute of the window, by the clock on the wall: open, closed or unknown."""
    moment = local(first_day, MIDNIGHT).astimezone(UTC)
    end = local(first_day + timedelta(days=days), MIDNIGHT).astimezone(UTC)
    while moment < end:
        wall = moment.astimezone(LONDON)
        yield moment, _state_by_wall_clock(rules, policy, wall)
        moment += MINUTE


def _runs(rules, policy, day, clock, is_next_morning):
    """Whether a session that began on that day covers this time of that day, or of the next."""
    if day in BANK_HOLIDAYS_2026 and policy != BankHolidays.USUAL:
        return policy == BankHolidays.ROUND_THE_CLOCK and not is_next_morning
    for rule in rules:
        if not _begins(rule, day):
            continue
        wraps = rule.closes_at <= rule.opens_at
        if is_next_morning and wraps and clock < rule.closes_at:
            return True
        if not is_next_morning and clock >= rule.opens_at and (wraps or clock < rule.closes_at):
            return True
    return False


@cache
def _begins(rule, day):
    weekday = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][day.weekday()]
    if rule.is_monthly:
        same = [date(day.year, day.month, n) for n in range(1, 32) if _is_day(day, n)]
        same = [other for other in same if other.weekday() == day.weekday()]
        numbers = {f"{same.index(day) + 1}{weekday}", f"{same.index(day) - len(same)}{weekday}"}
        return bool(numbers & set(rule.byday))
    if weekday not in rule.byday:
        return False
    return rule.interval == 1 or (day - rule.dtstart).days % (7 * rule.interval) == 0


def _is_day(day, number):
    try:
        return bool(date(day.year, day.month, number))
    except ValueError:
        return False


def _state_by_wall_clock(rules, policy, wall):
    # In the hour that occurs twice, the second round comes after all its times.
    day, clock = wall.date(), time(1, 59) if wall.fold else wall.time()
    if _runs(rules, policy, day, clock, False):
        return State.OPEN
    if _runs(rules, policy, day - timedelta(days=1), clock, True):
        return State.OPEN
    if day in BANK_HOLIDAYS_2026 and policy in (BankHolidays.UNKNOWN, BankHolidays.SPECIAL):
        return State.UNKNOWN
    return State.CLOSED
