"""Figures as pictures: what is filled, and what cannot be drawn."""

import re

import pytest
from django.core.exceptions import ValidationError

from strategy import pictures
from strategy.models import Chapter, Statistic, Strategy
from strategy.pictures import Measure
from tests.support import factories
from tests.support.admin_forms import errors, save
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.django_db

PAGE = "/strategy/evidence/"
NEWER = {
    "newer_value": "20%",
    "newer_caption_en": "Everyone in Northgate, 2025.",
    "newer_figure_en": "In 2025 it was 20%.",
    "newer_source": "Northgate Trust",
}


@pytest.fixture
def ask(client):
    """The part of the page that shows a made-up statistic with these fields."""

    def section(**fields):
        statistic = factories.make_statistic(**fields)
        page = Page(client.get(PAGE))
        (found,) = [part for part in page.all("section") if part.get("id") == statistic.anchor]
        return found

    return section


def paths(part, name):
    """The shapes of this kind in a part of the page."""
    return [path.get("d") for path in part.iter("path") if name in path.get("class").split()]


def classed(part, name):
    return [element for element in part.iter() if name in (element.get("class") or "").split()]


def numbers(words):
    return [float(number) for number in re.findall(r"\d+\.?\d*", words)]


def labels(part):
    """The words in a picture."""
    (picture,) = classed(part, "picture")
    return [text(label) for label in picture.iter("span")]


def count(part, name):
    """How many people or dots of this kind a part of the page shows."""
    return sum(path.count("M") for path in paths(part, name))


def test_one_in_five_is_one_filled_person_of_five(ask):
    part = ask(figure="1 in 5")
    assert (count(part, "filled"), count(part, "rim")) == (1, 4)


def test_two_in_thirty_are_two_filled_people_in_rows_of_ten(ask):
    part = ask(figure="2 in 30")
    assert (count(part, "filled"), count(part, "rim")) == (2, 28)
    (drawing,) = part.iter("svg")
    assert drawing.get("viewbox") == "0 0 220 138"


@pytest.mark.parametrize("figure", ["23%", "about 23 per cent", "around 23 percent"])
def test_a_whole_percentage_fills_so_many_dots_of_a_hundred(ask, figure):
    part = ask(figure=figure)
    assert count(part, "filled") == 23
    assert paths(part, "part") == paths(part, "half") == []
    # Ten lines of ten.
    assert [len(re.findall("M5 .5?5?h90", path)) for path in paths(part, "rim")] == [10]


def test_a_part_of_a_dot_is_a_part_of_a_dot(ask):
    part = ask(figure="7.5%")
    assert count(part, "filled") == 7
    # The eighth, from its left edge to its middle.
    assert paths(part, "part") == ["M75 1A4 4 0 0 0 75 9z"]


def test_less_than_one_percent_is_a_part_of_the_first_dot(ask):
    part = ask(figure="0.25%")
    assert count(part, "filled") == 0
    assert count(part, "part") == 1
    assert paths(part, "part")[0].startswith("M3 ")


def test_a_range_is_filled_to_its_low_end_and_half_filled_to_its_high_end(ask):
    part = ask(figure="around 10-15%")
    assert (count(part, "filled"), count(part, "half")) == (10, 5)
    assert paths(part, "part") == []


def test_growth_starts_at_one_length_and_over_has_an_open_end(ask):
    known = ask(figure="53%", measure=Measure.GROWTH, period="2014 to 2019")
    over = ask(figure="over 40%", measure=Measure.GROWTH, period="2014-2019")
    for part in (known, over):
        assert paths(part, "pale") == ["M0 0h100v10H0z"] * 2
        assert [
            text(label) for label in part.find(".//*[@class='picture growth']").iter("span")
        ] == [
            "2014",
            "2019",
        ]
    assert paths(known, "part") == ["M100 0H153v10H100z"]
    assert paths(over, "part")[0] == "M100 0H140v10H100z"
    assert paths(known, "open") == []
    assert paths(over, "open")[0].startswith("M140 ")


def test_a_range_of_counts_is_a_band_on_a_scale_from_nought(ask):
    part = ask(figure="around 420-450 per year", measure=Measure.COUNT)
    assert paths(part, "part") == ["M84 0h6v10h-6z"]
    assert labels(part) == [
        "0",
        "500",
    ]


def test_a_figure_that_cannot_be_drawn_stands_as_its_claim(ask):
    part = ask(figure="1 in every few", measure="", claim_en="**One in every few** of us")
    assert not [*part.iter("svg")]
    assert text(part.find("h3")) == "One in every few of us"
    assert "People in Northgate, 2019." in text(part)


def test_a_figure_without_a_claim_stands_as_printed(ask):
    part = ask(figure="1 in 3", claim_en="", caption_en="")
    assert text(part.find("h3")) == "1 in 3"
    assert part.find("h3").get("lang") == "en"


