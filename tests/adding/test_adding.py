"""One form adds a service with its organisation, number, hours and place, or adds nothing."""

import uuid
from datetime import time

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from contacts.models import ApprovedNumber, Organization, Phone
from helphub.adding import rows
from helphub.adding.models import Addition
from helphub.history.models import Version
from helphub.publishing import preview
from services.models import Audience, Location, Service, Town
from tests.support import factories
from tests.support.officers import officer_named
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.django_db
ADD = "/admin/add-service/"
# No local number starts with 0, so these reach nobody.
NEW_NUMBER = {"number": "01384 000901", "number_again": "01384000901"}
NEW = {
    "name": "Quillfeather rape support drop-in",
    "summary": "Somebody to talk to, for as long as you need.",
    "heading": "specialist",
    "new_organization": "Quillfeather Trust",
    **NEW_NUMBER,
    "kind": "voice",
    "hours_1_days": ["MO", "TU", "WE", "TH", "FR"],
    "hours_1_opens": "9",
    "hours_1_closes": "17.30",
    "is_closed_on_bank_holidays": "on",
    "place": "none",
}
PUBLIC = {"place": "public", "address_1": "1 Zephyrine Street", "postal_code": "zz9 9zz"}


@pytest.fixture
def editor(db):
    return officer_named("ed", "Editors")


def form_page(client):
    return Page(client.get(ADD))


def send(client, sent):
    """Press the button."""
    return client.post(ADD, sent, follow=True)


def add(client, **changes):
    """The page after a service was added."""
    response = send(client, NEW | changes)
    assert response.redirect_chain, refusals(Page(response))
    return Page(response)


def refusals(page):
    """What the list at the top says: (the box it links to, the words)."""
    (part,) = page.all("section", class_="to-mend")
    links = {link.get("href") for link in part.iter("a")}
    assert links <= {f"#{element.get('id')}" for element in page.root.iter() if element.get("id")}
    return [(link.get("href")[4:], text(link.getparent())) for link in part.iter("a")]


def refused(client, **changes):
    """The boxes that are refused, each with its words. Nothing is stored."""
    before = [model.objects.count() for model in (Organization, Phone, Service, Version)]
    page = Page(send(client, NEW | changes))
    assert before == [model.objects.count() for model in (Organization, Phone, Service, Version)]
    return dict(refusals(page))


def town():
    return str(Town.objects.first().pk)


@pytest.mark.both_databases
def test_one_form_makes_an_organisation_a_number_with_hours_a_place_and_a_service(editor):
    everyone = Audience.objects.first()
    page = add(editor, **PUBLIC, town=town(), audiences=[str(everyone.pk)], has_drop_in="on")
    service = Service.objects.get(name_en=NEW["name"])
    (phone,) = service.phones.all()
    (session,) = phone.schedules.all()
    (place,) = service.locations.all()
    assert service.organization.name == phone.organization.name == "Quillfeather Trust"
    assert (phone.dial, phone.display) == ("01384000901", "01384 000901")
    assert (phone.name, phone.purpose) == (NEW["name"], NEW["summary"])
    assert (session.byday, session.freq) == ("MO,TU,WE,TH,FR", "WEEKLY")
    assert (session.opens_at, session.closes_at) == (time(9), time(17, 30))
    assert phone.bank_holidays == "closed"
    assert (place.address_1, place.postal_code) == ("1 Zephyrine Street", "ZZ9 9ZZ")
    assert list(service.audiences.all()) == [everyone]
    # Drafts, each with a version that says who and how.
    made = [service.organization, phone, service]
    assert not any(row.is_published for row in made)
    for row in made:
        version = Version.objects.get(label=row._meta.label_lower, key=row.pk)
        assert (version.officer, version.is_visible) == ("ed", False)
        assert "one journey" in version.why
        address = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        assert reverse(address, args=[row.pk]) in page.internal_links
    assert "Monday to Friday: 9am to 5:30pm. Closed on bank holidays." in page.main
    assert reverse("publishing:waiting") in page.internal_links
    assert page.faults == []


def test_what_it_makes_comes_last_in_its_lists(editor):
    add(editor)
    assert Service.objects.last().name_en == NEW["name"]
    assert Phone.objects.filter(section="specialist").last().display == NEW_NUMBER["number"]


