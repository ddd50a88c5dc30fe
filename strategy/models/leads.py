"""What the strategy leads to: documents, its list of numbers, pages of the old help hub."""

from django.db import models
from django.urls import reverse

from helphub.content import validators
from strategy.models.pages import FormOfAbuse
from strategy.models.printed import Printed, Quotation
from strategy.models.published import Published
from strategy.models.strategy import page_of


class Document(Published, Quotation):
    """Guidance or legislation linked from the strategy's appendix."""

    url = models.URLField(
        "address as printed",
        max_length=300,
        help_text="As the strategy prints it, even if the link no longer works.",
    )

    chapter_slug = "sources"
    prefix = "DOC"

    class Meta(Printed.Meta):
        verbose_name = "appendix document"
        verbose_name_plural = "appendix documents"


class ContactLine(Quotation):
    """An entry in the strategy's list of phone numbers, as printed."""

    audience = models.CharField(
        "who it is for",
        max_length=200,
        validators=validators.PLAIN,
        help_text="As the strategy puts it. Readers see it beside the printed line.",
    )

    prefix = "CON"

    class Meta(Printed.Meta):
        verbose_name = "contact line as printed"
        verbose_name_plural = "contact lines as printed"

    def get_absolute_url(self):
        return f"{page_of(self.strategy, 'contacts:printed-lines')}#{self.anchor}"


class HubArea(Quotation):
    """A page of the old help hub named in the strategy, and the page that replaced it."""

    url = models.URLField("address as printed")
    form_of_abuse = models.ForeignKey(
        FormOfAbuse,
        on_delete=models.PROTECT,
        related_name="hub_areas",
        blank=True,
        null=True,
        verbose_name="topic that replaced it",
        help_text="Leave empty for the home page.",
    )

    chapter_slug = "sources"
    prefix = "HUB"

    class Meta(Printed.Meta):
        verbose_name = "help-hub page as printed"
        verbose_name_plural = "help-hub pages as printed"

    @property
    def topic(self):
        """The topic, if readers can see it."""
        is_shown = self.form_of_abuse and self.form_of_abuse.is_shown
        return self.form_of_abuse if is_shown else None

    def get_new_url(self):
        """The page that the old address leads to now."""
        return self.topic.get_absolute_url() if self.topic else reverse("home")
