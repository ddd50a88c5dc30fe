"""The translator's desk: what is left, one text at a time, and two reviewers."""

import pytest
from django.urls import reverse

from helphub.languages import texts
from helphub.languages.models import Approval
from helphub.languages.states import Known, Name, State
from tests.languages.approved import approve_all
from tests.support.factories import make_guide
from tests.support.officers import officer_named
from tests.support.reader import Page, form_values

pytestmark = pytest.mark.django_db
WORDS = "یہ ایک جملہ ہے۔"


@pytest.fixture
def tara():
    return officer_named("tara", "Translators")


@pytest.fixture
def rani():
    return officer_named("rani", "Translation reviewers")


@pytest.fixture
def sami():
    return officer_named("sami", "Translation reviewers")


@pytest.fixture
def guide():
    return make_guide(name_en="Somewhere to sleep", summary_en="A sentence.")


def address(guide, name="translation"):
    return reverse(f"translations:{name}", args=["ur", "strategy.guide", guide.pk, "summary"])


def state_of(guide):
    text = texts.find(Name("strategy.guide", guide.pk, "summary"))
    return Known().state(text.name, "ur", text.english, text.words["ur"])


def write(client, guide, words=WORDS, **pressed):
    page = Page(client.get(address(guide)))
    sent = form_values(page) | {"words": words} | pressed
    return Page(client.post(address(guide), sent, follow=True))


def review(client, guide, answer="yes", note=""):
    page = Page(client.get(address(guide)))
    sent = form_values(page) | {
        "review-name": "R. Khan",
        "review-qualification": "translator",
        "review-is_approved": answer,
        "review-note": note,
    }
    return Page(client.post(address(guide, "review"), sent, follow=True))


def test_a_text_is_written_handed_in_and_approved_by_two(tara, rani, sami, guide):
    assert "Saved and handed in" in write(tara, guide, hand_in="1").text
    assert state_of(guide) == State.IN_REVIEW
    assert "Someone else needs to approve it too" in review(rani, guide).text
    assert "Approved by enough people" in review(sami, guide).text
    assert state_of(guide) == State.REVIEWED
    assert "R. Khan" in Page(tara.get(address(guide))).text


def test_a_draft_with_a_fault_is_refused_and_nothing_typed_is_lost(tara, guide):
    page = write(tara, guide, "یہ ایک جملہ {h-spoc} ہے، OK۔")
    assert "The English does not have the token {h-spoc}" in page.text
    assert "یہ ایک جملہ {h-spoc} ہے، OK۔" in form_values(page)["words"]
    assert state_of(guide) == State.MISSING


def test_somebody_else_s_change_is_shown_and_the_next_save_works(tara, guide):
    old = form_values(Page(tara.get(address(guide))))
    guide.summary_ur = "یہ دوسرا جملہ ہے۔"
    guide.save()
    page = Page(tara.post(address(guide), old | {"words": WORDS}))
    assert "since you opened this page" in page.text
    assert "یہ دوسرا جملہ ہے۔" in page.text
    assert form_values(page)["words"] == WORDS
    assert (
        "Saved as a draft" in Page(tara.post(address(guide), form_values(page), follow=True)).text
    )


def test_a_reviewer_sends_back_with_a_note_and_the_writer_hears_of_it(tara, rani, guide):
    write(tara, guide, hand_in="1")
    assert "Say what needs to change" in review(rani, guide, "no").text
    review(rani, guide, "no", "Nobody says it like this.")
    assert "Nobody says it like this." in Page(tara.get(address(guide))).text
    assert "Translations sent back to you" in Page(tara.get("/admin/")).text
    write(tara, guide, "یہ بہتر جملہ ہے۔")
    assert "Translations sent back to you" not in Page(tara.get("/admin/")).text


