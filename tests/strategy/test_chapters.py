"""The strategy's chapters: what is said in short, and who answers to whom."""

import pytest
from django.core.exceptions import ValidationError

from strategy.models import Body, Chapter, ContactLine, Passage, Priority, Source, Statistic
from tests.support import factories
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db


def ask(client, path):
    return Page(client.get(path))


# The figures


def test_every_figure_of_the_strategy_has_a_claim_and_a_picture():
    for statistic in Statistic.objects.all():
        assert statistic.claim_en, statistic
        assert bool(statistic.picture) == statistic.has_figure, statistic


def test_no_aged_figure_is_said_to_be_current():
    for statistic in Statistic.objects.all():
        ours = f"{statistic.claim_en} {statistic.caption_en}".lower()
        assert "current" not in ours, statistic
        assert "today" not in ours, statistic


def test_the_page_of_figures_opens_with_a_picture(client):
    page = ask(client, "/strategy/evidence/")
    first = page.all("div", class_="value")[0]
    assert first[0].get("class").split()[0] == "picture"
    assert "In words, without a figure" not in page.main


def test_sentences_without_a_figure_follow_the_figures_of_their_part(client):
    without = factories.make_statistic(
        position=501, figure="(no figure)", measure="", claim_en="Many do not say"
    )
    figure = factories.make_statistic(position=502)
    page = ask(client, "/strategy/evidence/")
    order = [part.get("id") for part in page.one("main").iter() if part.get("id")]
    assert order.index(figure.anchor) < order.index(without.anchor)
    (item,) = [li for li in page.all("li") if li.get("id") == without.anchor]
    assert text(item).startswith("Many do not say.")


def test_only_the_pages_with_figures_or_the_diagram_carry_their_style(client):
    for path, styles in [
        ("/strategy/evidence/", [True, False]),
        ("/strategy/newer/", [True, False]),
        ("/strategy/governance/", [False, True]),
        ("/strategy/priorities/", [False, False]),
        ("/strategy/", [False, False]),
        ("/", [False, False]),
    ]:
        html = ask(client, path).html
        assert [".statistic" in html, ".diagram" in html] == styles, path


# What is said in short


def test_a_part_with_short_versions_folds_the_quotation_below_them(client):
    passage = factories.make_passage(section="Northgate", summary_en="It is a place.")
    page = ask(client, "/strategy/impact/")
    (item,) = [li for li in page.all("li") if text(li) == "It is a place."]
    fold = item.getparent().getnext()
    assert fold.tag == "details"
    assert passage.words in text(fold.find(".//blockquote"))


def test_a_part_without_short_versions_shows_its_quotation(client):
    passage = factories.make_passage(section="Northgate")
    page = ask(client, "/strategy/impact/")
    (words,) = [p for p in page.all("p") if p.get("id") == passage.anchor]
    assert not [*words.iterancestors("details")]


def test_the_passages_of_the_figures_have_their_own_page(client):
    passage = factories.make_passage(section="Northgate")
    assert passage.get_absolute_url() == f"/strategy/impact/#{passage.anchor}"
    page = ask(client, "/strategy/impact/")
    shown = {p.get("id") for p in page.all("p")}
    assert {row.anchor for row in Passage.objects.filter(chapter__slug="evidence")} <= shown
    figures = ask(client, "/strategy/evidence/")
    assert passage.words not in figures.main
    assert "/strategy/impact/" in figures.internal_links
    assert "/strategy/evidence/" in page.internal_links


def test_without_their_chapter_the_passages_are_not_shown(client):
    Chapter.objects.filter(slug=Chapter.FIGURES).update(is_published=False)
    page = ask(client, "/strategy/impact/")
    assert page.response.status_code == 200
    assert not page.all("blockquote")


# The numbers as printed


def test_the_printed_list_of_numbers_is_beside_the_strategy(client):
    page = ask(client, "/strategy/contacts/")
    shown = [figure.get("id") for figure in page.all("figure")]
    assert shown == [line.anchor for line in ContactLine.objects.all()]
    for line in ContactLine.objects.all():
        assert line.words in page.main
        assert line.get_absolute_url() == f"/strategy/contacts/#{line.anchor}"
    for path in ("/contacts/", "/strategy/"):
        assert "/strategy/contacts/" in ask(client, path).internal_links


def test_the_first_page_says_what_each_chapter_says(client):
    main = ask(client, "/strategy/").main
    for chapter in Chapter.objects.exclude(slug=Chapter.OVERVIEW):
        assert chapter.summary_en
        assert f"{chapter.name}{chapter.summary_en}" in main


def test_the_first_page_has_the_priorities_in_short_with_links(client):
    page = ask(client, "/strategy/")
    for priority in Priority.objects.all():
        (link,) = [a for a in page.all("a") if text(a) == priority.summary_en]
        assert link.get("href") == priority.get_absolute_url()


