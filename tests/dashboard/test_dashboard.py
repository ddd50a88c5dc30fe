"""The admin's first page: what needs an officer today, and the site in the order readers see."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import Phone, Verification
from helphub.checking.models import Confirmation
from helphub.content.registry import Record
from helphub.dashboard import questions
from helphub.dashboard.models import OpenQuestion
from helphub.editions import outcomes
from helphub.editions.refusals import Refusal
from services.models import Service
from strategy.models import (
    ContactLine,
    Document,
    FormOfAbuse,
    Guide,
    HubArea,
    Source,
    Statistic,
    Strategy,
)
from tests.support.admin_forms import change_url, save
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """A client of each role."""
    clients = {}
    for role in ("Editors", "Publishers", "User administrators", None):
        user = User.objects.create_user(f"of {role}", is_staff=True)
        if role:
            user.groups.add(Group.objects.get(name=role))
        clients[role] = Client()
        clients[role].force_login(user)
    return clients


def needs(page):
    """The links under each heading of today's section, by the heading."""
    (today,) = page.all("section", class_="today")
    return {
        text(part.find("h3")): [(text(a), a.get("href")) for a in part.iter("a")]
        for part in today.iter("section")
        if part is not today and part.find("h3") is not None
    }


def under(page, beginning):
    return next((v for k, v in needs(page).items() if k.startswith(beginning)), [])


def first_page(client):
    page = Page(client.get("/admin/"))
    assert page.response.status_code == 200
    assert page.faults == []
    return page


def test_the_open_questions_lead_to_where_they_are_answered(people):
    links = under(first_page(people["Editors"]), "Open questions")
    for slug, about in (
        ("adult-safeguarding", ContactLine.objects.get(reference="CON-05")),
        ("spoc-hours", Phone.objects.get(role="spoc")),
        ("adult-care-centre", Service.objects.get(line="h-sarc-finder")),
    ):
        question = OpenQuestion.objects.get(slug=slug)
        (address,) = (url for title, url in links if title == question.words)
        assert Page(people["Editors"].get(address)).response.status_code == 200
        assert question.record == about
        assert address == change_url(question)
        assert change_url(about) in [url for _, url in links]


def test_an_answered_question_leaves_the_first_page(people):
    question = OpenQuestion.objects.get(slug="spoc-hours")

    def is_asked():
        links = under(first_page(people["Editors"]), "Open questions")
        return question.words in [title for title, _ in links]

    assert is_asked()
    OpenQuestion.objects.filter(pk=question.pk).update(answer="Monday to Friday, they said.")
    assert not is_asked()


def test_saving_what_a_question_is_about_names_the_question(people):
    question = OpenQuestion.objects.get(slug="spoc-hours")
    words = "Still an open question about this:"
    page = save(people["Editors"], question.phone, purpose_en="To talk to somebody.")
    assert words in page.text
    assert question.words in page.text
    assert change_url(question) in page.internal_links
    OpenQuestion.objects.filter(phone=question.phone).update(answer="Monday to Friday, they said.")
    assert words not in save(people["Editors"], question.phone).text


def test_a_number_whose_hours_are_disputed_is_an_open_question(people):
    phone = Phone.objects.get(slug="h-samaritans")
    Phone.objects.filter(pk=phone.pk).update(hours_are_disputed=True)
    assert (str(phone), change_url(phone)) in under(first_page(people["Editors"]), "Open questions")


def test_a_refused_publication_comes_first_with_a_link_to_the_form_to_correct(people, editions):
    guide = Guide.objects.get(slug="consent")
    record = Record("strategy.guide", guide.pk, "Consent")
    refusal = Refusal("title", "The title is not neutral.", ["/guides/consent/"], record)
    outcomes.note(outcomes.Attempt(outcomes.RELEASE, "me"), outcomes.REFUSED, [refusal])
    page = first_page(people["Publishers"])
    assert next(iter(needs(page))).startswith("The last publication was refused")
    assert under(page, "The last publication") == [("Consent", change_url(guide))]
    assert "The title is not neutral." in page.main


def test_officers_who_may_see_editions_are_told_what_waits_to_be_published(people, editions, admin):
    assert under(first_page(people["Publishers"]), "Waiting to be published") == []
    guide = Guide.objects.get(slug="consent")
    save(admin, guide, summary_en="New words.")
    links = under(first_page(people["Publishers"]), "Waiting to be published")
    assert [title for title, _ in links] == [guide.name, "See all of them, and what changed"]
    assert under(first_page(people["Editors"]), "Waiting to be published") == links
    assert under(first_page(people["User administrators"]), "Waiting to be published") == []


def nothing_is_due():
    today = timezone.localdate()
    Verification.objects.update(verified_on=today, method="rang")
    for phone in Phone.objects.filter(verifications=None):
        phone.verifications.create(verified_on=today, method="rang", role="us", confirmed="All")
    for model in (Service, Guide, FormOfAbuse):
        model.objects.update(reviewed_on=today)
    for model in (Statistic, Source, Document):
        for row in model.objects.all():
            label = model._meta.label_lower
            Confirmation.objects.create(label=label, key=row.pk, checked_on=today, batch=uuid4())


def test_the_page_says_so_kindly_when_there_is_nothing_to_do(people):
    OpenQuestion.objects.all().delete()
    Phone.objects.update(hours_are_disputed=False)
    nothing_is_due()
    page = first_page(people["Editors"])
    assert needs(page) == {}
    assert "Nothing needs you at the moment." in page.main


def test_a_keeper_of_users_sees_people_and_no_content(people):
    page = first_page(people["User administrators"])
    assert "Officers" in page.main
    assert "What readers see" not in page.main
    assert "Guides" not in page.main


def test_an_officer_without_a_role_is_told_who_to_ask(people):
    page = first_page(people[None])
    assert "You have no role yet" in page.main
    assert "Ask a user administrator" in page.main


def test_the_parts_are_in_the_order_of_the_public_site(people, client):
    page = first_page(people["Editors"])
    parts = [text(h) for h in page.all("h3")]
    (opened,) = Page(client.get("/")).all("details", class_="menu")
    menu = [text(a) for a in opened.iter("a")]
    shared = [part for part in parts if part in menu]
    assert len(shared) > 6
    assert shared == [part for part in menu if part in shared]


def test_every_list_of_the_admin_is_on_the_first_page(admin):
    from django.contrib import admin as django_admin

    links = first_page(admin).internal_links
    for model in django_admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        if model._meta.model_name != "publicationrequest":  # The page of editions says it better.
            assert reverse(name) in links


def test_the_first_page_works_with_an_empty_database(admin):
    Service.objects.all().delete()
    Phone.objects.all().update(role="", fallback=None)
    Phone.objects.all().delete()
    HubArea.objects.update(form_of_abuse=None)
    FormOfAbuse.objects.all().delete()
    Guide.objects.all().delete()
    OpenQuestion.objects.all().delete()
    # Without a strategy in force, nothing of it is due for a check.
    Strategy.objects.update(state=Strategy.State.REPLACED)
    page = first_page(admin)
    assert "Nothing needs you at the moment." in page.main
    assert "Guides" in page.main


def test_the_first_page_needs_few_queries(admin, django_assert_max_num_queries):
    admin.get("/admin/")
    with django_assert_max_num_queries(51):
        admin.get("/admin/")


def test_a_question_depends_on_the_officer_alone(officer):
    for question in questions.QUESTIONS:
        assert isinstance(question(officer), questions.Need)
