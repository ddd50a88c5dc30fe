"""Every address of the admin, by every method: only people who should get in do."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as real
from django.test import Client
from django.urls import URLPattern, get_resolver

from helphub.accounts.middleware import ENROLMENT, OPEN
from strategy.models import Guide

pytestmark = pytest.mark.django_db
METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS"]


def patterns(resolver, before="", room=""):
    """Every pattern of the site: its regular expression as a path, and its name."""
    for route in resolver.url_patterns:
        path = before + str(route.pattern)
        if isinstance(route, URLPattern):
            yield path, f"{room}{route.name}"
        else:
            yield from patterns(route, path, f"{route.namespace}:" if route.namespace else room)


def example(path):
    """An address that a pattern matches."""
    path = re.sub(r"<(?:int:)?\w*(?:pk|key|number)\w*>", "1", path)
    path = re.sub(r"<str:label>", "strategy.guide", path)
    path = re.sub(r"<[^>]+>", "1", path)
    path = re.sub(r"\^|\$|\(\?P", "", path)
    return "/" + path


def addresses():
    prefix = real.ADMIN_PREFIX.lstrip("/")
    names = {}
    for path, name in patterns(get_resolver()):
        if path.startswith(prefix) and "(?P" not in path:
            names[example(path)] = name
    # The two that are regular expressions: the list of an app, and any address that is not there.
    return names | {"/admin/contacts/": "admin:app_list", "/admin/no/such/thing": None}


SHUT = sorted(address for address, name in addresses().items() if name not in OPEN)
# The admin's own views at these addresses come after ours.
SHUT = [address for address in SHUT if address not in {"/admin/login/", "/admin/logout/"}]
FOR_ENROLMENT = sorted(a for a, name in addresses().items() if name in ENROLMENT)


def test_the_list_of_addresses_is_complete():
    assert len(SHUT) > 90
    for address in (
        "/admin/",
        "/admin/auth/user/add/",
        "/admin/contacts/phone/1/change/",
        "/admin/publishing/withdraw/strategy.guide/1/",
        "/admin/jsi18n/",
        "/admin/sign-in/app/",
    ):
        assert address in SHUT


def nothing_is_let_through(client, addresses):
    for address in addresses:
        for method in METHODS:
            response = client.generic(method, address)
            assert response.status_code == 302, (method, address)
            yield address, response["Location"]


def guides():
    return list(Guide.objects.order_by("pk").values())


def test_a_stranger_reaches_nothing(client, settings):
    settings.SECOND_FACTOR = True
    before = guides()
    for _, location in nothing_is_let_through(client, SHUT):
        assert location.startswith("/admin/login/?next=/admin/")
    assert guides() == before
    assert "sessionid" not in client.cookies


def test_an_account_that_is_not_an_officers_reaches_nothing(client, settings, django_user_model):
    client.force_login(django_user_model.objects.create_user("reader"))
    for _, location in nothing_is_let_through(client, SHUT):
        assert location.startswith("/admin/login/")


def test_a_password_alone_reaches_only_the_pages_for_adding_a_factor(officer, settings):
    settings.SECOND_FACTOR = True
    client = Client()
    client.force_login(officer)
    before = guides()
    shut = [address for address in SHUT if address not in FOR_ENROLMENT]
    assert len(shut) == len(SHUT) - len(ENROLMENT)
    for _, location in nothing_is_let_through(client, shut):
        assert location == "/admin/sign-in/"
    assert guides() == before
    assert client.get("/admin/sign-in/").status_code == 200


def test_a_password_alone_reaches_nothing_once_there_is_a_factor(officer, settings):
    settings.SECOND_FACTOR = True
    TOTP.activate(officer, generate_totp_secret())
    client = Client()
    for address in SHUT:
        client.force_login(officer)
        for _, location in nothing_is_let_through(client, [address]):
            assert location.startswith("/admin/login/")


def test_an_editor_without_rights_changes_nothing(client, django_user_model):
    editor = django_user_model.objects.create_user("editor", is_staff=True)
    client.force_login(editor)
    before = guides()
    models = [
        address for address in SHUT if re.match(r"/admin/(auth|helphub|[a-z]+s|strategy)/", address)
    ]
    assert len(models) > 60
    for address in models:
        for method in METHODS:
            assert client.generic(method, address).status_code in {302, 403, 404, 405}, address
    assert guides() == before


@pytest.mark.parametrize("address", ["/admin", "/admin/login", "/ADMIN/", "/ur/admin/"])
def test_a_malformed_address_leads_to_no_page_of_the_admin(client, address):
    response = client.get(address)
    assert response.status_code in {301, 302, 404}
    assert "sessionid" not in response.cookies
