"""The versions of a record, and the page that restores one."""

from django.urls import reverse

from helphub.history import versions
from tests.support.reader import Page


def versions_of(row):
    return list(versions.of_record(type(row), row.pk))


def restore_url(row, version):
    return reverse("history:restore", args=[row._meta.label_lower, row.pk, version.pk])


def restore(client, row, version):
    """Look at what restoring would change, then press the button."""
    page = Page(client.get(restore_url(row, version)))
    values = {
        field.get("name"): field.get("value")
        for field in page.all("input", type="hidden")
        if field.get("name") == "fingerprint"
    }
    return Page(client.post(restore_url(row, version), values, follow=True))