def test_the_writer_cannot_review_their_own_words(guide):
    both = officer_named("both", "Translators", "Translation reviewers")
    write(both, guide)
    assert "two other people must review them" in Page(both.get(address(guide))).text
    text = texts.find(Name("strategy.guide", guide.pk, "summary"))
    sent = {"review-name": "B", "review-qualification": "b", "review-is_approved": "yes"}
    sent |= {"review-seen": f"{seen_of(text)}"}
    both.post(address(guide, "review"), sent)
    assert not Approval.objects.filter(reviewer="both").exists()


def seen_of(text):
    from helphub.languages.writing import seen

    return seen(text, "ur")


def test_changed_english_is_shown_word_by_word(tara, guide):
    approve_all(texts.of_record(guide), "ur")
    write(tara, guide)
    guide.refresh_from_db()
    guide.summary_en = "Another sentence."
    guide.save()
    page = Page(tara.get(address(guide)))
    assert "The English has changed since this was translated" in page.text
    assert "Another" in page.html


def test_roles_do_what_they_say_and_nothing_else(tara, rani, guide):
    assert rani.post(address(guide), {"words": WORDS}).status_code == 200
    assert state_of(guide) == State.MISSING
    assert tara.post(address(guide, "review"), {}).status_code == 403
    for client in (tara, rani):
        assert client.get(reverse("admin:strategy_guide_changelist")).status_code == 403
        assert client.get(reverse("publishing:waiting")).status_code == 403
        assert client.get(reverse("translations:overview")).status_code == 200
        assert "Translations" in Page(client.get("/admin/")).text


def test_an_editor_sees_how_far_translations_are_but_writes_none(guide):
    edda = officer_named("edda", "Editors")
    assert edda.get(reverse("translations:overview")).status_code == 200
    assert 'name="words"' not in edda.get(address(guide)).text


def test_the_queue_begins_with_the_safety_set(tara):
    page = Page(tara.get(reverse("translations:queue", args=["ur"]), {"state": "draft"}))
    assert page.text.index("Safety set") < page.text.index("Our notes on the strategy")


def test_the_overview_counts_texts_by_state_and_links_to_them(tara, guide):
    write(tara, guide, hand_in="1")
    page = tara.get(reverse("translations:overview"))
    assert "1 in review" in page.text
    queue = reverse("translations:queue", args=["ur"])
    found = tara.get(queue, {"part": "strategy.guide", "state": "in review"})
    assert "Somewhere to sleep" in found.text


@pytest.mark.parametrize(
    "path",
    [
        "xx/",
        "en/",
        "ur/strategy.guide/0/summary/",
        "ur/strategy.guide/1/slug/",
        "ur/auth.user/1/x/",
    ],
)
def test_what_does_not_exist_is_said_to(tara, path):
    assert tara.get(f"/admin/translations/{path}").status_code == 404


def test_a_word_of_the_frame_is_reviewed_but_not_written_here(tara, rani):
    text = next(texts.of_interface())
    url = reverse("translations:translation", args=["ur", *text.name])
    assert 'name="words"' not in tara.get(url).text
    assert "are part of the program" in tara.get(url).text
    assert 'name="review-name"' in rani.get(url).text


def test_a_review_of_words_that_have_changed_is_refused_and_the_next_press_is_about_the_new_ones(
    tara, rani, guide
):
    write(tara, guide, hand_in="1")
    answer = form_values(Page(rani.get(address(guide)))) | {
        "review-name": "R. Khan",
        "review-qualification": "translator",
        "review-is_approved": "yes",
    }
    write(tara, guide, "یہ دوسرا جملہ ہے۔", hand_in="1")
    page = Page(rani.post(address(guide, "review"), answer))
    assert "Read it as it is now, then answer" in page.text
    again = form_values(page)
    assert "review-is_approved" not in again
    again["review-is_approved"] = "yes"
    said = Page(rani.post(address(guide, "review"), again, follow=True)).text
    assert "Someone else needs to approve it too" in said
