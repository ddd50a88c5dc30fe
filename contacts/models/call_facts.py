"""What a line tells us about its calls: what they ask, keep and record."""

from django.core.exceptions import ValidationError
from django.db import models

from contacts import call_privacy
from contacts.call_privacy import Question
from contacts.models.phone import Phone
from contacts.validators import validate_sentence
from helphub.content import validators
from helphub.content.entries import language_of_words


class CallFactQuerySet(models.QuerySet):
    def get_by_natural_key(self, phone, fact):
        return self.get(phone__slug=phone, fact=fact)


class CallFact(models.Model):
    """What we have been told about calling a number: yes, no or not known, and who says so."""

    Fact = Question

    phone = models.ForeignKey(
        Phone, on_delete=models.CASCADE, related_name="call_facts", verbose_name="number"
    )
    fact = models.CharField(
        "question",
        max_length=20,
        choices=Fact,
        help_text=(
            "Readers see the answer on the service's page. Without one, the question is there, "
            "for them to ask."
        ),
    )
    answer = models.CharField(
        "answer",
        max_length=10,
        choices=call_privacy.Answer,
        help_text=(
            "Readers see yes and no as a sentence, such as “They say that calls are not "
            "recorded.”, and not known as a question to ask."
        ),
    )
    detail = models.CharField(
        "detail",
        max_length=120,
        blank=True,
        validators=[validators.validate_text, validate_sentence],
        help_text="A short sentence shown after the answer, such as “Kept for up to 90 days.”",
    )
    source = models.CharField(
        "source",
        max_length=150,
        blank=True,
        validators=[validators.validate_text],
        help_text=(
            "Who says so, in plain words: “Dudley Council’s privacy notice for this line”. Only "
            "officers see it. Needed for yes and no."
        ),
    )
    dated = models.CharField(
        "date of the source",
        max_length=40,
        blank=True,
        validators=validators.PLAIN,
        help_text="Such as “28 February 2025”. Only officers see it.",
    )

    objects = CallFactQuerySet.as_manager()

    class Meta:
        ordering = ["phone", "fact"]
        verbose_name = "fact about a call"
        verbose_name_plural = "facts about calls"
        constraints = [
            models.UniqueConstraint(
                fields=["phone", "fact"],
                name="one_answer_to_each_question",
                violation_error_message="This number already has an answer to this question.",
            ),
            models.CheckConstraint(
                condition=models.Q(answer=call_privacy.Answer.UNKNOWN) | ~models.Q(source=""),
                name="yes_and_no_have_a_source",
                violation_error_message="Give a source for a yes or no answer.",
            ),
        ]

    def __str__(self):
        return f"{self.get_fact_display()} {self.get_answer_display()}"

    def natural_key(self):
        return (self.phone.slug, self.fact)

    def clean(self):
        super().clean()
        if self.answer != call_privacy.Answer.UNKNOWN and not self.source:
            raise ValidationError({"source": "Give a source, or answer “not known”."})

    words_language = property(language_of_words)
