"""The forms of a review: whom to ask, and remarks, replies and the answer in one."""

from django import forms

from helphub.reviews.models import MOST_WORDS, Remark, Reply, Review
from helphub.reviews.people import ROLE, choices
from helphub.reviews.reading import REMARK, REPLY

Outcome = Review.Outcome
TOO_LONG = "Write %(limit_value)d characters at most. This has %(show_value)d."
WHOLE = "whole"  # Stands for the record itself in the names of fields.


class Words(forms.CharField):
    """Text of limited length. No browser cuts it off: what is too long is said, and kept."""

    def __init__(self, *arguments, rows=3, **options):
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(
            *arguments,
            required=False,
            widget=widget,
            error_messages={"max_length": TOO_LONG},
            **options,
        )

    def widget_attrs(self, widget):
        return {
            name: value
            for name, value in super().widget_attrs(widget).items()
            if name != "maxlength"
        }

    def clean(self, value):
        return super().clean(value).replace("\r\n", "\n")


class AskForm(forms.ModelForm):
    """Who to ask, and what they should check."""

    class Meta:
        model = Review
        fields = ["asked_of", "note"]

    asked_of = forms.ChoiceField(
        label="Who to ask",
        required=False,
        help_text="They see it on their first page. Any publisher can answer too.",
        error_messages={
            "invalid_choice": "This person or role cannot review this any more. Choose another."
        },
    )
    note = Words(
        label="What to check",
        max_length=1000,
        rows=4,
        help_text="What you changed or are not sure about. Officers see this; readers never do.",
    )

    def __init__(self, *arguments, user, model, **options):
        super().__init__(*arguments, **options)
        self.fields["asked_of"].choices = choices(user, model)
        if self.instance.asked_role:
            self.initial["asked_of"] = f"{ROLE}{self.instance.asked_role}"

    def clean(self):
        values = super().clean()
        asked = values.get("asked_of") or ""
        self.instance.asked_role = asked.removeprefix(ROLE) if asked.startswith(ROLE) else ""
        values["asked_of"] = "" if self.instance.asked_role else asked
        values["asked_role"] = self.instance.asked_role
        return values


class ReadingForm(forms.Form):
    """A remark on each paragraph, a reply to each remark, and the answer."""

    def __init__(self, data, *, reading, may_answer, is_answer=False, initial=None):
        super().__init__(data, auto_id="id-%s", initial=initial)
        self.reading, self.is_answer = reading, is_answer
        for text in reading.texts:
            for paragraph in text.paragraphs:
                paragraph.box = self._add(f"{REMARK}{paragraph.name}", "Your remark")
        for remark in reading.remarks:
            remark.box = self._add(f"{REPLY}{remark.pk}", "Your reply")
        self.whole = self._add(f"{REMARK}{WHOLE}", "A remark on all of it")
        if may_answer:
            self.fields["outcome"] = forms.ChoiceField(
                label="What is your answer?",
                choices=[
                    (Outcome.FINE, "I agree: it is fine as it is"),
                    (Outcome.CHANGE, "It needs changes"),
                ],
                widget=forms.RadioSelect,
                required=is_answer,
                error_messages={"required": "Choose one of the two."},
            )
            self.fields["words"] = Words(
                label="What needs a change",
                max_length=1000,
                rows=4,
                help_text="Leave this empty if your remarks say it all.",
            )

    def _add(self, name, label):
        self.fields[name] = Words(label=label, max_length=MOST_WORDS)
        return self[name]

    @property
    def answer(self):
        """The fields of the answer."""
        return [self[name] for name in ("outcome", "words") if name in self.fields]

    @property
    def is_typed_in(self):
        return any(field.errors or field.value() for field in self)

    def clean(self):
        values = super().clean()
        asks_for_change = self.is_answer and values.get("outcome") == Outcome.CHANGE
        is_said = values.get("words") or self._typed(REMARK) or self.reading.open_remarks
        if asks_for_change and not is_said and "words" not in self.errors:
            self.add_error(
                "words", "Say what needs to change, here or in a remark, so it can be put right."
            )
        return values

    def _typed(self, prefix):
        return [name for name in self.fields if name.startswith(prefix) and self._words(name)]

    def _words(self, name):
        return self.cleaned_data.get(name)

    def remarks(self, **common):
        """The remarks that were typed, not stored yet."""
        found = [
            Remark(
                field=paragraph.field,
                position=paragraph.position,
                title=text.title[:300],
                quoted=paragraph.words,
                words=words,
                **common,
            )
            for text in self.reading.texts
            for paragraph in text.paragraphs
            if (words := self._words(f"{REMARK}{paragraph.name}"))
        ]
        if words := self._words(f"{REMARK}{WHOLE}"):
            found.append(Remark(words=words, **common))
        return found

    def replies(self, **common):
        """The replies that were typed, not stored yet."""
        return [
            Reply(remark=remark, words=words, **common)
            for remark in self.reading.remarks
            if (words := self._words(f"{REPLY}{remark.pk}"))
        ]