@pytest.mark.parametrize(("figure", "dots"), [("30%", 30), ("1 in 3", 33)])
def test_a_newer_figure_that_may_be_compared_stands_beside_on_the_same_scale(ask, figure, dots):
    part = ask(figure=figure, newer_is_comparable=True, **NEWER)
    older, newer = classed(part, "value")
    assert (count(older, "filled"), count(newer, "filled")) == (dots, 20)
    for value in (older, newer):
        assert paths(value, "hole")  # Dots, not people.
    assert "Newer: 20%Everyone in Northgate, 2025." in text(newer)
    assert "In 2025 it was 20%." in text(next(part.iter("details")))


def test_people_of_two_groups_of_one_size_stay_people(ask):
    part = ask(figure="1 in 5", newer_is_comparable=True, **NEWER | {"newer_value": "2 in 5"})
    assert [count(value, "rim") for value in classed(part, "value")] == [4, 3]


def test_a_newer_figure_that_counts_something_else_stands_apart_with_the_reason(ask, client):
    part = ask(figure="30%", not_comparable_en="Others were asked.", **NEWER)
    (link,) = [a for a in part.iter("a") if "/newer/" in a.get("href")]
    assert text(link) == "A newer figure: 20%"
    assert len(classed(part, "picture")) == 1
    assert "Others were asked." not in text(part)
    path, anchor = link.get("href").split("#")
    page = Page(client.get(path))
    (newer,) = [part for part in page.all("section") if part.get("id") == anchor]
    assert count(newer, "filled") == 20
    assert text(newer.find("h2")) == "20% Everyone in Northgate, 2025."
    for words in ("In 2025 it was 20%.", "Northgate Trust", "Others were asked."):
        assert text(newer).count(words) == 1
    assert f"{PAGE}#{anchor}" in {a.get("href") for a in newer.iter("a")}


def test_a_sentence_without_a_figure_leads_to_its_newer_one(client):
    words = {"newer_figure_en": "Now it is 20%.", "not_comparable_en": "There was none."}
    statistic = factories.make_statistic(
        figure="(no figure)", measure="", newer_source="Northgate Trust", **words
    )
    page = Page(client.get(PAGE))
    assert statistic.get_newer_url() in {a.get("href") for a in page.all("a")}
    assert words["newer_figure_en"] in Page(client.get("/strategy/newer/")).main


def test_without_its_chapter_no_newer_figure_is_shown(client):
    Chapter.objects.filter(slug=Chapter.FIGURES).update(is_published=False)
    page = Page(client.get("/strategy/newer/"))
    assert page.response.status_code == 200
    assert not page.all("table")


def test_every_figure_says_one_thing_in_its_sentence_picture_and_table():
    for row in Statistic.objects.all():
        # Over a newer picture stands its value itself.
        for picture, figure, sentence in [
            (row.picture, row.figure, row.claim_en),
            (row.newer_picture, row.newer_value, row.newer_value),
        ]:
            if picture:
                said = numbers(figure)
                assert set(said) <= set(numbers(sentence)), row
                table = numbers(" ".join(cell for _, cell in picture.columns))
                assert table == pytest.approx(expected(picture, said)), row


def expected(picture, said):
    """The table of a picture of these numbers."""
    if isinstance(picture, pictures.Growth):
        return [100, 100 + said[0]]
    if isinstance(picture, pictures.Band):
        return said
    if isinstance(picture, pictures.People):
        return [said[0], said[1] - said[0], said[1]]
    return [*said, *(100 - share for share in reversed(said)), 100]


def test_the_table_of_a_picture_is_beside_it(ask):
    for fields, cells in [
        ({"figure": "1 in 3"}, [["Yes", "No", "Out of"], ["1", "2", "3"]]),
        ({"figure": "10-15%"}, [["Yes", "No", "Out of"], ["10–15", "85–90", "100"]]),
        ({"figure": "0.3%"}, [["Yes", "No", "Out of"], ["0.3", "99.7", "100"]]),
        ({"figure": "over 40%", "measure": Measure.GROWTH}, [["2014", "2019"], ["100", "140+"]]),
        ({"figure": "5-6", "measure": Measure.COUNT}, [["Lowest", "Highest"], ["5", "6"]]),
    ]:
        (table,) = ask(**fields).iter("table")
        assert [[text(cell) for cell in row] for row in table.iter("tr")] == cells
        assert (table.find("caption") is not None) == ("2014" in cells[0])


def test_screen_readers_pass_over_the_pictures(ask):
    for fields in (
        {},
        {"figure": "5%"},
        {"figure": "5%", "measure": Measure.GROWTH},
        {"figure": "5-6", "measure": Measure.COUNT},
    ):
        (picture,) = classed(ask(**fields), "picture")
        assert picture.get("aria-hidden") == "true"


