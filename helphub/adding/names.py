"""Titles, addresses and names in texts, made from a name that may say it plainly."""

import re
from itertools import count

from django.core.exceptions import ValidationError
from django.utils.text import slugify

from contacts.models import ApprovedNumber, Phone
from helphub.content.entries import DENIED_PATTERN, validate_neutral
from services.models import Service

# Words that mean nothing beside a word that was left out: “rape and abuse support” is “support”.
CONNECTING = {
    *["a", "about", "after", "against", "an", "and", "at", "by", "for", "from", "in", "of", "on"],
    *["or", "the", "to", "who", "with", "&", "-", "–", "/"],
}
# If a name has no other words.
NOTHING_LEFT = "Help in Dudley"
EDGES = " ,;:.–-&/"
LONGEST_TITLE, LONGEST_SLUG = 60, 34  # With room for a number behind them.


def neutral(name):
    """The words of a name that may stay in a phone's history."""
    words = re.sub(r"[()\[\]“”\"]", " ", name).split()
    kept = [None if DENIED_PATTERN.search(word) else word for word in words]
    for places in (range(len(kept)), reversed(range(len(kept)))):
        is_beside = False
        for place in places:
            word = kept[place]
            is_beside = word is None or (is_beside and word.casefold().strip(EDGES) in CONNECTING)
            if is_beside:
                kept[place] = None
    words = " ".join(word for word in kept if word).strip(EDGES)
    try:
        validate_neutral(words)
    except ValidationError:
        return NOTHING_LEFT
    return f"{words[:1].upper()}{words[1:]}" if re.search(r"[^\W\d_]{2}", words) else NOTHING_LEFT


def _shortened(text, longest, between):
    """At most so many characters, in whole words if possible."""
    if len(text) <= longest:
        return text
    return (text[: longest + 1].rpartition(between)[0] or text[:longest]).strip(EDGES)


def _unlike(taken, text, between):
    """The text, with a number behind it if it is taken."""
    for number in count(2):
        if text.casefold() not in taken:
            return text
        text = f"{text.removesuffix(f'{between}{number - 1}')}{between}{number}"
    raise AssertionError  # Never: there is always another number.


def _values(model, field):
    return {str(value).casefold() for value in model.objects.values_list(field, flat=True)}


def title_for(name):
    """A neutral title for a service, which no other has."""
    title = _shortened(neutral(name), LONGEST_TITLE, " ")
    return _unlike(_values(Service, "title"), title, " ")


def _slug(name):
    slug = _shortened(slugify(neutral(name)), LONGEST_SLUG, "-")
    return slug or slugify(NOTHING_LEFT)


def address_for(model, name):
    """A neutral address for a service or an organisation, which no other has."""
    return _unlike(_values(model, "slug"), _slug(name), "-")


def token_for(name):
    """The name in texts of a new line and its service. Nothing else has it or ever had."""
    taken = _values(Phone, "slug") | _values(Service, "line") | _values(ApprovedNumber, "line")
    return _unlike(taken, f"h-{_slug(name)}", "-")
