"""The local data set: what officers enter or import, what is never kept, and what readers see."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.urls import reverse

from helphub.content.forms import fields_of
from helphub.history.models import Version
from helphub.history.recording import recording
from strategy import periods
from strategy.models import Chapter, Indicator, IndicatorValue, Statistic
from tests.support.admin_forms import change_url, errors, save
from tests.support.factories import make_figure, make_indicator
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.django_db

LOCAL, STRATEGY = "/strategy/local-data/", "/strategy/"
NOT_KNOWN = (
    "The strategy says that Dudley does not know this yet. Nothing has been published since."
)
ADD = reverse("admin:strategy_indicator_add")
FEW, NOT_SHOWN = "fewer than 10", "not shown"


def ask(client, path=LOCAL):
    return Page(client.get(path))


def rows_typed(*figures, first=0, **more):
    """What a form sends for new rows: (period, part, figure)."""
    sent = {"values-TOTAL_FORMS": str(first + len(figures))}
    for number, (period, part, value) in enumerate(figures, first):
        row = {"period": period, "part": part, "value": value, "out_of": ""}
        row |= {"source": "Northgate report", "published_on": "1 June 2025"} | more
        sent |= {f"values-{number}-{name}": typed for name, typed in row.items()}
    return sent


def figures_of(indicator):
    return [(row.period, row.part, row.value) for row in indicator.rows]


def said(page):
    """What the page tells the officer."""
    return " ".join(text(item) for part in page.all("ul", class_="messagelist") for item in part)


# Readers


def test_without_figures_the_page_says_that_nobody_knows_and_quotes_the_strategy(client):
    page = ask(client)
    assert NOT_KNOWN in page.main
    quoted = [text(quotation) for quotation in page.all("blockquote")]
    assert any("identify a data set that can inform practice locally" in words for words in quoted)
    for path in (STRATEGY, "/strategy/evidence/"):
        assert LOCAL in ask(client, path).internal_links


def test_a_strategy_that_says_nothing_of_it_is_not_said_to(client):
    Statistic.objects.filter(section="The local picture").update(section="Another heading")
    main = ask(client).main
    assert "Nothing has been published yet." in main
    assert NOT_KNOWN not in main
    assert "What the strategy says" not in main


def test_it_is_not_quoted_without_its_chapter(client):
    Chapter.objects.filter(slug=Chapter.FIGURES).update(is_published=False)
    page = ask(client)
    assert not page.all("blockquote")
    assert NOT_KNOWN not in page.main


def test_what_the_strategy_says_has_its_year(client):
    Statistic.objects.update(period="")
    (year, *_) = [text(caption) for caption in ask(client).all("figcaption")]
    assert "written in about 2021" in year


def test_sentence_picture_and_table_say_what_the_rows_say(client):
    indicator = make_indicator([("2021/22", "", 180), ("2022/23", "", 240), ("2024/25", "", "<10")])
    make_indicator([("2024/25", "", 50)], is_published=False)
    page = ask(client)
    assert NOT_KNOWN not in page.main
    (section,) = page.all("section", class_="statistic")
    assert "240 people, 2022/23" in text(section)  # The newest that has a number.
    (picture,) = page.all("div", role="img")
    assert picture.get("aria-label") == (
        f"{indicator.name_en}. 2021/22: 180; 2022/23: 240; 2023/24: no figure; "
        "2024/25: fewer than 10."
    )
    # On a scale from 0 to 500.
    bars = [path.get("d") for path in page.all("path") if path.get("class") == "part"]
    assert bars == ["M0 0h36v10H0z", "M0 0h48v10H0z"]
    assert len([path for path in page.all("path") if path.get("class") == "gap"]) == 2
    assert text(picture).endswith("0 500") or text(picture).endswith("0500")
    rows = [[text(cell) for cell in row] for row in page.all("tr")]
    assert rows[1:] == [["2021/22", "180"], ["2022/23", "240"], ["2024/25", "fewer than 10"]]
    assert "Northgate report, 1 June 2025" in text(section)


def test_each_part_has_its_chart_on_one_scale_and_what_is_left_out_is_explained(client):
    make_indicator(
        [("2024/25", "women", 31), ("2024/25", "men", NOT_SHOWN), ("2024/25", "others", 4)]
    )
    page = ask(client)
    labels = [picture.get("aria-label") for picture in page.all("div", role="img")]
    assert [label.rpartition(", ")[2] for label in labels] == [
        "women. 2024/25: 31.",
        "men. 2024/25: not shown.",
        "others. 2024/25: fewer than 10.",
    ]
    assert "so that nobody can be recognised. Some others are left out too" in page.main


def test_a_share_has_its_base_and_quarters_have_their_months(client):
    indicator = make_indicator(measure="share", periods="quarters", unit_en="of those asked")
    make_figure(indicator, period="2025 Q1", value="72", out_of=140)
    page = ask(client)
    assert "72% of those asked, January–March 2025" in page.main
    assert [text(cell) for cell in page.all("tr")[1]] == ["January–March 2025", "72%", "140"]


# What is refused


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"source": ""}, "source"),
        ({"value": "-3"}, "value"),
        ({"value": "many"}, "value"),
        ({"value": "12.5"}, "value"),
        ({"period": "2025/24"}, "period"),
        ({"period": "2025/27"}, "period"),
        ({"period": "2025"}, "period"),
        ({"period": "2098/99"}, "period"),
        ({"published_on": "2999-01-01"}, "published_on"),
        ({"out_of": 50}, "out_of"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(typed, field):
    row = {"period": "2023/24", "value": "240"} | typed
    with pytest.raises(ValidationError) as caught:
        make_figure(make_indicator(), **row)
    assert list(caught.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"value": "101"}, "value"), ({"out_of": None}, "out_of"), ({"part": "women"}, "part")],
)
def test_a_share_is_at_most_100_percent_of_a_known_number(typed, field):
    row = {"period": "2023/24", "value": "50", "out_of": 200} | typed
    with pytest.raises(ValidationError) as caught:
        make_figure(make_indicator(measure="share"), **row)
    assert list(caught.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("kind", "typed", "meant"),
    [
        ("calendar", " 2024 ", "2024"),
        ("financial", "2024-25", "2024/25"),
        ("financial", "2024 to 2025", "2024/25"),
        ("financial", "1999/00", "1999/00"),
        ("quarters", "Q2 2024", "2024 Q2"),
        ("quarters", "april to june 2024", "2024 Q2"),
        ("quarters", "Apr–Jun 2024", "2024 Q2"),
    ],
)
def test_a_period_is_read_as_people_write_it(kind, typed, meant):
    assert periods.read(kind, typed) == meant


@pytest.mark.parametrize(
    ("kind", "typed"),
    [("calendar", "2024 to 2023"), ("financial", "2025/24"), ("quarters", "June to April 2024")],
)
def test_a_period_upside_down_is_called_so(kind, typed):
    with pytest.raises(ValidationError, match="ends before it begins"):
        periods.read(kind, typed)


# The form


def test_an_officer_enters_figures_and_a_small_one_is_never_kept(admin):
    typed = {
        "name_en": "People at the drop-in",
        "counted_en": "Everybody who came.",
        "unit_en": "people",
        "counted_by": "Northgate Council",
        "is_published": "on",
    }
    figures = [("2023/24", "women", "31"), ("2023/24", "men", "7"), ("2023/24", "others", "20")]
    typed |= rows_typed(*figures, ("2023-24", "", "58"), ("2022/23", "", "1,240"))
    page = Page(admin.post(ADD, form_values(Page(admin.get(ADD))) | typed, follow=True))
    assert errors(page) == []
    assert "Numbers changed like this: 1." in said(page)
    assert "give a small number away: 2023/24, others" in said(page)
    indicator = Indicator.objects.get()
    assert indicator.slug.startswith("figures-")
    assert figures_of(indicator) == [
        ("2022/23", "", "1240"),
        ("2023/24", "", "58"),
        ("2023/24", "women", "31"),
        ("2023/24", "men", FEW),
        ("2023/24", "others", NOT_SHOWN),
    ]
    kept = [version.data for version in Version.objects.filter(label="strategy.indicator")]
    assert kept
    values = {row["value"] for data in kept for row in _rows_in(data)}
    assert values == {"1240", "58", "31", FEW, NOT_SHOWN}


@pytest.mark.parametrize("total", ["Total", " ALL ", "everyone", "Everybody:", "overall"])
def test_a_total_that_is_named_is_the_total(admin, client, total):
    figures = [(total, "100"), ("Women", "95"), ("Men", "5")]
    indicator = make_indicator()
    sent = rows_typed(*(("2023/24", part, value) for part, value in figures))
    assert errors(save(admin, indicator, **sent)) == []
    kept = [("2023/24", "", "100"), ("2023/24", "Women", NOT_SHOWN), ("2023/24", "Men", FEW)]
    assert figures_of(Indicator.objects.get()) == kept
    assert "95" not in client.get(indicator.get_file_url()).content.decode()
    page = save(admin, indicator, **rows_typed(("2023/24", total, "100"), first=3))
    assert errors(page) == ["This period is there twice. Keep one of the two."]


def _rows_in(data):
    return json.loads(data)["rows"]["strategy.indicatorvalue"].values()


def test_a_refused_form_keeps_what_was_typed_but_not_a_small_number(admin):
    indicator = make_indicator()
    typed = rows_typed(("2023/24", "", "7"), ("2022/23", "", "40"), source="")
    page = save(admin, indicator, **typed)
    assert errors(page)
    values = form_values(page)
    assert (values["values-0-value"], values["values-1-value"]) == (FEW, "40")
    assert not indicator.values.exists()


def test_the_same_period_twice_and_a_wrong_sum_are_refused_beside_the_field(admin):
    indicator = make_indicator()
    page = save(admin, indicator, **rows_typed(("2023/24", "", "40"), ("2023-24", "", "50")))
    assert errors(page) == ["This period is there twice. Keep one of the two."]
    figures = [("2023/24", "women", "40"), ("2023/24", "men", "50"), ("2023/24", "", "95")]
    page = save(admin, indicator, **rows_typed(*figures))
    (error,) = errors(page)
    assert error.startswith("The parts come to 90, not to this.")
    page = save(admin, indicator, **rows_typed(*figures[:2], ("2023/24", "", "45")))
    assert errors(page)


def test_parts_that_overlap_need_not_come_to_the_total(admin):
    indicator = make_indicator(do_parts_add_up=False)
    figures = [("2023/24", "women", "40"), ("2023/24", "young people", "50"), ("2023/24", "", "75")]
    assert errors(save(admin, indicator, **rows_typed(*figures))) == []
    assert len(figures_of(indicator)) == 3


def changed(admin, indicator, **figures):
    """What a form sends for other figures of 2023/24, by part."""
    sent = {}
    for name, value in form_values(Page(admin.get(change_url(indicator)))).items():
        start, _, field = name.rpartition("-")
        if field == "id" and value:
            row = indicator.values.get(pk=value)
            part = row.part or "total"
            if row.period == "2023/24" and part in figures:
                sent[f"{start}-value"] = figures[part]
    return sent


def test_a_later_edit_leaves_out_what_it_makes_necessary_and_versions_forget_it(admin):
    with recording():
        figures = [("2023/24", "women", 31), ("2023/24", "men", 12), ("2023/24", "", 43)]
        indicator = make_indicator([*figures, ("2022/23", "", 77)])
    page = save(admin, indicator, **changed(admin, indicator, men="8", total="39"))
    assert errors(page) == []
    assert "2023/24, women; 2023/24, the total" in said(page)
    indicator = Indicator.objects.get()
    assert figures_of(indicator) == [
        ("2022/23", "", "77"),
        ("2023/24", "", NOT_SHOWN),
        ("2023/24", "women", NOT_SHOWN),
        ("2023/24", "men", FEW),
    ]
    kept = [version.data for version in Version.objects.filter(label="strategy.indicator")]
    assert len(kept) == 2
    numbers = {row["value"] for data in kept for row in _rows_in(data)}
    assert numbers == {"77", FEW, NOT_SHOWN}


def test_no_code_can_save_a_small_number():
    indicator = make_indicator()
    row = IndicatorValue(indicator=indicator, period="2023/24", value="9", source="x")
    row.published_on = "2025-06-01"
    row.save()
    assert IndicatorValue.objects.get().value == FEW


def test_what_is_kept_while_an_officer_signs_in_again_has_no_small_number():
    figures = [("2023/24", "women", "31"), ("2023/24", "men", "7"), ("2023/24", "x", "20")]
    typed = rows_typed(*figures, ("2023/24", "", "58"), ("2022/23", "", "4 or 5"))
    typed |= {"periods": "financial", "measure": "number", "do_parts_add_up": "on", "name_en": "A"}
    request = RequestFactory().post("/admin/", typed)
    kept = dict(fields_of(request))
    values = [kept[f"values-{number}-value"] for number in range(5)]
    assert values == [["31"], [FEW], [NOT_SHOWN], ["58"], [""]]
    assert kept["name_en"] == ["A"]


# From a spreadsheet

HEADINGS = "Period,Part,Figure,Out of,Source,Published on"


def send(admin, indicator, *lines, name="figures.csv"):
    path = reverse("spreadsheets:local-figures", args=[indicator.pk])
    file = SimpleUploadedFile(name, "\n".join(lines).encode("utf-8-sig"))
    return Page(admin.post(path, {"file": file}))


def test_a_file_is_shown_in_the_form_and_saved_there(admin):
    indicator = make_indicator([("2022/23", "", 77), ("2021/22", "", 60)])
    versions = Version.objects.count()
    page = send(
        admin,
        indicator,
        HEADINGS,
        "2022-23,,80,,Northgate report 2,1 May 2025",
        "2023/24,,6,,Northgate report 2,1 May 2025",
        "2021/22,,60,,Northgate report,1 June 2025",
    )
    assert "Nothing is saved yet" in page.main
    rows = [[text(cell) for cell in row] for row in page.all("tr")]
    assert rows[1:4] == [
        ["2", "2022/23", "Total", "77", "80"],
        ["3", "2023/24", "Total", "not there yet", FEW],
        ["4", "2021/22", "Total", "60", "the same"],
    ]
    assert "Numbers changed like this: 1." in said(page)
    assert (indicator.values.count(), Version.objects.count()) == (2, versions)
    (form,) = [form for form in page.all("form") if form.get("id") == "indicator_form"]
    page = Page(admin.post(form.get("action"), form_values(page), follow=True))
    assert errors(page) == []
    assert figures_of(Indicator.objects.get()) == [
        ("2021/22", "", "60"),
        ("2022/23", "", "80"),
        ("2023/24", "", FEW),
    ]


def test_a_total_that_a_file_names_is_the_total(admin):
    indicator = make_indicator([("2023/24", "", 77)])
    lines = [f"2023/24,{part},,Northgate report,1 June 2025" for part in ("All,100", "a,95", "b,5")]
    page = send(admin, indicator, HEADINGS, *lines)
    rows = [[text(cell) for cell in row][2:] for row in page.all("tr")]
    assert rows[1:4] == [
        ["Total", "77", "100"],
        ["a", "not there yet", NOT_SHOWN],
        ["b", "not there yet", FEW],
    ]


def test_no_code_saves_a_total_as_one_more_part():
    indicator = make_indicator()
    row = IndicatorValue(indicator=indicator, period="2023/24", part=" Total", value="90")
    row.source, row.published_on = "x", "2025-06-01"
    row.save()
    assert IndicatorValue.objects.get().part == ""


def test_what_is_wrong_in_a_file_is_said_where_it_can_be_put_right(admin):
    indicator = make_indicator()
    for lines, words in [
        (["Period,Figure,Who"], "There are no rows"),
        (["Period,Figure,Who", "2023/24,5,x"], "There is no column “Who” here."),
        (["Period,Figure", "2023/24,50"], "there is no “Source” and no “Published on”"),
    ]:
        assert words in " ".join(errors(send(admin, indicator, *lines)))
    page = send(admin, indicator, HEADINGS, "2023/24,,50,,,1 May 2025", "2023,,50,,A,1 May 2025")
    assert len(errors(page)) == 2
    assert form_values(page)["values-0-value"] == "50"
    assert "Write a financial year as 2024/25." in errors(page)
    assert not indicator.values.exists()


def test_the_file_to_fill_in_comes_back_as_it_was(admin):
    indicator = make_indicator([("2022/23", "", 77), ("2021/22", "women", 4)])
    answer = admin.get(reverse("spreadsheets:local-figures-file", args=[indicator.pk]))
    lines = answer.content.decode("utf-8-sig").splitlines()
    page = send(admin, indicator, *lines)
    rows = [[text(cell) for cell in row][-1] for row in page.all("tr")]
    assert rows[1:3] == ["the same", "the same"]
