"""The page of contact numbers: every number is on it, and the later parts are folded."""

import pytest

from contacts.models import Phone
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db


def parts(page):
    """The parts of the page: what each heading says, and whether its numbers are folded."""
    headings = (next(section.iter("h2")) for section in page.one("main").iter("section"))
    return {text(heading): heading.getparent().tag == "summary" for heading in headings}


def test_every_number_is_on_the_page(client):
    shown = {url for url, _digits in Page(client.get("/contacts/")).lines}
    assert {phone.url for phone in Phone.objects.for_listing()} <= shown


def test_only_the_later_parts_are_folded(client):
    folded = parts(Page(client.get("/contacts/")))
    assert [name for name, is_folded in folded.items() if not is_folded] == [
        "In an emergency",
        "If you are deaf, or cannot talk aloud",
        "In Dudley",
    ]
    assert folded["For children and young people"]


def test_a_folded_table_is_named_by_its_heading(client):
    page = Page(client.get("/contacts/"))
    for table in page.all("table", class_="numbers"):
        (heading,) = page.root.xpath(f"//h2[@id='{table.get('aria-labelledby')}']")
        assert heading in [*table.getparent().iter("h2")]