def test_the_words_of_the_strategy_are_folded_below(ask):
    part = ask()
    (fold,) = part.iter("details")
    assert fold.get("open") is None
    assert [*fold.iter("blockquote")] == [*part.iter("blockquote")] != []


@pytest.mark.parametrize(
    ("measure", "figure", "period"),
    [
        ("", "1 in 5", ""),
        (Measure.SHARE, "", ""),
        (Measure.SHARE, "(no figure)", ""),
        (Measure.SHARE, "5", ""),
        (Measure.SHARE, "101%", ""),
        (Measure.SHARE, "15-10%", ""),
        (Measure.SHARE, "6 in 5", ""),
        (Measure.SHARE, "0 in 5", ""),
        (Measure.SHARE, "1 in 51", ""),
        (Measure.GROWTH, "40%", ""),
        (Measure.GROWTH, "40%", "since 2017"),
        (Measure.GROWTH, "0%", "2014 to 2019"),
        (Measure.GROWTH, "101%", "2014 to 2019"),
        (Measure.COUNT, "450", ""),
        (Measure.COUNT, "450-420", ""),
    ],
)
def test_what_no_picture_fits_has_none(measure, figure, period):
    assert pictures.draw(measure, figure, period) is None


@pytest.mark.parametrize(
    ("high", "scale"), [(3, 5), (5, 5), (6, 10), (10, 10), (11, 20), (450, 500), (999, 1000)]
)
def test_a_scale_ends_at_the_next_round_number(high, scale):
    assert pictures.draw(Measure.COUNT, f"1-{high}").scale == scale


@pytest.mark.parametrize("value", ["lots", "120%", "-5%"])
def test_a_newer_value_that_cannot_be_drawn_is_refused(value):
    newer = {"newer_figure_en": "A.", "newer_source": "B.", "not_comparable_en": "C."}
    with pytest.raises(ValidationError, match="We cannot draw this"):
        factories.make_statistic(**newer, newer_caption_en="D.", newer_value=value)
    with pytest.raises(ValidationError, match="also needs the words under it"):
        factories.make_statistic(**newer, newer_value="5%")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "Say why the two may not be compared"),
        ({"newer_source": ""}, "Say who published"),
        ({"newer_is_comparable": True, "not_comparable_en": "C."}, "You also say why"),
        ({"newer_is_comparable": True, "newer_value": ""}, "Only two shares"),
        ({"newer_is_comparable": True, "measure": Measure.COUNT, "figure": "5-6"}, "Only two"),
    ],
)
def test_a_newer_figure_is_either_comparable_or_has_a_reason(fields, problem):
    with pytest.raises(ValidationError, match=problem):
        factories.make_statistic(**NEWER | fields)


@pytest.mark.parametrize(
    ("measure", "figure", "how"),
    [
        (Measure.SHARE, "150%", "at most 100%"),
        (Measure.SHARE, "15% to 10%", "such as 1 in 5"),
        (Measure.SHARE, "6 in 5", "such as 1 in 5"),
        (Measure.GROWTH, "150%", "at most 100%"),
        (Measure.COUNT, "450-420", "the smaller one first"),
    ],
)
def test_a_figure_that_cannot_be_drawn_as_chosen_is_refused(measure, figure, how):
    with pytest.raises(ValidationError, match=how) as caught:
        factories.make_statistic(measure=measure, figure=figure)
    assert list(caught.value.message_dict) == ["measure"]
    draft = Strategy.objects.create(slug="2031", name="Made up", first_year=2031)
    with pytest.raises(ValidationError, match=how) as caught:
        factories.make_statistic(measure=measure, figure=figure, strategy=draft)
    assert list(caught.value.message_dict) == ["figure"]
    factories.make_statistic(measure="", figure=figure)


def test_every_figure_of_the_strategy_can_be_drawn_as_chosen():
    for row in Statistic.objects.all():
        row.full_clean()


def test_a_figure_of_a_draft_says_where_it_comes_from(admin):
    draft = Strategy.objects.create(slug="2031", name="Made up", first_year=2031)
    row = factories.make_statistic(strategy=draft)
    page = save(admin, row, claim_en="**1 in 3** said so")
    assert any(error.startswith("Say where this figure comes from") for error in errors(page))
    assert form_values(page)["claim_en"] == "**1 in 3** said so"
    assert errors(save(admin, row, citation="Northgate survey, 2031")) == []
    assert errors(save(admin, row, citation="", figure="(none)", measure="")) == []
    of_first = Statistic.objects.get(reference="STA-11")  # The strategy names no source.
    assert errors(save(admin, of_first, claim_en="**420 to 450** a year")) == []
