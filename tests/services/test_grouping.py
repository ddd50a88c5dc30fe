"""The headings of the list of services, and what a card says."""

import pytest

from contacts.models import Phone
from services.models import Service
from tests.support.factories import make_call_fact, make_phone, make_service
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db


def headings(page):
    """The headings of a list, each with the names of its services."""
    groups = {}
    for element in page.one("main").iter("h2", "h3"):
        if element.tag == "h2":
            names = groups.setdefault(text(element), [])
        elif element.getparent().get("class") == "card":
            names.append(text(next(element.iter("a"))))
    return {name: services for name, services in groups.items() if services}


def test_each_service_is_listed_once_under_one_heading(client):
    groups = headings(Page(client.get("/services/")))
    listed = [name for names in groups.values() for name in names]
    assert sorted(listed) == sorted(service.name for service in Service.objects.for_listing())
    assert next(iter(groups)) == "In Dudley"
    assert "Childline" in groups["For children and young people"]
    assert "Relay UK: type instead of speaking" in groups["If you are deaf, or cannot talk aloud"]
    assert "Other services" not in groups


def test_a_service_is_in_the_part_an_officer_chose_or_else_in_that_of_its_number(client):
    service = make_service([make_phone(section=Phone.Section.FEELINGS)])
    assert service.name in headings(Page(client.get("/services/")))["When it is all too much"]
    service.section = Phone.Section.DUDLEY
    service.save()
    assert service.name in headings(Page(client.get("/services/")))["In Dudley"]


def test_a_service_with_neither_is_listed_last(client):
    service = make_service([], website="https://example.org")
    groups = headings(Page(client.get("/services/")))
    assert groups["Other services"] == [service.name]
    assert list(groups)[-1] == "Other services"


def test_a_list_without_english_tells_who_has_interpreters_from_who_must_be_asked(client):
    phone = make_phone()
    service = make_service([phone])
    ask = "Ask: they have not told us"
    have = "They have told us that an interpreter can join"
    assert service.name in headings(Page(client.get("/list/c4/")))[ask]
    make_call_fact(phone, "interpreter", "yes")
    groups = headings(Page(client.get("/list/c4/")))
    assert list(groups) == [have, ask]
    assert service.name in groups[have]
    assert service.name not in groups[ask]


def test_any_other_narrowed_list_has_no_headings(client):
    page = Page(client.get("/list/f2/"))
    assert page.cards
    assert headings(page) == {}


def test_a_card_says_who_answers_only_if_the_name_does_not(client):
    page = Page(client.get("/services/"))
    cards = {text(next(card.iter("a"))): text(card) for card in page.cards}
    assert (
        "National LGBT+ abuse and violence helpline (Galop)"
        in (cards["National LGBT+ abuse and violence helpline"])
    )
    assert "(Karma Nirvana)" not in cards["Karma Nirvana"]


def test_a_card_has_one_sentence_and_leaves_the_summary_to_the_services_page(client):
    service = make_service([make_phone(purpose_en="For anyone, at any hour.")])
    page = Page(client.get("/services/"))
    (card,) = [text(card) for card in page.cards if service.name in text(card)]
    assert "For anyone, at any hour." in card
    assert service.summary not in card
    assert service.summary in Page(client.get(service.get_absolute_url())).main


def test_a_cards_sentence_is_marked_with_its_own_language(client):
    phone = make_phone(name_ur="مدد", purpose_en="For anyone, at any hour.", purpose_ur="سب کے لیے")
    service = make_service([phone])
    page = Page(client.get("/ur/services/"))
    (card,) = [card for card in page.cards if service.name in text(card)]
    assert next(card.iter("a")).get("lang") == "en"
    (sentence,) = [p for p in card.iter("p") if text(p) == "سب کے لیے"]
    assert sentence.get("lang") is None


def test_the_ways_to_make_contact_are_in_view_and_the_others_folded(client):
    page = Page(client.get("/services/"))
    (folded,) = page.one("main").iter("details")
    within = {link.get("href") for link in folded.iter("a")}
    links = {link.get("href") for link in page.one("main").iter("a")}
    assert {"/list/c1/", "/list/c6/"} <= links - within
    assert {"/list/f1/", "/list/b1/"} <= within
