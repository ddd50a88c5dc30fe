"""The admin's first page: what needs an officer today, and the site in readers' order.

Each question is a function. To add one, write the function and list it in QUESTIONS.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from contacts.models import LAPSE, Phone
from helphub.approvals.models import NumberProposal
from helphub.approvals.views import APPROVE
from helphub.content.permissions import PUBLISH, SEE
from helphub.content.registry import Record
from helphub.dashboard.models import OpenQuestion
from helphub.editions import outcomes, state_files
from helphub.publishing import editions, pending
from helphub.publishing.editions import refusals_of
from helphub.reviews import views
from strategy.models import FIXED_PAGES, Guide

SOON = timedelta(days=14)
CHANGE_NUMBERS = "contacts.change_phone"


@dataclass
class Item:
    """One thing to do, and where."""

    words: str
    url: str
    more: str = ""
    record: object = None  # The record to fix, if it is not the item itself.
    record_url: str = ""


@dataclass
class Need:
    """What one question found."""

    title: str
    items: list = field(default_factory=list)
    is_pressing: bool = False
    url: str = ""  # The page that deals with all of them.


def form_of(row):
    return editions.form_of(Record(row._meta.label_lower, row.pk, str(row)))


def refused(user):
    """What was refused, failed or left out, and is not fixed yet."""
    entries = outcomes.unmended() if user.has_perm(SEE) else []
    is_refused = any(entry["state"] != outcomes.HELD for entry in entries)
    is_newest = entries and entries[0]["id"] == (state_files.last() or {}).get("entry")
    if not is_refused:
        title = "Left out of what readers see"
    elif is_newest and entries[0]["state"] == outcomes.REFUSED:
        title = "The last publication was refused"
    else:
        title = "Refused or failed, and not fixed yet"
    items = []
    for entry in entries:
        items += [
            Item(
                item["refusal"].record.name if item["refusal"].record else "The whole edition",
                item["url"] or reverse("publishing:editions"),
                item["refusal"].why,
            )
            for item in refusals_of(entry)
        ]
        if entry["why"]:
            items.append(Item("The whole edition", reverse("publishing:editions"), entry["why"]))
    return Need(title, items, is_pressing=is_refused)


def reviews_asked(user):
    """Records that others have asked this officer to review."""
    return Need(
        "You have been asked to review",
        [
            Item(
                review.name,
                reverse("reviews:review", args=[review.pk]),
                f"Asked by {review.asked_by}, {review.asked_at:%-d %B}. {review.note}".strip(),
            )
            for review in views.asked_of(user)
        ],
    )


def reviews_to_mend(user):
    """Reviews this officer asked for that call for a change."""
    return Need(
        "Reviewed, and needs a change",
        [
            Item(
                review.name,
                reverse("reviews:review", args=[review.pk]),
                f"{review.answered_by}: {review.words}",
            )
            for review in views.to_mend(user)
        ],
    )


def waiting_to_be_published(user):
    """What is saved, but not in readers' edition yet."""
    if not (user.has_perm(PUBLISH) or user.has_perm(SEE)):
        return Need("Waiting to be published")
    items = [Item(entry.title, entry.url, _changed_in_words(entry)) for entry in pending.records()]
    return Need("Waiting to be published", items, url=reverse("publishing:waiting"))


def _changed_in_words(entry):
    change = entry.says or "Waiting"
    if not entry.who:
        return change
    day = timezone.localtime(entry.since or entry.changed_at)
    return f"{change}. Last changed by {entry.who}. Waiting since {day:%-d %B}"


def second_person(user):
    """Critical numbers that another officer proposed and this officer may approve."""
    if not user.has_perm(APPROVE):
        return Need("Numbers waiting for a second person")
    proposed = NumberProposal.objects.waiting().exclude(proposer=user.pk).select_related("phone")
    return Need(
        "Numbers waiting for a second person",
        [
            Item(
                str(proposal.phone),
                proposal.get_absolute_url(),
                f"{proposal.proposed_by} has proposed {proposal.display}. {proposal.why}".strip(),
            )
            for proposal in proposed
        ],
        is_pressing=True,
    )


def lapsing(user):
    """Numbers that have gone 90 days without a check, or will within two weeks."""
    if not user.has_perm(CHANGE_NUMBERS):
        return Need("Check these numbers")
    today = timezone.localdate()
    rows = []
    for phone in Phone.objects.published().exclude(never_lapses=True).for_card():
        # “Open now” depends on the last call. If nobody has rung the line, show its last check.
        newest = phone.asked or phone.verification
        day = newest.verified_on + LAPSE if newest else None
        if day is None or day <= today + SOON:
            rows.append((day or today - LAPSE, phone, newest))
    rows.sort(key=lambda row: (row[0], row[1].name))
    return Need(
        "Check these numbers",
        [
            Item(
                str(phone),
                f"{form_of(phone)}#verifications-group",
                _lapse_in_words(day, today, newest),
            )
            for day, phone, newest in rows
        ],
    )


