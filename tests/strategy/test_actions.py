"""What is done about the priorities: who does it, by when, how far it is, and its updates."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import translation

from helphub.content import clock
from strategy.models import Action, Chapter, Priority
from tests.support.admin_forms import change_url, errors, save
from tests.support.factories import make_action
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.django_db

PRIORITIES, STRATEGY = "/strategy/priorities/", "/strategy/"
NOTHING_YET = "Nothing has been published yet for this priority."
NOTHING = "Nothing has been published yet."
DAY = timedelta(days=1)
ADD = reverse("admin:strategy_action_add")


def ask(client, path=PRIORITIES):
    return Page(client.get(path))


def part_of(page, action):
    (part,) = [part for part in page.all("section") if part.get("id") == action.slug]
    return text(part)


def add_update(action, words, days_ago):
    return action.updates.create(dated=clock.today() - days_ago * DAY, words_en=words)


# What readers see


def test_a_priority_without_actions_says_so(client):
    assert ask(client).main.count(NOTHING_YET) == Priority.objects.count()
    assert f"How it is going{NOTHING}" in ask(client, STRATEGY).main


def test_an_action_is_under_its_priority_with_who_does_it_and_by_when(client):
    first, second = Priority.objects.all()[:2]
    action = make_action(
        priority=second,
        partners="Northgate schools",
        due_on="2030-03-31",
        measure_en="How many rooms there are.",
        base="1 room, in 2026",
        base_source="Northgate Council",
    )
    page = ask(client)
    said = part_of(page, action)
    for words in [
        action.name_en,
        "Under way",
        action.responsible,
        "Northgate schools",
        "31 March 2030",
        "How many rooms there are.",
        "1 room, in 2026 (Northgate Council)",
    ]:
        assert words in said
    assert page.main.count(NOTHING_YET) == Priority.objects.count() - 1
    order = [first.words, NOTHING_YET, second.words, action.name_en]
    places = [page.main.index(words) for words in order]
    assert places == sorted(places)


def test_the_newest_update_is_open_and_the_earlier_are_folded(client):
    action = make_action()
    for words, days_ago in [("It began.", 30), ("Half is done.", 3), ("It was late.", 20)]:
        add_update(action, words, days_ago)
    page = ask(client)
    said = part_of(page, action)
    assert said.index("Half is done.") < said.index("It was late.") < said.index("It began.")
    (folded,) = [part for part in page.all("details") if "It began." in text(part)]
    assert "Half is done." not in text(folded)


@pytest.mark.parametrize("hidden", [{"is_published": False}, {"starts_on": "2999-01-01"}])
def test_what_is_not_published_is_not_shown_or_counted(client, hidden):
    action = make_action(**hidden)
    assert action.name_en not in ask(client).main
    assert f"How it is going{NOTHING}" in ask(client, STRATEGY).main


def test_the_first_page_counts_the_actions_by_how_far_they_are(client):
    for status in [Action.Status.DONE, Action.Status.UNDER_WAY, Action.Status.UNDER_WAY]:
        make_action(status=status)
    page = ask(client, STRATEGY)
    assert "Under way: 2 Done: 1" in " ".join(text(item) for item in page.all("li"))
    assert PRIORITIES in page.internal_links
    Chapter.objects.filter(slug="priorities").update(is_published=False)
    assert "How it is going" not in ask(client, STRATEGY).main


def test_readers_of_another_language_get_its_words_and_the_english_marked(client):
    action = make_action(name_pl="Otworzyć drugi pokój", status=Action.Status.DONE)
    with translation.override("pl"):
        page = Page(client.get(f"/pl{PRIORITIES}"))
    said = part_of(page, action)
    assert "Otworzyć drugi pokój" in said
    assert action.responsible in said
    (name,) = [dd for dd in page.all("dd") if text(dd) == action.responsible]
    assert name.get("lang") == "en"


# What officers write


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"begins_on": "2030-05-01", "due_on": "2030-04-30"}, "due_on"),
        ({"status": "late"}, "status_reason_en"),
        ({"status": "stopped"}, "status_reason_en"),
        ({"status": "done", "status_on": None}, "status_on"),
        ({"status_on": "2999-01-01"}, "status_on"),
        ({"base": "4 of 12"}, "base_source"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(typed, field):
    with pytest.raises(ValidationError) as caught:
        make_action(**typed)
    assert field in caught.value.message_dict


def test_an_officer_adds_an_action_without_inventing_an_address(admin):
    priority = Priority.objects.first()
    typed = {
        "priority": priority.pk,
        "name_en": "Train every school nurse",
        "responsible": "Northgate Council",
        "status": "under-way",
        "status_on": clock.today().isoformat(),
        "is_published": "on",
        "updates-0-dated": clock.today().isoformat(),
        "updates-0-words_en": "Two were trained.",
        "updates-TOTAL_FORMS": "1",
    }
    page = Page(admin.post(ADD, form_values(Page(admin.get(ADD))) | typed, follow=True))
    assert errors(page) == []
    action = Action.objects.get()
    assert action.slug.startswith("action-")
    assert [update.words_en for update in action.updates.all()] == ["Two were trained."]


def test_what_was_typed_survives_a_refusal(admin):
    action = make_action()
    page = save(admin, action, status="late", responsible="Somebody else")
    assert "Say why: readers see it beside the status." in errors(page)
    assert form_values(page)["responsible"] == "Somebody else"
    action.refresh_from_db()
    assert action.status == Action.Status.UNDER_WAY


def test_an_update_stays_as_it_was_said_and_a_later_one_puts_it_right(admin):
    action = make_action()
    update = add_update(action, "Three were trained.", 2)
    form = form_values(Page(admin.get(change_url(action))))
    assert "updates-0-words_en" not in form
    assert "updates-0-DELETE" not in form
    update.words_en = "Thirty were trained."
    with pytest.raises(ValidationError, match="cannot be changed"):
        update.save()


def test_an_update_of_tomorrow_is_refused(admin):
    action = make_action()
    tomorrow = (clock.today() + DAY).isoformat()
    page = save(
        admin,
        action,
        **{
            "updates-TOTAL_FORMS": "1",
            "updates-0-dated": tomorrow,
            "updates-0-words_en": "It will go well.",
        },
    )
    assert "This date is in the future. Enter today or earlier." in errors(page)
    assert not action.updates.exists()


def test_a_priority_with_actions_cannot_be_deleted():
    with pytest.raises(ProtectedError):
        make_action().priority.delete()
