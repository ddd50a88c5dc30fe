"""Reading a part side by side: many texts approved or sent back at once, each on its own terms."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helphub.languages import reading, same_meaning, texts, writing
from helphub.languages.models import Approval
from helphub.languages.states import Known, Name, State, of_text
from tests.support.factories import make_guide
from tests.support.officers import officer_named
from tests.support.reader import Page, form_values

pytestmark = pytest.mark.django_db
WORDS = "یہ ایک جملہ ہے۔"
OTHER = "یہ دوسرا جملہ ہے۔"
ADDRESS = reverse("translations:read", args=["ur", "strategy.guide"])
WHO = {"name": "R. Khan", "qualification": "translator"}


@pytest.fixture
def rani():
    return officer_named("rani", "Translation reviewers")


@pytest.fixture
def sami():
    return officer_named("sami", "Translation reviewers")


@pytest.fixture
def guides():
    """Two guides whose Urdu has been handed in."""
    guides = [make_guide(name_en=name, summary_en=f"{name}.") for name in ("A bed", "A meal")]
    for guide in guides:
        write(guide)
    return guides


def text_of(guide):
    return texts.find(Name("strategy.guide", guide.pk, "summary"))


def write(guide, words=WORDS, who="tara"):
    text = text_of(guide)
    writing.write(text, "ur", words, who, writing.seen(text, "ur"), to_review=True)


def state_of(guide):
    text = text_of(guide)
    return Known().state(text.name, "ur", text.english, text.words["ur"])


def opened(client):
    return form_values(Page(client.get(ADDRESS)))


def answers(form, *guides, tick=True, note=""):
    """The form as opened, with what somebody ticks or writes for these guides."""
    sent = form | WHO | {"text": [f"strategy.guide/{guide.pk}/summary" for guide in guides]}
    for name in sent["text"]:
        sent |= {f"{name}-is_right": "on"} if tick else {}
        sent |= {f"{name}-note": note}
    return sent


def send(client, sent):
    return Page(client.post(ADDRESS, sent, follow=True))


def test_two_reviewers_approve_many_texts_with_one_press_each(rani, sami, guides):
    page = Page(rani.get(ADDRESS))
    assert "A bed: summary" in page.text
    assert WORDS in page.text
    page = send(rani, answers(form_values(page), *guides))
    assert "Approved, and someone else needs to approve it too: 2." in page.text
    assert "A bed: summary" not in page.text
    assert {state_of(guide) for guide in guides} == {State.IN_REVIEW}
    page = send(sami, answers(opened(sami), *guides))
    assert "Approved by enough people, to go out with the next publication: 2." in page.text
    assert {state_of(guide) for guide in guides} == {State.REVIEWED}


def test_one_text_is_sent_back_with_a_note_and_the_other_approved(rani, guides):
    bed, meal = guides
    sent = answers(opened(rani), meal)
    sent = answers(sent, bed, tick=False, note="Nobody says it so.") | {
        "text": [f"strategy.guide/{guide.pk}/summary" for guide in guides]
    }
    page = send(rani, sent)
    assert "Sent back: 1." in page.text
    assert "someone else needs to approve it too: 1." in page.text
    assert writing.sent_back(text_of(bed), "ur").note == "Nobody says it so."
    # It waits for a translator, and for no other reviewer.
    assert (
        "A bed: summary"
        not in Page(officer_named("omar", "Translation reviewers").get(ADDRESS)).text
    )


def test_what_has_changed_since_the_page_was_opened_is_named_and_not_approved(rani, guides):
    bed, meal = guides
    sent = answers(opened(rani), *guides)
    write(bed, OTHER)
    page = send(rani, sent)
    (refused,) = page.all("section", class_="to-mend")
    assert "A bed: summary" in "".join(refused.itertext())
    assert "Read it as it is now" in page.text
    assert "someone else needs to approve it too: 1." in page.text
    assert [str(row.translation.key) for row in Approval.objects.all()] == [str(meal.pk)]
    # It is on the page as it is now, without the tick. The next press is about that.
    again = form_values(page)
    assert OTHER in page.text
    assert f"strategy.guide/{bed.pk}/summary-is_right" not in again
    assert "needs to approve it too: 1." in send(rani, answers(again, bed)).text


def test_a_text_whose_english_changed_is_named_with_the_note_that_was_typed(rani, guides):
    bed, _meal = guides
    sent = answers(opened(rani), bed, tick=False, note="Nobody says it so.")
    bed.refresh_from_db()
    bed.summary_en = "Another sentence."
    bed.save()
    page = send(rani, sent)
    assert "A bed: summary" in page.text
    assert "You wrote: “Nobody says it so.”" in page.text
    assert not Approval.objects.exists()


def test_a_deleted_text_does_not_stop_the_others(rani, guides):
    bed, meal = guides
    sent = answers(opened(rani), *guides)
    bed.delete()
    page = send(rani, sent)
    assert "somebody has deleted it" in page.text
    assert Approval.objects.get().translation.key == meal.pk


def test_nobody_approves_their_own_words(guides):
    bed, _meal = guides
    both = officer_named("both", "Translators", "Translation reviewers")
    before = opened(both)
    write(bed, OTHER, who="both")
    assert "A bed: summary" not in Page(both.get(ADDRESS)).text
    name = f"strategy.guide/{bed.pk}/summary"
    sent = answers(before, bed) | {f"{name}-seen": writing.seen(text_of(bed), "ur")}
    assert "You wrote these words" in send(both, sent).text
    assert not Approval.objects.exists()


def test_a_tick_and_a_note_contradict_each_other(rani, guides):
    bed, _meal = guides
    page = send(rani, answers(opened(rani), bed, note="Nobody says it so."))
    assert "Take away one of them" in page.text
    assert form_values(page)[f"strategy.guide/{bed.pk}/summary-note"] == "Nobody says it so."
    assert not Approval.objects.exists()


def test_without_a_name_nothing_is_taken_and_nothing_lost(rani, guides):
    bed, meal = guides
    sent = answers(opened(rani), *guides) | {"name": ""}
    page = send(rani, sent)
    assert "Nothing was taken" in page.text
    kept = form_values(page)
    for guide in (bed, meal):
        assert kept[f"strategy.guide/{guide.pk}/summary-is_right"] == ["on"]
    assert not Approval.objects.exists()


def test_an_empty_answer_is_said_to_and_a_double_press_counts_once(rani, guides):
    form = opened(rani)
    assert "You have not ticked anything" in send(rani, form | WHO).text
    sent = answers(form, *guides)
    send(rani, sent)
    send(rani, sent)
    assert Approval.objects.count() == 2


def test_an_answer_costs_few_queries(rani, guides):
    guides += [make_guide(summary_en="A sentence.") for _ in range(2)]
    for guide in guides[2:]:
        write(guide)
    form = opened(rani)
    with CaptureQueriesContext(connection) as one:
        send(rani, answers(form, guides[0]))
    with CaptureQueriesContext(connection) as three:
        send(rani, answers(form, *guides[1:]))
    assert (len(three) - len(one)) / 2 <= 9


def test_a_long_part_comes_in_pages_of_what_is_left(rani, guides, monkeypatch):
    monkeypatch.setattr(reading, "MOST", 1)
    page = Page(rani.get(reverse("translations:read", args=["ur", "safety"])))
    (first,) = page.all("article")
    assert "1 of " in page.text
    name = first.find(".//input[@name='text']").get("value")
    sent = form_values(page) | WHO | {f"{name}-is_right": "on"}
    after = Page(rani.post(page.response.request["PATH_INFO"], sent, follow=True))
    (second,) = after.all("article")
    assert second.find(".//input[@name='text']").get("value") != name


def test_the_page_says_which_language_each_side_is_in(rani, guides):
    page = Page(rani.get(ADDRESS))
    assert page.faults == []
    sides = [(e.get("lang"), e.get("dir")) for e in page.all("div", class_="source")]
    assert set(sides) == {("en", "ltr"), ("ur", "rtl")}


def test_only_reviewers_read_and_approve(guides):
    for name, role in [("tara", "Translators"), ("edda", "Editors")]:
        client = officer_named(name, role)
        assert client.get(ADDRESS).status_code == 403
        assert client.post(ADDRESS, {}).status_code == 403
        queue = client.get(reverse("translations:queue", args=["ur"]))
        assert "Read and approve" not in queue.text


@pytest.mark.parametrize("args", [["xx", "safety"], ["ur", "nothing"], ["en", "safety"]])
def test_what_does_not_exist_is_said_to(rani, args):
    assert rani.get(reverse("translations:read", args=args)).status_code == 404


@pytest.mark.parametrize("named", ["", "x", "strategy.guide/²/summary", "auth.user/1/password"])
def test_a_made_up_text_does_nothing(rani, guides, named):
    sent = WHO | {"text": named, f"{named}-is_right": "on", f"{named}-seen": "x"}
    assert rani.post(ADDRESS, sent).status_code in (200, 302)
    assert not Approval.objects.exists()


def test_the_first_page_leads_a_reviewer_to_what_was_handed_in(rani, guides):
    page = Page(rani.get("/admin/"))
    assert "Urdu: Guides Texts to read: 2" in page.text
    assert ADDRESS in page.internal_links
    send(rani, answers(opened(rani), *guides))
    assert "Translations to review" not in Page(rani.get("/admin/")).text


def test_the_first_page_leads_a_reviewer_to_what_is_to_be_looked_at_again(rani, guides):
    bed, meal = guides
    for client in (rani, officer_named("sami", "Translation reviewers")):
        send(client, answers(opened(client), bed, meal))
    before = of_text(text_of(bed).english)
    bed.refresh_from_db()
    bed.summary_en = "A bed!"
    bed.save()
    for who in ("olga", "piotr"):
        same_meaning.say(text_of(bed).name, before, of_text("A bed!"), who)
    assert "Urdu: Guides Texts to read: 1" in Page(rani.get("/admin/")).text
    assert "The English has changed since it was approved" in Page(rani.get(ADDRESS)).text
