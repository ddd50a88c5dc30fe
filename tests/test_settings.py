"""A laptop needs nothing; production names everything, or does not start."""

import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from helphub import production
from helphub.exit import exit_address
from tests.support.environments import FOR_OFFICERS, PRODUCTION


def check(*arguments, **environment):
    """manage.py check, with only this environment."""
    base = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check", *arguments],
        cwd=settings.BASE_DIR,
        env=base | environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("environment", [PRODUCTION, FOR_OFFICERS], ids=["public", "admin"])
def test_production_starts_with_everything_named(environment):
    result = check(**environment)
    assert result.returncode == 0, result.stderr


def test_a_laptop_says_how_to_name_its_languages():
    result = check(BUILT_LANGUAGES="en,ur")
    assert result.returncode != 0
    assert "BUILT_LANGUAGES names en,ur. Write codes such as “en ur”" in result.stderr


@pytest.mark.parametrize("missing", FOR_OFFICERS)
def test_production_names_what_is_missing(missing):
    environment = {name: value for name, value in FOR_OFFICERS.items() if name != missing}
    result = check(**environment)
    assert result.returncode != 0
    assert f"Set {missing}" in result.stderr


# In one process: otherwise each key would start a process of its own.
KEY = PRODUCTION["SECRET_KEY"]


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("abc", "has 3 characters; it needs 50"),
        (KEY[:49], "has 49 characters"),
        ("django-insecure-" + KEY, "was made by Django"),
        ("x" * 64, "repeats itself"),
        ("changeme-please!" * 4, "repeats itself"),
        ("abcabcabd" * 8, "repeats itself"),
        ("1234567890" * 5 + "x", "repeats itself"),
        ("ChangeMe: nobody has put a key of our own in here until now", "reads like a sample"),
    ],
)
def test_a_key_that_can_be_guessed_is_refused(key, why):
    with pytest.raises(ImproperlyConfigured, match=f"SECRET_KEY {why}") as refused:
        production.secret_key(key)
    assert "Make a new key" in str(refused.value)
    assert key not in str(refused.value)  # It is in the journal for all to read.


def test_a_long_random_key_is_accepted():
    for key in (KEY, secrets.token_urlsafe(60), get_random_secret_key()):
        assert production.secret_key(key) == key


@pytest.mark.parametrize(
    ("hosts", "why"),
    [
        ("*", "accepts any host"),
        ("hub.example.org *", "accepts any host"),
        ("*.example.org", "accepts any host"),
        (".", "is not a host name"),
        ("..", "is not a host name"),
        (".uk", "accepts hosts that are not yours"),
        (".org", "accepts hosts that are not yours"),
        (".gov.uk", "accepts hosts that are not yours"),
        ("hub.example.org .co.uk", "accepts hosts that are not yours"),
        ("https://hub.example.org", "is not a host name"),
        ("hub.example.org:8000", "is not a host name"),
        ("hub.example.org,www.example.org", "is not a host name"),
        ("hub.example.org/", "is not a host name"),
    ],
)
def test_host_patterns_that_match_other_peoples_hosts_are_refused(hosts, why):
    with pytest.raises(ImproperlyConfigured, match=why) as refused:
        production.hosts(hosts)
    assert "Write each host name in full" in str(refused.value)


def test_full_host_names_are_accepted():
    names = "hub.example.org localhost 192.0.2.1 [::1] .hub.example.org .example.org"
    assert production.hosts(names) == names.split()


@pytest.mark.parametrize("host", ["https://hub.example.org", "hub.example.org:80", ".example.org"])
def test_the_readers_host_must_be_a_single_host_name(host):
    with pytest.raises(ImproperlyConfigured, match="is not a host name"):
        production.public_host(host)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        (PRODUCTION | {"SECRET_KEY": "abc"}, "SECRET_KEY has 3 characters"),
        (FOR_OFFICERS | {"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS: '*' accepts any host"),
        (PRODUCTION | {"ALLOWED_HOSTS": "  "}, "Set ALLOWED_HOSTS"),
        (
            PRODUCTION | {"PUBLIC_HOST": "www.example.org"},
            "ALLOWED_HOSTS does not include it, so every page would be refused",
        ),
        (FOR_OFFICERS | {"PUBLIC_HOST": "https://hub.example.org"}, "PUBLIC_HOST"),
    ],
)
def test_production_does_not_start_with_a_weak_key_or_other_peoples_hosts(environment, message):
    for arguments in ([], ["--deploy"]):
        result = check(*arguments, **environment)
        assert result.returncode != 0
        assert message in result.stderr


def test_production_refuses_debug():
    result = check(**PRODUCTION, DEBUG="1")
    assert result.returncode != 0
    assert "Unset it in production" in result.stderr


def test_production_refuses_to_start_without_a_second_factor():
    result = check(**FOR_OFFICERS, SECOND_FACTOR="0")
    assert result.returncode != 0
    assert "Only a laptop may run without a second factor" in result.stderr


def test_the_checks_fail_if_production_loses_its_second_factor():
    code = (
        "from django.conf import settings as s; s.SECOND_FACTOR = False; "
        "from django.core.management import call_command; call_command('check')"
    )
    with pytest.raises(subprocess.CalledProcessError) as refused:
        run_in_production(code, **FOR_OFFICERS)
    assert "could be reached without a second factor" in refused.value.stderr


