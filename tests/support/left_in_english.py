"""What a page in another language leaves in English without marking it as English."""

import re
from unicodedata import category

from helphub.languages.checks import SMALL_NAMES

OTHER_SCRIPTS = ["ur", "ar", "pa"]
SPOKEN = ["aria-label", "alt", "title", "placeholder"]
# Labels of browsers, and what the strategy prints, in “…”, ”…“ or „…”. They stay as they are.
QUOTED = re.compile(r"[“”„«][^“”„«»]*[“”»]")
# Names of two words or more, with the small words within them.
NAME = re.compile(r"\b[A-Z][\w’'&-]*(?: (?:(?:and|for|of|on|the|to) )*[A-Z][\w’'&-]*)+")
ADDRESS = re.compile(r"\w[\w-]*(?:[.@][\w-]+)+")
# In another script, every small Latin word that is no name or that readers do not type.
SMALL_WORD = re.compile(r"(?<![\w@/-])[a-z]{3,}(?![\w@/-])")
TYPED = SMALL_NAMES | {"register", "emergencySMS"}
# In the Latin script, words that only English has.
ENGLISH_WORD = re.compile(
    r"(?<![\w@/-])(?:the|and|for|from|have|not|of|people|that|they|this|what|when|who|with|you|your)"
    r"(?![\w@/-])",
    re.IGNORECASE,
)
FOREIGN_WORD = re.compile(r"\w*[^\W\d_a-zA-Z]\w*")
LATIN = re.compile(r"[A-Za-z]")


def parts(element, language):
    """The texts of an element, each with the language it is marked with or stands in."""
    if not isinstance(element.tag, str) or element.tag in {"script", "style", "template", "title"}:
        return
    language = "none" if element.get("translate") == "no" else element.get("lang", language)
    yield language, element.text or ""
    yield from ((language, element.get(name, "")) for name in SPOKEN)
    for child in element:
        yield from parts(child, language)
        yield language, child.tail or ""


def said(body, code, language):
    """The texts in one language on a page in this language, each on its own line."""
    # No name runs from one text into the next.
    return "\n".join(" ".join(text.split()) for lang, text in parts(body, code) if lang == language)


def english_words(body, code):
    """English words, outside names and quotations, that are not marked as English."""
    text = said(body, code, code)
    for left_as_it_is in (QUOTED, NAME, ADDRESS):
        text = left_as_it_is.sub(" ", text)
    word = SMALL_WORD if code in OTHER_SCRIPTS else ENGLISH_WORD
    return sorted(set(word.findall(text)) - TYPED)


def words_marked_as_english(body, code):
    """Words of the page's language within what is marked as English: those that no English has."""
    return sorted(set(FOREIGN_WORD.findall(said(body, code, "en"))))


def latin_share(body, code):
    """The share of Latin letters in what is not marked as English. Addresses do not count."""
    text = ADDRESS.sub(" ", said(body, code, code))
    # Vowel signs count as letters: Panjabi has many.
    letters = sum(category(character)[0] in "LM" for character in text)
    return len(LATIN.findall(text)) / letters
