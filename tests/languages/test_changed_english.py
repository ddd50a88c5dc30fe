"""Where officers say whether changed English still means what its translations say."""

import pytest
from django.urls import reverse

from helphub.languages import same_meaning, texts
from helphub.languages.models import SameMeaning
from helphub.languages.states import Known, Name, State, of_text
from tests.languages.approved import approve_all
from tests.support.factories import make_guide
from tests.support.officers import officer_named
from tests.support.reader import Page, form_values

pytestmark = pytest.mark.django_db
WORDS = "یہ ایک جملہ ہے۔"
ADDRESS = reverse("translations:changed-english")


@pytest.fixture
def edda():
    return officer_named("edda", "Editors")


@pytest.fixture
def edgar():
    return officer_named("edgar", "Editors")


@pytest.fixture
def guide():
    """A guide whose Urdu was approved, and whose English has changed since."""
    guide = make_guide(name_en="Somewhere to sleep", summary_en="A sentence.", summary_ur=WORDS)
    approve_all(texts.of_record(guide), "ur")
    in_english(guide, "A sentence!")
    return guide


def in_english(guide, english):
    guide.refresh_from_db()
    guide.summary_en = english
    guide.save()


def state_of(guide):
    text = texts.find(Name("strategy.guide", guide.pk, "summary"))
    return Known().state(text.name, "ur", text.english, text.words["ur"])


def press(client, answer, form=None, **typed):
    """Press a button of the only text on the page."""
    form = form or form_values(Page(client.get(ADDRESS)))
    return Page(client.post(ADDRESS, form | {"answer": answer} | typed, follow=True))


def is_open_for(client):
    return "Does it still mean the same?" in Page(client.get("/admin/")).text


def test_two_officers_say_that_changed_english_means_the_same(edda, edgar, guide):
    page = Page(edda.get(ADDRESS))
    assert "Somewhere to sleep" in page.text
    assert is_open_for(edda)
    assert "Someone else has to agree" in press(edda, "same").text
    assert not is_open_for(edda)
    assert "said so already" in press(edda, "same").text
    assert state_of(guide) == State.OUT_OF_DATE
    assert "I agree: it means the same" in Page(edgar.get(ADDRESS)).text
    assert "Two people say so" in press(edgar, "same").text
    assert state_of(guide) == State.LOOK_AGAIN
    assert "No translation is behind" in Page(edda.get(ADDRESS)).text


def test_one_officer_says_that_it_does_not_and_translators_see_why(edda, guide):
    said = press(edda, "different", why="Beds are no longer free.").text
    assert "The translations are out of date" in said
    assert state_of(guide) == State.OUT_OF_DATE
    assert not is_open_for(edda)
    assert "You say that it does not mean the same: Beds are no longer free." in said
    tara = officer_named("tara", "Translators")
    args = ["ur", "strategy.guide", guide.pk, "summary"]
    desk = Page(tara.get(reverse("translations:translation", args=args)))
    assert "edda says what is different: “Beds are no longer free.”" in desk.text


def test_who_says_that_it_differs_says_how(edda, guide):
    assert "Say what is different" in press(edda, "different", why=" ").text
    assert not SameMeaning.objects.exists()
    assert is_open_for(edda)


def test_a_second_officer_may_say_that_it_differs_though_one_said_that_it_does_not(
    edda, edgar, guide
):
    form = form_values(Page(edda.get(ADDRESS)))
    press(edda, "same")
    press(edgar, "different", why="It is another number of beds.")
    assert "has said that it does not mean the same" in press(edda, "same", form).text
    assert state_of(guide) == State.OUT_OF_DATE


def test_two_who_agreed_are_not_overruled_by_a_page_opened_before(edda, edgar, guide):
    form = form_values(Page(edda.get(ADDRESS)))
    press(edda, "same")
    press(edgar, "same")
    assert "two people have said" in press(edda, "different", form, why="Something.").text
    assert "Two people have said" in press(edda, "ask again", form).text
    assert state_of(guide) == State.LOOK_AGAIN


@pytest.mark.parametrize("answer", ["same", "different"])
def test_an_answer_is_taken_back_while_nobody_has_acted_on_it(edda, guide, answer):
    press(edda, answer, why="It is different.")
    assert not is_open_for(edda)
    assert "The question is open again" in press(edda, "ask again").text
    assert is_open_for(edda)


def test_an_answer_stays_once_it_has_been_translated_anew(edda, guide):
    form = form_values(press(edda, "different", why="It is different."))
    guide.refresh_from_db()
    guide.summary_ur = "یہ دوسرا جملہ ہے۔"
    guide.save()
    assert "No translation is behind" in Page(edda.get(ADDRESS)).text
    assert "translated anew" in press(edda, "ask again", form).text
    assert SameMeaning.objects.exists()


def test_who_said_that_two_texts_differ_outweighs_a_chain_of_others(edda, edgar, guide):
    name = Name("strategy.guide", guide.pk, "summary")
    first, second, third = map(of_text, ("A sentence.", "A sentence!", "A sentence…"))
    SameMeaning.objects.create(
        **name._asdict(), before=second, after=third, said_by="olga", agreed_by="piotr"
    )
    for client in (edda, edgar):
        press(client, "same")
    in_english(guide, "A sentence…")
    assert state_of(guide) == State.LOOK_AGAIN
    same_meaning.say_it_differs(name, first, third, "olga", "It differs.")
    assert state_of(guide) == State.OUT_OF_DATE


def test_an_answer_about_english_that_changed_again_is_refused_and_what_was_typed_stays(
    edda, guide
):
    form = form_values(Page(edda.get(ADDRESS)))
    in_english(guide, "Another sentence.")
    page = press(edda, "different", form, why="There are fewer beds.")
    assert "The English has changed again" in page.text
    assert form_values(page)["why"] == "There are fewer beds."


def test_only_who_may_change_a_text_says_what_it_means(edda):
    tara = officer_named("tara", "Translators")
    assert tara.get(ADDRESS).status_code == 403
    assert edda.post(ADDRESS, {"label": "auth.user", "key": "1"}).status_code == 403


@pytest.mark.parametrize(
    "sent",
    [
        {"label": "strategy.guide", "key": "x"},
        {"label": "strategy.guide", "key": "²"},
        {"label": "strategy.guide", "key": "9" * 30},
        {"label": "strategy.guide", "key": "1", "answer": "perhaps"},
    ],
)
def test_what_is_no_answer_is_not_taken(edda, sent):
    assert edda.post(ADDRESS, sent).status_code == 404
