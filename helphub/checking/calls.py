"""Logging a check of a number: what it changes, and what comes of it."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from contacts.call_privacy import Answer
from contacts.models import CallFact, Phone, Verification
from contacts.opening_hours import State, resolve
from helphub.checking import doubting, owners, reports, script
from helphub.checking.models import Attempt, Claim, WayToCheck
from helphub.checking.ways import Way
from helphub.dashboard.models import OpenQuestion
from helphub.history.recording import recording

Outcome = Attempt.Outcome
# Somebody or a page answered, so the number counts as checked.
REACHED = {Outcome.CONFIRMED, Outcome.CHANGED}
SENTENCE = 120  # Texts up to this length are shown to readers as one sentence.
METHODS = {
    Way.LINE: Verification.Method.RANG,
    Way.OFFICE: Verification.Method.TOLD,
    Way.PAGE: Verification.Method.PUBLISHED_SOURCES,
}
HOW = {Way.LINE: "by ringing", Way.OFFICE: "with its office", Way.PAGE: "on its website"}
TOLD = {
    Way.LINE: "Told by phone",
    Way.OFFICE: "Told by its office",
    Way.PAGE: "Read on its website",
}
# The reason in a record's history. Publishing what checks changed goes by its first word.
CHECK = "Check"


def _day(moment):
    return f"{timezone.localtime(moment):%-d %B %Y}"


def told_by(way, at):
    return f"{TOLD[way]} on {_day(at)}"


def was_open(phone, moment):
    """Whether a line should be open at a moment. None if nobody can be sure."""
    if phone.hours_are_disputed:
        return None
    line, day = phone.line, timezone.localtime(moment).date()
    state = resolve(line.rules, line.exceptions, line.policy, day, 1).state(moment)
    return None if state == State.UNKNOWN else state == State.OPEN


# What a form would save. Nothing here writes anything.


def changed(phone, values, at, way):
    """The number with what was said, unsaved."""
    row = Phone.objects.get(pk=phone.pk)
    if values["bank_holidays"] not in ("", script.UNKNOWN):
        row.bank_holidays = values["bank_holidays"]
    if values["hours"] == script.NO and values["hours_are_disputed"] and phone.opening.is_known:
        row.hours_are_disputed = True
    if values["what_happens"] == script.TOLD:
        row.what_happens_en = values["what_happens_detail"]
    if values.get("cost") not in (None, "", script.UNKNOWN):
        row.cost_class = values["cost"]
        row.cost_en = values["cost_detail"] or row.cost_en
        row.cost_source = told_by(way, at)
    for name in script.PEOPLE:
        if values[name] in (script.YES, script.NO):
            setattr(row, name, values[name] == script.YES)
    return row


def facts(phone, values, at, way):
    """The facts about calls that were told, unsaved."""
    rows = {row.fact: row for row in phone.call_facts.all()}
    told = []
    for name, answer in values.items():
        if not name.startswith(script.FACT) or answer not in (Answer.YES, Answer.NO):
            continue
        if name.endswith("_detail"):
            continue
        fact = name.removeprefix(script.FACT)
        row = rows.get(fact) or CallFact(phone=phone, fact=fact)
        # A detail belongs to its answer: it stays if that is the same.
        if values[f"{name}_detail"] or row.answer != answer:
            row.detail_en = values[f"{name}_detail"]
        row.answer, row.source, row.dated = answer, told_by(way, at), _day(at)
        told.append(row)
    return told


def verification(form):
    """A new verification, not saved yet. New digits count as told to us: nobody has rung them."""
    method = METHODS[form.way]
    if form.new_digits and form.way == Way.LINE:
        method = Verification.Method.TOLD
    return Verification(
        phone=form.phone,
        dial=form.new_digits[0] if form.new_digits else form.phone.dial,
        verified_on=timezone.localtime(form.at).date(),
        method=method,
        role=form.cleaned_data["role"],
        confirmed=_confirmed(form),
    )


def _confirmed(form):
    values = form.cleaned_data
    about = [
        question.words
        for question in form.questions
        if values.get(question.name) not in (None, "", script.UNKNOWN)
    ]
    first = "The new number." if form.new_digits else "The number."
    if values["outcome"] == Outcome.CONFIRMED:
        first = "The number and what readers see with it."
    words = " ".join([first, *about])
    return words if len(words) <= 200 else f"{words[:199]}…"


def errors_of(row, exclude=()):
    """What is wrong with an unsaved row, by field. A translated field is named by its English."""
    try:
        row.full_clean(exclude=exclude)
    except ValidationError as error:
        names = {column.name for column in row._meta.fields}
        return {
            name: messages
            for name, messages in error.message_dict.items()
            if f"{name}_en" not in names
        }
    return {}


def new_errors(stored, row):
    """What is wrong with a number now that was right before."""
    before = errors_of(stored)
    return {
        name: messages for name, messages in errors_of(row).items() if messages != before.get(name)
    }


# Saving


@dataclass
class Logged:
    """What came of logging a check."""

    attempt: Attempt
    proposal: object = None
    doubt: str = ""  # What became of the number's doubt: doubting.DOUBTED, LIFTED or "".
    kept: list = field(default_factory=list)  # Questions that someone else has answered since.


def save(form, once):
    """Log a checked form. None if another officer's proposal came first: the form says so.

    The number must be locked.
    """
    proposal = None
    if form.proposal is not None:
        proposal = form.proposal.propose()
        if proposal is None:
            form.add_error("new_display", list(form.proposal.non_field_errors()))
            return None
    attempt = _attempt(form, once)
    why = f"{CHECK} {HOW[attempt.way]}, {_day(attempt.at)}: {attempt.get_outcome_display()}"
    with recording(form.user, why), transaction.atomic():
        attempt.save()
        logged = Logged(attempt, proposal)
        if attempt.outcome in REACHED:
            _save_rows(form, logged)
        if way := form.another_way():
            WayToCheck.objects.filter(phone=form.phone).delete()
            way.save()
        logged.doubt = doubting.after(attempt, has_new_digits=bool(form.new_digits))
        Claim.objects.filter(
            label=Phone._meta.label_lower, key=form.phone.pk, officer=form.user.pk
        ).delete()
    return logged


def _attempt(form, once):
    values = form.cleaned_data
    attempt = Attempt(
        phone=form.phone,
        dial=form.phone.dial,
        way=form.way,
        outcome=values["outcome"],
        was_open=was_open(form.phone, form.at) if form.way == Way.LINE else None,
        who_answered=values["who_answered"],
        answers=dict(_answers(form)),
        note=values["note"],
        officer_name=form.user.get_username(),
        role=values["role"],
        at=form.at,
        once=once,
    )
    attempt.full_clean()
    return attempt


def _answers(form):
    """Each question with its answer, as it was asked: questions and answers change later."""
    values = form.cleaned_data
    for question in form.questions:
        if answer := values.get(question.name):
            said = {"asked": question.words, "answer": answer}
            said["said"] = str(dict(question.answers)[answer])
            yield question.name, said | {"detail": values.get(f"{question.name}_detail", "")}
    if form.new_digits:
        said = {"asked": "New number", "answer": form.new_digits[0], "said": form.new_digits[1]}
        yield "new_number", said | {"detail": ""}
    if values["hours"] == script.NO:
        # As long as these are saved, the new ones have not been entered.
        yield "hours_then", {"answer": _usual_hours(form.phone)}


def _save_rows(form, logged):
    # A number that nothing changed is still noted: its new verification goes out with it.
    form.row.save()
    for row in form.facts:
        row.save()
    verification(form).save()
    if logged.proposal is None:  # Otherwise readers still see the old digits.
        reports.answer(form.phone.slug)
        owners.met((Phone._meta.label_lower, form.phone.pk))
    for question in OpenQuestion.objects.filter(phone=form.phone).select_for_update():
        name = f"{script.OPEN}{question.pk}"
        if form.cleaned_data.get(name) != script.TOLD:
            continue
        if question.answer:
            logged.kept.append(question.words)
            continue
        answer = form.cleaned_data[f"{name}_detail"]
        question.answer = f"{answer} ({told_by(form.way, form.at)}, {form.user.get_username()})"
        question.save()


def _usual_hours(phone):
    return "; ".join(map(str, phone.schedules.all()))


def are_hours_out_of_date(phone):
    """The call in which we learned of other hours, while readers' hours are still the old ones."""
    for attempt in phone.attempts.all():
        hours = attempt.answers.get("hours", {})
        if hours.get("answer") == script.YES:
            return None
        if hours.get("answer") == script.NO and attempt.outcome in REACHED:
            is_same = attempt.answers["hours_then"]["answer"] == _usual_hours(phone)
            return attempt if is_same else None
    return None
