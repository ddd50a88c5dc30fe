"""One officer asks another to read a record through, and gets an answer."""

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.urls import reverse

from helphub.reviews import views
from helphub.reviews.models import Review
from strategy.models import Guide
from tests.support.admin_forms import change_url
from tests.support.officers import officer_named
from tests.support.reader import Page, form_values

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return officer_named("anna", "Editors")


@pytest.fixture
def ben():
    return officer_named("ben", "Editors")


@pytest.fixture
def paula():
    return officer_named("paula", "Publishers")


@pytest.fixture
def guide():
    return Guide.objects.get(slug="consent")


def ask(client, record, **fields):
    address = reverse("reviews:ask", args=[record._meta.label_lower, record.pk])
    return Page(client.post(address, {"asked_of": "", "note": ""} | fields, follow=True))


def answer(client, review, outcome="fine", words=""):
    address = reverse("reviews:review", args=[review.pk])
    return Page(client.post(address, {"outcome": outcome, "words": words}, follow=True))


def home(client):
    return Page(client.get("/admin/")).main


def test_the_form_of_an_entry_leads_to_asking_for_a_review(anna, guide):
    page = Page(anna.get(change_url(guide)))
    address = reverse("reviews:ask", args=["strategy.guide", guide.pk])
    assert address in page.internal_links
    form = Page(anna.get(address))
    assert form.faults == []
    assert "Anyone who can publish" in form.text


def test_an_officer_who_is_asked_sees_it_on_the_first_page_and_on_the_form(anna, ben, paula, guide):
    page = ask(anna, guide, asked_of="ben", note="Is the second part right?")
    assert "Asked. ben will see it" in page.text
    assert "anna has asked ben to review this" in page.text
    assert "Is the second part right?" in home(ben)
    assert "You have been asked" not in home(anna)
    assert "You have been asked" not in home(paula)
    assert "Is the second part right?" in Page(ben.get(change_url(guide))).main


def test_a_review_asked_of_nobody_by_name_is_shown_to_everyone_who_may_publish(
    anna, ben, paula, guide
):
    ask(anna, guide)
    assert "You have been asked" in home(paula)
    assert "You have been asked" not in home(ben)


def test_a_review_answered_fine_disappears_from_every_page(anna, ben, guide):
    ask(anna, guide, asked_of="ben")
    review = Review.objects.get()
    page = answer(ben, review)
    assert "Answered." in page.text
    review.refresh_from_db()
    assert (review.outcome, review.answered_by) == ("fine", "ben")
    assert review.answered_at
    assert "You have been asked" not in home(ben)
    assert "has asked ben" not in Page(anna.get(change_url(guide))).main


def test_a_requested_change_is_shown_to_the_officer_who_asked_until_they_ask_again(
    anna, ben, guide
):
    ask(anna, guide, asked_of="ben")
    answer(ben, Review.objects.get(), "change", "Say it more plainly.")
    assert "Say it more plainly." in home(anna)
    assert "Say it more plainly." in Page(anna.get(change_url(guide))).main
    assert "Say it more plainly." not in home(ben)
    ask(anna, guide, asked_of="ben")
    assert "Say it more plainly." not in home(anna)


def test_a_change_without_words_is_refused_at_the_field_and_nothing_is_lost(anna, ben, guide):
    ask(anna, guide, asked_of="ben")
    page = answer(ben, Review.objects.get(), "change", " ")
    assert "Say what needs to change" in page.text
    assert form_values(page)["outcome"] == ["change"]
    assert Review.objects.get().outcome == "waiting"


def test_nobody_can_answer_their_own_request(paula, guide):
    ask(paula, guide)
    review = Review.objects.get()
    page = answer(paula, review)
    assert "someone else has to answer it" in page.text
    assert Review.objects.get().outcome == "waiting"
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(outcome="fine", answered_by="paula")


def test_a_publisher_who_was_not_asked_may_answer_but_an_editor_may_not(anna, ben, paula, guide):
    ask(anna, guide, asked_of="somebody")
    assert not Review.objects.exists()  # No such officer.
    officer_named("cleo", "Editors")
    ask(anna, guide, asked_of="cleo")
    review = Review.objects.get()
    assert "You were not asked to do this review." in answer(ben, review).text
    assert Review.objects.get().outcome == "waiting"
    answer(paula, review)
    assert Review.objects.get().answered_by == "paula"


def test_a_record_has_one_review_at_a_time(anna, ben, guide):
    ask(anna, guide)
    page = ask(ben, guide)
    assert "Someone has already been asked to review this." in page.text
    assert Review.objects.count() == 1
    asked = {"label": "strategy.guide", "key": guide.pk, "name": "x"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(asked_by="ben", **asked)


def test_only_the_officer_who_asked_can_take_it_back(anna, ben, guide):
    ask(anna, guide, asked_of="ben")
    review = Review.objects.get()
    address = reverse("reviews:take-back", args=[review.pk])
    assert ben.post(address).status_code == 403
    assert anna.get(address).status_code == 405
    assert "Request cancelled." in Page(anna.post(address, follow=True)).text
    assert Review.objects.get().outcome == "taken-back"
    assert "You have been asked" not in home(ben)


def test_the_first_of_two_answers_counts_and_the_second_officer_is_told(anna, ben, paula, guide):
    ask(anna, guide, asked_of="ben")
    review = Review.objects.get()
    answer(paula, review, "fine")
    page = answer(ben, review, "change", "No.")
    assert "is already closed" in page.text
    assert Review.objects.get().answered_by == "paula"
    # Both had the page open and pressed at the same moment.
    assert not views._close(review.pk, User.objects.get(username="ben"), "change", "No.")


def test_a_review_outlives_its_record_and_its_officer(anna, ben, guide, officer):
    ask(anna, guide, asked_of="ben")
    review = Review.objects.get()
    guide.suggestions.all().delete()
    Guide.objects.filter(pk=guide.pk).delete()
    User.objects.get(username="anna").delete()
    page = Page(ben.get(reverse("reviews:review", args=[review.pk])))
    assert "Consent no longer exists." in page.text
    assert Page(ben.get("/admin/reviews/")).response.status_code == 200


@pytest.mark.parametrize("label", ["auth.user", "reviews.review", "strategy.nothing", "x"])
def test_only_entries_can_be_reviewed(anna, label):
    assert anna.get(f"/admin/reviews/ask/{label}/1/").status_code == 404


def test_markup_in_a_note_is_shown_as_text(anna, ben, guide):
    ask(anna, guide, asked_of="ben", note="<script>x</script>\u202e" + "long " * 180)
    review = Review.objects.get()
    for address in ("/admin/", change_url(guide), reverse("reviews:review", args=[review.pk])):
        page = Page(ben.get(address))
        assert "<script>x</script>" in page.main
    ask_again = ask(anna, Guide.objects.get(slug="children"), note="x" * 200_000)
    assert "at most 1000 characters" in ask_again.text
    assert form_values(ask_again)["note"] == "x" * 200_000
