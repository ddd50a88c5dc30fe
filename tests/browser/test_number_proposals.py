"""A number is proposed by one officer, approved by another, and published, in a real Chromium."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from playwright.sync_api import expect

from contacts.models import Phone
from tests.support.axe import AXE, RUN_IN_ADMIN, TAGS
from tests.support.rows import real
from tests.support.running_site import running_site
from tests.support.sign_in_form import sign_in

SECOND = "a password of the second officer"
SECOND_OFFICER = f"""
from django.contrib.auth.models import Permission, User
second = User.objects.create_user("second", password="{SECOND}", is_staff=True)
second.user_permissions.add(Permission.objects.get(codename="approve_number"))
"""
RECORD = """
from contacts.models import ApprovedNumber
row = ApprovedNumber.objects.by_line()["h-spoc"]
print(row.display, row.proposed_by, row.who, sep="|")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("numbers")


@pytest.fixture(scope="module")
def manage(folder):
    """Runs manage.py on this site's files, and returns what it printed."""
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
        "EDITIONS_DIR": f"{folder}/editions",
        "FIND_INDEX": f"{folder}/find.sqlite3",
        "BUILT_LANGUAGES": "en ur",
    }

    def run(*arguments, run=subprocess.check_output):
        command = [sys.executable, "manage.py", *arguments]
        return run(command, cwd=settings.BASE_DIR, env=environment, text=True)

    return run


@pytest.fixture(scope="module")
def published(folder, manage, admin_password):
    """The address of a site that has an edition, two officers, and a publisher at work."""
    with running_site(folder, ADMIN_PASSWORD=admin_password, BUILT_LANGUAGES="en ur") as address:
        manage("shell", "-c", SECOND_OFFICER)
        manage("vouch", "second", "--who", "the tests")
        manage("publish")
        publisher = manage("publish", "--watch", run=subprocess.Popen)
        try:
            yield address
        finally:
            publisher.terminate()
            publisher.wait(30)


def faults_of(page):
    """What axe-core finds at phone and desktop width, and anything that does not fit."""
    faults = []
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{page.url} is wider than {width}")
        page.evaluate(AXE)
        # Some of the admin's own parts overlap or have images behind them: axe cannot tell there.
        faults += [
            f"{page.url} at {width}: {fault}"
            for fault in page.evaluate(RUN_IN_ADMIN, {"type": "tag", "values": TAGS})["faults"]
            if "could not be determined" not in fault
        ]
    return faults


def press(page, name):
    """Press a button by keyboard, as an officer without a mouse does."""
    button = page.get_by_role("button", name=name)
    for _ in range(80):
        if button.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    else:
        pytest.fail(f"The keyboard does not reach “{name}”.")
    page.keyboard.press("Enter")


def test_one_officer_proposes_a_number_another_approves_it_and_readers_ring_it(
    page, browser, published, manage, admin_password
):
    spoc = real(Phone, slug="h-spoc").name_en
    page.goto(f"{published}/")
    expect(page.locator(".spoc-number")).to_have_text("01384 455411")

    sign_in(page, f"{published}/admin/contacts/phone/?q=h-spoc", "admin", admin_password)
    page.get_by_role("link", name=re.compile(re.escape(spoc))).click()
    page.get_by_role("link", name="Propose another number").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Propose another number")
    faults = faults_of(page)
    page.get_by_label("Digits to dial").fill("0138445541२")
    page.get_by_label("Number as shown").fill("01384 455412")
    page.get_by_label("Why").fill("The council has moved it.")
    page.get_by_label("Where the number comes from").fill("Letter of the council, 3 March.")
    press(page, "Propose")
    expect(page.get_by_text("“२” is a digit from another script.")).to_be_visible()
    faults += faults_of(page)
    page.get_by_label("Digits to dial").fill("01384455412")
    press(page, "Propose")
    expect(page.get_by_text("Proposed. It will take effect")).to_be_visible()
    faults += faults_of(page)
    proposal = page.url
    page.goto(f"{published}/")
    expect(page.locator(".spoc-number")).to_have_text("01384 455411")

    second = browser.new_page()
    sign_in(second, f"{published}/admin/approvals/", "second", SECOND)
    faults += faults_of(second)
    second.get_by_role("link", name=re.compile(re.escape(spoc))).click()
    expect(second).to_have_url(proposal)
    expect(second.get_by_text("Digit 11 changes from 1 to 2.")).to_be_visible()
    expect(second.get_by_text("Ring it first")).to_be_visible()
    faults += faults_of(second)
    second.get_by_label("The new number, typed").fill("01384 455413")
    press(second, "Approve")
    expect(second.get_by_text("These digits do not match the proposal.")).to_be_visible()
    faults += faults_of(second)
    second.get_by_label("The new number, typed").fill("01384 455412")
    press(second, "Approve")
    expect(second.get_by_text("Approved. Readers will have it in under a minute.")).to_be_visible()
    expect(second.get_by_text("proposed by admin, approved by second")).to_be_visible()
    faults += faults_of(second)

    def readers_have_it():
        page.goto(f"{published}/ur/help-now/")
        return page.locator(".spoc-number").inner_text() == "01384 455412"

    for _ in range(240):
        if readers_have_it():
            break
        page.wait_for_timeout(500)
    number = page.locator(".spoc-number a")
    expect(number).to_be_visible()
    expect(number).to_have_text("01384 455412")
    expect(number).to_have_attribute("href", "tel:01384455412")
    assert manage("shell", "-v0", "-c", RECORD).strip() == "01384 455412|admin|second"
    second.context.close()
    assert faults == []
