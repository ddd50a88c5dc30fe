from django.conf import settings
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_info

from contacts import critical
from helphub.content import memory
from helphub.editions import public_urls


def switcher(path):
    """The offered languages in their own names, each with this address in it."""
    present, codes = get_language(), settings.OFFERED_LANGUAGES
    other = next((code for code in codes if code != present), present)
    # Asking Django for one language is enough: the others differ only in their prefix.
    is_translated = translate_url(path, other) != path
    _code, english = public_urls.without_language(path)
    return [
        get_language_info(code)
        | {"url": public_urls.in_language(english, code) if is_translated else path}
        for code in codes
    ]


def owner_name():
    """The name on the cover over a hidden visit. It says nothing about the subject."""
    return settings.OWNER["name"] or "Dudley"


def every_page(request):
    """What base.html needs on every page. Nothing is looked up before a template asks for it."""
    return {
        "critical": SimpleLazyObject(lambda: memory.recall(("critical",), critical.from_database)),
        "languages": SimpleLazyObject(lambda: switcher(request.path)),
        "exit_url": settings.EXIT_URL,
        "owner_name": owner_name(),
        "site_owner": settings.OWNER["name"],
        "is_draft_language": get_language() not in settings.REVIEWED_LANGUAGES,
    }
