"""The admin's first page: what needs an officer today, and the site in readers' order.

Each question is a function. To add one, write the function and list it in QUESTIONS. Those about
languages are in language_questions.py.
"""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from contacts.models import Phone
from helphub.approvals.models import NumberProposal
from helphub.approvals.views import APPROVE
from helphub.content import moments
from helphub.content.permissions import PUBLISH, SEE
from helphub.dashboard import language_questions
from helphub.dashboard.models import OpenQuestion
from helphub.dashboard.need import Item, Need, form_of
from helphub.editions import outcomes, state_files
from helphub.languages import views as desk
from helphub.publishing import pending, scheduled
from helphub.publishing.editions import refusals_of
from helphub.reviews import people
from strategy.models import FIXED_PAGES, Guide

CHANGE_NUMBERS = "contacts.change_phone"


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


def reviews_waiting(user):
    """Records that others have asked this officer to review."""
    return Need(
        "Reviews that wait for you",
        [
            Item(
                review.name,
                reverse("reviews:review", args=[review.pk]),
                f"Asked by {review.asked_by}, {review.asked_at:%-d %B}. {review.note}".strip(),
            )
            for review in people.waiting_for(user)
        ],
    )


def reviews_answered(user):
    """Answers to what this officer asked to have reviewed."""
    return Need(
        "Your reviews, answered",
        [
            Item(review.name, reverse("reviews:review", args=[review.pk]), _answer_in_words(review))
            for review in people.answered_for(user)
        ],
    )


def _answer_in_words(review):
    if review.is_waiting:
        return f"Not answered: {review.reviewer} cannot do it any more. Ask someone else."
    words = f": {review.words}" if review.words else "."
    remarks = f" Open remarks: {review.open_remarks}." if review.open_remarks else ""
    return f"{review.answer}{words}{remarks}"


def waiting_to_be_published(user):
    """What is saved, but not in readers' edition yet."""
    if not (user.has_perm(PUBLISH) or user.has_perm(SEE)):
        return Need("Waiting to be published")
    items = [Item(entry.title, entry.url, _changed_in_words(entry)) for entry in pending.records()]
    return Need("Waiting to be published", items, url=reverse("publishing:waiting"))


def scheduled_in_need(user):
    """Changes that are set for later and cannot go out, or were refused when they were due."""
    rows = scheduled.in_need() if user.has_perm(SEE) or user.has_perm(PUBLISH) else []
    return Need(
        "Set for later, and cannot go out",
        [
            Item(
                change.name,
                reverse("publishing:later", args=[change.pk]),
                f"Set for {moments.exactly(change.goes_out_at)} by {change.who}. {why}",
            )
            for change, why in rows
        ],
        is_pressing=True,
        url=reverse("publishing:coming"),
        url_words="What goes out when",
    )


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
    language_questions.changed_english,
    language_questions.languages_in_english,
    language_questions.languages_ready,
    language_questions.translations_to_review,
    language_questions.translations_sent_back,
    reviews_waiting,
    reviews_answered,
    second_person,
    scheduled_in_need,
    waiting_to_be_published,
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
        [
            ("adding:add-service", "Add a service in one journey"),
            "services.service",
            "contacts.organization",
            "services.audience",
            "services.servicearea",
        ],
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
            ("renewal:renew", "Renew the strategy"),
            "strategy.strategy",
            ("splitting:documents", "Text from a document"),
            "strategy.chapter",
            "strategy.passage",
            "strategy.statistic",
            "strategy.priority",
            "strategy.action",
            "strategy.principle",
            "strategy.formasprinted",
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
            ("publishing:coming", "What goes out when"),
            ("publishing:editions", "Editions"),
            ("approvals:proposals", "Proposed numbers"),
            ("reviews:reviews", "Reviews"),
            ("changes:log", "Who changed what"),
            ("bulk:batches", "Changed many at once"),
            ("spreadsheets:books", "Spreadsheets"),
            ("history:deleted", "Deleted"),
        ],
    ),
    (
        "Checks",
        [
            ("checking:worklist", "What is due"),
            ("checking:week", "Calls this week"),
            ("checking:links", "Outside links"),
        ],
    ),
    ("Words", ["advice.wordtoavoid"]),
    ("Languages", [("translations:overview", "Translations"), "languages.language"]),
    ("People", ["auth.user", "auth.group"]),
]
NAMES = {"auth.user": "Officers", "auth.group": "Roles", "languages.language": "Offered languages"}
# Pages of the admin that others than editors may open.
MAY_SEE = {
    "translations:overview": desk.ANYONE,
    "adding:add-service": ["services.add_service"],
    "splitting:documents": ["strategy.add_passage"],
}


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
        may_see = any(map(user.has_perm, MAY_SEE.get(name, [SEE])))
        return {"words": words, "url": reverse(name)} if may_see else None
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
