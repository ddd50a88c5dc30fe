"""What a page says outside its body: link previews show it, and browsers keep it in the history.

Here the error pages; test_pages.py asks the same of every page in every language.
"""

import pytest
from django.conf import settings
from django.http import Http404
from django.utils.translation import override

from helphub import error_pages, views
from helphub.content.entries import Gone
from strategy.models import Guide
from tests.support.addresses import in_language
from tests.support.page_checks import assert_says_nothing
from tests.support.reader import Page

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _ in settings.LANGUAGES]


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_error_page_gives_the_subject_away(client, rf, code, settings):
    settings.DEBUG = False
    with override(code):
        request = rf.get(in_language("/help-now/", code))
        gone = Gone(Guide.objects.get(slug="consent"))
        for response in (
            error_pages.bad_request(request, None),
            error_pages.page_not_found(request, Http404()),
            error_pages.page_not_found(request, gone),
            error_pages.method_not_allowed(request),
            error_pages.try_again(request),
            error_pages.server_error(request),
        ):
            assert_says_nothing(Page(response), code)
    assert_says_nothing(Page(client.get("/emergency/")), "en")


def test_tags_that_link_previews_read_would_be_found():
    html = error_pages.emergency_page()
    for added in (
        '<meta property="og:description" content="If someone has hurt you">',
        '<meta name="twitter:title" content="Help">',
        '<link rel="alternate" href="/" title="Help">',
        '<script type="application/ld+json">{}</script>',
    ):
        page = Page(views.HttpResponse(html.replace("</head>", f"{added}</head>")))
        with pytest.raises((AssertionError, KeyError)):
            assert_says_nothing(page, "en")
