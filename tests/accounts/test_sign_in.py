"""Officers sign in with a password and a second factor, and set up the factor themselves."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from tests.support.reader import Page, text
from tests.support.totp import code

pytestmark = pytest.mark.django_db
PASSWORD = "three plain words here"


@pytest.fixture(autouse=True)
def forced(settings):
    """As in production, except for password hashing, which is slow by design."""
    settings.SECOND_FACTOR = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def officer(django_user_model):
    return django_user_model.objects.create_superuser("officer", password=PASSWORD)


@pytest.fixture
def secret(officer):
    """The secret of the officer's app."""
    secret = generate_totp_secret()
    TOTP.activate(officer, secret)
    return secret


def send_password(client, password=PASSWORD, address="192.0.2.1", **fields):
    return client.post(
        "/admin/login/",
        {"login": "officer", "password": password} | fields,
        REMOTE_ADDR=address,
        follow=True,
    )


def send_code(client, code, **extra):
    return client.post("/admin/login/code/", {"code": code}, follow=True, **extra)


def where(response):
    return response.redirect_chain[-1][0] if response.redirect_chain else "here"


def is_in(client):
    return client.get("/admin/").status_code == 200


def test_the_first_sign_in_leads_to_a_second_factor_and_recovery_codes(client, officer):
    response = send_password(client, next="/admin/strategy/guide/")
    assert where(response) == "/admin/sign-in/"
    assert "You have no second factor yet" in Page(response).text
    assert not is_in(client)
    page = Page(client.get("/admin/sign-in/app/"))
    secret = text(page.one("code", id="secret"))
    response = client.post("/admin/sign-in/app/", {"code": code(secret)}, follow=True)
    assert where(response) == "/admin/sign-in/codes/"
    codes = [text(element) for element in Page(response).all("code")]
    assert len(set(codes)) == 10
    assert is_in(client)
    # They are shown once.
    assert not Page(client.get("/admin/sign-in/codes/")).all("code")


def test_a_wrong_code_adds_no_factor(client, officer):
    send_password(client)
    page = Page(client.get("/admin/sign-in/app/"))
    wrong = code(text(page.one("code", id="secret")), steps=100)
    response = client.post("/admin/sign-in/app/", {"code": wrong})
    assert "That code is wrong" in Page(response).text
    assert not Authenticator.objects.exists()
    assert not is_in(client)


def test_a_password_and_a_code_take_an_officer_where_they_were_going(client, secret):
    response = send_password(client, next="/admin/strategy/guide/")
    assert where(response) == "/admin/login/code/"
    assert not is_in(client)
    response = send_code(client, code(secret))
    assert where(response) == "/admin/strategy/guide/"
    assert response.status_code == 200


@pytest.mark.parametrize("typed", ["", "000000", "not a code", "\u0661\u0662\u0663", "9" * 5000])
def test_without_the_right_code_nobody_is_let_in(client, secret, typed):
    assert typed != code(secret)
    send_password(client)
    send_code(client, typed)
    assert not is_in(client)


def test_a_code_works_once(client, secret):
    used = code(secret)
    for visitor, is_let_in in [(Client(), True), (client, False)]:
        send_password(visitor)
        send_code(visitor, used)
        assert is_in(visitor) is is_let_in


def test_a_recovery_code_works_once(client, officer, secret):
    recovery = RecoveryCodes.activate(officer).generate_codes()[3]
    for visitor, is_let_in in [(Client(), True), (client, False)]:
        send_password(visitor)
        send_code(visitor, recovery)
        assert is_in(visitor) is is_let_in


def test_a_code_without_the_password_leads_back_to_the_password(client, secret):
    assert where(send_code(client, code(secret))) == "/admin/login/"
    assert not is_in(client)


