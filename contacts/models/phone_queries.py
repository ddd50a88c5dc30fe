"""Which numbers a page needs, and what it shows beside them."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Concat
from modeltranslation.utils import build_localized_fieldname

from contacts.models.approved import ApprovedNumber
from helphub.content.entries import EntryQuerySet
from strategy.models import Guide


class PhoneQuerySet(EntryQuerySet):
    def for_listing(self):
        """The published numbers on the contact page, without the own-behaviour wing."""
        return (
            self.published()
            .exclude(section=self.model.Section.OWN_BEHAVIOUR)
            .select_related("organization", "printed_line")
            .for_card()
        )

    def for_card(self):
        """Fetch everything a card shows beside a number."""
        return (
            self.knowing_help_now()
            .select_related("fallback")
            .prefetch_related(
                "call_facts",
                "schedules",
                "exceptions",
                "verifications",
                "services",
                "fallback__schedules",
                "fallback__exceptions",
                "fallback__services",
            )
        )

    def critical(self):
        """The numbers that appear on every page, by role."""
        return {phone.role: phone for phone in self.of_every_page()}

    def of_every_page(self, others=()):
        """The numbers that appear on every page, with these others, named by their slugs."""
        return (
            self.published()
            .filter(~models.Q(role="") | models.Q(slug__in=others))
            .select_related("organization", "fallback")
            .prefetch_related("services", "schedules", "exceptions", "verifications")
        )

    def of_help_now(self):
        """The numbers on “Help now”: in its text, in any language, and beside it."""
        return self.knowing_help_now().filter(is_of_help_now=True)

    def knowing_help_now(self):
        """As above, but all of them, and each knows whether it is on “Help now”."""
        token = Concat(models.Value("{"), models.OuterRef("slug"), models.Value("}"))
        shows_it = models.Q(suggestions__service__phones=models.OuterRef("pk"))
        for code, _name in settings.LANGUAGES:
            column = build_localized_fieldname("body", code)
            shows_it |= models.Q(**{f"{column}__contains": token})
        guide = Guide.objects.filter(shows_it, slug="help-now")
        return self.annotate(is_of_help_now=models.Exists(guide))

    def guarded(self):
        """The critical lines: a second person approves their digits before readers see them.

        They are the lines on every page and on “Help now”, and any line whose digits have ever
        been approved.
        """
        return self.filter(
            ~models.Q(role="")
            | models.Q(slug__in=ApprovedNumber.objects.values("line"))
            | models.Q(pk__in=self.of_help_now().published().values("pk"))
        )
