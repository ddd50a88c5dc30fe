"""From home to the right contact by taps alone, and the list of what is open now."""

from datetime import timedelta

import pytest
from django.utils import translation
from modeltranslation.utils import build_localized_fieldname
from playwright.sync_api import expect

from services.models import Choice, Service
from tests.support.rows import real
from tests.support.working_week import at, working_week

MOST_TAPS = 3


class Reader:
    """A reader with a phone, who taps and never types."""

    def __init__(self, page, language=""):
        self.page = page
        self.taps = 0
        self.name = build_localized_fieldname("name", language.strip("/") or "en")
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(f"{language}/")

    def tap(self, words):
        self.taps += 1
        self.page.locator("main").get_by_text(words, exact=True).first.click()
        return self

    def answer(self, slug):
        """Tap one of the answers to a question."""
        return self.tap(getattr(real(Choice, slug=slug), self.name))

    def card(self, line):
        name = getattr(real(Service, line=line), self.name)
        return self.page.locator(".card", has=self.page.get_by_role("link", name=name, exact=True))

    def names(self, count):
        """The services of the first cards."""
        cards = self.page.locator(".card").all()[:count]
        return [card.get_by_role("link").first.inner_text() for card in cards]


def test_at_two_in_the_morning_with_a_teenager_in_tears(page):
    saturday = working_week() + timedelta(days=5)
    page.clock.install(time=at(saturday, 2))
    reader = Reader(page)
    reader.tap("Who to reach first, by what happened").answer("a3")
    assert reader.taps <= MOST_TAPS
    expect(reader.card("h-childline").locator(".hours")).to_contain_text("Day and night")
    duty_team = reader.card("h-edt")
    expect(duty_team.locator(".label")).to_contain_text("Open now")
    expect(page.locator(".strip a[href='tel:999']")).to_be_visible()


def test_long_ago_and_unable_to_phone(page):
    reader = Reader(page)
    reader.tap("All services").answer("c1")
    assert reader.taps <= MOST_TAPS
    line = reader.card("h-rcew247")
    expect(line.get_by_role("link", name="Chat online")).to_be_visible()
    expect(reader.card("h-shout").locator("a[href='sms:85258']")).to_be_visible()


def test_a_deaf_reader(page):
    reader = Reader(page)
    reader.tap("All services").answer("c5")
    assert reader.taps <= MOST_TAPS
    first, second = reader.names(2)
    assert real(Service, name_en=first).has_sign_language
    assert second == real(Service, line="h-999bsl").name_en
    line = reader.card("h-rcew247")
    expect(line.get_by_role("link", name="Chat online")).to_be_visible()


def test_polish_and_without_credit(page):
    reader = Reader(page, "/pl")
    with translation.override("pl"):
        services = translation.gettext("All services")
    reader.tap(services).answer("c3")
    assert reader.taps <= MOST_TAPS
    expect(page.get_by_text("I need help. I speak Polish.")).to_be_visible()
    line = reader.card("h-rcew247")
    expect(line.locator("a[href='tel:08085002222']")).to_be_visible()


def test_a_disclosure_in_a_school(page):
    reader = Reader(page)
    reader.tap("Who to reach first, by what happened").answer("a5").answer("b2")
    assert reader.taps <= MOST_TAPS
    first, second = page.locator(".card").all()[:2]
    expect(first.locator("a[href='tel:03005550050']")).to_be_visible()
    expect(second.locator("a[href='tel:03005558574']")).to_be_visible()


def test_under_16_and_threatened_with_a_photo(page):
    reader = Reader(page)
    reader.tap("Who to reach first, by what happened").answer("a2").answer("b6")
    assert reader.taps <= MOST_TAPS
    lines = ("h-reportremove", "h-childline", "h-ceop")
    assert reader.names(3) == [real(Service, line=line).name_en for line in lines]


def test_the_list_can_be_limited_to_what_is_open_now(page):
    page.clock.install(time=at(working_week(), 20))
    page.goto("/services/")
    button = page.get_by_role("button", name="Open now")
    every = page.locator(".cards > li:visible").count()
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    shown = page.locator(".cards > li:visible")
    assert 0 < shown.count() < every
    texts = [card.inner_text() for card in shown.all()]
    for words in ("Open now", "Day and night"):
        assert any(words in text for text in texts)
    assert all("Open now" in text or "Day and night" in text for text in texts)
    page.keyboard.press("Enter")  # The button still has the focus.
    assert page.locator(".cards > li:visible").count() == every


def test_the_list_says_if_nothing_is_open(page):
    page.clock.install(time=at(working_week(), 20))
    page.goto("/list/b8-c5/")
    page.evaluate("document.querySelectorAll('.hours').forEach((label) => label.remove())")
    page.get_by_role("button", name="Open now").click()
    expect(page.get_by_text("None of these says that it is open now.")).to_be_visible()


def test_a_part_where_nothing_is_open_is_hidden_with_its_heading(page):
    page.clock.install(time=at(working_week(), 20))
    page.goto("/services/")
    headings = page.locator("main section:has(.cards) > h2")
    everything = headings.count()
    page.evaluate("document.querySelector('section:has(.cards) .cards').textContent = ''")
    page.get_by_role("button", name="Open now").click()
    shown = page.locator("main section:has(.cards) > h2:visible").count()
    assert 0 < shown < everything
    for section in page.locator("main section:has(.cards)").all():
        lists_any = section.locator(".cards > li:visible").count() > 0
        assert section.is_visible() == lists_any
    page.get_by_role("button", name="Open now").click()
    assert page.locator("main section:has(.cards) > h2:visible").count() == everything - 1


def test_in_a_hidden_visit_the_control_works_too(page):
    page.clock.install(time=at(working_week(), 20))
    page.goto("/")
    page.locator("button[data-discreet]").click()
    page.locator("main").get_by_text("All services", exact=True).click()
    expect(page.locator("h1")).to_have_text("Services that can help")
    page.get_by_role("button", name="Open now").click()
    assert page.locator(".cards > li:visible").count() < page.locator(".cards > li").count()


def test_without_script_there_is_no_control_but_the_list_can_be_narrowed(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/services/")
    expect(page.locator("[data-open-now]")).to_be_hidden()
    page.get_by_text("More ways to narrow this list").click()
    men, free = (real(Choice, slug=slug).name_en for slug in ("f2", "c3"))
    page.get_by_role("link", name=men, exact=True).click()
    assert page.url.endswith("/list/f2/")
    page.get_by_role("link", name=free, exact=True).click()
    assert page.url.endswith("/list/c3-f2/")
    page.get_by_role("link", name=f"Remove: {men}").click()
    assert page.url.endswith("/list/c3/")


@pytest.mark.parametrize("path", ["/list/c4/", "/start/a1/", "/near/", "/near/sedgley/"])
@pytest.mark.parametrize("code", ["", "/ur"])
def test_the_pages_fit_a_small_phone_and_their_links_fit_a_finger(page, path, code):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{code}{path}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for link in page.locator("main :is(.tags a, .doors a, summary):visible").all():
        assert link.bounding_box()["height"] >= 44
