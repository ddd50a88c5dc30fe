"""Advice on words: useful on the words that need it, silent on plain ones, and never a lock."""

import pytest
from django.urls import reverse

from helphub.advice import advising, readability
from helphub.advice.models import WordToAvoid
from helphub.history.models import Version
from tests.support import factories
from tests.support.admin_forms import change_url, save, type_into
from tests.support.officers import officer_named
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.django_db
CHECK = {"_check_words": ""}
PLAIN = (
    "You can talk to someone at any time. You do not have to give your name. They listen, and they "
    "help you think about what you want to do. You choose what happens next. It is fine to stop a "
    "call, to say nothing for a while, or to ring again on another day. Nobody will be cross with "
    "you. If you are in danger now, ring {h-999}. If you cannot talk, read about silent calls."
)
STIFF = (
    "Organisational representatives coordinate interdisciplinary consultations regarding "
    "individual circumstances. Comprehensive documentation facilitates accountability. "
) * 5


@pytest.fixture
def guide(db):
    return factories.make_guide(summary_en="A plain summary.", body_en=PLAIN)


@pytest.fixture
def words(db):
    WordToAvoid.objects.all().delete()
    make = WordToAvoid.objects.create
    make(kind="blaming", words="let it happen", why="It blames.", better="“could not stop it”")
    make(kind="jargon", words="disclos*", why="Few say it.", better="“tell”")
    make(kind="blaming", words="women's fault", why="It blames.", better="Leave it out.")
    make(kind="blaming", words="revenge porn", why="It is no porn.", better="“pictures”")


def on(words):
    return [advice.found for advice in advising.of_text(words, list(WordToAvoid.objects.all()))]


def check(admin, row, **changes):
    """The form as it comes back after “Check the words”."""
    return Page(admin.post(change_url(row), type_into(admin, row, **changes) | CHECK))


def advice_in(page):
    return [text(each) for group in page.all("ul", class_="advice") for each in group]


def test_words_to_avoid_are_found_in_any_form_but_not_in_quotes_or_names(words):
    assert on("She let it happen.") == ["“let it happen”"]
    assert on("Disclosures are kept.") == ["“Disclosures”"]
    assert on("Women’s fault it is not.") == ["“Women’s fault”"]
    assert on("Ring the Revenge Porn Helpline.") == []
    assert on("Some call it revenge porn.") == ["“revenge porn”"]
    assert on("Nobody may say “you let it happen” to you. Read {guide:disclosure}.") == []
    assert on("They enclosed it.") == []


def test_a_long_sentence_is_found_and_a_list_of_short_lines_is_none():
    assert advising.of_text("One " * 25 + "end.", [])[0].why.startswith("This sentence has 26")
    assert advising.of_text("One " * 24 + "end. " + "One " * 24 + "end.", []) == []
    assert advising.of_text("- One two three four five\n" * 9, []) == []
    assert advising.of_text("One two three four five\n" * 9, [], is_list=True) == []


def test_a_stiff_text_is_for_older_readers_than_a_plain_one():
    plain, stiff = (readability.reading_age(list(readability.blocks(it))) for it in (PLAIN, STIFF))
    assert plain < 11 < stiff
    assert readability.reading_age(list(readability.blocks("Organisational matters."))) is None
    assert advising.of_text(PLAIN, []) == []
    assert "reading age" in advising.of_text(STIFF, [])[0].why


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *(("help", 1), ("people", 2), ("idea", 2), ("asked", 1), ("wanted", 2), ("safe", 1)),
        *(("table", 2), ("places", 2), ("beautiful", 3), ("violence", 3), ("non-violent", 4)),
    ],
)
def test_syllables_are_counted(word, count):
    assert readability.syllables(word) == count


def test_two_links_to_one_place_are_found_under_one_heading_only():
    twice = "Read {guide:consent}. Or {guide:consent}."
    assert [advice.found for advice in advising.of_text(twice, [])] == ["guide:consent"]
    assert advising.of_text("{guide:consent}\n\n## Later\n\n{guide:consent}", []) == []
    assert advising.of_text("[One](https://a.example/) and [two](https://a.example)", [])
    assert advising.of_text("Ring {h-spoc}. Ring {h-spoc}.", []) == []