def test_readers_servers_have_no_sign_in():
    code = (
        "import sys; from django.conf import settings as s; from django.urls import get_resolver; "
        "get_resolver().url_patterns; "
        "print([n for n in [*s.INSTALLED_APPS, *s.MIDDLEWARE] if 'allauth' in n or 'signin' in n], "
        "hasattr(s, 'ACCOUNT_ADAPTER'), "
        "any(n.startswith(('allauth', 'helphub.accounts', 'fido2')) for n in sys.modules))"
    )
    assert run_in_production(code) == "[] False False"


def test_production_refuses_an_unknown_role():
    result = check(**PRODUCTION | {"HELPHUB_ROLE": "everything"})
    assert "HELPHUB_ROLE must be public or admin" in result.stderr


def run_in_production(code, **environment):
    script = f"import django; django.setup()\n{code}"
    base = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    base |= PRODUCTION | {"DJANGO_SETTINGS_MODULE": "helphub.settings"} | environment
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env=base,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_the_public_role_has_no_database_but_the_editions_file():
    code = (
        "from django.conf import settings as s; "
        "print(s.DATABASES['default']['NAME'], list(s.DATABASES)); "
        "print([a for a in s.INSTALLED_APPS if a.startswith('django.contrib')])"
    )
    name, apps = run_in_production(
        code, DATABASE_URL="postgresql://nobody@localhost/nothing"
    ).splitlines()
    assert (
        name == "file:/nonexistent/editions/current/content.sqlite3?mode=ro&immutable=1 ['default']"
    )
    assert apps == "['django.contrib.sitemaps', 'django.contrib.staticfiles']"


def test_a_missing_folder_of_editions_is_refused_at_start():
    with pytest.raises(subprocess.CalledProcessError) as refused:
        run_in_production("from helphub.wsgi import application")
    assert "that folder does not exist. Create it" in refused.value.stderr


def test_without_an_edition_the_public_role_starts_and_shows_the_numbers(tmp_path):
    code = (
        "from helphub.wsgi import application as a; "
        "e = {'PATH_INFO': '/', 'REQUEST_METHOD': 'GET', 'HTTP_HOST': 'hub.example.org'}; "
        "body = a(e, lambda status, headers: print(status)); print(b'tel:01384455411' in body[0])"
    )
    answer = run_in_production(code, EDITIONS_DIR=str(tmp_path)).splitlines()
    assert answer == ["503 Service Unavailable", "True"]


RESOLVE = """
from django.urls import Resolver404, resolve
for path in ["/", "/admin/", "/contacts/"]:
    try:
        resolve(path)
        print(path, end=" ")
    except Resolver404:
        pass
"""


@pytest.mark.parametrize(
    ("role", "addresses"), [("public", "/ /contacts/"), ("admin", "/ /admin/ /contacts/")]
)
def test_the_public_role_has_no_admin(role, addresses):
    assert run_in_production(RESOLVE, **FOR_OFFICERS | {"HELPHUB_ROLE": role}) == addresses


def test_production_sends_cookies_over_https_only():
    code = (
        "from django.conf import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)"
    )
    assert run_in_production(code) == "True True True"


@pytest.mark.parametrize("preload", ["", "1"])
def test_the_browsers_own_list_is_joined_only_on_request(preload):
    code = (
        "from django.conf import settings as s; "
        "print(s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)"
    )
    assert run_in_production(code, HSTS_PRELOAD=preload) == f"31536000 True {preload == '1'}"


@pytest.mark.parametrize("environment", [PRODUCTION, FOR_OFFICERS], ids=["public", "admin"])
def test_there_are_no_warnings_once_the_owner_is_named(environment):
    owner = {f"OWNER_{n.upper().replace('-', '_')}": "named" for n in settings.OWNER}
    owner |= {"SECURITY_CONTACT": "mailto:a@example.org"}
    result = check("--deploy", "--fail-level", "WARNING", **environment | owner)
    assert result.returncode == 0, result.stderr


def test_deploying_fails_until_the_owner_is_named():
    result = check("--deploy", **PRODUCTION)
    assert result.returncode != 0
    for name in ("OWNER_NAME", "OWNER_COMPLIANCE", "SECURITY_CONTACT"):
        assert f"{name} is not set" in result.stderr
    owner = {f"OWNER_{n.upper().replace('-', '_')}": "named" for n in settings.OWNER}
    result = check("--deploy", **PRODUCTION, **owner, SECURITY_CONTACT="mailto:a@example.org")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://www.example.com/", "must begin with https"),
        ("/weather", "must begin with https"),
        ("https://", "has no host name"),
        ("https://user@example.com/", "leave out the user name"),
        ("https://example.com/?from=hub", "from the ? on"),
        ("https://example.com/#hub", "from the # on"),
        ("https://hub.example.org/", "lead away from this site"),
        ("https://a.council.example/", "lead away from this site"),
    ],
)
def test_an_exit_that_gives_something_away_is_refused(address, why):
    with pytest.raises(ImproperlyConfigured, match=why.replace("?", r"\?")):
        exit_address(address, own_hosts=["hub.example.org", ".council.example"])


def test_an_exit_that_gives_nothing_away_is_accepted():
    address = "https://www.example.com/weather"
    assert exit_address(address, own_hosts=["hub.example.org"]) == address