def test_names_and_addresses_are_neutral_made_from_the_name_and_can_be_chosen(editor):
    add(editor)
    service = Service.objects.get(name_en=NEW["name"])
    assert service.title == "Quillfeather support drop-in"
    assert service.slug == "quillfeather-support-drop-in"
    assert service.line == service.phones.get().slug == "h-quillfeather-support-drop-in"
    assert service.organization.slug == "quillfeather-trust"
    again = {"number": "01384 000902", "number_again": "01384 000902"}
    add(editor, new_organization="Quillfeather Trusts", **again, service_slug="my-own")
    second = Service.objects.get(slug="my-own")
    assert second.title == "Quillfeather support drop-in 2"
    assert second.line == "h-quillfeather-support-drop-in-2"
    third = {"number": "01384 000903", "number_again": "01384 000903"}
    answer = refused(editor, new_organization="Other", **third, service_title="Rape support")
    assert "Leave out “Rape”" in answer["service_title"]


def test_what_is_needed_is_listed_at_the_top_before_and_after_the_first_press(editor):
    page = form_page(editor)
    (needed,) = page.all("section", class_="missing")
    ids = {f"#{element.get('id')}" for element in page.root.iter() if element.get("id")}
    assert len(needed.findall(".//li")) == 6
    assert {link.get("href") for link in needed.iter("a")} <= ids
    assert page.faults == []
    answer = dict(refusals(Page(send(editor, {}))))
    assert answer.keys() == {"name", "summary", "heading", "organization", "number", "place"}


def test_a_refusal_keeps_what_was_typed_and_opens_the_part_it_is_in(editor):
    page = Page(send(editor, NEW | {"hours_1_closes": "5", "purpose": "Call 0800 123456 now."}))
    answer = dict(refusals(page))
    assert "Write 5am or 5pm" in answer["hours_1_closes"]
    assert "Do not type the number" in answer["purpose"]
    values = form_values(page)
    assert values["hours_1_closes"] == "5"
    assert values["hours_1_days"] == NEW["hours_1_days"]
    assert values["name"] == NEW["name"]
    folded = [part for part in page.all("details") if part.get("open") is None]
    assert not any("Call 0800" in (box.get("value") or "") for p in folded for box in p.iter())
    assert page.faults == []


@pytest.mark.both_databases
def test_pressing_twice_adds_one_service(editor):
    sent = form_values(form_page(editor)) | NEW
    first, second = editor.post(ADD, sent), editor.post(ADD, sent)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Service.objects.filter(name_en=NEW["name"]).count() == 1
    # Another form with the same words is another service, and is asked about its organisation.
    assert "We have “Quillfeather Trust” already" in refused(editor)["new_organization"]


def test_nothing_is_left_of_an_addition_that_failed_half_way(editor, monkeypatch):
    def fail(rows_made, values):
        rows_made.organization.save()
        raise IntegrityError

    monkeypatch.setattr(rows, "save", fail)
    page = Page(send(editor, NEW))
    assert "Press it again." in page.main
    assert form_values(page)["name"] == NEW["name"]
    assert not Organization.objects.filter(name="Quillfeather Trust").exists()
    assert not Addition.objects.exists()


def test_an_organisation_and_numbers_that_we_have_are_chosen(editor):
    phone = factories.make_phone()
    other = phone.organization
    chosen = {"organization": str(other.pk), "phones": [str(phone.pk)], "new_organization": ""}
    empty = dict.fromkeys([*NEW_NUMBER, "hours_1_opens", "hours_1_closes"], "")
    empty |= {"hours_1_days": [], "is_closed_on_bank_holidays": []}
    page = add(editor, **chosen, **empty)
    service = Service.objects.get(name_en=NEW["name"])
    assert (service.organization, list(service.phones.all())) == (other, [phone])
    assert Organization.objects.count() == Organization.objects.exclude(pk=other.pk).count() + 1
    assert "new" not in text(page.all("tr")[1])
    # A number keeps its own hours: those typed here would belong to none.
    hours = {"hours_1_days": ["MO"], "hours_1_opens": "9", "hours_1_closes": "5pm"}
    answer = refused(editor, **chosen, **empty | hours)
    assert "A number we have keeps its own" in answer["hours_1_days"]


