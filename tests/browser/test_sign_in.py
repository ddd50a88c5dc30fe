"""Officers sign in with an app and with a passkey in a real Chromium, as in production."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.axe import find_faults
from tests.support.running_site import running_site
from tests.support.sign_in_form import give_password
from tests.support.totp import code

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def forced(tmp_path_factory, admin_password):
    """The address of a site whose officers need a second factor. Passkeys need a name in it."""
    folder = tmp_path_factory.mktemp("signin")
    with running_site(folder, ADMIN_PASSWORD=admin_password, SECOND_FACTOR="1") as address:
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture
def console_errors(page):
    """What the console said about our pages. Messages about axe have no address."""
    console_errors = []

    def listen(message):
        address = message.location["url"]
        if message.type == "error" and address and not address.endswith("/favicon.ico"):
            console_errors.append(f"{address}: {message.text}")

    page.on("console", listen)
    page.on("pageerror", lambda error: console_errors.append(str(error)))
    return console_errors


def give_authenticator(page, **changes):
    """Give the browser a fingerprint reader that always says yes."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"options": AUTHENTICATOR | changes}
    return devtools, devtools.send("WebAuthn.addVirtualAuthenticator", options)["authenticatorId"]


def welcome_newcomer(page, forced, link):
    """A new officer opens the link, chooses a password and makes a passkey."""
    password = "a password of the newcomer"
    page.goto(link)
    page.get_by_label("New password:", exact=True).fill(password)
    page.get_by_label("New password confirmation").fill(password)
    page.get_by_role("button", name="Save").click()
    give_authenticator(page)
    give_password(page, "newcomer", password)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#codes li")).to_have_count(10)
    page.get_by_role("link", name="Go to the admin").click()
    expect(page).to_have_url(f"{forced}/admin/")
    page.get_by_role("button", name="Log out").click()
    give_password(page, "newcomer", password)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{forced}/admin/")


def test_a_keeper_signs_in_with_an_app_or_a_passkey_and_adds_a_new_officer(
    page, browser, forced, admin_password, console_errors
):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{forced}/admin/contacts/phone/")
    faults = find_faults(page, "Sign in")
    give_password(page, "admin", admin_password)
    faults += find_faults(page, "Your sign-in")
    page.get_by_role("link", name="Use an app").click()
    faults += find_faults(page, "Use an app")
    assert page.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    secret = page.locator("#secret").inner_text()
    page.get_by_label("Authenticator code").fill(code(secret))
    page.get_by_role("button", name="Use this app").click()
    expect(page.locator("#codes li")).to_have_count(10)
    faults += find_faults(page, "Recovery codes")
    page.get_by_role("link", name="Go to the admin").click()
    expect(page).to_have_url(f"{forced}/admin/")

    page.goto(f"{forced}/admin/auth/user/add/")
    page.get_by_label("Username").fill("newcomer")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Sign-in of this person").click()
    faults += find_faults(page, "Sign-in for newcomer")
    page.get_by_role("button", name="Make a link").click()
    newcomer = browser.new_page()
    welcome_newcomer(newcomer, forced, page.locator("#link").inner_text())
    newcomer.context.close()

    page.get_by_role("button", name="Log out").click()
    page.goto(f"{forced}/admin/contacts/phone/")
    give_password(page, "admin", admin_password)
    faults += find_faults(page, "Your second factor")
    page.get_by_label("Code").fill(code(secret))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{forced}/admin/contacts/phone/")

    give_authenticator(page)
    page.get_by_role("link", name="Your sign-in").click()
    page.get_by_role("link", name="Add a passkey").click()
    faults += find_faults(page, "Add a passkey")
    page.get_by_label("Name").fill("My laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("My laptop, added")).to_be_visible()
    faults += find_faults(page, "Your sign-in")
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{forced}/admin/")
    expect(page.get_by_role("link", name="Your sign-in")).to_be_visible()
    assert faults == []
    assert console_errors == []


def test_the_page_says_when_no_passkey_is_given(page, forced):
    page.goto(f"{forced}/admin/login/")
    devtools, key = give_authenticator(page)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_have_text(re.compile("The passkey did not work"))
