"""What a call or text leaves behind, and what it asks of the caller.

Facts that follow from the digits are here, so they are known without a database. The rest are rows
of CallFact. No sentence here promises that a call stays hidden: the rule covers bills, and nobody
has told us what the phone company's own app shows. Sources are for officers: comments here, and
fields of the rows. Readers see the day of the last check.
"""

from typing import Any, NamedTuple

from django.db import models
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
    RINGS_BACK = "rings-back", "Do they call back?"
    NAME_NEEDED = "name-needed", "Do you have to give a name?"
    INTERPRETER = "interpreter", "Can an interpreter join?"
    VOICEMAIL = "voicemail", "Is there an answering machine?"
    TEXT_OR_CHAT = "text-or-chat", "Can people text or chat instead?"
    HIDDEN_NUMBER = "hidden-number", "Do they answer calls from a hidden number?"
    PRIVATE = "private", "Do they keep what people say to themselves, and when not?"


class PrivacyFact(NamedTuple):
    """One fact as readers see it: our words, and what an officer added."""

    # A part of COST_AND_TRACES, or a Question.
    about: str
    words: str = ""
    detail: str = ""
    # The row that holds the detail. It knows the language of its text.
    row: Any = None
    # Whether we have been told. If not, the words are what a caller can ask.
    is_known: bool = True


class Said(NamedTuple):
    """A fact, and the numbers it is true of if it is not true of all the service's numbers."""

    fact: PrivacyFact
    phones: list


class Calls(NamedTuple):
    """The facts about a service's numbers, in the parts of its page."""

    answers: list[Said]
    cost_and_traces: list[Said]
    interpreters: list[Said]
    questions: list[Said]


