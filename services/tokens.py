"""What the tokens in texts become: {h-spoc} a number, {website:care-centres} a button.

A number in a paragraph of its own becomes a button, with its hours beside it.
"""

import re
from functools import partial

from django.template.loader import render_to_string
from django.utils.html import format_html

from contacts.models import Phone
from helphub.content import memory, tokens
from services.models import Service


def _on_one_line(template, context):
    """A link to stand inside an officer's sentence, so without its template's line breaks."""
    return re.sub(r"\s*\n\s*", " ", render_to_string(template, context).strip())


def _lines():
    """The published numbers, with everything a link needs."""
    return Phone.objects.published().prefetch_related("services")


def line(slug):
    """The published number with this slug and what a link to it shows, or None."""
    return memory.rows("lines", partial(_lines().in_bulk, field_name="slug")).get(slug)


def line_links(slugs):
    """What a line's token becomes: a link to its number, or to its service if it has none."""
    if memory.is_used():
        phones = [phone for slug in slugs if (phone := memory.answer(line, slug))]
    else:
        phones = _lines().filter(slug__in=slugs)
    links = {
        phone.slug: memory.recall(
            ("number", phone.slug),
            partial(_on_one_line, "includes/_number.html", {"phone": phone}),
        )
        for phone in phones
    }
    for service in _linked("line", set(slugs) - set(links)):
        link = tokens.link(service.get_absolute_url(), service.name)
        links[service.line] = format_html('<span translate="no">{}</span>', link)
    return links


def _linked(field, names):
    """The published services with these names."""
    if not names:
        return []
    return memory.rows(
        f"services by {field} {sorted(names)}",
        lambda: list(Service.objects.published().filter(**{f"{field}__in": names})),
    )


def _with_hours():
    """The published numbers, with everything that a button and its hours need."""
    return Phone.objects.published().for_card()


def line_with_hours(slug):
    """The published number with this slug and what its button shows, or None."""
    return memory.rows("buttons", partial(_with_hours().in_bulk, field_name="slug")).get(slug)


def line_buttons(slugs):
    """The button of each line that has a number and is not closed for now."""
    if memory.is_used():
        phones = [memory.answer(line_with_hours, slug) for slug in slugs]
    else:
        phones = _with_hours().filter(slug__in=slugs)
    return {
        phone.slug: memory.recall(
            ("button", phone.slug),
            partial(render_to_string, "services/_line_button.html", {"phone": phone}),
        )
        for phone in phones
        if phone and not phone.closed_service
    }


def website_links(slugs):
    """What ``{website:care-centres}`` becomes: a website button, or a link to our own page."""
    return {
        service.slug: _on_one_line("services/_website_button.html", {"service": service})
        if service.website
        else tokens.link(service.get_absolute_url(), service.name)
        for service in _linked("slug", slugs)
    }


def website_names(slugs):
    """The names of these services, published or not."""
    return {service.slug: service.name for service in Service.objects.filter(slug__in=slugs)}


def line_names(slugs):
    """The names of these lines, published or not."""
    return {service.line: service.name for service in Service.objects.filter(line__in=slugs)}
