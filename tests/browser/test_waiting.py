"""From an edited text to the reader's page, in a real Chromium with the publisher at work."""

import os
import subprocess
import sys
import urllib.request

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.support.axe import AXE, RUN_IN_ADMIN, TAGS
from tests.support.running_site import running_site

LONGEST = 300  # Seconds for a publication while everything else on the machine is busy.


@pytest.fixture(scope="module")
def published(tmp_path_factory, admin_password):
    """The address of a site with an edition, and the publisher beside it."""
    folder = tmp_path_factory.mktemp("site")
    environment = {
        "ADMIN_PASSWORD": admin_password,
        "BUILT_LANGUAGES": "en ur",  # Fewer languages publish sooner.
        "PREVIEWS_DIR": f"{folder}/previews",
    }
    with running_site(folder, **environment) as address:
        of_site = (
            os.environ
            | environment
            | {
                "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
                "EDITIONS_DIR": f"{folder}/editions",
                "FIND_INDEX": f"{folder}/find.sqlite3",
            }
        )
        command = [sys.executable, "manage.py", "publish"]
        subprocess.run(command, cwd=settings.BASE_DIR, env=of_site, check=True)
        publisher = subprocess.Popen([*command, "--watch"], cwd=settings.BASE_DIR, env=of_site)
        try:
            yield address
        finally:
            publisher.terminate()
            publisher.wait(30)


def change(page, site, kind, name, field, text):
    page.goto(f"{site}/admin/{kind}/?q={name}")
    page.locator("#result_list tbody th a").first.click()
    page.locator(f"#id_{field}").fill(text)
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()


def read(address):
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - our own server.
        return answer.read().decode()


def sign_in(page, site, password):
    page.goto(f"{site}/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password", exact=False).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def ask(page, why):
    """Publish the ticked entries. Double-click, as an impatient officer would."""
    page.get_by_label("Why, in a few words").fill(why)
    page.get_by_role("button", name="Publish").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Editions")


def publish(page, site, why):
    """Publish what is ticked, and wait until the page says that readers have it."""
    ask(page, why)
    newest = page.locator("main li", has_text="publish what is saved,").first
    expect(newest).to_contain_text("done, edition", timeout=LONGEST * 1000)
    page.wait_for_timeout(1500)  # Every worker looks twice a second.
    page.reload()


def faults(page):
    page.wait_for_load_state()
    page.evaluate(AXE)
    all_faults = page.evaluate(RUN_IN_ADMIN, {"type": "tag", "values": TAGS})["faults"]
    # The admin's messages have a background image, so axe can neither pass nor fail them.
    return [
        f"{page.url}: {fault}" for fault in all_faults if "due to a background image" not in fault
    ]


def test_an_officer_changes_a_text_publishes_it_and_readers_have_it(
    page, published, admin_password
):
    page.set_default_timeout(60_000)
    sign_in(page, published, admin_password)
    change(page, published, "strategy/guide", "consent", "summary_en", "Words that go out.")
    change(page, published, "strategy/formofabuse", "law", "summary_en", "Words that stay.")
    page.get_by_role("link", name="2 entries waiting to be published").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Waiting to be published")
    box = page.locator("input[name=tick][value^='strategy.guide:']")
    row = page.locator(".waiting-list > li", has=box)
    row.locator("summary").click()
    expect(row.locator("ins")).to_contain_text("Words that go out.")
    expect(row.locator("del")).not_to_be_empty()
    assert faults(page) == []
    # At 390 pixels everything is within reach.
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    row.get_by_role("link", name="What changed").click()
    assert faults(page) == []
    page.get_by_role("link", name="The page as readers will see it").click()
    assert faults(page) == []
    page.get_by_role("link", name="English").click()
    expect(page.locator("main")).to_contain_text("Words that go out.")
    page.goto(f"{published}/admin/publishing/waiting/")
    box.check()
    publish(page, published, "The council asked")
    assert "Words that go out." in read(f"{published}/guides/consent/")
    assert "Words that stay." not in read(f"{published}/topics/law/") + read(f"{published}/topics/")
    expect(page.get_by_role("link", name="1 entry waiting to be published")).to_be_visible()
    # Submitted twice, it went out once.
    assert page.content().count("publish what is saved,") == 1