def test_a_session_older_than_the_factor_cannot_add_another(client, officer):
    thief = Client()
    send_password(thief)
    assert thief.get("/admin/sign-in/app/").status_code == 200
    TOTP.activate(officer, generate_totp_secret())
    for address in ("/admin/sign-in/passkeys/add/", "/admin/sign-in/", "/admin/"):
        assert thief.get(address)["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("field", ["is_active", "is_staff"])
def test_a_closed_account_cannot_sign_in_anywhere(client, officer, secret, field):
    send_password(client)
    send_code(client, code(secret))
    assert is_in(client)
    setattr(officer, field, False)
    officer.save()
    assert not is_in(client)
    assert "don't match" in Page(send_password(Client())).text


def test_an_account_closed_between_password_and_code_cannot_sign_in(client, officer, secret):
    send_password(client)
    officer.is_active = False
    officer.save()
    send_code(client, code(secret))
    assert not is_in(client)


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(client, officer):
    answers = []
    for name in ("officer", "nobody"):
        fields = {"login": name, "password": "wrong"}
        page = Page(client.post("/admin/login/", fields))
        answers.append(text(page.one("ul", class_="errorlist")))
    assert answers[0] == answers[1] == "That username and password don't match. Try again."


def test_an_attacker_who_guesses_is_stopped_and_the_officer_is_not(client, secret):
    stranger = Client()
    for _ in range(5):
        assert "don't match" in Page(send_password(stranger, "guess", "203.0.113.9")).text
    # Even with the right password, from there.
    assert "Wait five minutes" in Page(send_password(stranger, address="203.0.113.9")).text
    send_password(client)
    send_code(client, code(secret))
    assert is_in(client)


def test_an_attacker_who_guesses_codes_is_stopped(client, officer, secret):
    send_password(client)
    for _ in range(5):
        assert "That code is wrong" in Page(send_code(client, "000000")).text
    assert "Wait five minutes" in Page(send_code(client, code(secret))).text
    assert not is_in(client)


def test_an_attacker_who_guesses_codes_does_not_lock_out_the_officer(client, officer, secret):
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    send_password(stranger, address="203.0.113.9")
    for _ in range(5):
        assert "That code is wrong" in Page(send_code(stranger, "000000")).text
    assert "Wait five minutes" in Page(send_code(stranger, code(secret))).text
    send_password(client)
    send_code(client, code(secret))
    assert is_in(client)


def test_wrong_codes_on_the_confirmation_page_lock_nobody_out_elsewhere(client, officer, secret):
    signed_in(client, secret)
    later(client, 301)
    for _ in range(6):
        page = Page(client.post("/admin/confirm/code/", {"code": "000000"}))
    assert "Wait five minutes" in page.text
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    send_password(elsewhere, address="203.0.113.9")
    # The app's code of this half minute has been used.
    send_code(elsewhere, RecoveryCodes.activate(officer).generate_codes()[0])
    assert is_in(elsewhere)


def test_the_addresses_of_one_network_count_as_one(client, officer, secret):
    # A single connection has more IPv6 addresses than anyone could count.
    for last in range(6):
        page = Page(send_password(client, "guess", f"2001:db8:1:2::{last + 1}"))
    assert "Wait five minutes" in page.text


def test_a_flood_is_answered_in_plain_words(client):
    answers = {client.post("/admin/login/", {}).status_code for _ in range(31)}
    assert answers == {200, 429}
    assert "Too many tries" in Page(client.post("/admin/login/", {})).text


def test_a_stranger_cannot_fill_the_table_of_sessions(client):
    for _ in range(40):
        Client().get("/admin/login/passkey/", headers={"Accept": "application/json"})
        Client().get("/admin/login/")
        Client().post("/admin/login/", {"login": "x", "password": "y"})
    assert 0 < Session.objects.count() <= 30


def test_the_address_comes_from_the_proxy_in_front_and_cannot_be_forged(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    answers = [
        client.post(
            "/admin/login/",
            {"login": "officer", "password": "x"},
            headers={"X-Forwarded-For": f"198.51.100.{made_up}, 203.0.113.9"},
        )
        for made_up in range(6)
    ]
    assert "Wait five minutes" in Page(answers[-1]).text


def test_attempts_are_counted_for_all_workers_together(client, settings, officer):
    send_password(client, "wrong")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {settings.CACHES['default']['LOCATION']}")  # noqa: S608
        assert cursor.fetchone()[0] > 0


def test_secrets_are_encrypted_in_the_database(client, officer, secret):
    RecoveryCodes.activate(officer)
    for factor in Authenticator.objects.all():
        assert secret not in json.dumps(factor.data)
        sealed = factor.data.get("secret") or factor.data["seed"]
        assert sealed.startswith("gAAAA")


def test_when_the_servers_key_changes_an_officer_is_told_what_to_do(client, secret, settings):
    send_password(client)
    factor = Authenticator.objects.get()
    factor.data["secret"] = "gAAAA of another key"
    factor.save()
    assert "The server's key has changed" in Page(send_code(client, code(secret))).text
    assert not is_in(client)


def signed_in(client, secret):
    send_password(client)
    send_code(client, code(secret))
    return client


def later(client, seconds):
    """As if the officer had signed in and been active that much earlier."""
    session = client.session
    for name in ("begun_at", "seen_at"):
        session[name] -= seconds
    for record in session.get("account_authentication_methods", []):
        record["at"] -= seconds
    session.save()


def test_the_last_factor_cannot_be_removed(client, secret):
    signed_in(client, secret)
    page = Page(client.get("/admin/sign-in/app/remove/"))
    assert "This is your only second factor" in page.text
    client.post("/admin/sign-in/app/remove/")
    assert Authenticator.objects.count() == 1


def test_the_last_passkey_cannot_be_removed(client, officer, secret):
    signed_in(client, secret)
    passkey = Authenticator.objects.create(
        user=officer, type="webauthn", data={"name": "Laptop", "credential": {}}
    )
    Authenticator.objects.filter(type="totp").delete()
    response = client.post(f"/admin/sign-in/passkeys/{passkey.pk}/remove/")
    assert response["Location"] == "/admin/sign-in/"
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_an_officer_confirms_their_identity_before_changing_factors(client, secret):
    signed_in(client, secret)
    later(client, 301)
    response = client.get("/admin/sign-in/passkeys/add/", follow=True)
    assert where(response).startswith("/admin/confirm/")
    response = client.post(
        "/admin/confirm/",
        {"password": PASSWORD, "next": "/admin/sign-in/passkeys/add/"},
        follow=True,
    )
    assert where(response) == "/admin/sign-in/passkeys/add/"
    assert "Add a passkey" in Page(response).text


def test_a_wrong_password_confirms_nothing(client, secret):
    signed_in(client, secret)
    later(client, 301)
    response = client.post("/admin/confirm/", {"password": "wrong"})
    assert response.status_code == 200
    assert client.get("/admin/sign-in/passkeys/add/").status_code == 302


def test_an_officer_can_sign_out(client, secret):
    signed_in(client, secret)
    assert client.post("/admin/logout/")["Location"] == "/admin/login/"
    assert not is_in(client)


def test_an_officer_can_sign_out_everywhere(client, secret):
    signed_in(client, secret)
    elsewhere = Client()
    elsewhere.cookies = client.cookies
    client.post("/admin/sign-in/end/")
    assert not is_in(client)
    assert not is_in(elsewhere)


def test_signing_in_leads_to_no_other_site(client, secret):
    send_password(client, next="https://evil.example/admin/")
    assert where(send_code(client, code(secret))) == "/admin/"


def test_a_laptop_may_do_without_a_second_factor(client, officer, settings):
    settings.SECOND_FACTOR = False
    assert where(send_password(client)) == "/admin/"
    assert is_in(client)


def test_every_sign_in_page_is_valid_html(client, officer, secret):
    pages = [client.get("/admin/login/")]
    send_password(client)
    pages.append(client.get("/admin/login/code/"))
    send_code(client, code(secret))
    pages += [client.get(f"/admin/sign-in/{name}") for name in ("", "app/remove/", "codes/new/")]
    pages += [client.get("/admin/sign-in/passkeys/add/"), client.get("/admin/logout/")]
    pages += [client.get(f"/admin/confirm/{name}") for name in ("", "code/")]
    for response in pages:
        assert response.status_code == 200
        page = Page(response)
        assert page.faults == []
        assert page.title.endswith("Dudley help hub")
