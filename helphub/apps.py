from django.apps import AppConfig
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _


def owner_facts(slugs):
    """Facts that only the owner can supply, or a note that they are missing."""
    return {
        slug: format_html("{}", settings.OWNER[slug] or _("(not yet named)"))
        for slug in slugs
        if slug in settings.OWNER
    }


def list_links(slugs):
    """Links to the lists of entries."""
    from helphub.content import tokens

    lists = {
        "topics": ("strategy:form-of-abuse-list", _("Topics")),
        "services": ("services:service-list", _("Services")),
        "contacts": ("contacts:phone-list", _("Contact numbers")),
    }
    return {
        slug: tokens.link(reverse(lists[slug][0]), lists[slug][1])
        for slug in slugs
        if slug in lists
    }


class HelphubConfig(AppConfig):
    name = "helphub"

    def ready(self):
        from helphub import checks  # noqa: F401
        from helphub.content import tokens

        tokens.register("owner", owner_facts)
        tokens.register("list", list_links)