# Boxes of the service, the new number and the new organisation that readers see.
TEXTS = ["name", "summary", "how_to_get_in", "what_to_expect", "cost", "purpose", "what_happens"]
TEXTS += ["number_name", "text_instruction", "new_organization"]
AN_ADDRESS = "12 Zephyr Street, ZZ1 1ZZ"
AT_PUBLIC_PLACE = {"address_1": "1 Zephyrine Street", "postal_code": "ZZ9 9ZZ"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {
                "organization": "1",
                "number_again": "01384 000902",
                "heading": "without-talking",
                "hours_1_days": [],
                "hours_1_opens": "nine",
                "hours_2_opens": "6pm",
                "kind": "text",
                "minimum_age": "40",
                "maximum_age": "18",
                "line": "h-samaritans",
                "place": "",
            },
            {
                "new_organization": "not both",
                "number_again": "The two differ",
                "heading": "does not have this heading",
                "hours_1_days": "Tick the days",
                "hours_1_opens": "Write the time as",
                "hours_2_closes": "such as 5pm",
                "text_instruction": "Say what to text",
                "maximum_age": "below the minimum",
                "line": "already exists",
                "place": "Choose one",
            },
        ),
        (
            {
                "number": "01632 960001",
                "number_again": "",
                "is_always_open": "on",
                "hours_1_closes": "8am",
                "hours_3_closes": "8am",
                "place": "public",
                "is_place_closed_on_bank_holidays": "on",
            },
            {
                "is_place_closed_on_bank_holidays": "Tick the days",
                "number": "films",
                "hours_1_closes": "closes before it opens",
                "hours_3_days": "Tick the days",
                "town": "Choose the town",
                "address_1": "A public place needs this",
            },
        ),
        (
            {"number": "", "number_again": "", "is_always_open": "on", "when": "On Mondays."},
            {
                "number": "Say how people reach it",
                "is_always_open": "Untick this",
                "when": "choose another answer",
            },
        ),
        (
            AT_PUBLIC_PLACE | {"place": "secret", "summary": "Come to 1 High Street."},
            {"address_1": "the place is secret", "summary": "looks like an address"},
        ),
        (
            dict.fromkeys(TEXTS, AN_ADDRESS) | {"place": "secret"},
            dict.fromkeys(TEXTS, "must stay secret: remove"),
        ),
        (
            dict.fromkeys(TEXTS, AN_ADDRESS) | {"place": "on-booking", "town": "1"},
            dict.fromkeys(TEXTS, "given on booking"),
        ),
        (
            {"place": "none", "summary": f"We run a refuge at {AN_ADDRESS}."},
            {"summary": "The location of a refuge must stay secret"},
        ),
        (
            {"place": "none", "purpose": "We run a refuge.", "what_happens": AN_ADDRESS},
            {"what_happens": "The location of a refuge must stay secret"},
        ),
        (
            AT_PUBLIC_PLACE | {"place": "on-booking", "has_drop_in": "on", "town": "1"},
            {"postal_code": "told on booking", "has_drop_in": "without an address"},
        ),
        (
            {"place": "on-booking", "town": "1", "when": "At 1 High Street"},
            {"when": "Remove the address"},
        ),
        (
            AT_PUBLIC_PLACE | {"place": "none", "town": "1"},
            {"address_1": "choose another answer", "town": "no place to list"},
        ),
        (
            AT_PUBLIC_PLACE | {"place": "public", "town": "1", "summary": "A refuge for women."},
            {"place": "must stay secret"},
        ),
    ],
)
def test_what_cannot_be_is_refused_beside_its_box_and_nothing_is_stored(editor, changes, words):
    if "town" in changes:
        changes = changes | {"town": town()}
    answer = refused(editor, **changes)
    for box, part in words.items():
        assert part in answer.get(box, ""), answer


def test_a_number_that_exists_is_not_added_again_by_mistake(editor):
    phone = factories.make_phone()
    same = {"number": phone.display, "number_again": phone.dial}
    answer = refused(editor, **same)
    assert "We have this number already" in answer["number"]
    add(editor, **same, another_line="on")
    assert Phone.objects.filter(dial=phone.dial).count() == 2
    critical = ApprovedNumber.objects.first()
    same = {"number": critical.display, "number_again": critical.dial, "another_line": "on"}
    same |= {"new_organization": "Another"}
    assert "critical number" in refused(editor, **same)["number"]


def test_a_secret_service_stores_no_place_and_one_told_on_booking_only_its_town(editor):
    add(editor, place="secret", name="A refuge for women")
    service = Service.objects.get(name_en="A refuge for women")
    assert (service.is_secret_place, service.place_key) == (True, None)
    other = {"number": "01384 000902", "number_again": "01384 000902"}
    organization = str(service.organization.pk)
    chosen = {"new_organization": "", "organization": organization, "when": "By appointment."}
    page = add(editor, place="on-booking", town=town(), name="Somewhere", **other, **chosen)
    place = Location.objects.get(service__name_en="Somewhere")
    assert (place.is_public, place.when_en) == (False, "By appointment.")
    assert "They tell you the address when you book" in page.main


