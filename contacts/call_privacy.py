"""What a call or text leaves behind, and what it asks of the caller. Each fact has its source.

Facts that follow from the digits are here, so they are known without a database. The rest are rows
of CallFact. No sentence here promises that a call stays hidden: the rule covers bills, and nobody
has told us what the phone company's own app shows.
"""

from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _

from contacts.dialling import NumberType, type_of

# Landlines, numbers charged at the landline rate, and mobiles.
ITEMISED = {NumberType.LANDLINE, NumberType.UK_WIDE, NumberType.MOBILE}


class Answer(models.TextChoices):
    YES = "yes", "yes"
    NO = "no", "no"
    UNKNOWN = "unknown", "not known"


class Question(models.TextChoices):
    """What we ask a line about its calls."""

    RECORDED = "recorded", "Are calls recorded, or texts kept?"
    RINGS_BACK = "rings-back", "Do they ring back?"
    NAME_NEEDED = "name-needed", "Do you have to give a name?"
    INTERPRETER = "interpreter", "Can an interpreter join?"


class PrivacyFact(NamedTuple):
    """One fact as readers see it: our words, what an officer added, and who says so."""

    question: str
    words: str = ""
    detail: str = ""
    # The row that holds the detail. It knows the language of its text.
    row: Any = None
    source: str = ""
    dated: str = ""
    # Whether we have been told. Facts that follow from the digits are always shown.
    is_known: bool = True


IN_THE_PHONE = {
    "voice": PrivacyFact(
        _("In the phone"),
        _("Stays in the phone's list of calls."),
        source=_("This is how phones work"),
    ),
    "text": PrivacyFact(
        _("In the phone"),
        _("Stays in the phone's messages."),
        source=_("This is how phones work"),
    ),
}
# By whether the call can be on an itemised bill.
ON_THE_BILL = {
    Answer.YES: PrivacyFact(
        _("On the bill"),
        _("Can be on an itemised bill."),
        source=_("What phone companies and helplines say of itemised bills"),
    ),
    Answer.NO: PrivacyFact(
        _("On the bill"),
        _("Should not be on an itemised bill; the phone company's app may still show it."),
        source=_(
            "Ofcom's rule for phone companies (General Condition C3), as the Information "
            "Commissioner's guide gives it"
        ),
    ),
    Answer.UNKNOWN: PrivacyFact(_("On the bill"), _("We do not know if it can be on a bill.")),
}
# Both facts above in one line, for places with no more room.
IN_SHORT = {
    Answer.YES: _("Stays in the call list; can be on the bill."),
    Answer.NO: _(
        "Stays in the call list. Should not be on an itemised bill; the phone company's app may "
        "still show it."
    ),
    Answer.UNKNOWN: _("Stays in the call list; we do not know about the bill."),
}
# The few words beside a number in a list. What they mean is said once, at the top of the list.
TAGS = {
    Answer.YES: _("May show on the bill"),
    Answer.NO: _("Free · should not be on the bill"),
}
FREE_TAG = _("Free")
COST_UNKNOWN = {
    "voice": PrivacyFact(_("Cost"), _("We do not know what a call costs.")),
    "text": PrivacyFact(_("Cost"), _("We do not know what a text costs.")),
}
FREE_WORDS = _("Free from UK mobiles and landlines.")
LANDLINE_WORDS = _("Costs the same as a call to a landline. It is included in most call plans.")
# What a call costs, by type of number. Mobiles are left out: that cost depends on the plan.
COSTS = {
    NumberType.EMERGENCY: PrivacyFact(_("Cost"), FREE_WORDS, source=_("The Home Office")),
    NumberType.FREEPHONE: PrivacyFact(
        _("Cost"),
        FREE_WORDS,
        source=_("Ofcom's rule since 2015 for numbers that begin with 0800, 0808 or 116"),
    ),
    NumberType.LANDLINE: PrivacyFact(
        _("Cost"), LANDLINE_WORDS, source=_("Citizens Advice, on the cost of calls")
    ),
    NumberType.UK_WIDE: PrivacyFact(
        _("Cost"), LANDLINE_WORDS, source=_("Ofcom's rule for numbers that begin with 03")
    ),
}
COSTS_OF_DIGITS = {
    "101": PrivacyFact(
        _("Cost"), FREE_WORDS, source=_("The Home Office, of all calls since 1 April 2020")
    ),
    "111": PrivacyFact(_("Cost"), FREE_WORDS, source=_("The NHS's own pages about 111")),
}
TEXT_COSTS_OF_DIGITS = {
    "85258": PrivacyFact(
        _("Cost"), _("Free to text."), source=_("Full Fact, a charity that checks claims")
    )
}
# For each CallFact: the question, and our words for each answer.
ASKED = {
    "recorded": (
        _("Recording"),
        {
            Answer.YES: _("Calls are recorded."),
            Answer.NO: _("They say that calls are not recorded."),
            Answer.UNKNOWN: _("We do not know if calls are recorded."),
        },
    ),
    "rings-back": (
        _("Ringing back"),
        {
            Answer.YES: _("They may ring back."),
            Answer.NO: _("They say that they do not ring back."),
            Answer.UNKNOWN: _("We do not know if they ring back."),
        },
    ),
    "interpreter": (
        _("Interpreter"),
        {
            Answer.YES: _("Interpreter available."),
            Answer.NO: _("They have no interpreter."),
            Answer.UNKNOWN: _("Interpreter not confirmed."),
        },
    ),
    "name-needed": (
        _("Your name"),
        {
            Answer.YES: _("You have to give a name."),
            Answer.NO: _("You do not have to give your name."),
            Answer.UNKNOWN: _("We do not know if you have to give a name."),
        },
    ),
}
# Texts are not recorded, but they can be kept.
ASKED_OF_TEXTS = ASKED | {
    "recorded": (
        _("Keeping texts"),
        {
            Answer.YES: _("Texts are kept."),
            Answer.NO: _("They say that texts are not kept."),
            Answer.UNKNOWN: _("We do not know if texts are kept."),
        },
    ),
}


