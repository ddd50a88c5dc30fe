from django.conf import settings
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_info

from helphub import critical, memory


def switcher(path):
    """The offered languages in their own names, each with this address in it."""
    return [
        get_language_info(code) | {"url": translate_url(path, code)}
        for code in settings.OFFERED_LANGUAGES
    ]


def owner_name():
    """What stands on the cover over a hidden visit: a name that says nothing of the subject."""
    return settings.OWNER["name"] or "Dudley"


def every_page(request):
    """What base.html needs on every page. Nothing is looked up before a template asks for it."""
    return {
        "critical": SimpleLazyObject(lambda: memory.recall(("critical",), critical.from_database)),
        "languages": SimpleLazyObject(lambda: switcher(request.path)),
        "exit_url": settings.EXIT_URL,
        "owner_name": owner_name(),
        "is_draft_language": get_language() not in settings.REVIEWED_LANGUAGES,
    }
