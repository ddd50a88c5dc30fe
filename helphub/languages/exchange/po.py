"""PO files: what most free tools for translators open."""

import re

import polib
from django.core.exceptions import ValidationError

from helphub.languages import names
from helphub.languages.exchange.entries import Found, check_language, plain

EXPORTED_FROM = re.compile(r"[0-9a-f.]{60,}")  # On whichever line a tool has put it.
# polib cuts off the last character of a line whose quote is not closed, so that is looked at first.
LINE = re.compile(
    r'\s*(?:#.*|(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)\s*)?"(?:[^"\\]|\\.)*")?\s*'
)
HOW_TO = """\
{language}. Exported from the help hub.
Write each translation into its msgstr. Change nothing else: neither msgctxt nor msgid, nor the
comments. Leave anything in {{braces}} as it is. Your own comments are kept as notes."""


def write(entries, code):
    # Lines are not wrapped: a wrapped note would come back with other line breaks.
    file = polib.POFile(wrapwidth=0)
    file.header = HOW_TO.format(language=names.in_english(code))
    file.metadata = {
        "Language": code,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    for entry in entries:
        file.append(
            polib.POEntry(
                msgctxt=entry.context,
                msgid=entry.english,
                msgstr=entry.words,
                tcomment=entry.note,
                comment=f"State: {entry.state}\nExported from: {entry.exported_from}",
            )
        )
    return f"{file}\n".encode()


def read(data, code):
    content = _decoded(data)
    lines = content.splitlines()
    for number, line in enumerate(lines, 1):
        if not LINE.fullmatch(line):
            raise ValidationError(
                f"Line {number} is not PO: {line.strip()[:60]}. A text stands between two straight "
                'quotes, and a quote within it is written \\". Correct the line, or export again.'
            )
    try:
        # polib takes the name of a file too. With a line break this is none.
        file = polib.pofile(f"{content}\n\n", encoding="utf-8")
    except (OSError, ValueError) as error:
        number = re.search(r"line (\d+)", str(error))
        where = f"at line {number[1]}" if number else "somewhere"
        raise ValidationError(
            f"The PO file is broken {where}: each entry has msgctxt, msgid and msgstr, in this "
            "order. Correct it, or export again."
        ) from error
    _check_charset(file)
    check_language(file.metadata.get("Language"), code)
    return [_found(entry, lines) for entry in file if not entry.obsolete]


def _decoded(data):
    try:
        return data.decode("utf-8-sig")  # With or without a byte order mark.
    except UnicodeDecodeError as error:
        number = data[: error.start].count(b"\n") + 1
        raise ValidationError(
            f"Line {number} is not in UTF-8, so its letters cannot be read. Save the file as UTF-8 "
            "in your tool, and choose it again."
        ) from error


def _check_charset(file):
    said = re.search(r"charset=([\w-]+)", file.metadata.get("Content-Type", ""))
    if said and said[1].lower() not in {"utf-8", "utf8", "us-ascii", "ascii"}:
        raise ValidationError(
            f"The file says that it is in {said[1]}. Save it as UTF-8 in your tool, and choose it "
            "again."
        )


def _found(entry, lines):
    exported_from = EXPORTED_FROM.search(entry.comment)
    return Found(
        place=f"Line {_line_of_words(lines, entry.linenum)}",
        context=entry.msgctxt or "",
        english=entry.msgid,
        words=plain(entry.msgstr),
        note=plain(entry.tcomment),
        exported_from=exported_from[0] if exported_from else "",
        left_out="It is marked as fuzzy: its translator was not sure. Take the mark off once it "
        "is right."
        if entry.fuzzy
        else "",
        fault="It has a plural form, and no text of this site has one."
        if entry.msgid_plural or entry.msgstr_plural
        else "",
    )


def _line_of_words(lines, start):
    """The line of an entry's translation. polib knows where the entry's comments begin."""
    numbers = range(max(start, 1), len(lines) + 1)
    return next((n for n in numbers if lines[n - 1].lstrip().startswith("msgstr")), start)
