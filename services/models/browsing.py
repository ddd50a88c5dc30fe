"""What readers choose from instead of typing: questions, first contacts, who can help."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from contacts.call_privacy import Answer
from helphub.content import memory, validators
from helphub.content.entries import (
    Entry,
    EntryQuerySet,
)
from services.models.coverage import Audience
from services.models.service import Service
from strategy.models import FormOfAbuse, Guide

GUIDE_OF_THE_WING = "Choose a guide for people who were hurt, not for those who hurt others."


class ChoiceQuerySet(EntryQuerySet):
    def of(self, question):
        """A list of the published answers to a question."""
        return memory.rows(
            f"answers to {question}", lambda: list(self.published().filter(question=question))
        )

    def quiet(self):
        """The published answer for readers who cannot talk out loud, or None."""
        return memory.rows(
            "quiet", lambda: self.published().filter(ability=Choice.Ability.QUIET).first()
        )

    def for_narrowing(self):
        """The published answers that narrow the list of services."""
        questions = [Choice.Question.FOR, Choice.Question.WHAT, Choice.Question.CAN]
        choices = self.published().filter(question__in=questions)
        return choices.prefetch_related("audiences", "forms_of_abuse")

    def without_talking(self):
        """The published answers for readers who should not be offered calls."""
        return self.published().filter(ability__in=Choice.WITHOUT_TALKING)


class Choice(Entry):
    """An answer that readers choose by following a link, never by typing.

    Its short name is part of addresses, so it must mean nothing to anyone reading the history.
    """

    class Question(models.TextChoices):
        WHO = "who", "first contacts: who is it about?"
        WHAT = "what", "first contacts and services: what happened?"
        WHEN = "when", "first contacts: when was it?"
        FOR = "for", "services: who should they be for?"
        CAN = "can", "services: how can you make contact?"

    class Ability(models.TextChoices):
        QUIET = "quiet", "cannot talk out loud: chat, text, email"
        WRITING = "writing", "by text or chat only"
        FREE = "free", "free calls only"
        OTHER_LANGUAGE = "other-language", "not in English"
        SIGN_LANGUAGE = "sign-language", "deaf: British Sign Language, text, chat"
        ALWAYS = "always", "day and night"

    WITHOUT_TALKING = (Ability.QUIET, Ability.WRITING, Ability.SIGN_LANGUAGE)

    slug = models.SlugField(
        "short name in addresses",
        max_length=3,
        unique=True,
        validators=[RegexValidator(r"^[a-z]\d{1,2}$", "Type a letter and a number, such as b2.")],
        help_text="A letter and a number. It stays in the phone's history, so keep it meaningless.",
    )
    question = models.CharField(
        "question",
        max_length=10,
        choices=Question,
        help_text="Readers see the answer as a link under this question.",
    )
    name = models.CharField(
        "answer",
        max_length=80,
        validators=[validators.validate_text],
        help_text="As readers would say it: “Somebody under 18”.",
    )
    audiences = models.ManyToManyField(
        Audience,
        related_name="choices",
        blank=True,
        verbose_name="groups of people",
        help_text="The answer leads to services for any of these.",
    )
    forms_of_abuse = models.ManyToManyField(
        FormOfAbuse,
        related_name="choices",
        blank=True,
        verbose_name="topics",
        help_text="The answer leads to services that help with any of these.",
    )
    ability = models.CharField(
        "way of contact",
        max_length=20,
        choices=Ability,
        blank=True,
        help_text="Only for answers to “how can you make contact?”.",
    )

    objects = ChoiceQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = "answer to a question"
        verbose_name_plural = "answers to questions"

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        if self.question == self.Question.CAN and not self.ability:
            raise ValidationError({"ability": "Choose the way of contact."})

    @property
    def is_without_talking(self):
        """Whether readers who choose this answer should not be offered calls."""
        return self.ability in self.WITHOUT_TALKING

    def matches(self, service):
        """Whether a service fits this answer."""
        if self.question == self.Question.FOR:
            return self.shares_audience_with(service)
        if self.question == self.Question.WHAT:
            topics = {topic.pk for topic in service.forms_of_abuse.all()}
            return any(topic.pk in topics for topic in self.forms_of_abuse.all())
        return not service.is_shown_closed and self._is_possible_with(service)

    def shares_audience_with(self, service):
        audiences = {audience.pk for audience in service.audiences.all()}
        return any(audience.pk in audiences for audience in self.audiences.all())

    def _is_possible_with(self, service):
        phones = service.phones.all()
        match self.ability:
            case self.Ability.QUIET:
                return service.can_be_written_to or self.shares_audience_with(service)
            case self.Ability.WRITING:
                return service.takes_chats_or_texts
            case self.Ability.FREE:
                return any(phone.is_free for phone in phones)
            case self.Ability.OTHER_LANGUAGE:
                # Include lines we have not asked, which is most of them. They are listed apart.
                return any(phone.interpreter != Answer.NO for phone in phones)
            case self.Ability.SIGN_LANGUAGE:
                can_write = service.takes_chats_or_texts
                return service.has_sign_language or can_write or self.shares_audience_with(service)
            case self.Ability.ALWAYS:
                return any(phone.is_always_open for phone in phones)
        return False


class SituationQuerySet(EntryQuerySet):
    def fitting(self, answers):
        """A list of the situations for these answers (by question), most exact first.

        If a situation leaves a question open, any answer fits it, and so does no answer.
        """
        situations = memory.rows("situations", lambda: list(self.published()))
        matching = [situation for situation in situations if situation.fits(answers)]
        return sorted(matching, key=lambda situation: -situation.exactness)

    def first_contacts(self, answers):
        """The suggestions for these answers, those of the most exact situation first."""
        ranks = {situation.pk: rank for rank, situation in enumerate(self.fitting(answers))}
        suggestions = memory.rows(
            f"first contacts {list(ranks)}",
            lambda: Suggestion.objects.filter(situation__in=ranks).for_page(),
        )
        return sorted(
            suggestions,
            key=lambda suggestion: (ranks[suggestion.situation_id], suggestion.position),
        )

    def guides(self, answers):
        """The published guides for these answers, in the same order, each once."""
        fitting = self.fitting(answers)
        keys = list(
            dict.fromkeys(situation.guide_id for situation in fitting if situation.guide_id)
        )
        guides = memory.rows(
            f"guides to read {keys}",
            lambda: Guide.objects.published().filter(is_own_behaviour=False).in_bulk(keys),
        )
        return [guides[key] for key in keys if key in guides]


def _answer_to(question, label):
    return models.ForeignKey(
        Choice,
        on_delete=models.CASCADE,
        related_name="+",
        blank=True,
        null=True,
        limit_choices_to={"question": question},
        verbose_name=label,
        help_text="Leave empty if any answer fits.",
    )


class Situation(Entry):
    """A set of answers with its own first contacts: who it is about, what happened, when."""

    who = _answer_to(Choice.Question.WHO, "who it is about")
    what = _answer_to(Choice.Question.WHAT, "what happened")
    when = _answer_to(Choice.Question.WHEN, "when it was")
    guide = models.ForeignKey(
        Guide,
        on_delete=models.SET_NULL,
        related_name="situations",
        limit_choices_to={"is_own_behaviour": False},
        blank=True,
        null=True,
        help_text="Readers see a link to this guide above the first contacts.",
    )

    objects = SituationQuerySet.as_manager()

    class Meta(Entry.Meta):
        verbose_name = "situation"
        verbose_name_plural = "first contacts by situation"

    def __str__(self):
        answers = [answer for answer in (self.who, self.what, self.when) if answer]
        return " · ".join(map(str, answers)) or "–"

    def clean(self):
        super().clean()
        # Not a constraint, because SQLite never treats two empty answers as equal.
        same_answers = Situation.objects.filter(who=self.who, what=self.what, when=self.when)
        if same_answers.exclude(pk=self.pk).exists():
            raise ValidationError(
                "These answers already have first contacts: change those instead."
            )
        if self.guide and self.guide.is_own_behaviour:
            raise ValidationError(
                {"guide": "Choose a guide for people who were hurt, not for those who hurt others."}
            )

    def fits(self, answers):
        """Whether it fits these answers, by question."""
        keys = {question: answer.pk for question, answer in answers.items()}
        return all(
            own is None or own == keys.get(question) for question, own in self._answers.items()
        )

    @property
    def exactness(self):
        """The number of questions it answers."""
        return sum(own is not None for own in self._answers.values())

    @property
    def _answers(self):
        """Its answers by question. None if any answer fits."""
        return {"who": self.who_id, "what": self.what_id, "when": self.when_id}


class SuggestionQuerySet(models.QuerySet):
    def for_page(self):
        """A list of the suggestions readers may see, with what their cards show."""
        # Services in the own-behaviour wing appear only in that wing's guides.
        is_kept_apart = models.Q(service__is_own_behaviour=True)
        in_the_wing = models.Q(guide__is_own_behaviour=True)
        suggestions = list(self.filter(~is_kept_apart | in_the_wing))
        services = Service.objects.cards({suggestion.service_id for suggestion in suggestions})
        shown = [suggestion for suggestion in suggestions if suggestion.service_id in services]
        for suggestion in shown:
            suggestion.service = services[suggestion.service_id]
        return shown


class Suggestion(models.Model):
    """A service under “Who can help” on a topic or guide, or a first contact in a situation."""

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="suggestions", verbose_name="service"
    )
    form_of_abuse = models.ForeignKey(
        FormOfAbuse,
        on_delete=models.CASCADE,
        related_name="suggestions",
        blank=True,
        null=True,
        verbose_name="topic",
    )
    guide = models.ForeignKey(
        Guide,
        on_delete=models.CASCADE,
        related_name="suggestions",
        blank=True,
        null=True,
        verbose_name="guide",
    )
    situation = models.ForeignKey(
        Situation,
        on_delete=models.CASCADE,
        related_name="suggestions",
        blank=True,
        null=True,
        verbose_name="situation",
    )
    position = models.PositiveSmallIntegerField(
        "order", default=0, help_text="Smaller numbers come first under “Who can help”."
    )

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        verbose_name = "suggested service"
        verbose_name_plural = "who can help"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(form_of_abuse__isnull=False, guide=None, situation=None)
                | models.Q(form_of_abuse=None, guide__isnull=False, situation=None)
                | models.Q(form_of_abuse=None, guide=None, situation__isnull=False),
                name="suggested_on_one_page",
            ),
            models.UniqueConstraint(
                fields=["service", "form_of_abuse"], name="suggested_once_on_a_topic"
            ),
            models.UniqueConstraint(fields=["service", "guide"], name="suggested_once_in_a_guide"),
            models.UniqueConstraint(
                fields=["service", "situation"], name="suggested_once_in_a_situation"
            ),
        ]

    def __str__(self):
        return str(self.service)

    def clean(self):
        super().clean()
        in_the_wing = self.guide is not None and self.guide.is_own_behaviour
        if self.service_id and self.service.is_own_behaviour and not in_the_wing:
            raise ValidationError(
                {
                    "service": (
                        "This service is for people worried about their own behaviour. List it "
                        "only in the guides for them."
                    )
                }
            )
