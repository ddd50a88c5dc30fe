"""What is said for some days beside the pages that stay: a national week, a local campaign."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.urls import reverse
from modeltranslation.utils import build_localized_fieldname

from helphub.content import memory, validators
from helphub.content.entries import EntryQuerySet, Page, language_of_words
from helphub.content.rows import NumberedRow, in_words
from strategy.models import FormOfAbuse, Guide

# The home page is long. With these, it still arrives at once in every language.
LONGEST_NAME, LONGEST_WORDS = 80, 300
ONE_PAGE = "Choose a guide or a topic, not both."
NO_LINKS = (
    "Take the link out. Name a page of this site as {guide:consent}. A link to another website "
    "goes under “Links to material”."
)


class CampaignQuerySet(EntryQuerySet):
    def for_note(self):
        """What readers may see today, with the page that each leads to. The first to begin first.

        The forms keep two off the home page at once. An edition may still hold two, if only one of
        two changes was published.
        """
        return self.published().select_related("guide", "topic").order_by("starts_on", "slug")

    def on_home(self):
        """The campaign on the home page, or None."""
        read = self.for_note().filter(is_on_home=True)[:1]
        return next(iter(memory.rows("campaign on home", lambda: list(read))), None)

    def on_topic(self, topic):
        """The campaigns on the page of a topic."""
        read = self.for_note().filter(topics=topic)
        return memory.rows(f"campaigns on topic {topic.pk}", lambda: list(read))


class Campaign(Page):
    """A campaign: shown from its first day to its last, and gone by itself the day after."""

    name = models.CharField(
        "name",
        max_length=LONGEST_NAME,
        validators=[validators.validate_text],
        help_text="What readers see, as on its posters: “White Ribbon Day”.",
    )
    words = models.CharField(
        "words",
        max_length=LONGEST_WORDS,
        validators=[validators.validate_text],
        help_text=(
            "One or two plain sentences for somebody who may need help today. Name a number as "
            "{h-spoc}, a guide as {guide:consent} and a topic as {topic:pictures}."
        ),
    )
    # Empty in previews alone: these show what comes as if its days were now.
    starts_on = models.DateField("first day", null=True, help_text="Readers see it from this day.")
    ends_on = models.DateField(
        "last day",
        null=True,
        help_text=(
            "The last day that readers see it. The day after, it is gone from every page by itself."
        ),
    )
    is_on_home = models.BooleanField(
        "on the home page",
        default=False,
        help_text="One campaign at a time. It stands below the numbers and “What do you need?”.",
    )
    topics = models.ManyToManyField(
        FormOfAbuse,
        related_name="campaigns",
        blank=True,
        verbose_name="on the pages of topics",
        help_text="It stands below the help on these pages.",
    )
    guide = models.ForeignKey(
        Guide,
        on_delete=models.PROTECT,
        limit_choices_to={"is_own_behaviour": False},  # Kept apart from whoever was hurt.
        related_name="campaigns",
        blank=True,
        null=True,
        verbose_name="leads to a guide",
        help_text="The page to read next, if there is one.",
    )
    topic = models.ForeignKey(
        FormOfAbuse,
        on_delete=models.PROTECT,
        related_name="leading_here",
        blank=True,
        null=True,
        verbose_name="or to a topic",
    )

    objects = CampaignQuerySet.as_manager()

    class Meta(Page.Meta):
        verbose_name = "campaign"
        verbose_name_plural = "campaigns"
        ordering = ["-starts_on", "slug"]

    def get_absolute_url(self):
        return reverse("campaigns:campaign-detail", args=[self.slug])

    @property
    def next_page(self):
        """The guide or topic that it leads to, if readers can see that."""
        page = self.guide or self.topic
        return page if page and page.is_shown else None

    @property
    def days_in_words(self):
        return f"{in_words(self.starts_on)} to {in_words(self.ends_on)}"

    def clean(self):
        super().clean()
        # A dead link on the home page would stop a publication, and blame the home page for it.
        columns = [build_localized_fieldname("words", code) for code, _ in settings.LANGUAGES]
        linked = [column for column in columns if "](" in (getattr(self, column) or "")]
        errors = dict.fromkeys(linked, NO_LINKS)
        if self.guide_id and self.topic_id:
            errors["topic"] = ONE_PAGE
        if other := self._other_on_home():
            errors["is_on_home"] = (
                f"“{other.name}” is on the home page from {other.days_in_words}, and there is "
                "room for one. Choose other days, or untick this."
            )
        if errors:
            raise ValidationError(errors)

    def _other_on_home(self):
        """A campaign that would stand on the home page on one of the same days."""
        has_days = self.starts_on and self.ends_on
        if not (has_days and self.is_on_home and self.is_published and not self.is_archived):
            return None
        others = type(self).objects.filter(
            is_on_home=True,
            is_published=True,
            is_archived=False,
            starts_on__lte=self.ends_on,
            ends_on__gte=self.starts_on,
        )
        return others.exclude(pk=self.pk).order_by("starts_on").first()


class MaterialQuerySet(models.QuerySet):
    def get_by_natural_key(self, campaign, position):
        return self.get(campaign__slug=campaign, position=position)


class Material(NumberedRow):
    """A page elsewhere with posters, leaflets or pictures of a campaign."""

    owner = "campaign"

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="materials", verbose_name="campaign"
    )
    title = models.CharField(
        "title",
        max_length=80,
        validators=[validators.validate_text],
        help_text="What is there: “Posters in six languages”.",
    )
    url = models.URLField(
        "address",
        validators=[URLValidator(["https"], message="Start the address with https://.")],
        help_text=(
            "Start with https://. Readers see the website's name beside the title, so they know "
            "that it leaves this site. We check it like every other link."
        ),
    )

    objects = MaterialQuerySet.as_manager()

    words_language = property(language_of_words)

    class Meta:
        verbose_name = "link to material"
        verbose_name_plural = "links to material"
        ordering = ["campaign", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "position"], name="one_material_for_each_order"
            )
        ]

    def __str__(self):
        return self.title

    def natural_key(self):
        return (self.campaign.slug, str(self.position))