def test_the_first_page_links_to_no_priority_that_readers_cannot_see(client):
    Chapter.objects.filter(slug="priorities").update(is_published=False)
    page = ask(client, "/strategy/")
    assert not [link for link in page.internal_links if "/strategy/priorities/" in link]


def test_the_first_page_goes_from_promises_to_the_full_text(client):
    page = ask(client, "/strategy/")
    names = dict(Chapter.objects.values_list("slug", "name_en"))
    wanted = [
        "What it promises you",
        names["evidence"],
        "The priorities in short",
        "Who answers to whom",
        names["standards"],
        "How it is going",
        "In the strategy's own words",
    ]
    headings = [text(heading) for heading in page.all("h2")]
    start = headings.index(wanted[0])
    assert headings[start : start + len(wanted)] == wanted
    (promises,) = [h2.getnext() for h2 in page.all("h2") if text(h2) == wanted[0]]
    assert len(promises) == 10
    figures = [row for row in Statistic.objects.all() if row.has_figure]
    assert figures[0].get_absolute_url() in page.internal_links


def test_the_first_page_names_no_part_that_readers_cannot_see(client):
    Chapter.objects.exclude(slug=Chapter.OVERVIEW).update(is_published=False)
    page = ask(client, "/strategy/")
    for heading in ("Who answers to whom", "How it is going"):
        assert heading not in page.main
    assert not [link for link in page.internal_links if link.startswith("/strategy/newer")]


# What others have published


def test_a_source_says_where_it_is_where_a_copy_is_kept_and_what_replaced_it(client):
    source = Source.objects.first()
    source.url, source.archived_url = "https://a.example/old", "https://keep.example/copy"
    source.current_title, source.current_url = "The newer plan", "https://a.example/new"
    source.full_clean()
    source.save()
    page = ask(client, "/strategy/sources/")
    (figure,) = [part for part in page.all("figure") if part.get("id") == source.anchor]
    said = text(figure.getparent())
    for words in [
        "Website: a.example",
        "An archived copy is kept at: keep.example",
        "Now: The newer plan",
    ]:
        assert words in said
    assert page.main.count("An archived copy is kept at:") == 1


def test_a_link_to_what_replaced_a_source_needs_a_title():
    source = Source.objects.first()
    source.current_url = "https://a.example/new"
    with pytest.raises(ValidationError, match="Enter the title"):
        source.full_clean()


# Who answers to whom


def chains():
    return [[body.words for body in chain] for chain in Body.objects.chains()]


def test_a_chain_leads_from_a_body_to_the_one_it_answers_to():
    top = factories.make_body()
    middle = factories.make_body(reports_to=top)
    bottom = factories.make_body(reports_to=middle)
    assert chains()[-1] == [bottom.words, middle.words, top.words]


def test_a_body_that_two_answer_to_is_in_one_chain_and_linked_from_the_other(client):
    top = factories.make_body()
    first = factories.make_body(reports_to=top)
    second = factories.make_body(reports_to=top)
    assert chains()[-2:] == [[first.words, top.words], [second.words]]
    page = ask(client, "/strategy/governance/")
    (box,) = [item for item in page.all("li") if item.get("id") == second.anchor]
    (link,) = box.iter("a")
    assert (link.get("href"), text(link)) == (f"#{top.anchor}", top.words)


def test_bodies_that_answer_to_each_other_are_all_shown():
    one = factories.make_body()
    other = factories.make_body(reports_to=one)
    Body.objects.filter(pk=one.pk).update(reports_to=other)
    assert sorted(chains()[-1]) == sorted([one.words, other.words])


def test_the_diagram_has_todays_name_and_the_printed_one(client):
    body = factories.make_body(current_name="Northgate Council of Boards")
    page = ask(client, "/strategy/governance/")
    (box,) = [item for item in page.all("li") if item.get("id") == body.anchor]
    assert text(box) == f"Northgate Council of BoardsIn the strategy: {body.words}"


def test_the_diagram_says_what_replaced_a_body_and_as_at_which_day(client):
    body = factories.make_body(replaced_by="The Northgate Mayor", known_on="2028-05-04")
    page = ask(client, "/strategy/governance/")
    (box,) = [item for item in page.all("li") if item.get("id") == body.anchor]
    assert text(box) == f"{body.words}Now: The Northgate MayorAs at 4 May 2028"


def test_the_diagram_says_once_where_it_comes_from(client):
    diagram = ask(client, "/strategy/governance/").one("div", class_="diagram")
    assert "From the strategy" not in text(diagram)
    assert "From the strategy, about 2021" in text(diagram.getnext())
    assert text(diagram).count("answers to") == sum(
        map(bool, Body.objects.values_list("reports_to").exclude(reports_to=None))
    )
