"""The pages on which a document becomes rows of a draft strategy: all of them, once, or none."""

import pytest

from helphub.history.models import Version
from helphub.splitting import kinds
from helphub.splitting.models import Draft
from strategy.models import (
    Body,
    Chapter,
    ContactLine,
    Document,
    FormAsPrinted,
    FormOfAbuse,
    Passage,
    Priority,
    Source,
    Standard,
    Statistic,
    Strategy,
)
from tests.support.documents import docx, heading, note, paragraph, table, upload
from tests.support.officers import officer_named
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.django_db
START = "/admin/splitting/"
MARKDOWN = (
    "# The plan\n\n## Our priorities\n\nThey are these:\n\n- Plant trees\n- Mend paths\n\n"
    "## Welcome\n\nTrees matter.[^1] Paths matter too.\n\n[^1]: A study of trees, 2030.\n"
)


@pytest.fixture
def strategy():
    """A strategy that is being prepared, with two chapters."""
    made = Strategy.objects.create(slug="2090-2093", name="The plan", first_year=2090)
    for position, slug in enumerate(["overview", "priorities"], 1):
        Chapter.objects.create(
            strategy=made,
            slug=slug,
            title=f"The plan: part {position}",
            name_en=f"Part {position}",
            position=position,
        )
    return made


def choose(client, data=MARKDOWN, name="plan.md"):
    """The page after a document was chosen."""
    return client.post(START, {"file": upload(data, name)}, follow=True)


def only_draft():
    return Draft.objects.get()


def address(draft, *more):
    return "/".join([f"{START}{draft.pk}", *map(str, more), ""])


def save(client, draft, **changes):
    """Save the part that begins the document, with what is changed in it."""
    url = address(draft, "part", draft.pieces[0].key)
    values = form_values(Page(client.get(url)))
    return client.post(url, values | changes, follow=True)


def piece_with(draft, words):
    (found,) = [piece for piece in draft.pieces if words in piece.words]
    return found


def confirm(client, draft, **changes):
    save(client, draft, **changes)
    draft.refresh_from_db()
    return draft


def make(client, draft):
    return client.post(address(draft, "make"), follow=True)


def test_a_document_becomes_rows_of_the_draft_strategy(admin, strategy):
    page = Page(choose(admin))
    assert "Priority: 2" in page.main
    assert "Look at part 1" in page.main
    draft = confirm(admin, only_draft())
    before = Passage.objects.count(), Version.objects.count()
    page = Page(make(admin, draft))
    assert "6 rows were made" in page.text
    assert Passage.objects.count() == before[0] + 3
    first, second, third = Passage.objects.of(strategy)
    assert [first.words, second.words, third.words] == [
        "They are these:",
        "Trees matter.",
        "Paths matter too.",
    ]
    assert (first.chapter.slug, first.section) == ("priorities", "Our priorities")
    assert (second.chapter.slug, second.section) == ("overview", "Welcome")
    assert second.source == Source.objects.of(strategy).get(number=1)
    assert [row.words for row in Priority.objects.of(strategy)] == ["Plant trees", "Mend paths"]
    assert {row.strategy for row in Priority.objects.of(strategy)} == {strategy}
    made = Version.objects.filter(why="Made from the document “plan.md”")
    assert made.count() == Version.objects.count() - before[1] == 6
    assert not Priority.objects.exclude(strategy=strategy).filter(words="Plant trees").exists()


def test_pressing_twice_and_the_same_file_again_make_nothing_twice(admin, strategy):
    choose(admin)
    draft = confirm(admin, only_draft())
    make(admin, draft)
    count = Passage.objects.count()
    make(admin, draft)
    page = Page(choose(admin))
    assert "This file is here already" in page.text
    assert "Made into rows on" in page.main
    assert (Passage.objects.count(), Draft.objects.count()) == (count, 1)
    # The same words in another file.
    choose(admin, f"{MARKDOWN}\n\nOne more.\n")
    draft = confirm(admin, Draft.objects.get(made_at=None))
    page = Page(make(admin, draft))
    assert "6 more were there already" in page.main
    assert Passage.objects.count() == count + 1


def test_the_draft_can_be_left_and_taken_up_again(admin, strategy):
    choose(admin)
    draft = only_draft()
    trees = piece_with(draft, "Trees matter")
    save(admin, draft, **{f"p{trees.key}-what": kinds.OUT})
    assert "plan.md: not finished" in Page(admin.get(START)).main.replace("plan.md :", "plan.md:")
    draft = confirm(admin, draft)
    assert piece_with(draft, "Trees matter").what == kinds.OUT
    make(admin, draft)
    assert not Passage.objects.filter(words="Trees matter.").exists()
    assert Passage.objects.filter(words="Paths matter too.").exists()


