"""Advice on the words of a form. It is advice: nothing is refused because of it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django import forms
from django.utils.text import Truncator

from helphub.advice import readability
from helphub.advice.models import WordToAvoid
from helphub.content.forms import LinesField
from helphub.content.registry import never_read
from helphub.content.tokens import TOKEN

LONGEST_SENTENCE = 25  # Words.
OLDEST = 11  # Years.
MOST_OF_A_KIND = 5  # In one text. More would hide what matters.
# What someone else says, such as “Why did you not fight back?”. It is not our choice of words.
QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
LINK = re.compile(r"\{((?:guide|topic|website):[a-z0-9-]+)\}|\]\(\s*<?([^)\s>]+)")
HEADING = re.compile(r"(?m)^#{1,6} ")
# Titles that could be of any page.
SAYS_NOTHING = """
    a about advice article content details entry find general guidance guide help here home
    important info information link links list more new next other overview page read section
    service services site some start support test the this title to topic topics untitled us welcome
"""
# What readers may want to be told before they read it. Nearly every page says “sexual” once.
HARD = re.compile(
    r"\b(rap(?:e[ds]?|ing|ists?)|penis|vagina|penetrat\w+|suicid\w+|self-harm\w*|nude\w*|incest|"
    r"murder\w*|strangl\w+)\b|\bsexual\w*(?=(?:.*?\bsexual){2})",
    re.IGNORECASE | re.DOTALL,
)


class Advice(NamedTuple):
    """One thing that could be better in a text."""

    found: str
    why: str
    better: str


def of_text(text: str, avoided: Iterable[WordToAvoid], is_list: bool = False) -> list[Advice]:
    """Advice on one text in English."""
    blocks = list(readability.blocks(text, is_list))
    own_words = "\n".join(TOKEN.sub("", QUOTED.sub("", block.words)) for block in blocks)
    return [
        *_words_to_avoid(own_words, avoided),
        *_long_sentences(blocks),
        *([] if is_list else _reading_age(blocks)),
        *_links_twice(text),
    ]


def _words_to_avoid(words: str, avoided: Iterable[WordToAvoid]) -> list[Advice]:
    found = []
    for word in avoided:
        match = word.pattern.search(words)
        if match and not _is_name(match.group()):
            found.append(Advice(f"“{match.group()}”", word.why, word.better))
    return found


def _is_name(words: str) -> bool:
    """Whether it is part of a name, such as of the Revenge Porn Helpline."""
    return " " in words and words.istitle()


def _long_sentences(blocks: list[readability.Block]) -> list[Advice]:
    counted = [
        (len(readability.words_of(sentence)), sentence)
        for block in blocks
        for sentence in readability.sentences(block.words)
    ]
    return [
        Advice(
            f"“{Truncator(sentence).words(8, truncate=' …')}”",
            f"This sentence has {count} words. People in fear lose the thread after "
            f"{LONGEST_SENTENCE}.",
            "Make two sentences of it, or a list.",
        )
        for count, sentence in counted
        if count > LONGEST_SENTENCE
    ][:MOST_OF_A_KIND]


def _reading_age(blocks: list[readability.Block]) -> list[Advice]:
    age = readability.reading_age(blocks)
    if age is None or age <= OLDEST:
        return []
    why = f"Its reading age is {age}. We write for {OLDEST}, so that people in fear can follow."
    return [Advice("The whole text", why, "Use shorter sentences and shorter words.")]


def _links_twice(text: str) -> list[Advice]:
    """Two links to one place under the same heading."""
    found = []
    for part in HEADING.split(text):
        places = Counter(match[1] or match[2].rstrip("/") for match in LINK.finditer(part))
        for place, count in places.items():
            if count > 1:
                why = f"{count} links lead there from under one heading. Readers open both."
                found.append(Advice(place, why, "Keep the link where readers need it most."))
    return found[:MOST_OF_A_KIND]


# Whole pages


def of_title(title: str) -> list[Advice]:
    """Advice on a title or heading that could be of any page."""
    words = [word.lower() for word in readability.WORD.findall(title)]
    if not words or set(words) - set(SAYS_NOTHING.split()):
        return []
    why = "It could be of any page, so nobody finds this one again in a list, in tabs or on paper."
    return [Advice(f"“{title}”", why, "Say in two to four words which page it is.")]


def of_content_note(note: str, texts: Iterable[str]) -> list[Advice]:
    """Advice on a difficult page that does not say so first."""
    match = None if note.strip() else HARD.search("\n".join(texts))
    if match is None:
        return []
    why = f"The page mentions “{match.group()}”. Readers can choose only if they are told first."
    better = "Say in one line what it talks about: “This page talks about …”"
    return [Advice("No content note", why, better)]


# Forms


def of_form(
    form: forms.ModelForm, avoided: list[WordToAvoid], only: set[str] | None = None
) -> dict:
    """Advice on what is in a form, by field. `only` names the fields to look at."""
    texts = {name: str(form[name].value() or "") for name in _english(form)}
    advice = {
        name: of_text(text, avoided, isinstance(form.fields[name], LinesField))
        for name, text in texts.items()
        if text and (only is None or name in only)
    }
    # Only pages have titles. Lines and groups of people have names such as “Support workers”.
    is_page = "title" in form.fields
    for name in ("title", "name_en"):
        if is_page and name in form.fields and (only is None or name in only):
            advice[name] = advice.get(name, []) + of_title(str(form[name].value() or ""))
    note = "content_note_en"
    if note in form.fields and (only is None or only & texts.keys()):
        others = [text for name, text in texts.items() if name != note]
        advice[note] = advice.get(note, []) + of_content_note(texts.get(note, ""), others)
    return {name: found for name, found in advice.items() if found}


def _english(form: forms.ModelForm) -> Iterator[str]:
    """The fields of a form with our own words in English.

    The strategy's printed words are not among them: nobody can edit those.
    """
    model = form._meta.model
    if model._meta.label_lower in never_read():
        return
    for name in form.fields:
        field = next((field for field in model._meta.get_fields() if field.name == name), None)
        if getattr(field, "language", None) == "en":
            yield name
