"""Faults to plant in translations. Each gives None where it cannot be planted."""

import re

from helphub.languages.checks import BRACES

OTHERS = {"ur": "ਪਾਣੀ", "ar": "ਪਾਣੀ", "pa": "پانی", "pl": "вода", "ro": "вода"}


def without_a_token(words, code):
    return BRACES.sub("", words, count=1) if BRACES.search(words) else None


def with_another_token(words, code):
    return BRACES.sub("{h-acas}", words, count=1) if BRACES.search(words) else None


def with_a_mistyped_token(words, code):
    return words.replace("{h-", "{h–", 1) if "{h-" in words else None


def with_a_typed_number(words, code):
    return f"{words} 0800 1111"


def with_another_digit(words, code):
    number = re.search(r"(?<![\w{-])[1-9](?!\d*[.)])", BRACES.sub(lambda m: "_" * len(m[0]), words))
    if number is None:
        return None
    other = str((int(number[0]) + 4) % 9 + 1)
    return words[: number.start()] + other + words[number.end() :]


def with_digits_of_another_script(words, code):
    return words.replace("1", "۱", 1) if "1" in BRACES.sub("", words) else None


def with_an_override(words, code):
    return f"{words[:3]}\u202e{words[3:]}"


def with_another_language_s_letters(words, code):
    return f"{words} {OTHERS[code]}" if code in OTHERS else None


def with_html(words, code):
    return f"<b>{words}</b>"


def without_a_heading(words, code):
    found = re.search(r"^#{2,3} ", words, re.MULTILINE)
    return words.replace(found[0], "", 1) if found and code != "en-simple" else None


def without_an_item(words, code):
    if code == "en-simple" or not re.search(r"^- ", words, re.MULTILINE):
        return None
    return re.sub(r"^- .*\n?", "", words, count=1, flags=re.MULTILINE)


def with_two_items_in_one(words, code):
    return words.replace("\n", " ", 1) if "\n" in words else None


def without_words(words, code):
    return "  "


PLANTED = [
    plant for name, plant in list(globals().items()) if name.startswith(("with_", "without_"))
]
