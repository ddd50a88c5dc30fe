"""What an officer fills in while checking a number, and why it may not be saved."""

from django import forms
from django.utils import timezone

from contacts.dialling import RELAY
from contacts.models import ApprovedNumber, Phone
from contacts.opening_hours import moment_of
from helphub.approvals.proposing import ProposalForm, kind_for
from helphub.checking import calls, script
from helphub.checking.confirming import role_of
from helphub.checking.models import Attempt, WayToCheck
from helphub.checking.ways import Way, is_never_rung
from helphub.content.forms import DayField, TimeOfDayField
from helphub.content.validators import PLAIN, validate_characters
from helphub.dashboard.models import OpenQuestion

Outcome = Attempt.Outcome
# What can come of each way, as officers read it.
OUTCOMES = {
    Way.LINE: {
        Outcome.CONFIRMED: "It is right: the number, and what readers see with it",
        Outcome.CHANGED: "Something has changed",
        Outcome.NO_ANSWER: "Nobody answered",
        Outcome.ENGAGED: "Engaged",
        Outcome.REFUSED: "They would not say",
        Outcome.WRONG_NUMBER: "Wrong number",
        Outcome.DO_NOT_RING: "They ask us not to ring this line",
    },
    Way.OFFICE: {
        Outcome.CONFIRMED: "It is right: the number, and what readers see with it",
        Outcome.CHANGED: "Something has changed",
        Outcome.NO_ANSWER: "The office did not answer",
        Outcome.REFUSED: "They would not say",
        Outcome.WRONG_NUMBER: "They say that the line’s number is wrong",
    },
    Way.PAGE: {
        Outcome.CONFIRMED: "The website says the same",
        Outcome.CHANGED: "Something has changed",
        Outcome.NO_ANSWER: "The website does not open, or does not mention the line",
    },
}
OTHER_WAYS = [("", "the same way"), (Way.OFFICE, "ask its office"), (Way.PAGE, "read its website")]
# What a page sends beside the fields of the form.
SENT_TOO = {"csrfmiddlewaretoken", "_once", "_fingerprint", "_claim", "_way"}
# Where an error in the number's own fields belongs on this page.
BESIDE = {
    "dial": "new_dial",
    "display": "new_display",
    "what_happens_en": "what_happens_detail",
    "cost_en": "cost_detail",
    "cost_class": "cost",
    "bank_holidays": "bank_holidays",
    "is_for_families": "is_for_families",
    "is_for_professionals": "is_for_professionals",
    "verified_on": "checked_on",
    # Of a proposal.
    "why": "note",
    "source": "who_answered",
}
NOTHING_CHOSEN = "Choose what happened."
OWN_WORDS = [validate_characters]


def _words(label, longest, **options):
    return forms.CharField(
        label=label,
        max_length=longest,
        required=False,
        validators=OWN_WORDS,
        widget=forms.TextInput({"class": "vTextField", "autocomplete": "off"}),
        **options,
    )


