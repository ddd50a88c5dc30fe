"""What a call or a text leaves behind, and what it asks for: each fact with its source.

What follows from the digits stands here, so that it is known even where no database answers. The
rest are rows of CallFact. No sentence here promises that a call stays hidden: the rule is about
bills, and nobody has told us what the phone company's own app shows.
"""

from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext_noop as _

from contacts.dialling import NumberType, type_of

# Landlines, numbers charged like them, and mobiles.
ITEMISED = {NumberType.LANDLINE, NumberType.UK_WIDE, NumberType.MOBILE}


class Answer(models.TextChoices):
    YES = "yes", gettext_lazy("yes")
    NO = "no", gettext_lazy("no")
    UNKNOWN = "unknown", gettext_lazy("not known")


class Trace(NamedTuple):
    """One fact as readers meet it: our words, what an officer wrote, and who says so."""

    question: str
    words: str = ""
    detail: str = ""
    # The row that the detail was written in: it knows its language.
    row: Any = None
    source: str = ""
    dated: str = ""
    # Whether anybody has told us; what follows from the digits is always said.
    is_known: bool = True


IN_THE_PHONE = {
    "voice": Trace(
        _("In the phone"),
        _("Stays in the phone's list of calls."),
        source=_("This is how phones work"),
    ),
    "text": Trace(
        _("In the phone"),
        _("Stays in the phone's messages."),
        source=_("This is how phones work"),
    ),
}
# By whether it can be on an itemised bill.
ON_THE_BILL = {
    Answer.YES: Trace(
        _("On the bill"),
        _("Can be on an itemised bill."),
        source=_("What phone companies and helplines say of itemised bills"),
    ),
    Answer.NO: Trace(
        _("On the bill"),
        _("Should not be on an itemised bill; the phone company's app may still show it."),
        source=_(
            "Ofcom's rule for phone companies (General Condition C3), as the Information "
            "Commissioner's guide gives it"
        ),
    ),
    Answer.UNKNOWN: Trace(_("On the bill"), _("We do not know if it can be on a bill.")),
}
# The two facts above in one line, where there is room for no more.
IN_SHORT = {
    Answer.YES: _("Stays in the call list; can be on the bill."),
    Answer.NO: _(
        "Stays in the call list. Should not be on an itemised bill; the phone company's app may "
        "still show it."
    ),
    Answer.UNKNOWN: _("Stays in the call list; we do not know about the bill."),
}
COST_UNKNOWN = {
    "voice": Trace(_("Cost"), _("We do not know what a call costs.")),
    "text": Trace(_("Cost"), _("We do not know what a text costs.")),
}
FREE_WORDS = _("Free from UK mobiles and landlines.")
LANDLINE_WORDS = _("Costs the same as a call to a landline. It is included in most call plans.")
# What a call costs, by the type of the number. A call to a mobile depends on the plan.
COSTS = {
    NumberType.EMERGENCY: Trace(_("Cost"), FREE_WORDS, source=_("The Home Office")),
    NumberType.FREEPHONE: Trace(
        _("Cost"),
        FREE_WORDS,
        source=_("Ofcom's rule since 2015 for numbers that begin with 0800, 0808 or 116"),
    ),
    NumberType.LANDLINE: Trace(
        _("Cost"), LANDLINE_WORDS, source=_("Citizens Advice, on the cost of calls")
    ),
    NumberType.UK_WIDE: Trace(
        _("Cost"), LANDLINE_WORDS, source=_("Ofcom's rule for numbers that begin with 03")
    ),
}
COSTS_OF_DIGITS = {
    "101": Trace(
        _("Cost"), FREE_WORDS, source=_("The Home Office, of all calls since 1 April 2020")
    ),
    "111": Trace(_("Cost"), FREE_WORDS, source=_("The NHS's own pages about 111")),
}
TEXT_COSTS_OF_DIGITS = {
    "85258": Trace(
        _("Cost"), _("Free to text."), source=_("Full Fact, a charity that checks claims")
    )
}
# By the fact of a row: the question, and our words for each answer.
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
# A text is not recorded, but it can be kept.
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
    """What it leaves: a textphone's and a video call stay in the phone as other calls do."""
    return "text" if phone.kind == "text" else "voice"


def _takes_calls(phone):
    return phone.kind in ("voice", "textphone")


def is_freephone(phone):
    """Whether it is free, and kept off itemised bills by rule."""
    return _takes_calls(phone) and type_of(phone.dial) == NumberType.FREEPHONE


def on_the_bill(phone):
    """Whether the digits say that it can be on an itemised bill."""
    if is_freephone(phone):
        return Answer.NO
    # No source says anything of short codes, or of texts to any number.
    if _takes_calls(phone) and type_of(phone.dial) in ITEMISED:
        return Answer.YES
    return Answer.UNKNOWN


def cost_of_digits(phone):
    """What the digits say of the cost, or nothing where they do not settle it."""
    if phone.kind == "text":
        return TEXT_COSTS_OF_DIGITS.get(phone.dial)
    if not _takes_calls(phone):
        return None
    return COSTS_OF_DIGITS.get(phone.dial) or COSTS.get(type_of(phone.dial))


def is_free_by_digits(phone):
    """True or false where the digits settle it, and none where they do not."""
    found = cost_of_digits(phone)
    return found and found.words != LANDLINE_WORDS


def traces_of(phone):
    """Every fact about a number, in the order in which readers meet them."""
    medium = _medium(phone)
    asked = ASKED_OF_TEXTS if medium == "text" else ASKED
    # Whether calls are recorded is said of every number; the rest where somebody has asked.
    rows = {"recorded": None} | {row.fact: row for row in phone.call_facts.all()}
    # Who reads another language wants to know of an interpreter, also where nobody has asked.
    if not get_language().startswith("en"):
        rows.setdefault("interpreter", None)
    return [
        IN_THE_PHONE[medium],
        ON_THE_BILL[on_the_bill(phone)],
        _cost(phone),
        *(_answer(*asked[fact], rows[fact]) for fact in asked if fact in rows),
    ]


def known_traces_of(phone):
    """What a list says of a number. What nobody has told us is said on the service's own page.

    An interpreter is what readers of another language ask for first, so there even that is said.
    """
    interpreter, _words = ASKED["interpreter"]
    return [one for one in traces_of(phone) if one.is_known or one.question == interpreter]


def _cost(phone):
    """What the digits say, and behind it what an officer knows of this line."""
    found = cost_of_digits(phone)
    if not phone.cost:
        return found or COST_UNKNOWN[_medium(phone)]
    words = found.words if found else ""
    source = phone.cost_source or (found.source if found else "")
    return Trace(_("Cost"), words, phone.cost, phone, source)


def _answer(question, words, row):
    if row is None:
        return Trace(question, words[Answer.UNKNOWN], is_known=False)
    is_known = row.answer != Answer.UNKNOWN or bool(row.detail)
    return Trace(question, words[row.answer], row.detail, row, row.source, row.dated, is_known)
