"""The headings of the list of services, and what a card says."""

import pytest
from django.utils.translation import override

from contacts.models import Phone
from helphub.content.entries import validate_neutral
from helphub.editions import public_urls
from services import grouping
from services.models import Service
from tests.support.factories import make_call_fact, make_phone, make_service
from tests.support.reader import Page, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_lists")]


def headings(page):
    """The headings of a list, each with the names of its services."""
    groups = {}
    for element in page.one("main").iter("h2", "h3"):
        if element.tag == "h2":
            names = groups.setdefault(text(element), [])
        elif element.getparent().get("class") == "card":
            names.append(text(next(element.iter("a"))))
    return {name: services for name, services in groups.items() if services}


def names_on(page):
    return [text(next(card.iter("a"))) for card in page.cards]


def parts(page):
    """The headings of a list that lead to pages of their own: what each says, and its address."""
    return {
        text(link): link.get("href")
        for heading in page.one("main").iter("h2")
        for link in heading.iter("a")
    }


def whole_list(client, code=""):
    """The headings of the list of services, each with the names on the list or on its own page."""
    page = Page(client.get(f"{code}/services/"))
    own_pages = {name: names_on(Page(client.get(address))) for name, address in parts(page).items()}
    return headings(page) | own_pages


@pytest.mark.parametrize("code", ["", "/ur"])
def test_each_service_is_listed_once_on_the_list_or_on_the_page_of_its_part(client, code):
    listed = [name for names in whole_list(client, code).values() for name in names]
    with override(code[1:] or "en"):
        everything = [service.name for service in Service.objects.for_listing()]
    assert sorted(listed) == sorted(everything)


def test_the_list_begins_with_dudley_and_the_parts_follow(client):
    groups = whole_list(client)
    on_the_list = ["In Dudley", "After sexual violence or abuse"]
    assert list(groups)[:2] == list(headings(Page(client.get("/services/")))) == on_the_list
    assert "Childline" in groups["For children and young people"]
    assert "Relay UK: type instead of speaking" in groups["If you are deaf, or cannot talk aloud"]
    assert "Other services" not in groups


def test_the_list_names_the_services_of_every_part_that_has_its_own_page(client):
    page = Page(client.get("/services/"))
    for heading in page.one("main").iter("h2"):
        for link in heading.iter("a"):
            names = [text(name) for name in heading.getnext().iter("span")]
            assert names == names_on(Page(client.get(link.get("href"))))
    assert len(parts(page)) == 5


def test_the_page_of_a_part_has_the_same_cards_and_the_way_back(client):
    make_service([], website="https://example.org")
    for name, address in parts(Page(client.get("/services/"))).items():
        page = Page(client.get(address))
        assert text(page.one("h1")) == name
        assert [a.get("href") for a in page.all("a") if a.get("data-up") is not None] == [
            "/services/"
        ]
        assert page.one("main").xpath(".//*[@data-open-now]")
        assert "Every call stays in the phone's list of calls" in page.main
        assert {heading.tag for card in page.cards for heading in card.iter("h2", "h3")} == {"h2"}


def test_a_line_that_can_be_closed_has_its_hours_and_its_stand_in_on_the_page_of_its_part(client):
    page = Page(client.get("/services/in/home/"))
    (card,) = [card for card in page.cards if "National Stalking Helpline" in text(card)]
    assert "9:30am to 4pm" in text(card)
    assert "When one of these lines is closed" in page.main
    assert "National Stalking Helpline" in text(page.one("main").xpath(".//*[@class='instead']")[0])


def test_the_addresses_and_titles_of_parts_give_nothing_away():
    for page in grouping.PART_PAGES.values():
        validate_neutral(page.slug)
        validate_neutral(page.title)


def test_the_pages_of_parts_are_in_every_edition_and_in_the_sitemap(client):
    addresses = set(parts(Page(client.get("/services/"))).values())
    assert addresses <= set(public_urls.everything())
    sitemap = client.get("/sitemap.xml").content.decode()
    assert all(f"{address}</loc>" in sitemap for address in addresses)


def test_a_part_without_services_has_no_page(client):
    page = Page(client.get("/services/in/other/"))
    assert page.response.status_code == 404
    make_service([], website="https://example.org")
    assert Page(client.get("/services/in/other/")).cards


def test_a_service_is_in_the_part_an_officer_chose_or_else_in_that_of_its_number(client):
    service = make_service([make_phone(section=Phone.Section.FEELINGS)])
    assert service.name in whole_list(client)["When it is all too much"]
    service.section = Phone.Section.DUDLEY
    service.save()
    assert service.name in whole_list(client)["In Dudley"]


def test_a_service_with_neither_is_listed_last(client):
    service = make_service([], website="https://example.org")
    groups = whole_list(client)
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
    pages = [Page(client.get(path)) for path in ("/services/", "/services/in/home/")]
    cards = {text(next(card.iter("a"))): text(card) for page in pages for card in page.cards}
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
    folded = next(
        details for details in page.one("main").iter("details") if "More ways" in text(details)
    )
    within = {link.get("href") for link in folded.iter("a")}
    links = {link.get("href") for link in page.one("main").iter("a")}
    assert {"/list/c1/", "/list/c6/"} <= links - within
    assert {"/list/f1/", "/list/b1/"} <= within
