"""The pages that the look and access tests open: every template, and the long ones."""

from playwright.sync_api import expect

from tests.support.addresses import ONE_OF_EACH_TEMPLATE, in_language

MORE = [
    "/guides/own-behaviour/",
    "/strategy/governance/",
    "/strategy/definition/",
    "/accessibility/",
]
ONLY_ENGLISH = {"/no-such-page/", "/emergency/"}
# Searches for find: every group, a corrected word, nothing found, an empty box. Results have no
# address, so each is written as the address of the box and the words for it.
LOOKED_FOR = ["attracted to children sexual abuse strategy", "harasment", "quetzalcoatl", ""]
FOR = " for "

OPEN_MENUS = """() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
}"""
# What a closed menu holds has a size in newer browsers, but nobody sees it.
SIDEWAYS = """() => {
  const width = document.documentElement.clientWidth;
  const wide = [...document.body.querySelectorAll("*")].filter((element) => {
    if (!element.checkVisibility()) return false;
    const { left, right } = element.getBoundingClientRect();
    return (right > width + 1 || left < -1) && !element.closest(".skip, .unseen");
  });
  return {
    scrollWidth: document.documentElement.scrollWidth,
    wide: wide.map((element) => `${element.localName}.${element.className}`),
  };
}"""


def pages_in(code):
    """These pages in one language, for visit()."""
    answers = [f"/find/{FOR}{words}" for words in LOOKED_FOR]
    return [
        in_language(path, code)
        for path in [*ONE_OF_EACH_TEMPLATE, *MORE, *answers]
        if code == "en" or path not in ONLY_ENGLISH
    ]


def visit(page, place):
    """Open one of these pages, and search for the words if it has any. Returns the response."""
    path, is_answer, words = place.partition(FOR)
    response = page.goto(path)
    if not is_answer:
        return response
    page.get_by_role("textbox").fill(words)
    with page.expect_response(lambda response: response.request.method == "POST") as answer:
        page.get_by_role("textbox").press("Enter")
    # Not wait_for_function(): if it has to wait it evaluates text, which the pages forbid.
    expect(page.locator("main h1")).to_be_focused()
    return answer.value
