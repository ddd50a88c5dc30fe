"""The page of a review: what changed, remarks beside the words, and an answer about one version."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helphub.history.recording import recording, up_to_date
from helphub.reviews.models import Remark, Reply, Review
from helphub.reviews.paragraphs import split
from services.models import Town
from strategy.models import Guide
from tests.support import factories
from tests.support.admin_forms import change_url
from tests.support.officers import officer_named
from tests.support.places import PUBLIC
from tests.support.reader import Page, form_values
from tests.support.reviews import ask, home, opened, press, send

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
FIRST, SECOND = "remark-body_en.0", "remark-body_en.1"


@pytest.fixture
def anna():
    return officer_named("anna", "Editors")


@pytest.fixture
def ben():
    return officer_named("ben", "Editors")


@pytest.fixture
def guide():
    guide = factories.make_guide(body_en="The door is blue.\n\nRing the bell.\n\nSomeone comes.")
    up_to_date(Guide, guide.pk)
    return guide


def save(guide, body, who="anna"):
    with recording(User.objects.get(username=who)):
        guide.body_en = body
        guide.save()


@pytest.fixture
def review(anna, ben, guide):
    save(guide, "The door is green.\n\nRing the bell.\n\nSomeone comes.")
    ask(anna, guide, asked_of="ben", note="The colour.")
    return Review.objects.get()


def test_a_review_begins_with_what_changed_word_by_word(ben, review):
    page = opened(ben, review)
    assert page.faults == []
    assert "Removed: blue. (end) Added: green." in page.main
    assert page.main.index("Added: green.") < page.main.index("Someone comes.")
    assert "Changed: The door is green." in page.main
    assert "Changed: Ring the bell." not in page.main


def test_a_review_compares_with_what_readers_have_and_shows_the_page(editions, anna, ben):
    guide = Guide.objects.get(slug="consent")
    with recording(User.objects.get(username="anna")):
        guide.summary_en = "Other words."
        guide.save()
    with recording(User.objects.get(username="anna")):
        guide.summary_en = "Other plain words."
        guide.save()
    ask(anna, guide, asked_of="ben")
    review = Review.objects.get()
    page = opened(ben, review)
    assert "Compared with what readers have" in page.main
    assert "Added: Other plain words." in page.main
    before = opened(ben, review, **{"with": "before"})
    assert "Compared with the version before" in before.main
    assert "Added: plain" in before.main
    frame = page.one("iframe").get("src")
    shown = ben.get(frame, headers={"Sec-Fetch-Dest": "iframe"})
    assert "Other plain words." in shown.content.decode()
    # Only the admin may show it in a frame, and only there.
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in ben.get(frame)["Content-Security-Policy"]


def test_what_readers_have_never_had_is_said_to_be_new(editions, anna, ben, guide):
    ask(anna, guide, asked_of="ben")
    page = opened(ben, Review.objects.get())
    assert "Readers have never had this" in page.main
    assert "Ring the bell." in page.main


def test_a_remark_stands_beside_its_paragraph_and_is_answered_and_settled(anna, ben, review):
    page = press(ben, review, "keep:p-body_en.1", **{SECOND: "Which bell?"})
    assert "1 remark kept." in page.text
    remark = Remark.objects.get()
    assert (remark.by, remark.field, remark.quoted) == ("ben", "body_en", "Ring the bell.")
    assert remark.version == up_to_date(Guide, review.key)
    page = press(anna, review, "keep", **{f"reply-{remark.pk}": "The one by the door."})
    assert "1 reply kept." in page.text
    assert "Ring the bell. ben" in page.main
    assert "anna" in page.main.partition("Which bell?")[2]
    assert "The one by the door." in page.main
    assert "Remark settled." in press(ben, review, f"settle:{remark.pk}").text
    press(anna, review, f"settle:{remark.pk}")
    assert "Settled by ben" in opened(anna, review).main
    assert "Remark opened again." in press(anna, review, f"open:{remark.pk}").text
    assert "Settled by" not in opened(anna, review).main


def test_any_button_keeps_everything_that_was_typed(ben, review):
    press(ben, review, "keep", **{FIRST: "One."})
    remark = Remark.objects.get()
    typed = {SECOND: "Two.", f"reply-{remark.pk}": "Three.", "remark-whole": "Four."}
    page = press(ben, review, f"settle:{remark.pk}", **typed)
    assert "2 remarks and 1 reply kept." in page.text
    assert [each.words for each in Remark.objects.all()] == ["One.", "Two.", "Four."]
    assert Reply.objects.get().words == "Three."
    assert Remark.objects.get(pk=remark.pk).settled_by == "ben"


def test_pressing_twice_keeps_a_remark_once(ben, review):
    shown = form_values(opened(ben, review))
    send(ben, review, shown, "keep", **{SECOND: "Which bell?"})
    page = send(ben, review, shown, "keep", **{SECOND: "Which bell?"})
    assert "What you typed was already kept." in page.text
    assert Remark.objects.count() == 1
    # Whoever goes back to the old page and types more loses nothing.
    send(ben, review, shown, "keep", **{FIRST: "Dark green?", SECOND: "Which bell?"})
    assert Remark.objects.filter(words="Dark green?").count() == 1
    assert Remark.objects.count() == 2
    assert "You had typed nothing" in press(ben, review, "keep").text


def test_a_remark_that_is_too_long_is_refused_beside_its_box_and_nothing_is_lost(ben, review):
    long = "far too long " * 800
    typed = {FIRST: "Short.", SECOND: long, "outcome": "change", "words": "See there."}
    page = press(ben, review, "answer", **typed)
    assert "Write 2000 characters at most. This has 10399." in page.main
    values = form_values(page)
    assert {name: values[name] for name in typed} == typed | {"outcome": ["change"]}
    boxes = [box.get("maxlength") for box in page.all("textarea")]
    assert set(boxes) == {None}  # Browsers would cut off what is pasted.
    assert not Remark.objects.exists()
    assert Review.objects.get().is_waiting


def test_a_remark_can_be_the_reason_for_changes(anna, ben, review):
    page = press(ben, review, "answer", outcome="change")
    assert "Say what needs to change, here or in a remark" in page.text
    page = press(ben, review, "answer", outcome="change", **{SECOND: "Which bell?"})
    assert "Answered. anna will see it" in page.text
    assert "ben asked for changes. Open remarks: 1." in home(anna)
    form = Page(anna.get(change_url(Guide.objects.get(pk=review.key)))).main
    assert "ben has asked for changes" in form
    assert "(1 open remark)" in form


@pytest.mark.parametrize(
    ("body", "says", "stands"),
    [
        ("Wait here.\n\nThe door is green.\n\nRing the bell.", "", "Ring the bell. ben"),
        ("The door is green.\n\nPress the bell.", "changed since", "Press the bell. ben"),
        ("", "changed since", "Remarks on words that are gone"),
    ],
)
def test_a_remark_is_never_lost_when_its_words_move_change_or_go(
    anna, ben, guide, review, body, says, stands
):
    press(ben, review, "keep", **{SECOND: "Which bell?"})
    save(guide, body)
    page = opened(anna, review).main
    assert "Which bell?" in page
    assert stands in page
    assert ("It was about Ring the bell. These words have changed since." in page) == bool(says)


def test_open_remarks_are_on_the_next_review_and_settled_ones_are_not(anna, ben, guide, review):
    press(ben, review, "answer", outcome="change", **{FIRST: "Done soon?", SECOND: "Which bell?"})
    press(anna, review, f"settle:{Remark.objects.get(field='body_en', position=0).pk}")
    save(guide, "The door is green.\n\nRing the bell by the door.\n\nSomeone comes.")
    ask(anna, guide, asked_of="ben")
    page = opened(ben, Review.objects.latest("pk"))
    assert "Compared with what ben read" in page.main
    assert "Which bell?" in page.main
    assert "Done soon?" not in page.main


def test_an_answer_to_what_was_changed_meanwhile_is_not_taken(anna, ben, guide, review):
    shown = form_values(opened(ben, review))
    save(guide, "The door is red.\n\nRing the bell.\n\nSomeone comes.")
    page = send(ben, review, shown, "answer", outcome="fine", words="Good.", **{SECOND: "Loud?"})
    assert page.response.status_code == 409
    assert "anna saved this while you were reading it" in page.main
    assert "Removed: green. (end) Added: red." in page.main
    assert Review.objects.get().is_waiting
    assert "Loud?" in page.main  # Kept as a remark.
    again = form_values(page)
    assert (again["outcome"], again["words"], again[SECOND]) == (["fine"], "Good.", "")
    assert "Answered." in send(ben, review, again, "answer").text
    assert Review.objects.get().answered_version == up_to_date(Guide, guide.pk)


def test_an_agreement_belongs_to_the_version_that_was_read(anna, ben, guide, review):
    press(ben, review, "answer", outcome="fine")
    save(guide, "The door is red.")
    page = opened(anna, review).main
    assert "what is saved now has not been reviewed" in page
    assert "The door is green." in page
    assert "The door is red." not in page
    assert "has read what is saved now and agreed" not in Page(anna.get(change_url(guide))).main


def test_a_record_that_changes_after_asking_is_read_as_it_is_now(ben, guide, review):
    save(guide, "The door is red.")
    page = opened(ben, review).main
    assert "This has changed since the review was asked for. anna saved it last" in page
    assert "The door is red." in page


def test_a_record_deleted_meanwhile_cannot_be_agreed_to_and_its_remarks_stay(anna, ben, review):
    shown = form_values(opened(ben, review))
    with recording(User.objects.get(username="anna")):
        Guide.objects.get(pk=review.key).delete()
    typed = {"outcome": "fine", "words": "Good.", SECOND: "Which bell?"}
    page = send(ben, review, shown, "answer", **typed)
    assert "This has been deleted since you opened it." in page.main
    assert "anna deleted it" in page.main
    assert "Which bell?" in page.main
    assert form_values(page)["remark-whole"] == "Good."
    assert Review.objects.get().is_waiting
    assert "Request taken back." in press(anna, review, "take-back").text


def test_a_review_with_many_remarks_costs_no_more_queries(ben, review):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            opened(ben, review)
        return len(captured)

    press(ben, review, "keep", **{FIRST: "One."})
    press(ben, review, "keep", **{f"reply-{Remark.objects.get().pk}": "Two."})
    with_one = queries()
    for each in range(4):
        press(ben, review, "keep", **{FIRST: f"Again {each}."})
    assert queries() == with_one


def test_names_stay_when_accounts_go(anna, ben, review):
    press(ben, review, "keep", **{SECOND: "Which bell?"})
    press(ben, review, "answer", outcome="fine")
    User.objects.filter(username__in=["ben"]).delete()
    page = opened(anna, review).main
    assert "ben agreed" in page
    assert "Which bell?" in page


def test_a_place_is_never_quoted_in_a_remark(anna, ben):
    service = factories.make_service()
    service.locations.create(town=Town.objects.first(), **PUBLIC)
    up_to_date(type(service), service.pk)
    ask(anna, service, asked_of="ben")
    boxes = form_values(opened(ben, Review.objects.get()))
    assert "remark-summary_en.0" in boxes
    assert not [name for name in boxes if "location" in name]


def test_a_text_is_split_at_its_blank_lines():
    assert split(" One\r\nstill one\r\n\r\n \n\nTwo\n") == ["One\nstill one", "Two"]
    assert split("") == []
