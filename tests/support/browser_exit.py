"""The exit in a real Chromium: its destination, and how a page is seen to have left."""

from django.conf import settings
from playwright.sync_api import expect

from tests.support.chromium import ELSEWHERE


def answer_exit(context):
    requests = []

    def answer(route):
        requests.append(route.request)
        route.fulfill(body=ELSEWHERE, content_type="text/html")

    context.route(settings.EXIT_URL, answer)
    return requests


def assert_left(page, arrivals):
    page.wait_for_url(settings.EXIT_URL)
    expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()
    assert [request.url for request in arrivals] == [settings.EXIT_URL]
    assert "referer" not in arrivals[0].all_headers()
    assert page.evaluate("document.referrer") == ""


def history_of(page):
    """The addresses in the tab's history, as the browser lists them under its Back button."""
    session = page.context.new_cdp_session(page)
    history = session.send("Page.getNavigationHistory")
    session.detach()
    assert history["currentIndex"] == len(history["entries"]) - 1
    return [entry["url"] for entry in history["entries"]]
