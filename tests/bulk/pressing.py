"""Many records at once, as officers do it: ticked in a list, looked at, and pressed."""

from tests.support.reader import Page, form_values, text


def begin(client, action, *rows):
    """Tick these in their list and choose from its menu. Returns the page that follows."""
    options = rows[0]._meta
    address = f"/admin/{options.app_label}/{options.model_name}/"
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return Page(client.post(address, chosen, follow=True))


def buttons(page, step):
    return page.all("button", name_="step", value=step)


def press(client, page, step="do", **answers):
    """Press a button of such a page, with these answers."""
    (form,) = [form for form in page.all("form") if "/bulk/" in (form.get("action") or "")]
    assert buttons(page, step), f"No button {step}: {page.main}"
    values = {name: value for name, value in form_values(page).items() if value is not None}
    return Page(client.post(form.get("action"), values | {"step": step} | answers, follow=True))


def will_change(page):
    """The names of the records that the preview would change."""
    return [text(heading) for heading in page.all("h3")]


def left_out(page):
    """The records that the preview leaves out, each with why."""
    return [text(line) for each in page.all("ul", class_="left-out") for line in each.iter("li")]