def test_a_number_we_have_with_an_address_is_not_given_to_a_secret_service(editor):
    phone = factories.make_phone(purpose_en=f"Come to {AN_ADDRESS}.")
    old = {"number": "", "number_again": "", "phones": [str(phone.pk)], "hours_1_days": []}
    old |= {"hours_1_opens": "", "hours_1_closes": "", "is_closed_on_bank_holidays": []}
    assert "remove it there first" in refused(editor, place="secret", **old)["phones"]
    add(editor, place="none", **old)


def test_a_service_without_a_place_may_mention_a_refuge(editor):
    add(editor, summary="We find you a refuge.")


def test_a_place_has_its_own_hours_ticked_like_those_of_a_number(editor):
    own = {"open_1_days": ["SA", "SU"], "open_1_opens": "10", "open_1_closes": "noon"}
    own |= {"open_2_days": ["MO"], "open_2_opens": "18", "open_2_closes": "8pm"}
    own |= {"is_place_closed_on_bank_holidays": "on"}
    add(editor, **PUBLIC, town=town(), **own)
    words = "Monday: 6pm to 8pm. Saturday to Sunday: 10am to 12pm. Closed on bank holidays."
    assert Location.objects.get(service__name_en=NEW["name"]).when_en == words


def test_a_line_that_never_closes_and_one_for_people_worried_about_themselves(editor):
    hours = {"hours_1_days": [], "hours_1_opens": "", "hours_1_closes": ""}
    hours |= {"is_closed_on_bank_holidays": [], "is_always_open": "on"}
    page = add(editor, **hours, heading="own-behaviour")
    service = Service.objects.get(name_en=NEW["name"])
    assert (service.is_own_behaviour, service.section) == (True, "")
    assert service.phones.get().is_always_open
    assert "Day and night" in page.main


def test_drafts_become_visible_together_and_then_wait_to_be_published(editor):
    page = add(editor)
    assert "Saved as a draft" in page.main
    service = Service.objects.get(name_en=NEW["name"])
    address = reverse("adding:added", args=[Addition.objects.get().pk])
    page = Page(editor.post(address, follow=True))
    assert "once it is published" in page.main
    assert "Saved as a draft" not in page.main
    service.refresh_from_db()
    assert service.is_published
    assert service.organization.is_published
    assert service.phones.get().is_published
    newest = Version.objects.filter(label="services.service", key=service.pk).first()
    assert (newest.is_visible, newest.why) == (True, "Made visible to readers")


def test_the_tick_at_the_end_makes_all_of_it_visible(editor):
    page = add(editor, is_visible="on")
    service = Service.objects.get(name_en=NEW["name"])
    assert service.is_published
    assert service.organization.is_published
    assert service.phones.get().is_published
    assert "draft" not in page.main


def test_the_page_afterwards_says_what_is_still_missing(editor):
    hidden = factories.make_organization(is_published=False)
    empty = {"hours_1_days": [], "hours_1_opens": "", "hours_1_closes": ""}
    chosen = {"organization": str(hidden.pk), "new_organization": "", "is_visible": "on"}
    page = add(editor, **empty, **chosen)
    for words in ("is not visible to readers. The service waits", "has no hours", "No topic"):
        assert words in page.main
    Service.objects.get(name_en=NEW["name"]).delete()
    assert editor.get(page.response.request["PATH_INFO"]).status_code == 404


@pytest.mark.languages("en")
def test_the_preview_shows_a_draft_with_its_new_organisation_and_number(
    editions, editor, settings, tmp_path
):
    settings.PREVIEWS_DIR = tmp_path / "previews"
    page = add(editor)
    service = Service.objects.get(name_en=NEW["name"])
    token = preview.token_for("services.service", service.pk)
    assert reverse("publishing:preview", args=[token]) in page.internal_links
    shown = Client().get(reverse("publishing:preview-page", args=[token, "en"]))
    assert shown.status_code == 200
    page = Page(shown)
    assert "Quillfeather Trust" in page.main
    assert ("tel:01384000901", "01384 000901") in page.lines


def test_only_officers_who_may_add_all_of_it_are_led_here(editor):
    lists = ["/admin/", "/admin/services/service/"]
    for address in lists:
        assert ADD in Page(editor.get(address)).internal_links
    keeper = officer_named("keeper", "User administrators")
    assert keeper.get(ADD).status_code == 403
    assert ADD not in Page(keeper.get("/admin/")).internal_links
    addition = Addition.objects.create(once=uuid.uuid4(), officer="ed", service_key=1)
    assert keeper.post(reverse("adding:added", args=[addition.pk])).status_code == 403
