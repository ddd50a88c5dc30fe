"""What a program can tell about a translation without understanding it.

A translation is refused if it lost or gained what carries meaning in every language: a token, a
link, a number, a heading, an item of a list. It is also refused if it has letters of another
script, or words that were left in English. Whether it is right, only people can tell.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from helphub.content.validators import UNSAFE_CHARACTERS

BRACES = re.compile(r"\{[^{}]*\}")
PERCENT = re.compile(r"%\(\w+\)[sd]")
LINK = re.compile(r"\]\(\s*<?([^)\s>]*)[^)]*\)")
MARKUP = re.compile(r"<[A-Za-z/!?][^>]*>")
BOLD = re.compile(r"\*\*")
HEADING = re.compile(r"^(#{2,3}) ", re.MULTILINE)
ITEM = re.compile(r"^(?:- |\d+[.)] )")
# Digits as the English writes them. Each script has its own, which phones do not dial.
OTHER_DIGIT = re.compile(r"(?![0-9])\d")
TIME = re.compile(r"\b(\d{1,2})(?:[:.](\d\d))?\s?(am|pm)\b")
NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ0-9’'.@/-]*")
SMALL_NAMES = {"axe"}  # Names that begin with a small letter.
# Words that readers type or look for as they are: the word register, “Secure your tech”.
TYPED = re.compile(r"“([^”]*)”|\bthe word (\w+)")
SIGNS = "[\u064b-\u065f\u0670]"  # Vowel signs, which both Arabic and Urdu write at times.

# The letters each language is written with, besides those of names. Latin letters are looked at
# apart, word by word.
LETTERS = {
    "ur": re.compile("[آأابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوؤہۂۃھءیئےۓ]|" + SIGNS),
    "ar": re.compile("[آأإابتثجحخدذرزسشصضطظعغفقكلمنهةوؤىيئء]|" + SIGNS),
    "pa": re.compile("[\u0a00-\u0a7f]"),
}
# Letters that look right and are another language's.
MISTAKEN = {
    "ur": {"ك": "ک", "ي": "ی", "ى": "ی", "ه": "ہ", "ة": "ۃ"},
    "ar": {"ک": "ك", "ی": "ي", "ہ": "ه", "ھ": "ه", "ے": "ي"},
    "ro": {"ş": "ș", "ţ": "ț", "Ş": "Ș", "Ţ": "Ț", "ã": "ă"},
}


def faults(english: str, words: str, code: str, is_list: bool = False) -> list[str]:
    """Why this cannot be a translation of the English, in plain English. Empty if it can.

    In a list each line is an item. In other texts line breaks say nothing.
    """
    if not words.strip():
        return ["There are no words."]
    return [
        *_lost("the token", BRACES.findall(english), BRACES.findall(words)),
        *_lost("the placeholder", PERCENT.findall(english), PERCENT.findall(words)),
        *_lost("the link to", LINK.findall(english), LINK.findall(words)),
        *_lost("the tag", MARKUP.findall(english), MARKUP.findall(words)),
        *(_structure(english, words, is_list) if code != "en-simple" else ()),
        *_digits(english, words),
        *_characters(words, code),
        *_left_in_english(english, words, code),
    ]


def _lost(name: str, before: list[str], after: list[str]) -> Iterator[str]:
    lost, added = Counter(before) - Counter(after), Counter(after) - Counter(before)
    for thing in lost:
        yield f"It has lost {name} {thing}."
    for thing in added:
        yield f"The English does not have {name} {thing}."


def _structure(english: str, words: str, is_list: bool) -> Iterator[str]:
    """What differs in headings, lists and paragraphs. Simpler English has its own."""
    was_lines, lines = len(english.split("\n")), len(words.split("\n"))
    if is_list and was_lines != lines:
        yield f"It has {lines} lines; the English has {was_lines}, and each is an item of a list."
    if HEADING.findall(english) != HEADING.findall(words):
        yield "Its headings differ from the English ones in number, order or level."
    if (was := _items(english)) != (is_now := _items(words)):
        yield f"Its lists have {_said(is_now)} items; the English ones have {_said(was)}."
    if (was_blocks := _blocks(english)) != (blocks := _blocks(words)):
        yield f"It has {blocks} paragraphs; the English has {was_blocks}."
    if len(BOLD.findall(english)) != len(BOLD.findall(words)):
        yield "Its bold words differ from the English ones in number."


def _blocks(text: str) -> int:
    return len(re.split(r"\n\s*\n", text.strip()))


def _items(text: str) -> list[int]:
    """The number of items of each list, in order."""
    lists: list[int] = []
    is_in_list = False
    for line in text.splitlines():
        if ITEM.match(line):
            lists = [*lists[:-1], lists[-1] + 1] if is_in_list else [*lists, 1]
            is_in_list = True
        elif line.strip() and not line.startswith(" "):
            is_in_list = False
    return lists


def _said(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "no"


# Numbers


def _digits(english: str, words: str) -> Iterator[str]:
    if other := OTHER_DIGIT.search(words):
        yield f"Write digits as 0 to 9, not as “{other.group()}”."
        return
    english, words = _without_codes(english), _without_codes(words)
    written = Counter(map(_plain, NUMBER.findall(words)))
    for hour, minutes, half in TIME.findall(english):
        if found := next((n for n in _ways(int(hour), minutes, half) if written[n]), None):
            written[found] -= 1
        else:
            yield f"It has lost the time {hour}{f':{minutes}' if minutes else ''}{half}."
    plain = Counter(map(_plain, NUMBER.findall(TIME.sub(" ", english))))
    for number in list(plain - written):
        # 739,000 may be 739 thousand, with the word for it.
        if number.endswith("000") and written[thousands := number.removesuffix("000")]:
            plain[thousands] += plain.pop(number)
    for number in plain - written:
        yield f"It has lost the number {number}."
    for number in written - plain:
        yield f"The English does not have the number {number}."


def _without_codes(text: str) -> str:
    """A text without its tokens, links and list numbers, whose digits are not in sentences."""
    text = PERCENT.sub(" ", BRACES.sub(" ", LINK.sub("] ", text)))
    return re.sub(r"^\s*\d+[.)] ", "", text, flags=re.MULTILINE)


def _plain(number: str) -> str:
    """A number however its thousands and decimals are marked: 1,500 as 1.500, 7.7 as 7,7."""
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", number):
        return re.sub(r"[.,]", "", number)
    return number.replace(",", ".")


def _ways(hour: int, minutes: str, half: str) -> list[str]:
    """How a time may be written: by the 12-hour or the 24-hour clock."""
    late = hour % 12 + (12 if half == "pm" else 0)
    hours = [str(hour), str(late), f"{late:02}", f"{hour:02}"]
    with_minutes = [f"{h}{sign}{minutes or '00'}" for h in hours for sign in ":."]
    return with_minutes if minutes else [*with_minutes, *hours]


# Letters


def _characters(words: str, code: str) -> Iterator[str]:
    if unsafe := UNSAFE_CHARACTERS.search(words):
        yield f"Take out the invisible character U+{ord(unsafe.group()):04X}."
    plain = LATIN_WORD.sub(" ", _without_codes(words)) if code in LETTERS else words
    for wrong, right in MISTAKEN.get(code, {}).items():
        if wrong in plain:
            yield f"Write {right} (U+{ord(right):04X}), not {wrong} (U+{ord(wrong):04X})."
    if code in LETTERS:
        own, mistaken = LETTERS[code], MISTAKEN.get(code, {})
        foreign = {c for c in plain if c.isalpha() and not own.match(c) and c not in mistaken}
    else:
        foreign = {c for c in plain if c.isalpha() and not c.isascii() and ord(c) > 0x24F}
    for letter in sorted(foreign):
        yield f"“{letter}” (U+{ord(letter):04X}) is not a letter of this language."


def _left_in_english(english: str, words: str, code: str) -> Iterator[str]:
    """Words in Latin letters that are no names, or a sentence that was not translated at all."""
    if code.startswith("en"):
        return
    plain = _without_codes(words)
    if code not in LETTERS:
        small = [word for word in re.findall(r"[^\W\d_]+", plain) if word.islower()]
        if len(small) > 1 and plain.split() == _without_codes(english).split():
            yield "It is still the English."
        return
    names = set(map(_bare, LATIN_WORD.findall(english)))
    typed = SMALL_NAMES | set(" ".join(chain.from_iterable(TYPED.findall(english))).split())
    for word in dict.fromkeys(map(_bare, LATIN_WORD.findall(plain))):
        is_address = "." in word or "@" in word
        is_name = is_address or any(letter.isupper() for letter in word)
        if word not in names:
            yield f"The English does not have “{word}”."
        elif not is_name and word not in typed and not _is_in_a_name(word, english):
            yield f"“{word}” is still in English."


def _bare(word):
    """A word without the signs around it: Dudley's is Dudley."""
    return re.sub(r"['’]s$", "", word.strip(".'’-/"))


def _is_in_a_name(word: str, english: str) -> bool:
    """Whether a small word stands between capitalised ones: Safe and Sound."""
    name = r"[A-Z][\w’'&-]*"
    return bool(re.search(rf"{name} (?:\w+ )?{re.escape(word)} (?:\w+ )?{name}", english))
