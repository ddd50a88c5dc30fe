"""axe-core: what a machine can tell about access."""

from pathlib import Path

from playwright.sync_api import expect

AXE = (Path(__file__).parent.parent / "browser" / "vendor" / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Only what is wrong, with the row of buttons at the end of its form: while sticky, it covers
# content that has yet to scroll into view.
RUN_IN_ADMIN = """async (only) => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  for (const row of document.querySelectorAll(".submit-row")) row.style.position = "static";
  const { violations, passes } = await axe.run({ runOnly: only });
  return {
    passed: passes.map((rule) => rule.id),
    faults: violations.flatMap((rule) => rule.nodes.map((node) =>
      `${rule.id} at ${node.target.join(" ")}: ${node.failureSummary.replace(/\\s+/g, " ")}`)),
  };
}"""


def find_faults(page, heading):
    """What axe-core finds on the page with this heading."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.evaluate(AXE)
    faults = page.evaluate(RUN_IN_ADMIN, {"type": "tag", "values": TAGS})["faults"]
    return [f"{page.url}: {fault}" for fault in faults]
