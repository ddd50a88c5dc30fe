"""Nobody can work a number below 10 out from the figures that are kept."""

from collections import defaultdict
from itertools import product

import pytest

from strategy import small_numbers
from strategy.small_numbers import FEW, NOT_SHOWN, Figure, protected, read

WOMEN, MEN, OTHERS, ALL = "women", "men", "others", small_numbers.TOTAL


def kept(*numbers, total=None, **options):
    """What is kept of parts, and of their total unless it is another."""
    names = [WOMEN, MEN, OTHERS][: len(numbers)]
    figures = [Figure("2024", *pair) for pair in zip(names, map(str, numbers), strict=True)]
    figures.append(Figure("2024", ALL, str(sum(numbers) if total is None else total)))
    return [figure.value for figure in protected(figures, **options)]


def test_numbers_from_0_to_9_are_all_the_same():
    for number in range(10):
        (figure,) = protected([Figure("2024", ALL, str(number))])
        assert figure.value == FEW
    assert protected([Figure("2024", ALL, "10")])[0].value == "10"


@pytest.mark.parametrize(
    "typed", ["<10", "< 10", "Fewer than 10", "less than ten", "0-9", "０", "9.0"]
)
def test_fewer_than_10_can_be_written_in_many_ways(typed):
    assert protected([Figure("2024", ALL, typed)])[0].value == FEW


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("1,240", "1240"), ("1 240", "1240"), (" 15.0 ", "15"), ("7.5%", "7.5"), ("four", "four")],
)
def test_a_figure_is_read_as_people_write_it(typed, meant):
    assert read(typed) == meant


def test_a_second_part_goes_with_a_small_one_and_the_total_stays_if_it_can():
    assert kept(4, 20, 31) == [FEW, NOT_SHOWN, "31", "55"]
    assert kept(31, 4, 20) == ["31", FEW, NOT_SHOWN, "55"]


def test_the_total_goes_too_where_it_would_narrow_the_small_one_down():
    assert kept(4, 12, 31) == [FEW, NOT_SHOWN, "31", NOT_SHOWN]  # 16: none could be over 6.
    assert kept(4, 20, 21) == [FEW, NOT_SHOWN, "21", NOT_SHOWN]  # 24: none could be under 3.
    assert kept(4, 5) == [FEW, FEW, NOT_SHOWN]


def test_nothing_else_goes_without_a_total_or_without_a_small_part():
    assert kept(14, 20, 31) == ["14", "20", "31", "65"]
    parts = [Figure("2024", WOMEN, "4"), Figure("2024", MEN, "20")]
    assert [figure.value for figure in protected(parts)] == [FEW, "20"]


def test_each_period_is_looked_at_alone():
    other = [Figure("2023", WOMEN, "40"), Figure("2023", MEN, "50"), Figure("2023", ALL, "90")]
    small = [Figure("2024", WOMEN, "4"), Figure("2024", MEN, "50"), Figure("2024", ALL, "54")]
    found = [figure.value for figure in protected([*other, *small])]
    assert found == ["40", "50", "90", FEW, NOT_SHOWN, "54"]


def test_what_has_been_read_does_not_stand_beside_a_total_that_gives_it_away():
    assert kept(4, 20, 31, saved=["12", "20", "31", "63"]) == [FEW, NOT_SHOWN, "31", NOT_SHOWN]
    assert kept(4, 20, 31, saved=["", "", "31"]) == [FEW, NOT_SHOWN, "31", "55"]


def test_saving_again_changes_nothing():
    for numbers in [(4, 20, 31), (4, 12, 31), (4, 5, 6), (4, 5, 60)]:
        once = kept(*numbers)
        figures = [
            Figure("2024", part, value) for part, value in zip("abc", once[:-1], strict=True)
        ]
        figures.append(Figure("2024", ALL, once[-1]))
        assert [figure.value for figure in protected(figures)] == once


def test_parts_that_overlap_do_not_say_how_few_are_in_none_of_them():
    assert kept(95, 50, total=100, add_up=False) == [NOT_SHOWN, "50", "100"]
    assert kept(8, 50, total=100, add_up=False) == [FEW, "50", "100"]
    assert kept(12, 4, total=15, add_up=False) == [NOT_SHOWN, NOT_SHOWN, "15"]
    # Parts that come to the total add up, whatever the form says.
    assert kept(4, 20, 31, add_up=False) == [FEW, NOT_SHOWN, "31", "55"]


@pytest.mark.parametrize(
    ("share", "people", "shown", "base"),
    [
        ("15", "240", "15", "240"),
        ("2%", "240", NOT_SHOWN, "240"),  # 5 people.
        ("97", "240", NOT_SHOWN, "240"),  # All but 7.
        ("50", "9", NOT_SHOWN, ""),
        ("<10", "240", NOT_SHOWN, "240"),
    ],
)
def test_a_share_is_shown_if_10_people_are_in_it_and_10_are_not(share, people, shown, base):
    (figure,) = protected([Figure("2024", ALL, share, people)], are_shares=True)
    assert (figure.value, figure.out_of) == (shown, base)


@pytest.mark.parametrize(("parts", "most"), [(2, 22), (3, 14), (4, 8)])
def test_whoever_knows_the_rule_still_cannot_tell_one_small_number_from_another(
    parts, most, monkeypatch
):
    """Every table, with 3 in the place of 10: each display fits all small numbers alike."""
    monkeypatch.setattr(small_numbers, "LEAST", 3)
    behind = defaultdict(list)
    for numbers in product(range(most), repeat=parts):
        figures = [Figure("", str(place), str(number)) for place, number in enumerate(numbers)]
        figures.append(Figure("", ALL, str(sum(numbers))))
        shown = tuple(figure.value for figure in protected(figures))
        behind[shown].append(numbers)
    for shown, tables in behind.items():
        numbers = [int(value) for value in shown if value.isdecimal()]
        if shown[-1].isdecimal() and 2 * numbers[-1] - sum(numbers) >= most:
            continue  # A part of it can be larger than those tried.
        for place, value in enumerate(shown[:-1]):
            if value == FEW:
                assert {table[place] for table in tables} == {0, 1, 2}, shown
