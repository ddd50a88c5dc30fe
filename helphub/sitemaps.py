from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from helphub.campaigns.models import Campaign
from helphub.languages.offered import offered
from services import grouping
from services.models import Service
from strategy.models import AnnualReport, Chapter, FormOfAbuse, Guide


class ReviewedSitemap(Sitemap):
    """Pages in every language that readers are offered."""

    i18n = True
    alternates = True

    @property
    def languages(self):
        return offered()


class Lists(ReviewedSitemap):
    """The pages that list entries."""

    def items(self):
        return [
            "strategy:guide-list",
            "strategy:form-of-abuse-list",
            "services:service-list",
            "contacts:phone-list",
            "contacts:printed-lines",
            "strategy:impact",
            "strategy:local-data",
            "strategy:newer",
            "services:near",
            "services:interpreter",
        ]

    def location(self, item):
        return reverse(item)


class PartsOfTheList(ReviewedSitemap):
    """The parts of the list of services that have their own page."""

    def items(self):
        return grouping.with_pages()


class Entries(ReviewedSitemap):
    """The published entries of one model."""

    def __init__(self, model):
        self.model = model

    def items(self):
        pages = self.model.objects
        # A strategy that has been replaced is for those who look for it.
        return pages.in_force() if self.model is Chapter else pages.published()


SITEMAPS = {"lists": Lists, "parts": PartsOfTheList} | {
    model._meta.model_name: Entries(model)
    for model in [Guide, FormOfAbuse, Service, Chapter, AnnualReport, Campaign]
}
