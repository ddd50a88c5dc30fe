"""Whatever strangers send, they get a proper answer. The same on SQLite and PostgreSQL.

Some 500 requests, the same every time. `make fuzz` sends ten times as many. FUZZ=20 sends two
hundred times as many, different each time.
"""

import logging
import os
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from contacts.models import Phone
from helphub.wsgi import application
from tests.support import fuzzing
from tests.support.wsgi import ask, environ

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

FUZZ = os.environ.get("FUZZ")


def tries(number):
    """A tenth of this many requests, the same every time, or as many times this as FUZZ says."""
    return settings(
        max_examples=number * int(FUZZ) if FUZZ else max(number // 10, 10),
        derandomize=FUZZ in (None, "1"),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def undone():
    """Undo what a request did to the database, even if it failed, before the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def assert_proper(request):
    with undone():
        answer = ask(application, request)
        fuzzing.assert_proper(request, answer)
    return answer


@pytest.fixture(autouse=True)
def quiet():
    """Thousands of refusals are not worth a line each."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def cheap_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def officers_cookie(admin):
    cookie = f"sessionid={admin.cookies['sessionid'].value}"
    assert ask(application, environ(b"/admin/", headers={"Cookie": cookie})).status == 200
    return cookie


def test_the_numbers_searched_for_are_those_in_the_database():
    phones = Phone.objects.critical()
    assert (phones["emergency"].dial, phones["spoc"].display) == ("999", "01384 455411")


def test_a_marker_that_came_to_life_would_be_noticed():
    page = b"<!doctype html><html lang=en><title>a</title><body>%b</body></html>"
    for alive in (b"<zqx>", b"<p onzqx=1>", b"<!-- zqx -->", b"<a href=' javascript:zqx'>a</a>"):
        assert fuzzing.faults_of(page % alive, False), alive
    assert not fuzzing.faults_of(page % b"&lt;zqx onzqx=1&gt;", False)
    assert "('tel:999', '999') is not there" in fuzzing.faults_of(page % b"", True)


def test_every_request_on_the_handwritten_list_is_answered_properly():
    for request in fuzzing.by_hand():
        summary = {key: str(value)[:200] for key, value in request.items() if "wsgi" not in key}
        try:
            assert_proper(request)
        except AssertionError as error:
            raise AssertionError(summary) from error


@tries(3500)
@given(request=fuzzing.requests())
def test_any_request_is_answered_properly(request):
    assert_proper(request)


@tries(700)
@given(request=fuzzing.forms(b"/find/", ["words"]))
def test_any_search_is_answered_properly(request):
    assert_proper(request)


@tries(700)
@given(request=fuzzing.forms(b"/admin/login/", ["login", "password", "next"]))
def test_anything_sent_to_the_admins_login_is_answered_properly(request):
    assert assert_proper(request).status in {200, 400, 403, 413}


def unless_forged(request):
    """The request with the cookie and the field that the admin asks for."""
    token = "a" * 32
    request["HTTP_COOKIE"] = f"csrftoken={token}"
    request["HTTP_X_CSRFTOKEN"] = token
    for header in ("HTTP_ORIGIN", "HTTP_X_FORWARDED_PROTO"):
        request.pop(header, None)
    return request


@tries(300)
@given(request=fuzzing.forms(b"/admin/login/", ["login", "password"]).map(unless_forged))
def test_anything_sent_by_the_admins_login_form_is_answered_properly(request):
    assert assert_proper(request).status in {200, 400, 403, 413}


@tries(150)
@given(request=fuzzing.asked_of_the_admin())
def test_anything_an_officer_asks_of_the_admin_is_answered_properly(officers_cookie, request):
    request["HTTP_COOKIE"] = officers_cookie
    assert_proper(request)
