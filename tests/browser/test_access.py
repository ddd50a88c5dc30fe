"""What a machine can tell about access: axe-core finds nothing, in any scheme or direction."""

from itertools import product

import pytest

from tests.browser.pages import pages_in, visit
from tests.support.axe import AXE, TAGS

# Dark differs only in its colours, so only the rules about colours run.
SCHEMES = {
    "light": {"type": "tag", "values": TAGS},
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
# Open the menu of languages, so that it is checked too.
RUN = """async (only) => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  const { violations, incomplete, passes } = await axe.run({ runOnly: only });
  const undecided = incomplete.filter((rule) => rule.id === "color-contrast");
  return {
    passed: passes.map((rule) => rule.id),
    faults: [...violations, ...undecided].flatMap((rule) => rule.nodes.map((node) =>
      `${rule.id} at ${node.target.join(" ")}: ${node.failureSummary.replace(/\\s+/g, " ")}`)),
  };
}"""
BACKGROUNDS = """() => [".strip", "body"].map((selector) =>
  getComputedStyle(document.querySelector(selector)).backgroundColor)"""
# Every page has something that these rules check.
SURE = {"light": {"color-contrast", "target-size", "html-has-lang"}, "dark": {"color-contrast"}}
UNPAINTED = "rgba(0, 0, 0, 0)"


def assert_styled(page, scheme):
    """The style sheet is applied. If not, axe judges contrast and size on a different page."""
    other = {"light": "dark", "dark": "light"}[scheme]
    page.emulate_media(color_scheme=other)
    elsewhere = page.evaluate(BACKGROUNDS)
    page.emulate_media(color_scheme=scheme)
    here = page.evaluate(BACKGROUNDS)
    assert UNPAINTED not in [*here, *elsewhere], page.url
    for colour, another in zip(here, elsewhere, strict=True):
        assert colour != another, page.url


def test_axe_finds_nothing_wrong(page):
    paths = [*pages_in("en"), *pages_in("ur")]
    faults = {}
    for path in paths:
        visit(page, path)
        # Find scrolls to its answer's heading, and axe cannot judge what the strip then covers.
        page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
        page.evaluate(AXE)
        for width, (scheme, only) in product([320, 1280], SCHEMES.items()):
            page.set_viewport_size({"width": width, "height": 800})
            assert_styled(page, scheme)
            result = page.evaluate(RUN, only)
            assert SURE[scheme] <= set(result["passed"]), path
            for fault in result["faults"]:
                faults.setdefault(f"{width} px, {scheme}: {fault}", []).append(path)
    report = [
        f"{fault}\n    on {len(where)} of {len(paths)} pages: {', '.join(where[:8])}"
        for fault, where in faults.items()
    ]
    if report:
        pytest.fail("\n".join(report), pytrace=False)
