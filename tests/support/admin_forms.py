"""The admin's forms as officers use them: opened, filled in and sent."""

from django.urls import reverse

from tests.support.reader import Page, form_values, text


def change_url(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def save(admin, row, **changes):
    """Open a row's form, change some fields, press Save and return the page that comes back."""
    page = Page(admin.get(change_url(row)))
    return Page(admin.post(change_url(row), form_values(page) | changes, follow=True))


def errors(page):
    return [text(error) for error in page.all("ul", class_="errorlist")]


def type_into(client, row, **changes):
    """What an officer sends after changing some fields of a row's form."""
    return form_values(Page(client.get(change_url(row)))) | changes


def all_inputs(form):
    """What a form sends that is made of inputs alone."""
    values = {}
    for field in form.iter("input"):
        values.setdefault(field.get("name"), []).append(field.get("value"))
    return values
