"""Whom services are for, and where."""

from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse

from helphub.content import validators
from helphub.content.entries import Entry, EntryQuerySet, Page


class Audience(Entry):
    """A group of people that a service is for."""

    name = models.CharField(
        "name",
        max_length=80,
        validators=[validators.validate_text],
        help_text="For officers and for Find. The service's own sentence says whom it is for.",
    )

    class Meta(Entry.Meta):
        verbose_name = "group of people"
        verbose_name_plural = "groups of people"

    def __str__(self):
        return self.name


class ServiceArea(Entry):
    """An area whose residents a service is for, as in HSDS."""

    name = models.CharField(
        "name",
        max_length=80,
        validators=[validators.validate_text],
        help_text="Shown on a service's page, after “Where”.",
    )
    code = models.CharField(
        "ONS code",
        max_length=9,
        blank=True,
        validators=[
            RegexValidator(r"^[A-Z]\d{8}$", "Type a letter and eight digits, such as E08000027.")
        ],
        help_text="The Office for National Statistics code, for other directories to use.",
    )

    class Meta(Entry.Meta):
        verbose_name = "area"
        verbose_name_plural = "areas"

    def __str__(self):
        return self.name


class TownQuerySet(EntryQuerySet):
    def areas(self):
        """The areas that the published towns are in."""
        return ServiceArea.objects.published().filter(towns__in=self.published()).distinct()


class Town(Page):
    """A town in the borough. “Help near you” lists places by town.

    Its own address shows that same page, so that no bookmark is lost.
    """

    area = models.ForeignKey(
        ServiceArea,
        on_delete=models.PROTECT,
        related_name="towns",
        verbose_name="area",
        help_text="Services for this area are listed on “Help near you”.",
    )

    objects = TownQuerySet.as_manager()

    list_name = "services:near"

    class Meta(Page.Meta):
        verbose_name = "town"
        verbose_name_plural = "towns"

    def get_absolute_url(self):
        return reverse("services:near-town", args=[self.slug])
