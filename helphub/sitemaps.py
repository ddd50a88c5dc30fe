from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from services.models import Service, Town
from strategy.models import Chapter, FormOfAbuse, Guide


class ReviewedSitemap(Sitemap):
    """Pages in every language that readers are offered."""

    i18n = True
    alternates = True
    languages = settings.REVIEWED_LANGUAGES


class Lists(ReviewedSitemap):
    """The pages that list entries."""

    def items(self):
        return [
            "strategy:guide-list",
            "strategy:form-of-abuse-list",
            "services:service-list",
            "contacts:phone-list",
            "services:town-list",
            "services:interpreter",
        ]

    def location(self, item):
        return reverse(item)


class Entries(ReviewedSitemap):
    """The published entries of one model."""

    def __init__(self, model):
        self.model = model

    def items(self):
        return self.model.objects.published()


SITEMAPS = {"lists": Lists} | {
    model._meta.model_name: Entries(model) for model in [Guide, FormOfAbuse, Service, Town, Chapter]
}
