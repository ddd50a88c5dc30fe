"""A figure as a picture: how many people, dots or units to fill, read from the figure as written.

Each picture has a template of its name, and columns: its table, made from the same numbers.
A figure that cannot be read has no picture.
"""

import re
from math import ceil, floor
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_noop as _


class Measure(models.TextChoices):
    """What a figure says. This and its wording decide how it is drawn."""

    SHARE = "share", "a share: 1 in 5, or 7.5%"
    GROWTH = "growth", "a growth between two years: over 40%"
    COUNT = "count", "a number each year: 420-450"


NUMBER = r"(\d{1,6}(?:\.\d{1,3})?)"
PERCENT = r" ?(?:%|per ?cent)"
FIRST = rf"(?:about |around )?{NUMBER}"
LAST = rf"(?: ?[-–] ?| to ){NUMBER}"
ONE_IN = re.compile(r"(?:about |around )?(\d{1,3}) in (\d{1,3})")
SHARE = re.compile(f"{FIRST}(?:%?{LAST})?{PERCENT}")
GROWTH = re.compile(f"(over |more than )?{NUMBER}{PERCENT}")
COUNT = re.compile(f"{FIRST}(?:{LAST})?(?: (?:per|a) year)?")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")

MOST_PEOPLE, MOST_GROWTH = 50, 100
IN_A_ROW = 10
HUNDRED = 100
RADIUS = 4  # Of a dot, in squares of 10 by 10.
# Head and shoulders in a field of 22 by 46.
PERSON = "a5 5 0 1 1 0 10a5 5 0 1 1 0-10zm-7 42v-19a7 7 0 0 1 14 0v19z"


class People(NamedTuple):
    """Some people of a group. The template fills the first ones."""

    filled: int
    total: int

    template = "strategy/pictures/people.html"

    @property
    def columns(self):
        return _counted(self.filled, self.filled, self.total)

    @property
    def width(self):
        return 22 * min(self.total, IN_A_ROW)

    @property
    def size(self):
        """The width in ems: a few people are drawn larger than many."""
        return f"{5 + min(self.total, IN_A_ROW) / 2:g}"

    @property
    def height(self):
        return 46 * ceil(self.total / IN_A_ROW)

    @property
    def filled_path(self):
        return self._path(range(self.filled))

    @property
    def other_path(self):
        return self._path(range(self.filled, self.total))

    def _path(self, places):
        return "".join(
            f"M{22 * (place % IN_A_ROW) + 11} {46 * (place // IN_A_ROW) + 2}{PERSON}"
            for place in places
        )


class Dots(NamedTuple):
    """A hundred dots. Those up to the low end are filled, those up to the high end half filled."""

    low: float
    high: float

    template = "strategy/pictures/dots.html"

    @property
    def columns(self):
        return _counted(self.low, self.high, HUNDRED)

    @property
    def filled(self):
        return floor(self.low)

    @property
    def part(self):
        """How much of the next dot is filled."""
        return round(self.low - self.filled, 3)

    @property
    def half_filled(self):
        return ceil(self.high) - ceil(self.low)

    @property
    def filled_path(self):
        return _dots(0, self.filled)

    @property
    def half_path(self):
        return _dots(ceil(self.low), ceil(self.high))

    @property
    def part_path(self):
        """The start of a dot, cut straight."""
        if not self.part:
            return ""
        x, y = _centre(self.filled)
        across = (2 * self.part - 1) * RADIUS
        up = (RADIUS**2 - across**2) ** 0.5
        is_large = int(self.part > 0.5)
        cut = f"{x + across:.4g}"
        return f"M{cut} {y - up:.4g}A{RADIUS} {RADIUS} 0 {is_large} 0 {cut} {y + up:.4g}z"


class Growth(NamedTuple):
    """Two bars: the first year's, whose length is always 100, and the last year's."""

    percent: float
    is_over: bool
    first_year: str
    last_year: str

    template = "strategy/pictures/growth.html"
    base = _("The first year counts as 100.")

    @property
    def columns(self):
        last = f"{self.length}+" if self.is_over else self.length
        return [(self.first_year, "100"), (self.last_year, last)]

    @property
    def length(self):
        return f"{100 + self.percent:g}"


class Band(NamedTuple):
    """A range on a scale that begins at nought."""

    low: float
    high: float

    template = "strategy/pictures/band.html"

    @property
    def columns(self):
        return [(_("Lowest"), f"{self.low:g}"), (_("Highest"), f"{self.high:g}")]

    @property
    def scale(self):
        return round_above(self.high)

    @property
    def start(self):
        return f"{100 * self.low / self.scale:g}"

    @property
    def width(self):
        return f"{100 * (self.high - self.low) / self.scale:g}"


SHARES = (People, Dots)  # What can be drawn on one scale.


def round_above(number):
    """The next round number: 1, 2 or 5 with noughts."""
    size = 10 ** (len(str(floor(number))) - 1)
    return next(step * size for step in (1, 2, 5, 10) if step * size >= number)


def _centre(place):
    return 10 * (place % IN_A_ROW) + 5, 10 * (place // IN_A_ROW) + 5


def _dots(first, last):
    """A line for each dot, too short to be seen but for its round ends."""
    centres = [_centre(place) for place in range(first, last)]
    return "".join(f"M{x} {y}h.01" for x, y in centres)


def _counted(low, high, total):
    """The table of a share: its heads and numbers."""
    return [
        (_("Yes"), _range(low, high)),
        (_("No"), _range(total - high, total - low)),
        (_("Out of"), f"{total}"),
    ]


def _range(low, high):
    # Seven places: 100 less 99.999 is not quite 0.001.
    ends = [f"{round(end, 7):g}" for end in (low, high)]
    return ends[0] if low == high else "–".join(ends)


def on_one_scale(one, other):
    """Two shares that readers may compare, out of one number: people of one group, or dots."""
    if isinstance(one, People) and isinstance(other, People) and one.total == other.total:
        return one, other
    return _in_dots(one), _in_dots(other)


def _in_dots(share):
    if isinstance(share, Dots):
        return share
    percent = HUNDRED * share.filled / share.total
    return Dots(percent, percent)


def draw(measure, figure, period=""):
    """The picture of a figure, or None if none fits."""
    drawer = {Measure.SHARE: _share, Measure.GROWTH: _growth, Measure.COUNT: _count}.get(measure)
    return drawer(figure.strip(), period) if drawer else None


def _share(figure, period):
    if match := ONE_IN.fullmatch(figure):
        filled, total = map(int, match.groups())
        return People(filled, total) if 0 < filled <= total <= MOST_PEOPLE else None
    if match := SHARE.fullmatch(figure):
        low, high = _ends(match)
        return Dots(low, high) if low <= high <= 100 else None
    return None


def _growth(figure, period):
    match, years = GROWTH.fullmatch(figure), YEAR.findall(period)
    if not match or len(years) != 2 or not 0 < float(match[2]) <= MOST_GROWTH:
        return None
    return Growth(float(match[2]), bool(match[1]), *years)


def _count(figure, period):
    match = COUNT.fullmatch(figure)
    if not match or not match[2]:
        return None
    low, high = _ends(match)
    return Band(low, high) if low < high else None


def _ends(match):
    return float(match[1]), float(match[2] or match[1])
