"""Lists as word processors and e-mail paste them, turned into Markdown."""

import re

# Lists as Word and e-mail paste them, with a sign where Markdown has "- ". Symbol fonts put bullets
# in the private use area, or paste the letters behind them: "o", "ü", "Ø", "v". A dash or letter
# only counts if a tab follows, because with a space it may be part of a sentence.
BULLET_SIGNS = "•·∙●○◦‣⁃▪▫■□◆◇►➢➤✓✔✦❖⦁⮚✅"
BREAK = re.compile(r"\r\n|\r|\n")
SIGN = re.compile(rf"[^\S\n]*([{BULLET_SIGNS}\uf000-\uf0ff])[^\S\n]*(?=\S)")
TAB_AFTER = re.compile(r"[^\S\n]*([oüØv§–—-])[^\S\t\n]*\t\s*(?=\S)")
NUMBER = re.compile(r"[^\S\n]*\(?(\d{1,3})[.)][^\S\n]*\t\s*(?=\S)")
DASH = re.compile(r"[^\S\n]*([–—])[^\S\n]+(?=\S)")
# May or may not be a list item. We name its line, and an officer decides.
DOUBTFUL = re.compile(
    rf"[^\S\n]*([{BULLET_SIGNS}\uf000-\uf0ff]|[–—](?=\s)|[o§](?=\t)"
    r"|\(?(?:[a-zA-Z]|[ivxIVX]{1,5}|\d{1,3})[.)](?=\t)|\(\d{1,3}\)(?=\s))"
)
PLAIN_BULLET = re.compile(r"[-*+][ \t]+(?=\S)")
PLAIN_MARK = re.compile(r"[^\S\n]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?=\S)")

Item = tuple[str, str, str]  # Its sign, the Markdown that replaces it, and the words.


def with_lists(text: str) -> str:
    """The text with Markdown lists where bullets or numbers were pasted from Word."""
    lines = BREAK.split(text)
    items = [_item(line) for line in lines]
    # A single line with a dash may be speech. Two in a row are a list.
    dashes = [DASH.match(line) for line in lines]
    for place, dash in enumerate(dashes):
        if dash and any(dashes[max(0, place - 1) : place] + dashes[place + 1 : place + 2]):
            items[place] = ("–", "- ", lines[place][dash.end() :])
    if not any(items):
        return text
    written: list[str] = []
    levels: list[tuple[str, int]] = []  # The sign and the width of each list that is open.
    is_open = False
    for line, item in zip(lines, items, strict=True):
        if item:
            sign, mark, words = item
            if not is_open:
                levels = []
                if written and written[-1].strip() and not PLAIN_MARK.match(written[-1]):
                    written.append("")
            open_signs = [open_sign for open_sign, _width in levels]
            levels = levels[: open_signs.index(sign)] if sign in open_signs else levels
            indent = " " * sum(width for _sign, width in levels)
            levels = [*levels, (sign, len(mark))]
            written.append(f"{indent}{mark}{words}")
            is_open = True
            continue
        # The next words after the last item are not part of it.
        is_new = line.strip() and not line[0].isspace() and not PLAIN_MARK.match(line)
        if is_open and is_new and written[-1].strip():
            written.append("")
        is_open = is_open and not line.strip()
        written.append(line)
    return "\n".join(written)


def _item(line: str) -> Item | None:
    """The item of a pasted list that a line is, or None."""
    if match := NUMBER.match(line):
        return "1", f"{int(match[1])}. ", line[match.end() :]
    match = SIGN.match(line) or TAB_AFTER.match(line)
    return (match[1], "- ", line[match.end() :]) if match else None


def without_bullets(text: str) -> str:
    """The text without leading signs. Each of its lines is already a list item."""
    return "\n".join(
        line[match.end() :] if (match := _sign_in_front(line)) else line
        for line in BREAK.split(text)
    )


def _sign_in_front(line: str) -> re.Match[str] | None:
    signs = (SIGN, TAB_AFTER, NUMBER, DASH, PLAIN_BULLET)
    return next((match for sign in signs if (match := sign.match(line))), None)