def test_pieces_are_split_and_joined_on_the_page(admin, strategy):
    choose(admin)
    draft = only_draft()
    trees, paths = piece_with(draft, "Trees matter"), piece_with(draft, "Paths matter")
    lines = f"p{trees.key}-lines"
    changes = {lines: "Trees\r\n\r\nmatter.[1]", f"p{paths.key}-join": "on"}
    draft = confirm(admin, draft, **changes)
    assert [piece.words for piece in draft.pieces][-3:-1] == ["Trees", "matter. Paths matter too."]
    assert draft.pieces[-2].footnotes == [1]


def test_other_words_are_refused_beside_the_piece_and_stay_typed(admin, strategy):
    choose(admin)
    draft = only_draft()
    trees = piece_with(draft, "Trees matter")
    answer = save(admin, draft, **{f"p{trees.key}-lines": "Trees matter a lot."})
    assert answer.status_code == 400
    page = Page(answer)
    assert "The words must stay as printed" in text(page.one("article", id=f"piece-{trees.key}"))
    assert form_values(page)[f"p{trees.key}-lines"] == ("Trees matter a lot.")
    assert piece_with(only_draft(), "Trees matter").words == "Trees matter."


def test_a_colleagues_work_is_not_undone(admin, strategy):
    choose(admin)
    draft = only_draft()
    key = piece_with(draft, "Trees matter").key
    url = address(draft, "part", 1)
    old = form_values(Page(admin.get(url)))
    save(admin, draft)
    answer = admin.post(url, old | {f"p{key}-what": kinds.OUT})
    assert "Nothing was saved" in Page(answer).main
    kept = form_values(Page(answer))
    assert kept[f"p{key}-what"] == kinds.OUT
    assert piece_with(only_draft(), "Trees matter").what == kinds.PASSAGE


def test_everything_under_a_heading_is_changed_at_once(admin, strategy):
    choose(admin)
    draft = only_draft()
    welcome = piece_with(draft, "Welcome")
    draft = confirm(admin, draft, **{f"p{welcome.key}-under": kinds.OUT})
    assert [piece.what for piece in draft.pieces[-3:]] == [kinds.OUT] * 3
    assert piece_with(draft, "Plant trees").what == kinds.PRIORITY


def test_nothing_is_made_before_every_part_was_looked_at(admin, strategy):
    choose(admin)
    assert "Look at every part first" in Page(make(admin, only_draft())).main
    assert not Passage.objects.of(strategy).exists()


def test_what_a_row_lacks_is_said_beside_it_and_nothing_is_made(admin, strategy):
    choose(
        admin,
        docx(
            heading("Profile"),
            paragraph("It is 1 in 9 people."),
            heading("Appendix"),
            paragraph("The Act", listed=True),
            heading("Contacts"),
            table(["A line", "01384 000 901"]),
        ),
        "plan.docx",
    )
    draft = confirm(admin, only_draft())
    page = Page(make(admin, draft))
    for words in ["Say who it counts", "Write the address", "Say who the line is for"]:
        assert words in page.main
    assert not Statistic.objects.of(strategy).exists()
    keys = {words: piece_with(draft, words).key for words in ("1 in 9", "The Act", "A line")}
    draft = confirm(
        admin,
        draft,
        **{
            f"p{keys['1 in 9']}-population": "people in Northgate",
            f"p{keys['The Act']}-url": "https://example.org/act",
            f"p{keys['A line']}-audience": "anybody",
        },
    )
    assert "3 rows were made" in Page(make(admin, draft)).text
    assert Statistic.objects.of(strategy).get().figure == "1 in 9"
    assert Document.objects.of(strategy).get().url == "https://example.org/act"
    assert ContactLine.objects.of(strategy).get().words == "A line 01384 000 901"


def test_a_phone_number_can_only_be_a_contact_line(admin, strategy):
    choose(admin, "## Welcome\n\nRing us on 01384 000 901.\n")
    draft = only_draft()
    key = piece_with(draft, "Ring us").key
    draft = confirm(admin, draft, **{f"p{key}-what": kinds.PASSAGE})
    page = Page(make(admin, draft))
    assert "It has the phone number 01384 000 901" in page.main
    assert not Passage.objects.of(strategy).exists()


def test_a_standard_names_the_passage_above_it(admin, strategy):
    choose(admin, "## Standards\n\nWe keep the Northgate Standards.\n\n- Answer in a day\n")
    make(admin, confirm(admin, only_draft()))
    standard = Standard.objects.of(strategy).get()
    assert standard.named_in.words == "We keep the Northgate Standards."


def test_words_of_the_strategy_in_force_are_carried_over(admin, strategy):
    old = Priority.objects.exclude(strategy=strategy).first()
    Priority.objects.filter(pk=old.pk).update(comment_en="We began.", comment_ur="ہم نے کیا۔")
    choose(admin, f"## Our priorities\n\n- {old.words}.\n- Plant trees\n")
    make(admin, confirm(admin, only_draft()))
    same, new = Priority.objects.of(strategy)
    assert (same.comment_en, same.comment_ur) == ("We began.", "ہم نے کیا۔")
    assert (same.carried_from, new.carried_from) == (old, None)
    assert same.reference != old.reference


