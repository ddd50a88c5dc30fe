from django.conf import settings
from django.urls import reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_info, override

from helphub import critical


def _switcher(request):
    """The offered languages in their own names, each with this page's address in it."""
    links = []
    for code in settings.OFFERED_LANGUAGES:
        url = translate_url(request.path, code)
        if url == request.path and code != get_language():
            # An error page has no address in another language.
            with override(code):
                url = reverse("home")
        links.append(get_language_info(code) | {"url": url})
    return links


def every_page(request):
    """What base.html needs on every page. Nothing is looked up before a template asks for it."""
    return {
        "critical": SimpleLazyObject(critical.from_database),
        "languages": SimpleLazyObject(lambda: _switcher(request)),
        "exit_url": settings.EXIT_URL,
        "is_draft_language": get_language() not in settings.REVIEWED_LANGUAGES,
    }
