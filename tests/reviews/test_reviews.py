"""One officer asks another to read a record through, and gets an answer."""

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate

from helphub.reviews import pressing
from helphub.reviews.models import Review
from strategy.models import Guide
from tests.support.admin_forms import change_url, save
from tests.support.officers import officer_named
from tests.support.reader import Page, form_values
from tests.support.reviews import answer, ask, home, press, review_url

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
    assert "Reviews that wait for you" not in home(anna)
    assert "Reviews that wait for you" not in home(paula)
    assert "Is the second part right?" in Page(ben.get(change_url(guide))).main


def test_a_review_asked_of_nobody_by_name_is_shown_to_everyone_who_may_publish(
    anna, ben, paula, guide
):
    ask(anna, guide)
    assert "Reviews that wait for you" in home(paula)
    assert "Reviews that wait for you" not in home(ben)


def test_the_officer_who_asked_is_told_of_an_agreement_until_they_have_opened_it(anna, ben, guide):
    ask(anna, guide, asked_of="ben")
    review = Review.objects.get()
    assert "Answered. anna will see it" in answer(ben, review).text
    review.refresh_from_db()
    assert (review.outcome, review.answered_by) == ("fine", "ben")
    assert review.answered_at
    assert "Reviews that wait for you" not in home(ben)
    assert "Your reviews, answered" in home(anna)
    assert "ben agreed" in home(anna)
    form = Page(anna.get(change_url(guide))).main
    assert "has asked ben" not in form
    assert "ben has read what is saved now and agreed" in form
    assert "Agreed" in Page(anna.get(review_url(review))).main
    assert "Your reviews, answered" not in home(anna)


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