# Records each text that an element has had, until the page is reloaded.
LISTEN = """() => {
  window.heard = {};
  for (const where of [".publishing .how-far-words", ".publication [role=status]"]) {
    const element = document.querySelector(where);
    const keep = () => {
      const heard = (window.heard[where] = window.heard[where] || []);
      if (element.textContent !== heard[heard.length - 1]) heard.push(element.textContent);
    };
    new MutationObserver(keep).observe(element, { childList: true, subtree: true });
  }
}"""


def test_an_officer_who_waits_sees_the_progress_and_then_the_report(
    page, published, admin_password
):
    page.set_default_timeout(60_000)
    sign_in(page, published, admin_password)
    # Nearly every page depends on the list of numbers.
    change(
        page, published, "contacts/phone", "h-samaritans", "name_en", "Samaritans, day and night"
    )
    page.goto(f"{published}/admin/publishing/waiting/")
    page.locator("input[name=tick][value^='contacts.phone:']").first.check()
    ask(page, "It is called so")
    editions, report = page.context.new_page(), page.context.new_page()
    editions.goto(page.url)
    first = editions.locator("tbody th").first.inner_text()
    report.set_viewport_size({"width": 390, "height": 800})
    newest = editions.locator("main li", has_text="publish what is saved,").first
    report.goto(newest.locator("a").first.evaluate("link => link.href"))
    # A page that is not about publishing says how far it is, and is not loaded again.
    page.goto(f"{published}/admin/strategy/guide/")
    waits = page.locator("[data-waiting]").inner_text()
    page.evaluate(LISTEN)
    bar = report.locator("#content progress")
    expect(bar).to_be_visible(timeout=LONGEST * 1000)
    expect(report.locator("#content .how-far-hint")).to_be_hidden()
    assert report.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults(report) == []
    # At the end the report replaces the bar.
    expect(report.locator("#content")).to_contain_text("Done on", timeout=LONGEST * 1000)
    expect(report.locator("#content")).to_contain_text("changed")
    expect(bar).to_have_count(0)
    expect(editions.locator("tbody th").first).not_to_have_text(first)
    expect(newest).to_contain_text("done, edition", timeout=LONGEST * 1000)
    expect(page.locator(".publishing")).to_contain_text("Finished. Readers have edition")
    expect(page.locator("[data-waiting]")).not_to_have_text(waits)
    heard = page.evaluate("window.heard")  # Lost if the page had been reloaded.
    seen, aloud = heard.values()
    counts = [words for words in seen if "Making pages: " in words]
    # How often it is told depends on how fast the pages are made.
    assert counts
    assert any("left." in words for words in counts)
    # A screen reader announces the steps, not the pages.
    assert len(aloud) < 20
    assert not [words for words in aloud if " of " in words]
    assert aloud[-1].startswith("Finished.")


def test_what_happens_when_you_ring_is_written_in_urdu_on_a_phone(page, published, admin_password):
    page.set_default_timeout(60_000)
    page.set_viewport_size({"width": 390, "height": 800})
    sign_in(page, published, admin_password)
    page.goto(f"{published}/admin/contacts/phone/?q=h-spoc")
    page.locator("#result_list tbody th a").first.click()
    part = page.locator("details", has=page.locator("summary", has_text="Urdu")).first
    part.locator("summary").click()
    # A line is shown whole in one language: everything it has in English is translated.
    typed = page.locator("#id_what_happens_ur")
    for field in part.locator("textarea, input[type=text]").all():
        english = page.locator("#" + field.get_attribute("id").removesuffix("_ur") + "_en")
        if english.input_value():
            field.fill("پہلے کوئی آپ کی بات سنتا ہے.")
    assert typed.input_value()
    typed.fill("پھر وہ مدد تک پہنچاتے ہیں.")
    assert (typed.get_attribute("lang"), typed.get_attribute("dir")) == ("ur", "rtl")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    page.goto(f"{published}/admin/publishing/waiting/")
    page.locator("input[name=tick][value^='contacts.phone:']").check()
    publish(page, published, "Said in Urdu")
    page.goto(f"{published}/ur/services/local-number/")
    expect(page.locator("main")).to_contain_text("پھر وہ مدد تک پہنچاتے ہیں.")
    assert "پھر وہ مدد" not in read(f"{published}/services/local-number/")
