"""Removes the line breaks and indentation that only make templates readable.

At either end of a block they mean nothing. Elsewhere they count as a space, so one line break
stays. Readers' pages have no `pre` or `textarea`, in which they would be content.
"""

import re
from itertools import pairwise

BLOCKS = (
    "address|article|aside|base|blockquote|body|br|caption|col|colgroup|dd|details|dialog|div|dl|dt"
    "|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|legend|li|link|main|meta"
    "|nav|ol|optgroup|option|p|section|summary|table|tbody|td|tfoot|th|thead|title|tr"
    "|ul|!doctype"
)
TAG = re.compile(rf"/?(?:{BLOCKS})\b", re.IGNORECASE)


def squeezed(html):
    """The page with no whitespace that a reader would not see."""
    lines = [stripped for line in html.split("\n") if (stripped := line.strip())]
    parts = lines[:1]
    for before, line in pairwise(lines):
        ends_block = before.endswith(">") and TAG.match(before.rpartition("<")[2])
        begins_block = line.startswith("<") and TAG.match(line, 1)
        parts.append(line if ends_block or begins_block else f"\n{line}")
    return "".join(parts)