def test_a_requested_change_can_be_taken_off_the_first_page(anna, ben, guide):
    ask(anna, guide, asked_of="ben")
    review = Review.objects.get()
    answer(ben, review, "change", "Say it more plainly.")
    press(ben, review, "seen")
    assert "Say it more plainly." in home(anna)
    assert "not on your first page any more" in press(anna, review, "seen").text
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
    assert "There is already a review of this, asked for by anna." in page.text
    assert Review.objects.count() == 1
    asked = {"label": "strategy.guide", "key": guide.pk, "name": "x"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(asked_by="ben", **asked)


def test_only_the_officer_who_asked_can_take_it_back(anna, ben, guide):
    ask(anna, guide, asked_of="ben")
    review = Review.objects.get()
    assert "You did not ask for this." in press(ben, review, "take-back").text
    assert Review.objects.get().is_waiting
    assert "Request taken back." in press(anna, review, "take-back").text
    assert Review.objects.get().outcome == "taken-back"
    assert "Reviews that wait for you" not in home(ben)
    assert "anna took the request back before you answered" in answer(ben, review).text


def test_the_first_of_two_answers_counts_and_the_second_officers_words_are_kept(
    anna, ben, paula, guide
):
    ask(anna, guide, asked_of="ben")
    review = Review.objects.get()
    answer(paula, review, "fine")
    page = answer(ben, review, "change", "No, not yet.")
    assert "paula agreed before you answered. Your answer was not saved." in page.text
    assert form_values(page)["remark-whole"] == "No, not yet."
    assert Review.objects.get().answered_by == "paula"
    # Both had the page open and pressed at the same moment.
    assert not pressing.close(review, User.objects.get(username="ben"), "change", "No.")


def test_answering_twice_says_so_and_changes_nothing(anna, ben, guide):
    ask(anna, guide, asked_of="ben")
    review = Review.objects.get()
    answer(ben, review)
    first = Review.objects.get()
    assert "You have already answered." in answer(ben, review).text
    assert Review.objects.get().answered_at == first.answered_at


def test_anyone_with_a_role_can_be_asked(anna, ben, guide):
    page = ask(anna, guide, asked_of="role:Editors")
    assert "Asked. Anyone with the role “Editors” will see it" in page.text
    assert "Reviews that wait for you" in home(ben)
    assert "Reviews that wait for you" not in home(anna)
    answer(ben, Review.objects.get())
    assert Review.objects.get().answered_by == "ben"
    assert "cannot review this any more" in ask(anna, guide, asked_of="role:Translators").text


def test_the_officer_who_asked_is_told_when_nobody_can_answer_and_asks_someone_else(
    anna, ben, guide
):
    ask(anna, guide, asked_of="ben", note="Read the end.")
    review = Review.objects.get()
    address = review_url(review)
    shown = form_values(Page(ben.get(address)))
    User.objects.get(username="ben").groups.set(Group.objects.filter(name="User administrators"))
    assert ben.post(address, shown | {"do": "answer", "outcome": "fine"}).status_code == 403
    assert "ben cannot do it any more. Ask someone else." in home(anna)
    page = Page(anna.get(address))
    assert "Nobody who was asked (ben) can answer any more" in page.main
    cleo = officer_named("cleo", "Editors")
    typed = {"asked_of": "cleo", "note": "The end.", "instead_of": review.pk}
    assert "Asked. cleo will see it" in ask(anna, guide, **typed).text
    assert Review.objects.get().note == "The end."
    assert "The end." in home(cleo)
    assert "Ask someone else" not in home(anna)
    answer(cleo, review)
    assert "This was answered before you asked" in ask(anna, guide, **typed | {"note": "x"}).text
    assert Review.objects.get().answered_by == "cleo"


def test_a_review_outlives_its_record_and_its_officer(anna, ben, guide, officer):
    ask(anna, guide, asked_of="ben")
    review = Review.objects.get()
    guide.suggestions.all().delete()
    Guide.objects.filter(pk=guide.pk).delete()
    User.objects.get(username="anna").delete()
    assert "Reviews that wait for you" not in home(ben)
    page = Page(ben.get(review_url(review)))
    assert "Consent no longer exists." in page.text
    assert Page(ben.get("/admin/reviews/")).response.status_code == 200


@pytest.mark.parametrize("label", ["auth.user", "reviews.review", "strategy.nothing", "x"])
def test_only_entries_can_be_reviewed(anna, label):
    assert anna.get(f"/admin/reviews/ask/{label}/1/").status_code == 404


def test_markup_in_a_note_is_shown_as_text(anna, ben, guide):
    ask(anna, guide, asked_of="ben", note="<script>x</script>\u202e" + "long " * 180)
    review = Review.objects.get()
    for address in ("/admin/", change_url(guide), review_url(review)):
        page = Page(ben.get(address))
        assert "<script>x</script>" in page.main
    ask_again = ask(anna, Guide.objects.get(slug="children"), note="x" * 200_000)
    assert "Write 1000 characters at most. This has 200000." in ask_again.text
    assert form_values(ask_again)["note"] == "x" * 200_000


def waiting(client):
    return Page(client.get(reverse("publishing:waiting"))).main


def test_what_a_review_said_stands_beside_the_tick(editions, admin, anna, ben, guide):
    other = Guide.objects.exclude(pk=guide.pk).first()
    for row in (guide, other):
        save(admin, row, summary_en="Other words.")
    ask(anna, guide, asked_of="ben")
    assert "anna asked ben to review this" in waiting(admin)
    review = Review.objects.get()
    answer(ben, review)
    with CaptureQueriesContext(connection) as queries:
        page = waiting(admin)
    day = date_format(localdate(), "j F Y")
    assert page.count(f"ben agreed on {day}, to this version.") == 1
    assert sum("helphub_review" in query["sql"] for query in queries) <= 2  # Not one for each row.
    save(admin, guide, summary_en="Newer words.")
    assert f"ben agreed on {day}, to an earlier version." in waiting(admin)
    ask(anna, guide, asked_of="ben")
    answer(ben, Review.objects.latest("pk"), "change", "Too long.")
    assert f"ben asked for changes on {day}, after reading this version." in waiting(admin)


def test_a_review_of_what_readers_had_before_is_not_beside_the_tick(
    editions, admin, anna, ben, guide
):
    ask(anna, guide, asked_of="ben")
    answer(ben, Review.objects.get())
    save(admin, guide, summary_en="Other words.")
    assert "ben agreed" not in waiting(admin)
