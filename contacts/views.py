from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from contacts.models import Phone
from helphub.content import markup, memory
from strategy.models import ContactLine, Strategy

# The others are folded: all of them, open, would be eight screens of a phone.
MOST_OPEN = 2
WITHOUT_TALKING = markup.Part("without-talking", "If you are deaf, or cannot talk aloud")


@require_safe
def phone_list(request):
    phones = memory.rows("numbers", lambda: list(Phone.objects.for_listing()))
    sections = {}
    for phone in phones:
        sections.setdefault(phone.section_name, []).append(phone)
    contents = markup.contents(sections)
    context = {
        "phones": phones,
        "sections": list(zip(contents, sections.values(), strict=True)),
        "most_open": MOST_OPEN,
        # What deaf people use comes after the first section.
        "contents": [*contents[:1], WITHOUT_TALKING, *contents[1:]] if phones else [],
    }
    return render(request, "contacts/phone_list.html", context)


@require_safe
def printed_lines(request, strategy=""):
    """The strategy's own list of numbers, with what has changed since."""
    in_force = Strategy.objects.in_force()
    shown = get_object_or_404(Strategy.objects.replaced(), slug=strategy) if strategy else in_force
    lines = memory.rows(
        f"contact lines {strategy}",
        lambda: list(ContactLine.objects.shown_of(shown).select_related("phone")),
    )
    context = {
        "contact_lines": lines,
        "strategy": shown,
        "replaced_by": in_force if strategy else None,
    }
    return render(request, "contacts/printed_lines.html", context)
