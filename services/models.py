"""Floor 3: who helps, with what, and whom."""

from django.core.exceptions import ValidationError
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contacts.models import Organization, Phone
from helphub import texts
from helphub.entries import Entry, EntryQuerySet, Page
from strategy.models import FormOfAbuse, Guide


class Audience(Entry):
    """A group of people that a service is for."""

    name = models.CharField(_("name"), max_length=80, validators=[texts.validate_text])

    class Meta(Entry.Meta):
        verbose_name = _("group of people")
        verbose_name_plural = _("groups of people")

    def __str__(self):
        return self.name


class ServiceQuerySet(EntryQuerySet):
    def for_listing(self):
        """The published services of the directory, without the wing for one's own behaviour."""
        return self.published().filter(is_own_behaviour=False).for_card()

    def for_card(self):
        """With what a card shows."""
        return self.select_related("organization").prefetch_related(
            models.Prefetch("phones", Phone.objects.published().for_card())
        )

    def for_page(self):
        """With all that a service's own page shows."""
        return self.for_card().prefetch_related(
            models.Prefetch("audiences", Audience.objects.published()),
            models.Prefetch("forms_of_abuse", FormOfAbuse.objects.published()),
        )

    def line_links(self, slugs):
        """What a line's token becomes: its number as a link, or the service that has none."""
        links = {
            phone.slug: render_to_string("includes/_number.html", {"phone": phone}).strip()
            for phone in Phone.objects.published().filter(slug__in=slugs)
        }
        for service in self.published().filter(line__in=set(slugs) - set(links)):
            links[service.line] = texts.link(service.get_absolute_url(), service.name)
        return links

    def line_names(self, slugs):
        """The names of these lines, published or not."""
        return {service.line: service.name for service in self.filter(line__in=slugs)}


class Service(Page):
    """Help that an organisation gives, and how to get it."""

    line = models.SlugField(
        _("line"),
        max_length=40,
        unique=True,
        help_text=_("The name that texts use for it in braces, such as h-ceop."),
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="services",
        verbose_name=_("organisation"),
    )
    summary = models.CharField(
        _("summary"),
        max_length=300,
        validators=[texts.validate_text],
        help_text=_("What help it gives, in one or two sentences. Shown in lists too."),
    )
    phones = models.ManyToManyField(
        Phone, related_name="services", blank=True, verbose_name=_("numbers")
    )
    website = models.URLField(_("website"), blank=True)
    website_hint = models.CharField(
        _("where on the website"),
        max_length=120,
        blank=True,
        validators=[texts.validate_text],
        help_text=_("For example: “Look for Report Remove.”"),
    )
    webchat = models.URLField(_("address of the web chat"), blank=True)
    email = models.EmailField(_("email"), blank=True)
    what_to_expect = models.TextField(
        _("what to expect"),
        blank=True,
        validators=[texts.validate_text],
        help_text=_("Who answers, what they ask, and when they have to tell somebody else."),
    )
    coverage = models.CharField(
        _("where"), max_length=120, blank=True, validators=[texts.validate_text]
    )
    languages = models.CharField(
        _("languages and interpreters"),
        max_length=200,
        blank=True,
        validators=[texts.validate_text],
    )
    accessibility = models.CharField(
        _("if you are deaf or cannot speak"),
        max_length=250,
        blank=True,
        validators=[texts.validate_text],
    )
    audiences = models.ManyToManyField(
        Audience, related_name="services", blank=True, verbose_name=_("who it is for")
    )
    forms_of_abuse = models.ManyToManyField(
        FormOfAbuse, related_name="services", blank=True, verbose_name=_("topics")
    )
    is_own_behaviour = models.BooleanField(
        _("for people worried about their own behaviour"),
        default=False,
        help_text=_("Kept apart: never in a topic's list or in the directory."),
    )

    objects = ServiceQuerySet.as_manager()

    class Meta(Page.Meta):
        verbose_name = _("service")
        verbose_name_plural = _("services")

    def get_absolute_url(self):
        return reverse("services:service-detail", args=[self.slug])

    def clean(self):
        super().clean()
        if self.pk and self.is_own_behaviour:
            elsewhere = self.suggestions.exclude(guide__is_own_behaviour=True).select_related(
                "guide", "form_of_abuse"
            )
            if pages := [str(one.guide or one.form_of_abuse) for one in elsewhere]:
                raise ValidationError(
                    {
                        "is_own_behaviour": _(
                            "Take it out of “Who can help” first, on: %(pages)s. It is to be kept "
                            "apart from these."
                        )
                        % {"pages": ", ".join(pages)}
                    }
                )


class SuggestionQuerySet(models.QuerySet):
    def for_page(self):
        """The suggestions a reader may see, with what their cards show."""
        # A service of the wing for one's own behaviour stays in the guides of that wing.
        is_kept_apart = models.Q(service__is_own_behaviour=True)
        in_the_wing = models.Q(guide__is_own_behaviour=True)
        shown = self.filter(service__is_published=True).filter(~is_kept_apart | in_the_wing)
        return shown.prefetch_related(models.Prefetch("service", Service.objects.for_card()))


class Suggestion(models.Model):
    """A service named under “Who can help” on a topic or in a guide, in that page's order."""

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="suggestions", verbose_name=_("service")
    )
    form_of_abuse = models.ForeignKey(
        FormOfAbuse,
        on_delete=models.CASCADE,
        related_name="suggestions",
        blank=True,
        null=True,
        verbose_name=_("topic"),
    )
    guide = models.ForeignKey(
        Guide,
        on_delete=models.CASCADE,
        related_name="suggestions",
        blank=True,
        null=True,
        verbose_name=_("guide"),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        verbose_name = _("suggested service")
        verbose_name_plural = _("who can help")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(form_of_abuse=None) ^ models.Q(guide=None),
                name="suggested_on_one_page",
            ),
            models.UniqueConstraint(
                fields=["service", "form_of_abuse"], name="suggested_once_on_a_topic"
            ),
            models.UniqueConstraint(fields=["service", "guide"], name="suggested_once_in_a_guide"),
        ]

    def __str__(self):
        return str(self.service)

    def clean(self):
        super().clean()
        in_the_wing = self.guide is not None and self.guide.is_own_behaviour
        if self.service_id and self.service.is_own_behaviour and not in_the_wing:
            raise ValidationError(
                {
                    "service": _(
                        "This service is for people worried about their own behaviour. It is "
                        "kept apart, in the guides for them."
                    )
                }
            )
