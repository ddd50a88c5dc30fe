"""What must be true of every page, whichever test has opened it."""

from django.utils.translation import gettext, override

from contacts.models import Phone
from helphub import assets
from helphub.content.entries import DENIED_PATTERN

FOR_ALL = "For you, your family and friends, and professionals."
DESCRIPTION = "Information and phone numbers for people in Dudley."
# All that may be there beside the title, word for word. A tag for previews, such as
# "og:description" or "twitter:title", would be another name.
NAMES = {
    "viewport": {"width=device-width, initial-scale=1"},
    "format-detection": {"telephone=no"},
    "color-scheme": {"light dark"},
    "robots": {"noindex"},
}


def assert_critical_numbers(page):
    phones = Phone.objects.critical()
    for role in Phone.Role:
        phone = phones[role]
        assert (f"tel:{phone.dial}", phone.display) in page.lines
        assert phone.display in page.text
    assert for_all(page.one("html").get("lang")) in page.text


def for_all(code):
    """Whom the local number is for, in this language."""
    with override(code):
        return gettext(FOR_ALL)


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
            ours = {
                "style": assets.style(assets.FRAME_STYLE).text,
                "script": assets.head_script().text,
            }
            assert element.text.strip() == ours[element.tag]
            assert not element.attrib
    assert descriptions == [description]
    assert len(page.all("title")) == 1
    for words in (page.title, description):
        assert not DENIED_PATTERN.search(words), words
    html = page.one("html")
    assert set(html.attrib) == {"lang", "dir", "data-exit-url"}
