"""A user administrator creates accounts, gives out links, and shuts people out."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib import admin as django_admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from tests.support.reader import Page
from tests.support.sign_in_links import PASSWORD, choose, link_for

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def quick(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def keeper(client, django_user_model):
    """A client of a user administrator with no other permissions."""
    user = django_user_model.objects.create_user("keeper", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="auth", content_type__model="user")
    )
    client.force_login(user)
    return client


def make(keeper, users, name="new"):
    keeper.post("/admin/auth/user/add/", {"username": name, "first_name": "N", "last_name": "O"})
    return users.objects.get(username=name)


def where(response):
    return response.redirect_chain[-1][0] if response.redirect_chain else "here"


def test_a_new_officer_chooses_a_password_by_a_link_and_signs_in(keeper, django_user_model):
    user = make(keeper, django_user_model)
    assert user.is_staff
    assert not user.has_usable_password()
    link = link_for(keeper, user)
    assert link.startswith("http://testserver/admin/welcome/")
    assert "Sign in" in choose(link).title
    client = Client()
    client.post("/admin/login/", {"login": "new", "password": PASSWORD})
    assert client.get("/admin/").status_code == 200


def test_a_link_works_once(keeper, django_user_model):
    link = link_for(keeper, make(keeper, django_user_model))
    choose(link)
    assert "This link has been used" in choose(link).text


def test_a_new_link_ends_the_old_link_and_ends_the_password_once_used(
    keeper, django_user_model, later
):
    user = make(keeper, django_user_model)
    first = link_for(keeper, user)
    second = link_for(keeper, user)
    assert "This link has been used" in choose(first).text
    choose(second)
    signed_in = Client()
    signed_in.force_login(django_user_model.objects.get(pk=user.pk))
    third = link_for(keeper, user)
    # Until the link is used, the account's owner can get in and cancel it.
    assert signed_in.get("/admin/").status_code == 200
    later(hours=25)
    choose(third, "five plain words are here")
    assert signed_in.get("/admin/").status_code == 302
    user.refresh_from_db()
    assert user.check_password("five plain words are here")


def test_a_link_expires_after_a_day(keeper, django_user_model, settings):
    link = link_for(keeper, make(keeper, django_user_model))
    assert settings.PASSWORD_RESET_TIMEOUT == 86_400
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "has expired" in choose(link).text


@pytest.mark.parametrize("address", ["MQ/x-y", "%F0/%00", "MQ/set-password", "'/'"])
def test_a_forged_link_lets_nobody_choose_a_password(client, officer, address):
    response = client.get(f"/admin/welcome/{address}/", follow=True)
    assert response.status_code in {200, 400, 404}
    assert "new_password1" not in response.content.decode()


def test_a_weak_password_is_refused(keeper, django_user_model):
    page = choose(link_for(keeper, make(keeper, django_user_model)), "password1234")
    assert "too common" in page.text


def test_a_keeper_can_end_all_of_a_persons_sessions(keeper, django_user_model):
    user = make(keeper, django_user_model)
    client = Client()
    client.force_login(user)
    assert client.get("/admin/").status_code == 200
    page = Page(keeper.post(f"/admin/auth/user/{user.pk}/sign-in/", {"do": "end"}, follow=True))
    assert "Ended all sessions" in page.text
    assert client.get("/admin/").status_code == 302
    assert LogEntry.objects.first().get_change_message() == "Ended all sessions."


def test_a_keeper_can_remove_lost_factors_after_a_day(keeper, django_user_model, later):
    user = make(keeper, django_user_model)
    TOTP.activate(user, generate_totp_secret())
    client = Client()
    client.force_login(user)
    page = Page(keeper.get(f"/admin/auth/user/{user.pk}/sign-in/"))
    assert "TOTP Authenticator, since" in page.text
    keeper.post(f"/admin/auth/user/{user.pk}/sign-in/", {"do": "remove-factors"})
    assert Authenticator.objects.exists()
    assert client.get("/admin/").status_code == 200
    later(hours=25)
    keeper.get(f"/admin/auth/user/{user.pk}/sign-in/")
    assert not Authenticator.objects.exists()
    assert client.get("/admin/").status_code == 302


def test_a_keeper_cannot_reach_a_superusers_account(keeper, officer):
    for address in ("change", "delete", "sign-in", "history", "password"):
        url = f"/admin/auth/user/{officer.pk}/{address}/"
        for send in (keeper.get, keeper.post):
            response = send(url, {"do": "link"}, follow=True)
            assert response.status_code in {403, 404} or where(response) == "/admin/"
    officer.refresh_from_db()
    assert officer.is_superuser


def test_a_keeper_cannot_make_anybody_a_superuser(keeper, django_user_model):
    user = make(keeper, django_user_model)
    fields = {"username": "new", "is_active": "on", "is_superuser": "on", "is_staff": "on"}
    fields |= {"user_permissions": "1", "password": "x"}
    keeper.post(f"/admin/auth/user/{user.pk}/change/", fields)
    user.refresh_from_db()
    assert not user.is_superuser
    assert not user.user_permissions.exists()
    assert not user.has_usable_password()


def test_an_editor_sees_no_users(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("editor", is_staff=True))
    other = django_user_model.objects.create_user("other", is_staff=True)
    for address in ("", "add/", f"{other.pk}/change/", f"{other.pk}/sign-in/"):
        assert client.get(f"/admin/auth/user/{address}").status_code in {403, 404}
        response = client.post(f"/admin/auth/user/{address}", {"do": "end"})
        assert response.status_code in {403, 404}


def test_the_secrets_of_factors_appear_nowhere_in_the_admin():
    assert not django_admin.site.is_registered(Authenticator)
    assert not django_admin.site.is_registered(EmailAddress)


def test_the_pages_about_a_person_are_valid_html(admin, officer):
    for address in ("change", "sign-in"):
        page = Page(admin.get(f"/admin/auth/user/{officer.pk}/{address}/"))
        assert page.response.status_code == 200
        assert "Sign-in" in page.text
