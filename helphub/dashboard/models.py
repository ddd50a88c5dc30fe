"""Questions that nobody has answered yet."""

from django.db import models


class OpenQuestionQuerySet(models.QuerySet):
    def open(self):
        """Questions that have no answer yet."""
        return self.filter(answer="")

    def get_by_natural_key(self, slug):
        return self.get(slug=slug)


class OpenQuestion(models.Model):
    """Something to find out before the site can say it, and the record to change then."""

    slug = models.SlugField("short name", max_length=60, unique=True)
    words = models.CharField(
        "question",
        max_length=250,
        help_text="One sentence that says what we do not know. Shown on officers' first page.",
    )
    todo = models.CharField(
        "how to find out",
        max_length=250,
        blank=True,
        help_text="Who to ask, and what the site says until then. Readers never see this.",
    )
    phone = models.ForeignKey(
        "contacts.Phone",
        on_delete=models.CASCADE,
        related_name="open_questions",
        blank=True,
        null=True,
        verbose_name="about the number",
        help_text="Choose the number, service or printed line that the answer will change.",
    )
    service = models.ForeignKey(
        "services.Service",
        on_delete=models.CASCADE,
        related_name="open_questions",
        blank=True,
        null=True,
        verbose_name="about the service",
    )
    contact_line = models.ForeignKey(
        "strategy.ContactLine",
        on_delete=models.CASCADE,
        related_name="open_questions",
        blank=True,
        null=True,
        verbose_name="about the printed line",
    )
    answer = models.TextField(
        "answer",
        max_length=1000,
        blank=True,
        help_text=(
            "What you found out, who told you and when. Once answered, the question leaves "
            "officers' first page. To change what readers see, edit the record itself."
        ),
    )

    objects = OpenQuestionQuerySet.as_manager()

    class Meta:
        db_table = "helphub_openquestion"
        ordering = ["pk"]
        verbose_name = "open question"
        verbose_name_plural = "open questions"

    def __str__(self):
        return self.words

    def natural_key(self):
        return (self.slug,)

    @property
    def record(self):
        """The record that the answer changes, or None."""
        return self.phone or self.service or self.contact_line
