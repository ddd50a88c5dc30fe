"""A long page's contents, the buttons in its text, and what is folded."""

from playwright.sync_api import expect

GUIDE = "/guides/just-happened/"
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 900}


def test_on_a_phone_the_contents_are_folded_and_lead_to_each_part(page):
    page.set_viewport_size(PHONE)
    page.goto(GUIDE)
    contents = page.locator("main .contents")
    expect(contents).to_be_hidden()
    expect(page.locator(".side .contents")).to_be_hidden()
    page.locator("main summary", has_text="On this page").click()
    for link in contents.locator("a").all():
        heading = page.locator(f'h2[id="{link.get_attribute("href").removeprefix("#")}"]')
        expect(heading).to_have_text(link.inner_text())
        link.click()
        expect(heading).to_be_in_viewport()


def test_on_a_laptop_the_contents_are_beside_the_text(page):
    page.set_viewport_size(LAPTOP)
    page.goto(GUIDE)
    expect(page.locator("main summary", has_text="On this page")).to_be_hidden()
    beside = page.get_by_role("navigation", name="On this page")
    expect(beside).to_be_in_viewport()
    edge = page.locator("main").bounding_box()
    assert beside.bounding_box()["x"] >= edge["x"] + edge["width"]


def test_a_press_on_the_contents_leaves_nothing_in_the_history(page, base_url):
    page.set_viewport_size(LAPTOP)
    page.goto("/guides/")
    page.goto(GUIDE)
    length = page.evaluate("history.length")
    links = page.locator(".side .contents a")
    for number in (2, 0):
        links.nth(number).click()
        expect(page.locator(f"#p{number + 1}")).to_be_in_viewport()
    assert page.evaluate("history.length") == length
    page.go_back()
    expect(page).to_have_url(f"{base_url}/guides/")


def test_in_a_hidden_visit_a_press_on_the_contents_changes_no_address(page, base_url):
    page.set_viewport_size(LAPTOP)
    page.goto("/guides/")
    page.locator("button[data-discreet]").click()
    page.locator("main a", has_text="If it has just happened").click()
    links = page.locator(".side .contents a")
    links.nth(3).click()
    expect(page.locator("#p4")).to_be_in_viewport()
    expect(page).to_have_url(f"{base_url}/guides/")


def test_contents_work_without_script(new_context):
    page = new_context(java_script_enabled=False, viewport=LAPTOP).new_page()
    page.goto(GUIDE)
    page.locator(".side .contents a").nth(4).click()
    expect(page.locator("#p5")).to_be_in_viewport()


def test_what_is_folded_opens_with_the_keyboard(page):
    page.goto(GUIDE)
    fold = page.locator("details", has=page.locator("summary h3")).first
    words = fold.locator("p").first
    expect(words).to_be_hidden()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(words).to_be_visible()


def test_help_now_has_a_button_for_each_step_big_enough_for_a_finger(page):
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto("/help-now/")
    page.locator("main summary", has_text="Deaf, or cannot speak").click()
    for number in (
        "tel:999",
        "sms:999",
        "tel:116123",
        "sms:85258",
        "tel:08085002222",
        "tel:08001111",
    ):
        button = page.locator(f'.reach a[href="{number}"]')
        assert button.bounding_box()["height"] >= 44


def test_on_a_low_laptop_every_link_of_the_contents_can_be_reached(page):
    page.set_viewport_size({"width": 1280, "height": 560})
    page.goto("/guides/photos/")
    page.evaluate("scrollTo(0, 900)")
    place = page.evaluate("scrollY")
    last = page.locator(".side .contents a").last
    last.focus()
    expect(last).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == place


def test_the_contents_go_while_only_open_services_are_shown(page):
    page.set_viewport_size(LAPTOP)
    page.goto("/services/")
    contents = page.locator(".side .contents")
    expect(contents).to_be_visible()
    page.locator("[data-open-now]").click()
    expect(contents).to_be_hidden()
    page.locator("[data-open-now]").click()
    expect(contents).to_be_visible()
