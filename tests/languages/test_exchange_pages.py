"""The pages for files, as officers use them: export, look, take."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from helphub.history.models import Version
from helphub.history.recording import catch_up
from helphub.languages import texts, writing
from helphub.languages.exchange import formats, taking
from helphub.languages.models import Translation
from helphub.languages.states import Known, Name, State
from tests.languages.files import exported, opened, upload
from tests.support.factories import make_guide
from tests.support.officers import officer_named
from tests.support.reader import Page, form_values

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
CODE, WORDS = "ur", "یہ ایک جملہ ہے۔"
FILES = reverse("translations:files", args=[CODE])
each_form = pytest.mark.parametrize("form", list(formats.FORMATS))


@pytest.fixture
def tara():
    return officer_named("tara", "Translators")


@pytest.fixture
def guides():
    made = [make_guide(name_en=f"Somewhere {n}", summary_en="A sentence.") for n in (1, 2)]
    catch_up()  # Saved outside the admin, they have no version yet.
    return made


def text_of(guide):
    return texts.find(Name("strategy.guide", guide.pk, "summary"))


def state_of(guide):
    text = text_of(guide)
    return Known().state(text.name, CODE, text.english, text.words[CODE])


def with_words(client, guides, form="po", words=WORDS):
    """A file that an officer exported, in which these guides have words now."""
    answer = client.get(f"{FILES}export/", {"part": "strategy.guide", "format": form})
    units, saved = opened(answer.content, form)
    contexts = {text_of(guide).context for guide in guides}
    for unit in units:
        if unit.context in contexts:
            unit.set(words=words)
    return saved()


def look(client, data, name="ur.po"):
    return Page(client.post(FILES, {"file": upload(data, name)}))


def take(client, page, **pressed):
    sent = {name: value for name, value in form_values(page).items() if name == "_file"} | pressed
    return Page(client.post(f"{FILES}take/", sent, follow=True))


@each_form
def test_a_file_is_exported_shown_and_taken(tara, guides, form):
    ending = formats.FORMATS[form].endings[0]
    page = look(tara, with_words(tara, guides, form), f"back{ending}")
    assert "Somewhere 1: summary" in page.text
    assert page.html.count(WORDS) == 2
    assert {state_of(guide) for guide in guides} == {State.MISSING}
    page = take(tara, page)
    assert "2 texts taken as drafts." in page.text
    assert {state_of(guide) for guide in guides} == {State.DRAFT}
    label, key, field = text_of(guides[0]).name
    row = Translation.objects.get(label=label, key=key, field=field, language=CODE)
    assert (row.how, row.author) == ("person", "tara")
    version = Version.objects.filter(label="strategy.guide", key=guides[0].pk).latest("pk")
    assert version.officer == "tara"
    assert WORDS in version.data


def test_the_file_s_name_says_language_and_part(tara):
    answer = tara.get(f"{FILES}export/", {"part": "strategy.formofabuse", "format": "xlsx"})
    assert 'filename="ur-strategy-formofabuse.xlsx"' in answer["Content-Disposition"]
    answer = tara.get(f"{FILES}export/", {"part": "", "format": "po"})
    assert 'filename="ur-all.po"' in answer["Content-Disposition"]
    assert answer.content == exported(CODE, "po")


def test_what_is_taken_can_be_handed_in_at_once(tara, guides):
    page = take(tara, look(tara, with_words(tara, guides)), hand_in="1")
    assert "2 texts taken, and handed in" in page.text
    assert {state_of(guide) for guide in guides} == {State.IN_REVIEW}


def test_changed_words_are_shown_word_by_word(tara, guides):
    text = text_of(guides[0])
    writing.write(text, CODE, WORDS, "tara", writing.seen(text, CODE))
    page = look(tara, with_words(tara, guides[:1], words="یہ دوسرا جملہ ہے۔"))
    assert [element.xpath("string(.)") for element in page.all("del")] == ["Removed: ایک (end)"]
    assert "دوسرا" in page.one("ins").xpath("string(.)")
    assert page.faults == []


def test_with_one_fault_nothing_can_be_taken(tara, guides):
    file = with_words(tara, guides[:1])
    units, saved = opened(file, "po")
    for unit in units:
        if unit.context == text_of(guides[1]).context:
            unit.set(words="یہ {h-spoc} جملہ ہے۔")
    page = look(tara, saved())
    assert "Nothing of this file can be taken yet" in page.text
    assert "does not have the token {h-spoc}" in page.text
    assert "_file" not in form_values(page)
    assert page.faults == []


def test_a_change_here_between_the_steps_shows_the_differences_again(tara, guides):
    page = look(tara, with_words(tara, guides))
    text = text_of(guides[0])
    writing.write(text, CODE, "یہ دوسرا جملہ ہے۔", "rani", writing.seen(text, CODE))
    again = take(tara, page)
    assert "Something has changed here since you saw this page" in again.text
    assert "Conflicts 1" in again.text
    assert text_of(guides[0]).words[CODE] == "یہ دوسرا جملہ ہے۔"
    assert state_of(guides[1]) == State.MISSING
    assert "1 text taken as drafts. Left as they are here: 1." in take(tara, again).text
    assert text_of(guides[0]).words[CODE] == "یہ دوسرا جملہ ہے۔"
    assert state_of(guides[1]) == State.DRAFT


def test_sending_it_twice_takes_it_once(tara, guides):
    page = look(tara, with_words(tara, guides))
    take(tara, page)
    versions = Version.objects.count()
    assert "There is nothing to take" in take(tara, page).text
    assert Version.objects.count() == versions


def test_all_is_taken_or_nothing(tara, guides, monkeypatch):
    page, write = look(tara, with_words(tara, guides)), writing.write
    versions = Version.objects.count()

    def failing(text, *others, **named):
        if text.name.key == guides[1].pk:
            raise ValidationError("It cannot be written.")
        write(text, *others, **named)

    monkeypatch.setattr(writing, "write", failing)
    again = take(tara, page)
    assert "It cannot be written." in again.text
    assert {state_of(guide) for guide in guides} == {State.MISSING}
    assert Version.objects.count() == versions
    monkeypatch.setattr(writing, "write", write)
    assert "2 texts taken" in take(tara, again).text


def test_a_reviewer_and_an_editor_export_but_do_not_import(tara, guides):
    file, page = with_words(tara, guides), look(tara, with_words(tara, guides))
    for name, role in (("rani", "Translation reviewers"), ("edda", "Editors")):
        client = officer_named(name, role)
        assert 'name="file"' not in client.get(FILES).text
        assert client.get(f"{FILES}export/", {"format": "po"}).status_code == 200
        assert client.post(FILES, {"file": upload(file, "ur.po")}).status_code == 403
        assert client.post(f"{FILES}take/", form_values(page)).status_code == 403
    assert {state_of(guide) for guide in guides} == {State.MISSING}


def test_nobody_else_sees_the_files():
    keeper = officer_named("kim", "User administrators")
    assert keeper.get(FILES).status_code == 403
    assert keeper.get(f"{FILES}export/", {"format": "po"}).status_code == 403
    assert Client().get(FILES).status_code == 302


def test_a_form_made_for_another_officer_or_language_is_refused(tara, guides):
    page = look(tara, with_words(tara, guides))
    other = officer_named("tom", "Translators")
    assert "was not made for you and this language" in take(other, page).text
    sent = {"_file": form_values(page)["_file"]}
    polish = reverse("translations:take", args=["pl"])
    assert "was not made for you" in Page(tara.post(polish, sent, follow=True)).text
    assert "was not made for you" in take(tara, page, _file="x").text
    assert "was not made for you" in take(tara, page, _file="").text
    assert {state_of(guide) for guide in guides} == {State.MISSING}


def test_a_file_that_changes_too_much_for_one_form_is_refused(tara, guides, monkeypatch):
    monkeypatch.setattr(taking, "LONGEST", 100)
    assert "changes too much to take it at once" in look(tara, with_words(tara, guides)).text


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "ur.po", "The file is empty"),
        (b"words", "ur.csv", "in no format that can be read here"),
        (b"PK\x03\x04", "ur.xlsx", "not a spreadsheet"),
        (b"0" * (5 * 1024 * 1024 + 1), "ur.po", "the limit is 5 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_on_the_page(tara, data, name, says):
    page = look(tara, data, name)
    assert says in page.text
    assert "file" in form_values(page)
    assert page.faults == []


def test_without_a_file_the_page_says_so(tara):
    assert "Choose a file first" in Page(tara.post(FILES, {})).text


@pytest.mark.parametrize(
    "path", ["xx/files/", "en/files/", "xx/files/export/?format=po", "ur/files/nothing/"]
)
def test_what_does_not_exist_is_said_to(tara, path):
    assert tara.get(f"/admin/translations/{path}").status_code == 404


@pytest.mark.parametrize("asked", [{}, {"format": "exe"}, {"format": "po", "part": "secrets"}])
def test_an_unknown_format_or_part_leads_back(tara, asked):
    assert tara.get(f"{FILES}export/", asked).url == FILES
    assert tara.get(f"{FILES}take/").status_code == 405


def test_the_queue_leads_to_the_files(tara):
    page = Page(tara.get(reverse("translations:queue", args=[CODE])))
    assert FILES in page.internal_links
    assert Page(tara.get(FILES)).faults == []
