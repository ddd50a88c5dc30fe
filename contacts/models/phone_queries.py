"""Which numbers a page needs, and what it shows beside them."""

from django.conf import settings
from django.db import models
from modeltranslation.utils import build_localized_fieldname

from contacts.models.approved import ApprovedNumber
from helphub.content import tokens
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
        return self.select_related("fallback").prefetch_related(
            "call_facts",
            "schedules",
            "exceptions",
            "verifications",
            "services",
            "fallback__schedules",
            "fallback__exceptions",
            "fallback__services",
        )

    def critical(self):
        """The numbers that appear on every page, by role."""
        return {phone.role: phone for phone in self.of_every_page()}

    def of_every_page(self, others=()):
        """The numbers that appear on every page, with these others, named by their slugs."""
        return (
            self.published()
            .filter(~models.Q(role="") | models.Q(slug__in=others))
            .select_related("organization")
            .prefetch_related("services", "schedules", "exceptions", "verifications")
        )

    def of_help_now(self):
        """The numbers on “Help now”: in its text, in any language, and beside it."""
        guide = Guide.objects.filter(slug="help-now").first()
        bodies = [
            getattr(guide, build_localized_fieldname("body", code)) or ""
            for code, _name in settings.LANGUAGES
            if guide
        ]
        named = {slug for body in bodies for _kind, slug in tokens.tokens_of(body)}
        beside = self.filter(services__suggestions__guide=guide).values("pk")
        return self.filter(models.Q(slug__in=named) | models.Q(pk__in=beside))

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
