"""Takes the line breaks and indentation out of a page that only make its templates readable.

At the start and end of an element with lines of its own they mean nothing. Elsewhere they are a
space, and stay one. Readers' pages have no `pre` or `textarea`, in which they would be content.
"""

import re
from itertools import pairwise

WITH_LINES_OF_ITS_OWN = (
    "address|article|aside|base|blockquote|body|br|caption|col|colgroup|dd|details|dialog|div|dl|dt"
    "|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|legend|li|link|main|meta"
    "|nav|ol|optgroup|option|p|script|section|style|summary|table|tbody|td|tfoot|th|thead|title|tr"
    "|ul|!doctype"
)
TAG = re.compile(rf"/?(?:{WITH_LINES_OF_ITS_OWN})\b", re.IGNORECASE)


def squeezed(html):
    """The page with no whitespace that a reader would not see."""
    lines = [stripped for line in html.split("\n") if (stripped := line.strip())]
    parts = lines[:1]
    for before, line in pairwise(lines):
        ends_element = before.endswith(">") and TAG.match(before.rpartition("<")[2])
        begins_element = line.startswith("<") and TAG.match(line, 1)
        parts.append(line if ends_element or begins_element else f"\n{line}")
    return "".join(parts)
