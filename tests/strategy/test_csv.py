"""Tables behind pictures, as files for others."""

import csv
import io

import pytest

from strategy.models import Chapter, Statistic
from tests.support.factories import make_figure, make_indicator, make_statistic
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db

FIGURES = "/strategy/figures.csv"


def read(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_strategys_figures_are_a_file_with_source_and_licence_in_each_row(client):
    statistic = make_statistic(citation="Northgate survey, 2019")
    answer = client.get(FIGURES)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")  # For Excel.
    rows = read(answer)
    figures = [row for row in Statistic.objects.all() if row.has_figure]
    assert [row["Reference"] for row in rows] == [row.reference for row in figures]
    row = next(row for row in rows if row["Reference"] == statistic.reference)
    assert row["Figure as printed"] == "1 in 3"
    assert row["What it says"] == statistic.claim_en.replace("**", "")
    assert row["The strategy's words"] == statistic.words
    assert row["Source that the strategy gives"] == "Northgate survey, 2019"
    assert all(row["Licence"].startswith("None stated.") for row in rows)


def test_the_file_goes_with_the_chapter_of_figures(client):
    Chapter.objects.filter(slug=Chapter.FIGURES).update(is_published=False)
    assert client.get(FIGURES).status_code == 404


def test_a_local_figure_is_a_file_of_its_own_in_which_gaps_are_words(client):
    indicator = make_indicator([("2023/24", "", 240), ("2024/25", "", "<10")])
    rows = read(client.get(indicator.get_file_url()))
    assert [(row["Period"], row["Part"], row["Figure"]) for row in rows] == [
        ("2023/24", "Total", "240"),
        ("2024/25", "Total", "fewer than 10"),
    ]
    assert rows[0]["First day"] == "2023-04-01"
    assert rows[0]["Last day"] == "2024-03-31"
    assert rows[0]["Source"] == "Northgate report"
    assert rows[0]["Published on"] == "2025-06-01"


@pytest.mark.parametrize("hidden", [{"is_published": False}, {"starts_on": "2999-01-01"}])
def test_there_is_no_file_of_what_readers_may_not_see(client, hidden):
    indicator = make_indicator([("2023/24", "", 240)], **hidden)
    assert client.get(indicator.get_file_url()).status_code == 404


def test_a_cell_that_looks_like_a_formula_is_a_text(client):
    indicator = make_indicator()
    make_figure(indicator, period="2023/24", part="=1+1", value="40", source="@Northgate")
    (row,) = read(client.get(indicator.get_file_url()))
    assert (row["Part"], row["Source"]) == ("'=1+1", "'@Northgate")


def test_the_name_of_a_file_says_nothing_and_the_page_says_where_it_stays(client):
    indicator = make_indicator([("2023/24", "", 240)])
    for page, url in [
        ("/strategy/evidence/", FIGURES),
        ("/strategy/newer/", FIGURES),
        ("/strategy/local-data/", indicator.get_file_url()),
        ("/pl/strategy/local-data/", indicator.get_file_url()),
    ]:
        parts = Page(client.get(page)).all("p", class_="fine")
        links = [link for part in parts for link in part.iter("a") if link.get("href") == url]
        assert [link.get("hreflang") for link in links] == ["en"]
        name = client.get(url)["Content-Disposition"].partition("filename=")[2]
        assert name.strip('"') == url.rpartition("/")[2]
        assert name.startswith('"figures')
        assert any("downloads" in text(part) or "pobranych" in text(part) for part in parts)


def test_a_shared_cache_keeps_a_file_no_longer_than_a_page(client):
    assert client.get(FIGURES)["CDN-Cache-Control"].startswith("max-age=300")
