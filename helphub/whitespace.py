"""Removes the line breaks and indentation that only make templates readable.

At either end of a block they mean nothing. Elsewhere they count as a space, so one line break
stays. Readers' pages have no `pre` or `textarea`, in which they would be content.
"""

import re
from functools import lru_cache

BLOCKS = (
    "address|article|aside|base|blockquote|body|br|caption|col|colgroup|dd|details|dialog|div|dl|dt"
    "|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|legend|li|link|main|meta"
    "|nav|ol|optgroup|option|p|section|summary|table|tbody|td|tfoot|th|thead|title|tr"
    "|ul|!doctype"
)
TAG = re.compile(rf"/?(?:{BLOCKS})\b", re.IGNORECASE)


# The longest name, with a slash before it and the character after it.
LONGEST_TAG = len("/blockquote>")


@lru_cache(maxsize=4096)
def _is_block(tag):
    """Whether a block's tag starts like this. A page asks about the same few again and again."""
    return bool(TAG.match(tag))


def squeezed(html):
    """The page with no whitespace that a reader would not see."""
    parts, is_after_block = [], True
    for line in filter(None, map(str.strip, html.split("\n"))):
        begins_block = line[0] == "<" and _is_block(line[1 : 1 + LONGEST_TAG])
        parts.append(line if is_after_block or begins_block else f"\n{line}")
        last = line.rfind("<") + 1
        is_after_block = line[-1] == ">" and _is_block(line[last : last + LONGEST_TAG])
    return "".join(parts)
