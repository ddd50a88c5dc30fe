"""Signing in to the admin in a real Chromium."""

from playwright.sync_api import expect


def give_password(page, name, password):
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=False).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_in(page, address, name, password):
    page.goto(address)
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(address)