def _medium(phone):
    """Text or voice. Textphone and video calls stay in the phone like other calls."""
    return "text" if phone.kind == "text" else "voice"


def _takes_calls(phone):
    return phone.kind in ("voice", "textphone")


def is_freephone(phone):
    """Whether it is free and kept off itemised bills by Ofcom's rule."""
    return _takes_calls(phone) and type_of(phone.dial) == NumberType.FREEPHONE


def on_the_bill(phone):
    """Whether it can be on an itemised bill, judged by the digits."""
    if is_freephone(phone):
        return Answer.NO
    # No source covers short codes, or texts to any number.
    if _takes_calls(phone) and type_of(phone.dial) in ITEMISED:
        return Answer.YES
    return Answer.UNKNOWN


def cost_of_digits(phone):
    """The cost, judged by the digits. None if they do not settle it."""
    if phone.kind == "text":
        return TEXT_COSTS_OF_DIGITS.get(phone.dial)
    if not _takes_calls(phone):
        return None
    return COSTS_OF_DIGITS.get(phone.dial) or COSTS.get(type_of(phone.dial))


def is_free_by_digits(phone):
    """Whether it is free, judged by the digits. None if they do not settle it."""
    cost = cost_of_digits(phone)
    return cost and cost.words != LANDLINE_WORDS


def facts_of(phone):
    """Every fact about a number, in the order readers see them."""
    medium = _medium(phone)
    asked = ASKED_OF_TEXTS if medium == "text" else ASKED
    # Every number says whether calls are recorded. Other facts appear only if they have a row.
    rows = {"recorded": None} | {row.fact: row for row in phone.call_facts.all()}
    # Tell readers of other languages about interpreters, even if the answer is “We don't know”.
    if not get_language().startswith("en"):
        rows.setdefault("interpreter", None)
    return [
        IN_THE_PHONE[medium],
        ON_THE_BILL[on_the_bill(phone)],
        _cost(phone),
        *(_answer(*asked[fact], rows[fact]) for fact in asked if fact in rows),
    ]


def known_facts_of(phone):
    """The facts beside a number on its service's page, where a section further down has them all.

    Readers of another language ask about interpreters first, so for them that fact is here even
    when it is unknown.
    """
    interpreter, _sentences = ASKED["interpreter"]
    return [fact for fact in facts_of(phone) if fact.is_known or fact.question == interpreter]


def tag_of(phone):
    """What a list says about the bill and the cost, or nothing if no source says anything."""
    return TAGS.get(on_the_bill(phone)) or (FREE_TAG if phone.is_free else "")


def _cost(phone):
    """The cost by the digits, followed by what an officer added about this line."""
    by_digits = cost_of_digits(phone)
    if not phone.cost:
        return by_digits or COST_UNKNOWN[_medium(phone)]
    words = by_digits.words if by_digits else ""
    source = phone.cost_source or (by_digits.source if by_digits else "")
    return PrivacyFact(_("Cost"), words, phone.cost, phone, source)


def _answer(question, sentences, row):
    if row is None:
        return PrivacyFact(question, sentences[Answer.UNKNOWN], is_known=False)
    is_known = row.answer != Answer.UNKNOWN or bool(row.detail)
    return PrivacyFact(
        question, sentences[row.answer], row.detail, row, row.source, row.dated, is_known
    )