class CallForm(forms.Form):
    """One attempt to check a number. It changes nothing until `calls.save` is given it."""

    outcome = forms.ChoiceField(
        label="What happened",
        widget=forms.RadioSelect,
        error_messages={
            "required": NOTHING_CHOSEN,
            "invalid_choice": f"That is not a possible outcome of this check. {NOTHING_CHOSEN}",
        },
    )
    new_display = _words("The new number, with spaces", 24)
    new_dial = _words("The new number again, as you read it back to them", 24)
    hours_are_disputed = forms.BooleanField(
        label="If the hours are different: stop “open now” until they are corrected",
        required=False,
        initial=True,
    )
    who_answered = _words("Who answered (a role, not a name)", 120)
    note = forms.CharField(
        label="Note for the next officer",
        max_length=1000,
        required=False,
        validators=OWN_WORDS,
        widget=forms.Textarea({"rows": 2, "class": "vLargeTextField"}),
    )
    other_way = forms.ChoiceField(
        label="Next time", choices=OTHER_WAYS, required=False, widget=forms.RadioSelect
    )
    contact = _words("The office’s number or email, or the page’s address", 200)
    checked_on = DayField(label="Checked on", widget=forms.TextInput)
    checked_at = TimeOfDayField(label="at", widget=forms.TextInput)
    role = forms.CharField(label="Checked by (a role)", max_length=80, validators=PLAIN)

    def __init__(self, data=None, *, phone, user, way):
        now = timezone.localtime()
        initial = {"checked_on": f"{now:%-d %B %Y}", "checked_at": f"{now:%H:%M}"}
        super().__init__(data, initial=initial | {"role": role_of(user)})
        self.phone, self.user, self.way = phone, user, way
        self.fields["outcome"].choices = list(OUTCOMES[way].items())
        self.questions = [*script.questions_of(phone, way), *self._answered_meanwhile()]
        for question in self.questions:
            self._add_question(question)
        self.at = self.row = self.proposal = None
        self.new_digits = None  # To dial and as shown, if they gave other ones.
        self.facts = []

    def _answered_meanwhile(self):
        """Open questions that someone else has answered since this officer opened the page."""
        sent = [name.removeprefix(script.OPEN).partition("_")[0] for name in self.data]
        keys = [key for key in sent if key.isdecimal() and len(key) < 10]
        answered = OpenQuestion.objects.filter(phone=self.phone, pk__in=keys).exclude(answer="")
        return [script.of_open_question(question, self.way) for question in answered]

    def _add_question(self, question):
        self.fields[question.name] = forms.ChoiceField(
            label=question.words,
            choices=question.answers,
            required=False,
            widget=forms.RadioSelect,
            initial="",
            error_messages={"invalid_choice": "That is not one of the answers to this question."},
        )
        if question.detail:
            is_long = question.longest > 300
            text = _words(question.detail, question.longest)
            if is_long:
                text.widget = forms.Textarea({"rows": 3, "class": "vLargeTextField"})
            self.fields[f"{question.name}_detail"] = text

    # The page shows them in parts.

    def asked(self):
        """The questions to ask first: what is not known, or has an error or an answer already."""
        return [self._shown(question) for question in self.questions if not question.known]

    def asked_again(self):
        return [self._shown(question) for question in self.questions if question.known]

    def is_unfolded(self):
        """Whether a question that is known already has been answered, or has an error."""
        return any(
            self[name].errors or (self.is_bound and self.data.get(name))
            for question in self.questions
            if question.known
            for name in (question.name, f"{question.name}_detail")
            if name in self.fields
        )

    def _shown(self, question):
        detail = self[f"{question.name}_detail"] if question.detail else None
        return {"question": question, "answer": self[question.name], "detail": detail}

    # What was typed.

    def clean(self):
        values = super().clean()
        self._refuse_unknown_fields()
        if self.way == Way.LINE and is_never_rung(self.phone):
            self.add_error(None, "This line is never rung for a check. Read its website instead.")
        self.at = self._moment(values)
        for question in self.questions:
            self._tidy(question, values)
        outcome = values.get("outcome")
        self._check_next_time(outcome, values)
        if outcome == Outcome.CONFIRMED:
            self._refuse_contradictions(values)
        if outcome == Outcome.CHANGED:
            self._refuse_no_change(values)
        elif values.get("new_dial") or values.get("new_display"):
            self._beside(
                "new_display", "To give a new number, choose “Something has changed” above."
            )
        if not self.errors and outcome in calls.REACHED:
            self._check_rows()
        return values

    def _beside(self, name, message):
        self.add_error(name if name in self.fields else None, message)

    def _refuse_unknown_fields(self):
        for name in sorted(set(self.data) - set(self.fields) - SENT_TOO):
            self.add_error(
                None,
                f"This page has no field “{name[:60]}”. Nothing was saved. It held: "
                f"“{self.data[name][:300]}”.",
            )

    def _moment(self, values):
        day, at = values.get("checked_on"), values.get("checked_at")
        if day is None or at is None:
            return None
        moment = moment_of(day, at)
        if day > timezone.localdate():
            self.add_error("checked_on", "This date is in the future. Enter today or earlier.")
        elif moment > timezone.now():
            self.add_error("checked_at", "This time is in the future. Enter the time of the check.")
        last = self.phone.verification
        if last and day < last.verified_on:
            self.add_error(
                "checked_on",
                f"There is a later check, of {last.verified_on:%-d %B %Y}. Enter that day or a "
                "later one.",
            )
        return moment

    def _tidy(self, question, values):
        answer, detail = values.get(question.name, ""), values.get(f"{question.name}_detail", "")
        if not question.detail or question.name in self.errors:
            return
        if detail and not answer:
            if not question.is_told:
                self._beside(question.name, "Choose an answer too.")
            values[question.name] = question.answers[0][0]
        is_needed = answer == script.TOLD or (question.name == "hours" and answer == script.NO)
        if is_needed and not detail and f"{question.name}_detail" not in self.errors:
            self._beside(f"{question.name}_detail", "Say what you were told.")
        if detail and detail[-1].isalnum() and question.longest <= calls.SENTENCE:
            values[f"{question.name}_detail"] = f"{detail}."

    def _check_next_time(self, outcome, values):
        other, contact = values.get("other_way"), values.get("contact")
        if outcome == Outcome.DO_NOT_RING and not other:
            self._beside("other_way", "Say how to check it from now on.")
        if other == Way.OFFICE and not contact and "contact" not in self.errors:
            self._beside("contact", "Give the office’s number or email.")
        if other == Way.PAGE and not (contact or script.website_of(self.phone)):
            self._beside("contact", "Give the page’s address. We have no website for this line.")
        if other == Way.PAGE and contact and not contact.startswith("https://"):
            self._beside("contact", "Begin the page’s address with https://")
        if contact and not other:
            self._beside("other_way", "Say whether this is its office or its website.")

    def _refuse_contradictions(self, values):
        if values.get("hours") == script.NO and script.hours_in_words(self.phone):
            self._beside("outcome", "The hours are different: choose “Something has changed”.")

    def _refuse_no_change(self, values):
        hours = values.get("hours")
        if script.hours_in_words(self.phone) and not hours and "hours" not in self.errors:
            self._beside("hours", "Say whether the hours are still right: “open now” follows them.")
        is_said = values.get("new_display") or values.get("new_dial") or values.get("note")
        answers = {question.name: values.get(question.name) for question in self.questions}
        is_told = {name for name, answer in answers.items() if answer not in ("", script.UNKNOWN)}
        if hours == script.YES:
            is_told.discard("hours")
        if not is_said and not is_told:
            self._beside("outcome", "Say what has changed: an answer, a new number or a note.")

    # What would be saved.

    def _check_rows(self):
        """Check the number as it would be saved, and the rows that go with it."""
        values = dict(self.cleaned_data)  # A field with an error is dropped from it.
        if values["new_display"] or values["new_dial"]:
            self.new_digits = values["new_dial"].replace(" ", ""), values["new_display"]
            self._check_digits(*self.new_digits)
        self.row = calls.changed(self.phone, values, self.at, self.way)
        if self.new_digits and self.proposal is None:
            self.row.dial, self.row.display = self.new_digits
            self.row.textphone = self._textphone(self.row.display)
        self._add_errors(calls.new_errors(self.phone, self.row), BESIDE)
        self.facts = calls.facts(self.phone, values, self.at, self.way)
        for row in self.facts:
            name = f"{script.FACT}{row.fact}"
            beside = {"detail_en": f"{name}_detail"}
            self._add_errors(calls.errors_of(row), beside, name)
        verification = calls.verification(self)
        self._add_errors(calls.errors_of(verification, exclude=["position"]), BESIDE)

    def _textphone(self, display):
        """A relay number is the line's own, after a code."""
        is_own = self.phone.textphone.replace(" ", "") == f"{RELAY}{self.phone.dial}"
        return f"{RELAY} {display}" if is_own else self.phone.textphone

    def _check_digits(self, dial, display):
        if not display or not dial:
            self._beside(
                "new_dial" if display else "new_display", "Type the new number in both boxes."
            )
        elif not self.phone.needs_second_person():
            if dial == self.phone.dial:
                self._beside("new_display", "This is the number that we have.")
            if why := ApprovedNumber.objects.why_not_dialled(dial):
                self._beside("new_display", why)
        else:
            self.proposal = self._proposal(dial, display)
            errors = {name: list(texts) for name, texts in self.proposal.errors.items()}
            self._add_errors(errors, BESIDE)

    def _proposal(self, dial, display):
        who = self.cleaned_data["who_answered"]
        source = f"{calls.told_by(self.way, self.at)}, at {timezone.localtime(self.at):%H:%M}"
        data = {
            "dial": dial,
            "display": display,
            "textphone": self._textphone(display),
            "role": self.phone.role,
            "kind": kind_for(self.phone),
            "why": self.cleaned_data["note"][:300] or "They gave another number in a check.",
            "source": f"{source}: {who}" if who else source,
        }
        phone = Phone.objects.get(pk=self.phone.pk)
        return ProposalForm(data, phone=phone, user=self.user)

    def _add_errors(self, errors, beside, otherwise=None):
        for name, messages in errors.items():
            self._beside(beside.get(name, otherwise or ""), messages)

    def another_way(self):
        """How to check it from now on, if the officer said so. Not saved yet."""
        if not self.cleaned_data["other_way"]:
            return None
        return WayToCheck(
            phone=self.phone,
            way=self.cleaned_data["other_way"],
            contact=self.cleaned_data["contact"],
            why=self.cleaned_data["note"][:200],
            said_by=self.user.get_username(),
        )
