"""The questions of the admin's first page that are about languages and translations."""

from django.conf import settings
from django.urls import reverse

from helphub.content.permissions import PUBLISH, SEE
from helphub.dashboard.need import Item, Need, form_of
from helphub.languages import names, reading, safety_set, same_meaning, texts, writing
from helphub.languages import views as desk
from helphub.languages.models import Language, Translation
from helphub.languages.offered import offered
from helphub.languages.parts import PARTS
from helphub.languages.states import Name


def languages_in_english(user):
    """Offered languages in which a part of the safety set is in English."""
    if not (user.has_perm(PUBLISH) or user.has_perm(desk.TRANSLATE)):
        return Need("In English, though the language is offered")
    items = []
    for code in offered():
        left = safety_set.left(code) if code != settings.LANGUAGE_CODE else []
        if left:
            url = f"{reverse('translations:queue', args=[code])}?part=safety"
            say = f"Texts of its safety set in English: {len(left)}"
            items.append(Item(names.in_english(code), url, say))
    return Need("In English, though the language is offered", items, is_pressing=True)


def languages_ready(user):
    """Languages that a publisher could offer: two people have reviewed all of the safety set."""
    if not user.has_perm("languages.change_language"):
        return Need("Ready to be offered")
    begun = set(Translation.objects.exclude(reviewed_from="").values_list("language", flat=True))
    rows = Language.objects.filter(slug__in=begun, is_offered=False) if begun else ()
    return Need(
        "Ready to be offered",
        [
            Item(str(row), form_of(row), "All of its safety set is reviewed. You decide.")
            for row in rows
            if not safety_set.left(row.slug)
        ],
    )


def translations_to_review(user):
    """Translations that were handed in, or whose English changed without changing its meaning."""
    found = reading.waiting(user.get_username()) if user.has_perm(desk.REVIEW) else {}
    return Need(
        "Translations to review",
        [
            Item(
                f"{names.in_english(code)}: {PARTS[part]}",
                reverse("translations:read", args=[code, part]),
                f"Texts to read: {number}",
            )
            for (code, part), number in found.items()
        ],
    )


def translations_sent_back(user):
    """Translations of this officer that a reviewer sent back."""
    rows = Translation.objects.filter(
        author=user.get_username(), approvals__is_approved=False, handed_in=""
    ).distinct()
    return Need(
        "Translations sent back to you",
        [
            Item(desk.title_of(text), desk.address_of(row.language, text.name))
            for row in rows
            if (text := texts.find(Name(row.label, row.key, row.field)))
            and writing.sent_back(text, row.language)
        ],
    )


def changed_english(user):
    """Changed English whose approved translations readers no longer see."""
    if not user.has_perm(SEE):
        return Need("Does it still mean the same?")
    url = reverse("translations:changed-english")
    items = [
        Item(
            str(item.text.record),
            url,
            f"{item.answer.said_by} says so. Someone else has to agree."
            if item.answer
            else f"Its English has changed. Languages affected: {', '.join(item.languages)}.",
        )
        for item in same_meaning.changed()
        if not item.answer or (item.answer.is_same and item.answer.said_by != user.get_username())
    ]
    return Need("Does it still mean the same?", items, url=url)
