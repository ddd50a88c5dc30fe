"""What the strategy in force prints about a form of abuse, and what earlier ones printed."""

from django.db import models

from strategy.models.pages import FormOfAbuse
from strategy.models.printed import Printed, Quotation


class FormAsPrinted(Quotation):
    """What a strategy prints about a form of abuse, and the topic that explains it.

    What the first strategy prints is with the topics themselves.
    """

    form_of_abuse = models.ForeignKey(
        FormOfAbuse,
        on_delete=models.PROTECT,
        related_name="as_printed",
        blank=True,
        null=True,
        verbose_name="topic",
        help_text="The topic that explains it in plain words. If there is none yet, add one first.",
    )

    chapter_slug = "definition"
    prefix = "FRM"

    class Meta(Printed.Meta):
        verbose_name = "form of abuse as printed"
        verbose_name_plural = "forms of abuse as printed"
        constraints = [
            *Printed.Meta.constraints,
            models.UniqueConstraint(
                fields=["strategy", "form_of_abuse"],
                name="one_form_as_printed_for_each_topic",
                violation_error_message="This strategy names this topic already.",
            ),
        ]

    @property
    def topic(self):
        """The topic, if readers can see it."""
        is_shown = self.form_of_abuse and self.form_of_abuse.is_shown
        return self.form_of_abuse if is_shown else None


def forms_of_abuse(strategy):
    """The forms of abuse that a strategy prints, each with its words and its topic."""
    if strategy and strategy.is_first:
        return list(FormOfAbuse.objects.in_the_strategy())
    return list(FormAsPrinted.objects.shown_of(strategy))


def printed_on(topic, strategy):
    """What a strategy prints about a topic, or None."""
    if strategy and strategy.is_first:
        return topic if topic.words else None
    return FormAsPrinted.objects.of(strategy).filter(form_of_abuse=topic).first()
