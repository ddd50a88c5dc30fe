"""What a page says outside its body: link previews show it, and browsers keep it in the history.

Here the error pages; test_pages.py asks the same of every page in every language.
"""

import pytest
from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext, override

from helphub import assets, error_pages, views
from helphub.content.entries import DENIED_PATTERN, Gone
from strategy.models import Guide
from tests.support.addresses import in_language
from tests.support.reader import Page

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _ in settings.LANGUAGES]
DESCRIPTION = "Information and phone numbers for people in Dudley."
# All that may be there beside the title, word for word. A tag for previews, such as
# "og:description" or "twitter:title", would be another name.
NAMES = {
    "viewport": {"width=device-width, initial-scale=1"},
    "format-detection": {"telephone=no"},
    "color-scheme": {"light dark"},
    "robots": {"noindex"},
}


def assert_says_nothing(page, code):
    """Nothing outside the body gives the subject away to an onlooker."""
    with override(code):
        description = gettext(DESCRIPTION)
    head = page.one("head")
    descriptions = []
    for element in head.iter():
        if element is head or element.tag == "title":
            continue
        if element.tag == "meta" and element.get("name") == "description":
            descriptions.append(element.get("content"))
        elif element.tag == "meta" and element.get("charset"):
            assert dict(element.attrib) == {"charset": "utf-8"}
        elif element.tag == "meta":
            assert set(element.attrib) == {"name", "content"}
            assert element.get("content") in NAMES[element.get("name")]
        elif element.tag == "link":
            assert dict(element.attrib) == {"rel": "icon", "href": "data:,"}
        else:
            ours = {"style": assets.style().text, "script": assets.head_script().text}
            assert element.text.strip() == ours[element.tag]
            assert not element.attrib
    assert descriptions == [description]
    assert len(page.all("title")) == 1
    for words in (page.title, description):
        assert not DENIED_PATTERN.search(words), words
    html = page.one("html")
    assert set(html.attrib) == {"lang", "dir", "data-exit-url"}


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_page_for_trouble_tells_it_either(client, rf, code, settings):
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


def test_what_previews_read_in_the_head_would_be_found():
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