def test_what_was_carried_over_before_is_there_already(admin, strategy):
    old = Priority.objects.exclude(strategy=strategy).first()
    copy = Priority.objects.create(
        strategy=strategy, words=old.words, section=old.section, carried_from=old
    )
    choose(admin, f"## Our priorities\n\n- {old.words} Now\n- Plant trees\n")
    draft = confirm(admin, only_draft())
    page = Page(admin.get(address(draft, "part", 1)))
    assert f"carried over already, as {copy.reference}" in page.main
    assert "1 row was made" in Page(make(admin, draft)).text.replace("1 rows were", "1 row was")
    assert Priority.objects.of(strategy).count() == 2


def test_a_topic_that_was_carried_over_is_there_already(admin, strategy):
    topic = FormOfAbuse.objects.in_the_strategy().first()
    FormAsPrinted.objects.create(
        strategy=strategy, words=topic.words, section="Scope", form_of_abuse=topic
    )
    choose(admin, f"## Scope\n\n- {topic.words}, now\n- Plant trees\n")
    draft = only_draft()
    piece = piece_with(draft, topic.words)
    draft = confirm(admin, draft, **{f"p{piece.key}-what": kinds.FORM})
    assert piece.like == topic.reference
    assert "1 more was there already" in Page(make(admin, draft)).main


def test_a_body_of_a_document_reports_to_the_body_of_the_same_document(admin, strategy):
    old = Body.objects.exclude(reports_to=None).first()
    choose(admin, f"## Governance\n\n- {old.words}\n- {old.reports_to.words}\n")
    draft = only_draft()
    bodies = [piece for piece in draft.pieces if piece.what != kinds.HEADING]
    make(admin, confirm(admin, draft, **{f"p{piece.key}-what": kinds.BODY for piece in bodies}))
    row = Body.objects.get(strategy=strategy, carried_from=old)
    assert row.reports_to.carried_from == old.reports_to


def test_what_was_left_out_is_said(admin, strategy):
    drawing = '<w:r><w:drawing><a:blip r:embed="x"/></w:drawing></w:r>'
    page = Page(choose(admin, docx(heading("One"), paragraph("Words.", drawing)), "plan.docx"))
    assert "Not taken from the document 1 picture" in page.main


def test_two_footnotes_of_one_piece_are_told(admin, strategy):
    data = docx(
        heading("Welcome"),
        paragraph("So it is", note(2), note(3)),
        footnotes={2: "One.", 3: "Two."},
    )
    choose(admin, data, "plan.docx")
    draft = only_draft()
    page = Page(admin.get(address(draft, "part", 1)))
    assert "A row names one footnote: 1." in page.main
    make(admin, confirm(admin, draft))
    assert Passage.objects.of(strategy).get().source.words == "One."


def test_a_file_that_cannot_be_read_is_refused_beside_the_box(admin, strategy):
    answer = choose(admin, "%PDF-1.7", "plan.pdf")
    assert answer.status_code == 400
    assert "is a PDF" in Page(answer).main
    assert not Draft.objects.exists()


def test_without_a_draft_strategy_the_page_says_what_to_do(admin):
    page = Page(admin.get(START))
    assert "There is no draft of a strategy" in page.main
    assert "/admin/renewal/" in page.internal_links
    assert "file" not in form_values(page)


def test_a_document_is_forgotten_without_touching_rows(admin, strategy):
    choose(admin)
    draft = confirm(admin, only_draft())
    make(admin, draft)
    count = Passage.objects.count()
    admin.post(address(draft, "forget"))
    assert not Draft.objects.exists()
    assert Passage.objects.count() == count


def test_once_the_strategy_is_in_force_nothing_more_is_made(admin, strategy):
    choose(admin)
    draft = confirm(admin, only_draft())
    Strategy.objects.filter(pk=strategy.pk).update(state=Strategy.State.REPLACED)
    assert "no longer a draft" in Page(make(admin, draft)).main
    assert not Passage.objects.of(strategy).exists()


def test_an_editor_may_use_it_and_a_translator_may_not(strategy):
    assert officer_named("ed", "Editors").get(START).status_code == 200
    assert officer_named("tr", "Translators").get(START).status_code == 403


def test_the_pages_have_no_faults_and_few_queries(admin, strategy, django_assert_max_num_queries):
    choose(admin, "\n".join(f"## H{n}\n\n" + "Words here. " * 9 for n in range(9)))
    draft = only_draft()
    for url in (START, address(draft), address(draft, "part", 1)):
        with django_assert_max_num_queries(60):
            assert Page(admin.get(url)).faults == []