COST, PHONE, BILL = "cost", "phone", "bill"
COST_AND_TRACES = (COST, PHONE, BILL)
# This is how phones work.
IN_THE_PHONE = {
    "voice": PrivacyFact(PHONE, _("Stays in the phone's list of calls.")),
    "text": PrivacyFact(PHONE, _("Stays in the phone's messages.")),
}
# By whether the call can be on an itemised bill.
ON_THE_BILL = {
    # What phone companies and helplines say of itemised bills.
    Answer.YES: PrivacyFact(BILL, _("Can be on an itemised bill.")),
    # Ofcom's rule for phone companies (General Condition C3), as the Information Commissioner's
    # guide gives it.
    Answer.NO: PrivacyFact(
        BILL, _("Should not be on an itemised bill; the phone company's app may still show it.")
    ),
    Answer.UNKNOWN: PrivacyFact(BILL, _("We do not know if it can be on a bill.")),
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
    "voice": PrivacyFact(COST, _("We do not know what a call costs.")),
    "text": PrivacyFact(COST, _("We do not know what a text costs.")),
}
FREE = PrivacyFact(COST, _("Free from UK mobiles and landlines."))
AS_A_LANDLINE = PrivacyFact(
    COST, _("Costs the same as a call to a landline. It is included in most call plans.")
)
# What a call costs, by type of number. Mobiles are left out: that cost depends on the plan.
COSTS = {
    # The Home Office.
    NumberType.EMERGENCY: FREE,
    # Ofcom's rule since 2015 for numbers that begin with 0800, 0808 or 116.
    NumberType.FREEPHONE: FREE,
    # Citizens Advice, on the cost of calls.
    NumberType.LANDLINE: AS_A_LANDLINE,
    # Ofcom's rule for numbers that begin with 03.
    NumberType.UK_WIDE: AS_A_LANDLINE,
}
# The Home Office, of all calls to 101 since 1 April 2020. The NHS's own pages about 111.
COSTS_OF_DIGITS = {"101": FREE, "111": FREE}
# Full Fact, a charity that checks claims.
TEXT_COSTS_OF_DIGITS = {"85258": PrivacyFact(COST, _("Free to text."))}
# Our words for each answer to a question. If there is none, what a caller can ask.
ASKED = {
    Question.NAME_NEEDED: {
        Answer.YES: _("You have to give a name."),
        Answer.NO: _("You do not have to give your name."),
        Answer.UNKNOWN: _("“Can I talk to you without giving my name?”"),
    },
    Question.RECORDED: {
        Answer.YES: _("Calls are recorded."),
        Answer.NO: _("They say that calls are not recorded."),
        Answer.UNKNOWN: _("“Do you record this call?”"),
    },
    Question.RINGS_BACK: {
        Answer.YES: _("They may call back."),
        Answer.NO: _("They say that they do not call back."),
        Answer.UNKNOWN: _("“Will you call this phone back?”"),
    },
    Question.INTERPRETER: {
        Answer.YES: _("Interpreter available."),
        Answer.NO: _("They have no interpreter."),
        Answer.UNKNOWN: _("“Can I have an interpreter?”"),
    },
    Question.VOICEMAIL: {
        Answer.YES: _("They have an answering machine."),
        Answer.NO: _("They have no answering machine."),
    },
    Question.TEXT_OR_CHAT: {
        Answer.YES: _("You can text or chat instead."),
        Answer.NO: _("They take calls only: no texts, no chat."),
    },
    Question.HIDDEN_NUMBER: {
        Answer.YES: _("They answer calls from a hidden number."),
        Answer.NO: _("They do not answer calls from a hidden number."),
    },
    Question.PRIVATE: {
        Answer.YES: _("They keep what you say to themselves, within limits."),
        Answer.NO: _("They may pass on what you say."),
    },
}
# What the part about the call itself answers.
ANSWERS = (
    Question.NAME_NEEDED,
    Question.PRIVATE,
    Question.RECORDED,
    Question.RINGS_BACK,
    Question.VOICEMAIL,
    Question.HIDDEN_NUMBER,
    Question.TEXT_OR_CHAT,
)
# Texts are not recorded, but they can be kept. Nobody can join them.
ASKED_OF_TEXTS = ASKED | {
    Question.RECORDED: {
        Answer.YES: _("Texts are kept."),
        Answer.NO: _("They say that texts are not kept."),
        Answer.UNKNOWN: _("“Do you keep my texts?”"),
    },
    Question.RINGS_BACK: ASKED[Question.RINGS_BACK]
    | {Answer.UNKNOWN: _("“Will you call or text this phone later?”")},
    Question.INTERPRETER: ASKED[Question.INTERPRETER]
    | {Answer.UNKNOWN: _("“Can I write in another language?”")},
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
    return cost and cost != AS_A_LANDLINE


def facts_of(phone):
    """Every fact about a number, in the order readers see them."""
    medium = _medium(phone)
    rows = {row.fact: row for row in phone.call_facts.all()}
    asked = ASKED_OF_TEXTS if medium == "text" else ASKED
    answers = (_answer(question, asked[question], rows.get(question)) for question in asked)
    return [
        _cost(phone),
        IN_THE_PHONE[medium],
        ON_THE_BILL[on_the_bill(phone)],
        *filter(None, answers),
    ]


def calls_of(phones):
    """The facts about a service's numbers. What is true of all of them is said once."""
    by_words = {}
    for phone in phones:
        for fact in facts_of(phone):
            # In an emergency nobody should stop to ask.
            if fact.is_known or fact.detail or type_of(phone.dial) != NumberType.EMERGENCY:
                key = fact.about, fact.words, fact.detail
                by_words.setdefault(key, Said(fact, [])).phones.append(phone)
    facts = [Said(fact, [] if len(of) == len(phones) else of) for fact, of in by_words.values()]
    known = [said for said in facts if said.fact.is_known]
    return Calls(
        answers=[said for said in known if said.fact.about in ANSWERS],
        cost_and_traces=[said for said in known if said.fact.about in COST_AND_TRACES],
        interpreters=[said for said in known if said.fact.about == Question.INTERPRETER],
        questions=[said for said in facts if not said.fact.is_known],
    )


def tag_of(phone):
    """What a list says about the bill and the cost, or nothing if no source says anything."""
    return TAGS.get(on_the_bill(phone)) or (FREE_TAG if phone.is_free else "")


def _cost(phone):
    """The cost by the digits, followed by what an officer added about this line."""
    by_digits = cost_of_digits(phone)
    if not phone.cost:
        return by_digits or COST_UNKNOWN[_medium(phone)]
    return PrivacyFact(COST, by_digits.words if by_digits else "", phone.cost, phone)


def _answer(question, sentences, row):
    """What readers see of a question, or None where the answer is not known and few would ask."""
    answer = row.answer if row else Answer.UNKNOWN
    if answer not in sentences:
        return None
    is_known = answer != Answer.UNKNOWN
    return PrivacyFact(question, sentences[answer], row.detail if row else "", row, is_known)
