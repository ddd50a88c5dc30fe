"""What an officer says on a checking call and asks: above all what is not known of the line."""

import copy
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from contacts import call_privacy
from contacts.call_privacy import Answer
from contacts.call_privacy import Question as Fact
from contacts.dialling import validate_dial
from contacts.models import CallFact, Phone
from contacts.opening_hours import BankHolidays
from helphub.checking.ways import Way, way_of
from helphub.dashboard.models import OpenQuestion

NOT_ASKED, YES, NO, UNKNOWN, TOLD = "", "yes", "no", "unknown", "told"
DO_NOT_KNOW = {
    Way.LINE: "they do not know",
    Way.OFFICE: "they do not know",
    Way.PAGE: "it does not say",
}
# Texts have no answering machine, and are chat already.
OF_CALLS_ALONE = {Fact.VOICEMAIL, Fact.HIDDEN_NUMBER, Fact.TEXT_OR_CHAT}
FACT, OPEN = "fact_", "open_"
PEOPLE = {
    "is_for_families": "Can family and friends ring?",
    "is_for_professionals": "Can professionals ring?",
}
WHOLE_ANSWER = 800  # An open question's answer also says who told us, and when.


class Question(NamedTuple):
    """One question, the answers to press and the text that may go with them."""

    name: str
    words: str
    answers: list
    detail: str = ""  # The label of the text, or "" if there is none.
    longest: int = CallFact._meta.get_field("detail").max_length
    known: str = ""  # What we have been told already.
    # Whether the text is the answer, so that typing it is enough.
    is_told: bool = False
    help: str = ""


def opening_words(phone, way):
    """What the officer says first, or does if there is nobody to talk to."""
    if way == Way.PAGE:
        return [
            "Open the website and find this line on it.",
            "Compare the number digit by digit, and then what readers see with it.",
        ]
    shown = f"We tell people that {phone.name} has the number {phone.display}"
    hours = hours_in_words(phone)
    if way == Way.OFFICE:
        first = "I am calling from Dudley Council’s help hub to check what we say about your line."
    else:
        first = (
            "I am ringing from Dudley Council’s help hub to check what we say about your line. "
            "This is a checking call: I do not need help. If somebody may be waiting to get "
            "through, please say so and I will hang up."
        )
    return [first, f"{shown}{f' and is open: {hours}' if hours else '.'} Is that still right?"]


def hours_in_words(phone):
    """Its hours as readers see them, however long ago we asked. "" if there are none."""
    if not phone.opening.is_known:
        return ""
    line = copy.copy(phone)
    line.never_lapses = True
    html = render_to_string("admin/checking/_hours.html", {"phone": line})
    return " ".join(strip_tags(html).split())


def website_of(phone):
    """The page to read: the one an officer gave, or that of the line's first service. Or ""."""
    said = getattr(phone, "way_to_check", None)
    if said and said.way == Way.PAGE and said.contact.startswith("https://"):
        return said.contact
    service = phone.first_service
    return service.website if service else ""


def can_be_rung(contact):
    """The digits of an office's number, or "" if it is an address."""
    digits = contact.replace(" ", "")
    try:
        validate_dial(digits)
    except ValidationError:
        return ""
    return digits


def ways(phone):
    """How it may be checked, the way that is due first."""
    first = way_of(phone)
    return [first, *(way for way in (Way.OFFICE, Way.PAGE) if way != first)]


def questions_of(phone, way):
    """Every question about a line, in the order to ask them."""
    yes_or_no = [(YES, "yes"), (NO, "no"), *_no_answer(way)]
    return [
        _hours(phone, way),
        _bank_holidays(phone, way),
        _what_happens(phone, way),
        *_cost(phone, way),
        *_facts(phone, yes_or_no),
        *_people(phone, yes_or_no),
        *_open_questions(phone, way),
    ]


def _no_answer(way):
    return [(UNKNOWN, DO_NOT_KNOW[way]), (NOT_ASKED, "not asked")]


def _told(way):
    return [(TOLD, "it says" if way == Way.PAGE else "they told me"), *_no_answer(way)]


def _hours(phone, way):
    known = hours_in_words(phone)
    if known:
        answers = [(YES, "still right"), (NO, "different now"), *_no_answer(way)]
        words = "Are these hours still right?"
    else:
        # Told or different: either way, the hours we have must be changed in the form.
        answers = [(NO, _told(way)[0][1]), *_no_answer(way)]
        words = "On which days, and from when to when, does somebody answer?"
    return Question(
        "hours", words, answers, "The hours, in their words", 300, known, is_told=not known
    )


def _bank_holidays(phone, way):
    policies = [choice for choice in BankHolidays.choices if choice[0] != BankHolidays.UNKNOWN]
    is_known = phone.bank_holidays != BankHolidays.UNKNOWN
    return Question(
        "bank_holidays",
        "What happens on bank holidays?",
        [*policies, *_no_answer(way)],
        known=phone.get_bank_holidays_display() if is_known else "",
    )


def _what_happens(phone, way):
    return Question(
        "what_happens",
        "Who answers, what do they ask first, and is there anything to press?",
        _told(way),
        "What happens, in words for readers",
        2000,
        phone.what_happens_en or "",
        is_told=True,
    )


def _cost(phone, way):
    """Asked only where the digits do not tell."""
    if call_privacy.cost_of_digits(phone) is not None:
        return
    is_known = phone.cost_class != Phone.CostClass.UNKNOWN
    classes = [choice for choice in Phone.CostClass.choices if choice[0] != UNKNOWN]
    known = [phone.get_cost_class_display()] if is_known else []
    if phone.cost_en:
        known.append(phone.cost_en)
    yield Question(
        "cost",
        "What does it cost to get in touch?",
        [*classes, *_no_answer(way)],
        "More about the cost",
        Phone._meta.get_field("cost").max_length,
        ": ".join(known),
    )


def _facts(phone, answers):
    is_text = phone.kind == Phone.Kind.TEXT
    sentences = call_privacy.ASKED_OF_TEXTS if is_text else call_privacy.ASKED
    rows = {row.fact: row for row in phone.call_facts.all()}
    for fact in Fact:
        if is_text and fact in OF_CALLS_ALONE:
            continue
        row, known = rows.get(fact), ""
        if row and row.answer != Answer.UNKNOWN:
            known = f"{sentences[fact][row.answer]} {row.detail}".strip()
        yield Question(f"{FACT}{fact}", fact.label, answers, "Detail", known=known)


def _people(phone, answers):
    """“No” and “not known” look the same in the number: what a call said tells them apart."""
    told = {}
    for attempt in reversed(phone.attempts.all()):
        told |= {name: said.get("answer") for name, said in attempt.answers.items()}
    for name, words in PEOPLE.items():
        known = "Yes." if getattr(phone, name) else ""
        if not known and told.get(name) == NO:
            known = "No."
        yield Question(name, words, answers, known=known)


def _open_questions(phone, way):
    for question in phone.open_questions.open():
        yield of_open_question(question, way)


def of_open_question(question: OpenQuestion, way):
    return Question(
        f"{OPEN}{question.pk}",
        question.words,
        _told(way),
        "What they said",
        WHOLE_ANSWER,
        is_told=True,
        help=question.todo,
    )
