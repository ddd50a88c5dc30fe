"""A service's page answers one question after another, in plain words, each fact once."""

import pytest

from contacts.models import Phone
from services.models import Audience, Location, Service, Town
from strategy.models import FormOfAbuse
from tests.support.factories import (
    make_call_fact,
    make_phone,
    make_schedule,
    make_service,
)
from tests.support.places import CANARY, PUBLIC
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db


def page_of(client, service, prefix=""):
    return Page(client.get(f"{prefix}{service.get_absolute_url()}"))


def headings(page):
    return [text(heading) for heading in page.one("main").iter("h1", "h2")]


def rows(page):
    """The rows about it: ages, where it is and who runs it."""
    rows = page.one("dl", class_="about-it")
    return dict(zip(map(text, rows.iter("dt")), map(text, rows.iter("dd")), strict=True))


# The order


def test_the_page_answers_in_the_order_in_which_a_caller_asks(client):
    phone = make_phone(what_happens_en="A listener answers.")
    make_call_fact(phone, "interpreter", "yes")
    service = make_service(
        [phone],
        what_to_expect_en="They tell someone if a life is in danger.",
        how_to_get_in_en="Come to the side door.",
        has_sign_language=True,
    )
    page = page_of(client, service)
    assert headings(page) == [
        service.name,
        "How to reach them",
        "What happens when you call",
        "Cost, bill and phone",
        "Languages and interpreters",
        "If you are deaf or cannot speak",
        "How to get in",
        "Not known yet",
    ]
    assert list(rows(page)) == ["Run by"]


@pytest.mark.parametrize(
    ("kind", "webchat", "heading"),
    [
        ("voice", "", "What happens when you call"),
        ("voice", "https://example.org", "What happens when you call or chat"),
        ("text", "", "What happens when you text"),
    ],
)
def test_what_happens_is_about_the_way_the_service_is_reached(client, kind, webchat, heading):
    phone = make_phone(kind=kind, text_instruction_en="Text the word LARK.", what_happens_en="A.")
    assert heading in headings(page_of(client, make_service([phone], webchat=webchat)))


def test_a_service_without_a_number_has_one_big_button_and_no_word_of_calls(client):
    ways = {"website": "https://www.example.org/chat", "email": "us@example.org"}
    page = page_of(client, make_service(what_to_expect_en="A person writes back.", **ways))
    assert headings(page)[1:] == [
        "How to reach them",
        "What happens",
        "What stays on the phone",
    ]
    (button,) = page.all("a", class_="first")
    assert button.get("href") == ways["website"]
    assert "call" not in page.main.lower()


def test_a_chat_on_the_website_is_not_listed_twice(client):
    address = "https://example.org"
    page = page_of(client, make_service([make_phone()], website=address, webchat=address))
    assert [link.get("href") for link in page.one("main").iter("a")].count(address) == 1


def test_the_button_of_the_first_number_comes_before_every_other_way(client):
    phone = make_phone()
    page = page_of(client, make_service([phone], webchat="https://example.org"))
    links = [link.get("href") for link in page.one("section", class_="ways").iter("a")]
    assert (links[0], links[-1]) == (phone.url, "https://example.org")


# Whom it is for


def test_groups_of_people_make_no_sentence_that_could_turn_somebody_away(client):
    # They say who is led to the service. Its own summary says whom it is for.
    service = make_service(audiences=Audience.objects.filter(slug__in=["women", "migrants"]))
    assert rows(page_of(client, service)).keys() == {"Run by"}


# What is not known, and when it was read


def place_of(service, **fields):
    town = Town.objects.get(slug="sedgley")
    return Location.objects.create(service=service, town=town, **PUBLIC | fields)


def test_what_is_not_known_is_said_once_at_the_end(client, pages):
    service = make_service([make_phone()])
    place_of(service)
    page = page_of(client, service)
    assert headings(page)[-1] == "Not known yet"
    assert page.main.count("“Are there steps?”") == 1
    for other in Service.objects.published().exclude(pk=service.pk):
        page = pages[other.get_absolute_url()]
        assert page.main.count("Not known yet") <= 1, other.slug
        assert "We do not know if calls" not in page.main, other.slug


def test_a_place_with_known_steps_leaves_nothing_to_ask(client):
    service = make_service()
    place_of(service, step_free="yes")
    page = page_of(client, service)
    assert "Where it is, and how to get in" in headings(page)
    assert f"{CANARY} House" in page.main
    assert "Not known yet" not in page.main


def test_unknown_hours_are_said_beside_the_number_with_the_line_that_answers(client):
    other = make_phone(bank_holidays="round-the-clock")
    make_schedule(other, "MO,TU,WE,TH,FR,SA,SU", "00:00", "00:00")
    phone = make_phone(fallback=Phone.objects.get(pk=other.pk))
    page = page_of(client, make_service([phone]))
    ways = text(page.one("section", class_="ways"))
    assert "Opening hours not confirmed." in ways
    assert f"If nobody answers: {other.display}" in ways
    assert page.main.count("not confirmed") == 1


# Topics and closing


def test_topics_are_folded(client):
    service = make_service(forms_of_abuse=FormOfAbuse.objects.all()[:13])
    page = page_of(client, service)
    (fold,) = page.one("main").iter("details")
    assert text(fold.find("summary")) == "What it helps with"
    assert len(fold.findall(".//li")) == 13


def test_a_closed_service_gives_no_way_to_reach_it_and_nothing_about_calls(client):
    phone = make_phone(what_happens_en="A listener answers.")
    service = make_service(
        [phone],
        website="https://example.org",
        has_drop_in=True,
        has_sign_language=True,
        is_closed_for_now=True,
        notice_en="They move house.",
    )
    page = page_of(client, service)
    assert headings(page) == [service.name]
    assert "They move house." in page.main
    assert phone.display not in page.main
