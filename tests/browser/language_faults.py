"""What can be wrong with a page in a language. Each fault is a kind and what the page has."""

from collections import Counter

from lxml import etree
from playwright.sync_api import Error

from helphub.editions.page_files import FIRST_ROUND_TRIP, in_brotli
from tests.browser.pages import OPEN_MENUS, SIDEWAYS, pages_in, visit
from tests.support.addresses import in_language, right_to_left
from tests.support.left_in_english import english_words, latin_share, words_marked_as_english

WIDTHS = [320, 390, 1280]
HEIGHT = 800
DIRECTION = """() => {
  const { lang, dir } = document.documentElement;
  return [lang, dir, getComputedStyle(document.body).direction];
}"""


def one_of_each_template(code):
    """The pages of pages.py, and the page for an address that does not exist."""
    return list(dict.fromkeys([*pages_in(code), in_language("/no-such-page/", code)]))


class Reader:
    """A browser's page that opens pages in one language and notes what is wrong with them."""

    def __init__(self, page, code):
        self.page, self.code = page, code
        self.faults = {}
        self.pages = 0
        self.heaviest = self.most_latin = (0, "")
        self.logged = []
        page.on("console", lambda message: self.logged.append(message.text))
        page.on("pageerror", lambda error: self.logged.append(str(error)))

    def open(self, place):
        self.pages += 1
        self.logged.clear()
        try:
            response = visit(self.page, place)
        except Error as error:
            # One page that does not open must not hide what is wrong with the others.
            self.faults[place] = [("does not open", error.message.splitlines()[0])]
            return
        size = len(in_brotli(response.body()))
        faults = [
            *self._language(),
            *self._words(place),
            *self._overflow(),
            *self._size(size),
            *self._console(response),
        ]
        self.heaviest = max(self.heaviest, (size, place))
        if faults:
            self.faults[place] = faults

    def _language(self):
        direction = "rtl" if right_to_left(self.code) else "ltr"
        found = self.page.evaluate(DIRECTION)
        if found != [self.code, direction, direction]:
            yield "lang or dir", " ".join(found)

    def _words(self, place):
        if self.code.startswith("en"):
            return
        body = etree.HTML(self.page.content()).find("body")
        self.most_latin = max(self.most_latin, (latin_share(body, self.code), place))
        if words := english_words(body, self.code):
            yield "English, not marked", ", ".join(words)
        if words := words_marked_as_english(body, self.code):
            yield "marked as English", ", ".join(words)

    def _overflow(self):
        """The page is laid out again at each width, as on a phone that is turned."""
        self.page.evaluate(OPEN_MENUS)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            found = self.page.evaluate(SIDEWAYS)
            if found["scrollWidth"] > width or found["wide"]:
                wide = Counter(found["wide"]).most_common(3)
                elements = ", ".join(element for element, _ in wide)
                yield "sideways", f"{found['scrollWidth']} px at {width}: {elements}"

    def _size(self, size):
        if size > FIRST_ROUND_TRIP:
            yield "too long", f"{size:,} bytes in brotli"

    def _console(self, response):
        # The browser itself logs a missing page.
        missing = "status of 404" if response.status == 404 else None
        for text in self.logged:
            if missing is None or missing not in text:
                yield "console", text
