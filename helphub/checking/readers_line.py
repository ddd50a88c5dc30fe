"""A line as readers have it now, for the officer who checks it."""

from django.template.loader import render_to_string

from contacts.models import Phone
from helphub.content import router
from helphub.editions import readers_content, store


def as_readers_see(phone):
    """What readers' edition says of a line, as HTML; or "" while it cannot be read."""
    try:
        folder = readers_content.whole_edition()
        if folder is None:
            return ""
        with router.reading(folder):
            row = Phone.objects.filter(pk=phone.pk).first()
            return render_to_string("admin/checking/_readers.html", {"phone": row})
    except (OSError, store.StoreError):
        return ""
