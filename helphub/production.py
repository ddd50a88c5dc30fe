"""Settings that production won't start with, each with what to do. settings.py uses this."""

import re
import zlib

from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

SHORTEST_KEY, FEWEST_LETTERS = 50, 10
SAMPLE = re.compile(r"change.?(me|this)|your.?secret|secret.?key|example|password", re.I)
# Such as "hub.example.org" or "[::1]". A leading dot means every host below it.
HOST = re.compile(r"\.?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.I)
# Letters in a country code. Below "uk", names are sold under "gov.uk" or "org.uk": not ours.
COUNTRY = 2


def secret_key(key):
    """A key that can't be guessed: it could be used to forge sessions and sign-in links."""
    if key.startswith("django-insecure-"):
        why = "was made by Django for development only"
    elif len(key) < SHORTEST_KEY:
        why = f"has {len(key)} characters; it needs {SHORTEST_KEY}"
    # Repetitive text compresses well; random text hardly at all.
    elif len(set(key)) < FEWEST_LETTERS or len(zlib.compress(key.encode())) < 0.6 * len(key):
        why = "repeats itself"
    elif SAMPLE.search(key):
        why = "reads like a sample"
    else:
        return key
    raise ImproperlyConfigured(
        f"SECRET_KEY {why}. Make a new key once and use the same one on every server: "
        "python3 -c 'import secrets; print(secrets.token_urlsafe(60))'"
    )


def hosts(text):
    """The host names this server answers to. Each must be ours."""
    host_names = text.split()
    for host in host_names:
        if "*" in host:
            why = "accepts any host"
        elif not HOST.fullmatch(host) or ".." in host:
            why = "is not a host name (leave out any scheme, port or comma)"
        elif host.startswith(".") and is_wide(host):
            why = "accepts hosts that are not yours"
        else:
            continue
        raise ImproperlyConfigured(
            f"ALLOWED_HOSTS: {host!r} {why}. Write each host name in full, separated by spaces, "
            "such as hub.example.org."
        )
    return host_names


def is_wide(suffix):
    """Whether anyone can have a name under a suffix: ".", ".org", ".gov.uk"."""
    labels = [label for label in suffix.split(".") if label]
    return len(labels) < 2 or (len(labels) == 2 and len(labels[1]) == COUNTRY)


def public_host(host, allowed=()):
    """The host name that readers type. A readers' server must answer to it."""
    if not HOST.fullmatch(host) or host.startswith("."):
        raise ImproperlyConfigured(
            f"PUBLIC_HOST: {host!r} is not a host name. Write the one that readers type, such as "
            "hub.example.org, without https:// and without a port."
        )
    if allowed and not validate_host(host.lower(), [name.lower() for name in allowed]):
        raise ImproperlyConfigured(
            f"PUBLIC_HOST is {host}, but ALLOWED_HOSTS does not include it, so every page would be "
            "refused. Add it to ALLOWED_HOSTS."
        )
    return host
