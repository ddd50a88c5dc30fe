"""“Check all” asks for a few links at a time, and says how far it has got."""

import re

from playwright.sync_api import expect


def test_all_links_are_checked_with_one_press(page, site, admin_password):
    page.goto(f"{site}/admin/login/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password", exact=False).fill(admin_password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{site}/admin/")
    page.goto(f"{site}/admin/checking/links/")
    button = page.get_by_role("button", name=re.compile(r"Check \d+ now"))
    due = int(button.inner_text().split()[1])
    waiting = []

    def answer(route):
        """The first two answers at once, the third when the test says so."""
        assert route.request.headers["accept"] == "application/json"
        assert "csrfmiddlewaretoken" in route.request.post_data
        waiting.append(route)
        if len(waiting) < 3:
            route.fulfill(json={"done": 2, "left": due - 2 * len(waiting)})

    page.route("**/check-all/", answer)
    button.click()
    expect(page.get_by_role("status").last).to_have_text(f"4 of {due} links checked.")
    expect(page.get_by_role("progressbar", name="Links checked")).to_have_js_property("value", 4)
    expect(button).to_be_hidden()
    with page.expect_navigation():
        waiting[2].fulfill(json={"done": 2, "left": 0})
    assert len(waiting) == 3
