"""The site's languages: their codes, and what officers call them."""

from django.conf import settings


def codes():
    """Every language but English, in the site's order."""
    return [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def in_english(code):
    """Also for a code that is not ours: a file may name any."""
    return dict(settings.LANGUAGES).get(code, code)
