"""The words agreed for terms that come back often: fixtures/translations/glossary.yaml."""

import re
from functools import cache

import yaml
from django.conf import settings

PATH = settings.BASE_DIR / "fixtures" / "translations" / "glossary.yaml"


@cache
def terms(code):
    """The agreed words by English term, the longest terms first."""
    if not PATH.exists():
        return {}
    found = yaml.safe_load(PATH.read_text()).get(code, {})
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def terms_in(english, code):
    """The terms that a text has: (English, words). A term within a longer one is left out."""
    left, found = english, []
    for term, words in terms(code).items():
        pattern = re.compile(rf"\b{re.escape(term)}\b", re.IGNORECASE)
        if pattern.search(left):
            found.append((term, words))
            left = pattern.sub(" ", left)
    return sorted(found, key=lambda pair: pair[0].lower())