def _lapse_in_words(day, today, newest):
    if newest is None:
        return "Not checked yet. Readers see “These hours may have changed”."
    if not newest.was_asked:
        return "Nobody has rung it. Readers see “From its website, not yet rung” with its hours."
    if day <= today:
        return f"Lapsed on {day:%-d %B %Y}. Readers see “These hours may have changed”."
    return f"Lapses on {day:%-d %B}. Until then readers see whether it is open."


def open_questions(user):
    """Open questions, and numbers whose sources differ on the hours."""
    items = []
    if user.has_perm("dashboard.change_openquestion"):
        questions = OpenQuestion.objects.open().select_related("phone", "service", "contact_line")
        items += [
            Item(
                question.words,
                form_of(question),
                question.todo,
                question.record,
                form_of(question.record),
            )
            if question.record
            else Item(question.words, form_of(question), question.todo)
            for question in questions
        ]
    if user.has_perm(CHANGE_NUMBERS):
        disputed = Phone.objects.published().filter(hours_are_disputed=True)
        items += [
            Item(
                str(phone), form_of(phone), "Sources differ on its hours. Ring the number and ask."
            )
            for phone in disputed
        ]
    return Need("Open questions", items)


QUESTIONS = [
    refused,
    reviews_asked,
    reviews_to_mend,
    second_person,
    waiting_to_be_published,
    lapsing,
    open_questions,
]


def needs(user):
    """What needs this officer today, pressing needs first."""
    answers = [need for need in (question(user) for question in QUESTIONS) if need.items]
    return sorted(answers, key=lambda need: not need.is_pressing)


# The site as readers meet it, then what only officers see: (title, parts). A label is a list in the
# admin; a pair is a URL name and a title.
SITE = [
    ("Get help now", ["help-now"]),
    ("Find", ["search.synonym"]),
    ("Topics", ["strategy.formofabuse"]),
    ("Guides", ["strategy.guide"]),
    (
        "Services",
        ["services.service", "contacts.organization", "services.audience", "services.servicearea"],
    ),
    ("Who to reach first", ["services.situation", "services.choice"]),
    ("Help near you", ["services.town"]),
    (
        "Contact numbers",
        [
            "contacts.phone",
            "contacts.approvednumber",
            "approvals.numberproposal",
            "dashboard.openquestion",
        ],
    ),
    (
        "Dudley's strategy",
        [
            "strategy.chapter",
            "strategy.passage",
            "strategy.statistic",
            "strategy.priority",
            "strategy.principle",
            "strategy.standard",
            "strategy.programme",
            "strategy.body",
            "strategy.document",
            "strategy.hubarea",
            "strategy.contactline",
            "strategy.source",
        ],
    ),
]
BEHIND = [
    (
        "Publishing",
        [
            ("publishing:waiting", "Waiting to be published"),
            ("publishing:editions", "Editions"),
            ("approvals:proposals", "Proposed numbers"),
            ("reviews:reviews", "Reviews"),
            ("history:deleted", "Deleted"),
        ],
    ),
    ("People", ["auth.user", "auth.group"]),
]
NAMES = {"auth.user": "Officers", "auth.group": "Roles"}


def sections(request, wanted):
    """The parts of the site, each with the lists and pages this officer may open."""
    lists = {
        f"{app['app_label']}.{model['object_name'].lower()}": model
        for app in admin.site.get_app_list(request)
        for model in app["models"]
        if model["admin_url"]
    }
    for title, parts in wanted:
        links = [link for part in parts if (link := _link(request.user, part, lists))]
        if links:
            yield {"title": title, "links": links}


def _link(user, part, lists):
    """One link of a section, or None if this officer may not open it."""
    if isinstance(part, tuple):
        name, words = part
        return {"words": words, "url": reverse(name)} if user.has_perm(SEE) else None
    if part in FIXED_PAGES:
        guide = Guide.objects.filter(slug=part).first()
        may_open = guide and user.has_perm("strategy.view_guide")
        return {"words": guide.name, "url": form_of(guide)} if may_open else None
    if part not in lists:
        return None
    model = lists[part]
    words = NAMES.get(part) or model["name"]
    return {
        "words": words[:1].upper() + words[1:],
        "url": model["admin_url"],
        "add": model["add_url"],
    }
