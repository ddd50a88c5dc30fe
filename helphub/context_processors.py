from django.conf import settings
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_info

from contacts import critical
from helphub.content import memory
from helphub.editions import public_urls
from helphub.languages.offered import offered, served


def switcher(path):
    """The offered languages in their own names, each with this address in it.

    What has no language, such as the sitemap, shows no switcher.
    """
    if "public" not in settings.ROLES:
        return []  # Officers' error pages must not ask the database anything.
    _code, english = public_urls.without_language(path)
    return [
        get_language_info(code) | {"url": public_urls.in_language(english, code)}
        for code in served()
    ]


def owner_name():
    """The name on the cover over a hidden visit. It says nothing about the subject."""
    return settings.OWNER["name"] or "Dudley"


def every_page(request):
    """What base.html needs on every page. Nothing is looked up before a template asks for it."""
    return {
        "critical": SimpleLazyObject(lambda: memory.rows("critical", critical.from_database)),
        "languages": SimpleLazyObject(lambda: switcher(request.path)),
        "exit_url": settings.EXIT_URL,
        "owner_name": owner_name(),
        "site_owner": settings.OWNER["name"],
        "is_draft_language": get_language() != settings.LANGUAGE_CODE
        and get_language() not in offered(),
    }