def test_a_title_that_says_nothing_and_a_missing_content_note_are_found():
    assert advising.of_title("Help and information") == []
    assert advising.of_title("Help, information") != []
    assert advising.of_title("Help") != []
    assert advising.of_title("Talking to a doctor") == []
    assert advising.of_content_note("", ["She was raped."]) != []
    assert advising.of_content_note("This page talks about rape.", ["She was raped."]) == []
    assert advising.of_content_note("", ["Sexual health clinics are free."]) == []


def test_checking_saves_nothing_and_keeps_what_is_typed(admin, guide, words):
    before = Version.objects.count()
    page = check(admin, guide, body_en="They let it happen.", summary_en="Other words.")
    values = form_values(page)
    assert values["body_en"].strip() == "They let it happen."
    assert values["summary_en"] == "Other words."
    assert "Nothing is saved yet" in page.main
    (advice,) = advice_in(page)
    assert "It blames. Better: “could not stop it”" in advice
    guide.refresh_from_db()
    assert guide.summary_en == "A plain summary."
    assert Version.objects.count() == before
    # The same form can be saved as it is.
    assert save(admin, guide, body_en="They let it happen.")
    guide.refresh_from_db()
    assert guide.body_en == "They let it happen."


def test_a_new_record_and_one_with_mistakes_are_checked_too(admin, guide, words):
    values = form_values(Page(admin.get(reverse("admin:strategy_guide_add"))))
    values |= {"summary_en": "They let it happen.", "name_en": "Kept"} | CHECK
    page = Page(admin.post(reverse("admin:strategy_guide_add"), values))
    assert len(advice_in(page)) == 1
    assert form_values(page)["name_en"] == "Kept"
    page = check(admin, guide, body_en="Ring 01384 455411. They let it happen.")
    assert "Put these right" in page.main
    assert len(advice_in(page)) == 1


def test_plain_words_get_no_advice(admin, guide):
    page = check(admin, guide)
    assert "The words read well" in page.main
    assert advice_in(page) == []


def test_after_saving_a_note_leads_to_the_advice_on_what_was_changed(admin, guide, words):
    page = save(admin, guide, body_en="They let it happen.")
    link = f"{change_url(guide)}?words"
    assert "could be easier or kinder" in page.main
    assert link in page.internal_links
    assert len(advice_in(Page(admin.get(link)))) == 1
    assert advice_in(Page(admin.get(change_url(guide)))) == []
    assert "could be easier" not in save(admin, guide, summary_en="Plain and short.").main


def test_printed_words_get_no_advice_and_our_comment_does(admin, words):
    passage = factories.make_passage(words="They let it happen. Disclosures followed.")
    assert advice_in(Page(admin.get(f"{change_url(passage)}?words"))) == []
    page = check(admin, passage, comment_en="They let it happen.")
    assert len(advice_in(page)) == 1


def test_words_for_find_have_no_button(admin):
    assert "Check the words" in admin.get("/admin/strategy/guide/add/").content.decode()
    assert "Check the words" not in admin.get("/admin/search/synonym/add/").content.decode()


def test_editors_change_the_list_and_it_keeps_its_history(words, guide):
    editor = officer_named("ed", "Editors")
    add = reverse("admin:advice_wordtoavoid_add")
    sent = {"kind": "jargon", "words": "  Wrap  Around ", "why": "Odd.", "better": "“all”"}
    assert editor.post(add, sent).status_code == 302
    word = WordToAvoid.objects.get(words="wrap around")
    assert word.slug == "wrap-around"
    assert Version.objects.filter(label="advice.wordtoavoid", key=word.pk).count() == 1
    for bad in ("ab", "a*b*c", "*", "{h-spoc}", "x" * 61, "wrap around"):
        page = Page(editor.post(add, sent | {"words": bad}))
        assert page.all("ul", class_="errorlist"), bad
    assert "“wrap around”" in advice_in(check(editor, guide, body_en="It is wrap around care."))[0]


@pytest.mark.both_databases
def test_the_words_that_come_with_the_site_are_valid_and_advise_on_few_of_its_own_texts(admin):
    from strategy.models import Guide

    avoided = list(WordToAvoid.objects.all())
    assert len(avoided) > 40
    for word in avoided:
        word.full_clean()
    texts = [guide.body_en for guide in Guide.objects.all()]
    advice = [advising.of_text(words, avoided) for words in texts]
    assert sum(map(bool, advice)) <= len(texts) / 3
