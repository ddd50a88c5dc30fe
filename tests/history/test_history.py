"""Every change is a version: who, when, what. Any two can be compared, any one restored."""

import io

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse

from contacts.models import Organization, Phone
from helphub.advice.models import WordToAvoid
from helphub.content.models import LoadedRow
from helphub.content.registry import content_models
from helphub.dashboard.models import OpenQuestion
from helphub.editions.models import Withdrawal
from helphub.history import snapshots, versions
from helphub.history.models import Version
from helphub.history.recording import recording
from services.models import Location, Service, Suggestion
from strategy.models import FormOfAbuse, Guide, Statistic
from tests.support.admin_forms import change_url, save
from tests.support.history import restore, restore_url, versions_of
from tests.support.places import PUBLIC, place
from tests.support.reader import Page, form_values, text

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def history_of(row):
    return reverse("history:history", args=[row._meta.label_lower, row.pk])


def lines(client, row):
    """The rows of the page of versions, newest first."""
    page = Page(client.get(history_of(row)))
    (table,) = page.all("table", id="versions")
    return [text(line) for line in table.iter("tr")][1:]


def compare(client, row, old, new="now"):
    address = reverse("history:compare", args=[row._meta.label_lower, row.pk])
    return Page(
        client.get(address, {"old": getattr(old, "pk", old), "new": getattr(new, "pk", new)})
    )


def line_with_hours():
    guarded = Phone.objects.guarded().values("pk")
    ordinary = Phone.objects.filter(schedules__isnull=False).exclude(pk__in=guarded)
    return ordinary.order_by("pk").first()


def form_without(client, row, prefix):
    """A form with all its rows of one kind ticked for deletion."""
    values = form_values(Page(client.get(change_url(row))))
    count = int(values[f"{prefix}-INITIAL_FORMS"])
    assert count
    return values | {f"{prefix}-{number}-DELETE": "on" for number in range(count)}


# What is kept


def test_every_content_model_has_a_history():
    rows = [model for model in content_models() if not model._meta.auto_created]
    children = {child for model in snapshots.records() for child, _ in snapshots.children(model)}
    rows += [OpenQuestion, WordToAvoid]
    assert {*snapshots.records(), *children} == set(rows)


def test_the_first_load_makes_one_version_of_each_record_as_it_is():
    # The tests' content has few lists: the others were deleted.
    whys = Version.objects.filter(is_deleted=False).values_list("why", flat=True)
    assert set(whys) == {"Loaded from the fixtures"}
    for model in snapshots.records():
        for key, state in snapshots.read(model).items():
            (version,) = versions.of_record(model, key)
            assert versions.state_of(version) == state


def test_content_from_before_there_was_a_history_gets_its_first_version():
    Version.objects.all().delete()
    call_command("load_content", stdout=io.StringIO())
    assert len(versions_of(Guide.objects.get(slug="consent"))) == 1
    call_command("load_content", stdout=io.StringIO())
    assert len(versions_of(Guide.objects.get(slug="consent"))) == 1


def test_a_version_says_who_changed_what_and_when_in_each_language(admin):
    phone = Phone.objects.get(slug="h-samaritans")
    save(admin, phone, name_en="A new name", what_happens_ur="کوئی جواب دے گا۔")
    newest, first = lines(admin, phone)
    assert "officer" in newest
    assert "Changed name of the line, what happens when you ring (Urdu)." in newest
    assert "Loaded from the fixtures." in first
    page = Page(admin.get(change_url(phone).replace("/change/", "/history/"), follow=True))
    assert page.title.startswith("History of A new name")


def test_a_save_that_changes_nothing_makes_no_version(admin):
    guide = Guide.objects.get(slug="consent")
    save(admin, guide)
    assert len(versions_of(guide)) == 1


def test_a_save_that_is_refused_makes_no_version(admin):
    guide = Guide.objects.get(slug="consent")
    save(admin, guide, title="After an assault")
    assert len(versions_of(guide)) == 1


def test_a_row_in_a_records_form_is_part_of_its_version(admin):
    phone = line_with_hours()
    admin.post(change_url(phone), form_without(admin, phone, "schedules"))
    assert not phone.schedules.exists()
    assert "Changed opening hours." in lines(admin, phone)[0]


def test_a_link_to_others_is_part_of_the_records_version(admin):
    service = Service.objects.filter(audiences__isnull=False).first()
    save(admin, service, audiences=[])
    assert "Changed who it is for." in lines(admin, service)[0]


def test_the_order_changed_in_a_list_makes_a_version_of_each_row_changed(admin):
    page = Page(admin.get("/admin/contacts/phone/"))
    values = form_values(page) | {"form-0-position": "99", "_save": "Save"}
    admin.post("/admin/contacts/phone/", values)
    phone = Phone.objects.get(pk=values["form-0-id"])
    assert "Changed order." in lines(admin, phone)[0]
    assert Version.objects.filter(label="contacts.phone", officer="officer").count() == 1


def test_deleting_a_record_makes_a_version_of_each_record_that_loses_a_link(admin):
    topic = FormOfAbuse.objects.create(slug="new", title="New", name="New")
    service = Service.objects.filter(is_own_behaviour=False).first()
    guide = Guide.objects.get(slug="consent")
    with recording():
        service.forms_of_abuse.add(topic)
        other = Service.objects.create(
            slug="n", title="N", line="n", name="N", summary="N", organization=service.organization
        )
        Suggestion.objects.create(guide=guide, service=other)
    delete = [f"admin:{row._meta.label_lower.replace('.', '_')}_delete" for row in (topic, other)]
    admin.post(reverse(delete[0], args=[topic.pk]), {"post": "yes"})
    assert "Changed topics." in lines(admin, service)[0]
    admin.post(reverse(delete[1], args=[other.pk]), {"post": "yes"})
    assert "Changed who can help." in lines(admin, guide)[0]


def test_linking_from_the_other_side_in_code_makes_a_version():
    phone, (first, second) = Phone.objects.get(slug="h-samaritans"), Service.objects.all()[:2]
    with recording(why="Told to"):
        phone.services.set([first, second])
    with recording():
        phone.services.clear()
    assert [version.why for version in versions_of(first)][1] == "Told to"
    assert len(versions_of(second)) == 3


def test_a_change_that_fails_halfway_makes_no_version():
    guide = Guide.objects.get(slug="consent")
    guide.title = Guide.objects.exclude(pk=guide.pk).first().title

    def work():
        with recording():
            Guide.objects.create(slug="half", title="Half", name="Half", body="Half.")
            guide.save()

    count = Version.objects.count()
    with pytest.raises(IntegrityError):
        work()
    assert Version.objects.count() == count


def test_commands_make_versions():
    call_command(
        "approve_number", "h-samaritans", no_input=True, who="Al", second="Jo", stdout=io.StringIO()
    )
    version, _ = versions_of(Phone.objects.get(slug="h-samaritans"))
    assert version.why == "Jo, by command, approved the digits 116 123"


def test_overwriting_from_the_fixtures_makes_versions():
    guide = Guide.objects.get(slug="consent")
    row = LoadedRow.objects.get(model="strategy.guide", key="consent")
    # As if the fixtures had once said this.
    row.values["name_en"] = guide.name_en = "What an older fixture said"
    row.save()
    with recording(why="Before"):
        guide.save()
    call_command("load_content", overwrite=True, no_input=True, stdout=io.StringIO())
    first = "Loaded from the fixtures"
    assert [version.why for version in versions_of(guide)] == [first, "Before", first]


# Comparing


def test_two_versions_are_compared_word_by_word_in_each_language(admin):
    guide = Guide.objects.get(slug="consent")
    save(admin, guide, summary_en="One two three.", summary_ur="ایک دو تین۔")
    save(admin, guide, summary_en="One four three.", summary_ur="ایک چار تین۔")
    newest, middle, first = versions_of(guide)
    page = compare(admin, guide, middle, newest)
    assert page.faults == []
    assert [text(element) for element in page.all("del")][1:] == [
        "Removed: two (end)",
        "Removed: دو (end)",
    ]
    assert [text(element) for element in page.all("ins")][1:] == [
        "Added: four (end)",
        "Added: چار (end)",
    ]
    (urdu,) = page.all("dd", lang="ur")
    assert urdu.get("dir") == "rtl"
    # Compared the other way round, it shows the same.
    assert compare(admin, guide, newest, middle).main == page.main
    assert "چار" in compare(admin, guide, first).main


def test_rows_and_links_are_compared(admin):
    phone = line_with_hours()
    session = phone.schedules.first()
    save(admin, phone, **{"schedules-0-closes_at": "23:30", "schedules-0-is_overnight": []})
    page = compare(admin, phone, versions_of(phone)[1])
    assert f"Removed: {session.closes_at:%H:%M} (end)" in [
        text(element) for element in page.all("del")
    ]
    assert "Added: 23:30 (end)" in [text(element) for element in page.all("ins")]
    service = Service.objects.filter(audiences__isnull=False).first()
    name = str(service.audiences.first())
    save(admin, service, audiences=[])
    page = compare(admin, service, versions_of(service)[1])
    assert any(name in text(element) for element in page.all("del"))


@pytest.mark.parametrize("old", ["", "x", "0", "99999999"])
def test_versions_that_do_not_exist_are_not_found(admin, old):
    guide = Guide.objects.get(slug="consent")
    address = reverse("history:compare", args=["strategy.guide", guide.pk])
    assert admin.get(address, {"old": old, "new": "now"}).status_code == 404


def test_a_version_of_another_record_cannot_be_compared(admin):
    guide, other = Guide.objects.all()[:2]
    assert compare(admin, guide, versions_of(other)[0]).response.status_code == 404


# Restoring


def test_restoring_brings_back_fields_rows_and_links(admin):
    phone = line_with_hours()
    was = snapshots.read_one(Phone, phone.pk)
    values = form_without(admin, phone, "schedules") | {"name_ur": "نیا نام", "position": "77"}
    admin.post(change_url(phone), values)
    assert snapshots.read_one(Phone, phone.pk) != was
    page = restore(admin, phone, versions_of(phone)[1])
    assert "Readers will see it once it is published" in page.text
    assert snapshots.read_one(Phone, phone.pk).fingerprint == was.fingerprint
    assert "Restored the version of" in lines(admin, phone)[0]
    service = Service.objects.filter(audiences__isnull=False).first()
    was = snapshots.read_one(Service, service.pk)
    save(admin, service, audiences=[], phones=[], name_en="Other")
    restore(admin, service, versions_of(service)[1])
    assert snapshots.read_one(Service, service.pk).fingerprint == was.fingerprint


def test_rows_that_swapped_a_unique_value_can_be_restored(admin):
    phone = Phone.objects.filter(call_facts__isnull=False).first()
    with recording():
        phone.call_facts.all().delete()
        for fact in ("recorded", "rings-back"):
            phone.call_facts.create(fact=fact, answer="yes", source=f"They say {fact}.")
    was, (first, second) = snapshots.read_one(Phone, phone.pk), phone.call_facts.all()
    with recording():
        first.delete()
        second.fact = "recorded"
        second.save()
        phone.call_facts.create(fact="rings-back", answer="unknown")
    restore(admin, phone, versions_of(phone)[1])
    assert snapshots.read_one(Phone, phone.pk) == was


def test_restoring_changes_nothing_for_readers_and_is_undone_by_restoring(admin):
    guide = Guide.objects.get(slug="consent")
    save(admin, guide, summary_en="Changed.")
    restore(admin, guide, versions_of(guide)[1])
    restore(admin, guide, versions_of(guide)[1])
    assert Guide.objects.get(pk=guide.pk).summary == "Changed."
    assert len(versions_of(guide)) == 4


def test_previewing_a_restoration_changes_nothing(admin):
    guide = Guide.objects.get(slug="consent")
    save(admin, guide, summary_en="Changed.")
    page = Page(admin.get(restore_url(guide, versions_of(guide)[1])))
    assert "Removed: Changed. (end)" in [text(element) for element in page.all("del")]
    assert Guide.objects.get(pk=guide.pk).summary == "Changed."
    assert len(versions_of(guide)) == 2


def test_a_version_that_is_no_longer_allowed_is_refused_and_nothing_changes(admin):
    guide = Guide.objects.get(slug="consent")
    save(admin, guide, slug="elsewhere", summary_en="Changed.")
    Guide.objects.create(slug="consent", title="Another", name="Another", body="Another.")
    before = snapshots.read_one(Guide, guide.pk)
    page = restore(admin, guide, versions_of(guide)[1])
    assert page.response.status_code == 409
    assert "Not restored:" in page.text
    assert "already exists" in page.text
    assert snapshots.read_one(Guide, guide.pk) == before


def test_a_save_made_during_the_preview_is_not_undone(admin):
    guide = Guide.objects.get(slug="consent")
    save(admin, guide, summary_en="Changed.")
    page = Page(admin.get(restore_url(guide, versions_of(guide)[1])))
    save(admin, guide, summary_en="Changed again.")
    (fingerprint,) = [
        field.get("value") for field in page.all("input") if field.get("name") == "fingerprint"
    ]
    answer = admin.post(restore_url(guide, versions_of(guide)[2]), {"fingerprint": fingerprint})
    assert answer.status_code == 409
    assert Guide.objects.get(pk=guide.pk).summary == "Changed again."


def test_the_digits_of_a_number_on_every_page_stay(admin):
    spoc = Phone.objects.get(slug="h-spoc")
    was = spoc.dial, spoc.display
    with recording():
        spoc.dial, spoc.display, spoc.purpose = "01384816000", "01384 816000", "Changed."
        spoc.save()
    page = Page(admin.get(restore_url(spoc, versions_of(spoc)[1])))
    assert "a second person must approve" in page.text
    restore(admin, spoc, versions_of(spoc)[1])
    spoc.refresh_from_db()
    assert spoc.purpose != "Changed."
    assert (spoc.dial, spoc.display) == ("01384816000", "01384 816000") != was


def test_the_digits_of_a_withdrawn_line_do_not_come_back(admin):
    phone = Phone.objects.get(slug="h-galop")
    with recording():
        phone.dial, phone.display = "116000", "116 000"
        phone.save()
    Withdrawal.objects.create(label="contacts.phone", key=phone.pk, name="S", why="w", who="o")
    page = restore(admin, phone, versions_of(phone)[1])
    assert "It is withdrawn" in page.text
    assert Phone.objects.get(pk=phone.pk).dial == "116000"


def test_the_strategys_words_stay_as_printed(admin):
    row = Statistic.objects.get(reference="STA-02")
    with recording():
        row.words, row.comment = "Put right by a migration.", "Ours."
        row.save()
    restore(admin, row, versions_of(row)[1])
    row.refresh_from_db()
    assert row.words == "Put right by a migration."
    assert row.comment != "Ours."


def test_a_deleted_record_is_listed_and_comes_back_with_its_rows(admin):
    phone = line_with_hours()
    with recording():
        phone.services.clear()
        Phone.objects.filter(fallback=phone).update(fallback=None)
    was = snapshots.read_one(Phone, phone.pk)
    admin.post(reverse("admin:contacts_phone_delete", args=[phone.pk]), {"post": "yes"})
    assert not Phone.objects.filter(pk=phone.pk).exists()
    page = Page(admin.get(reverse("history:deleted")))
    assert page.faults == []
    assert str(phone) in page.main
    assert "Deleted." in lines(admin, phone)[0]
    assert "officer" in lines(admin, phone)[0]
    restore(admin, phone, versions_of(phone)[0])
    assert snapshots.read_one(Phone, phone.pk) == was
    assert str(phone) not in Page(admin.get(reverse("history:deleted"))).main


def test_records_deleted_together_by_an_action_come_back(admin):
    with recording():
        keys = [
            Organization.objects.create(slug=f"org-{n}", name=f"Organisation {n}").pk
            for n in range(2)
        ]
    action = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    admin.post("/admin/contacts/organization/", action)
    assert not Organization.objects.filter(pk__in=keys).exists()
    for key in keys:
        (newest, _) = versions.of_record(Organization, key)
        assert newest.why == "Deleted"
        restore(admin, Organization(pk=key), newest)
    assert Organization.objects.filter(pk__in=keys).count() == 2


# Places


def known_place():
    """A public place that has a version."""
    location = place("h-galop", **PUBLIC)
    with recording():
        location.save()
    assert is_known()
    return location


def is_known():
    return Version.objects.filter(data__contains=PUBLIC["address_1"]).exists()


def test_no_version_contains_a_place_that_was_deleted(admin):
    place = known_place()
    service = place.service
    admin.post(change_url(service), form_without(admin, service, "locations"))
    assert not Location.objects.filter(pk=place.pk).exists()
    assert not is_known()
    page = Page(admin.get(restore_url(service, versions_of(service)[1])))
    assert "there is nothing to restore" in page.text


def test_no_version_contains_an_address_now_given_on_booking():
    place = known_place()
    with recording():
        place.address, place.name, place.address_1, place.postal_code = "on-booking", "", "", ""
        place.directions = ""
        place.save()
    assert not is_known()


def test_no_version_remains_from_before_a_services_place_became_secret():
    service = Service.objects.filter(locations=None).first()
    with recording():
        service.how_to_get_in = "Come to 4 Some Street."
        service.save()
    with recording():
        service.how_to_get_in, service.is_secret_place = "Ring.", True
        service.save()
    assert len(versions_of(service)) == 1
    assert not Version.objects.filter(data__contains="4 Some Street").exists()


# Permissions


@pytest.fixture
def person(client, django_user_model):
    """Signs in an officer who has these permissions."""

    def sign_in(*names):
        user = django_user_model.objects.create_user("person", password=None, is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)
        return client

    return sign_in


def test_an_officer_who_may_only_view_sees_the_history_but_cannot_restore(person, officer):
    guide = Guide.objects.get(slug="consent")
    with recording(officer):
        guide.summary = "Changed."
        guide.save()
    client = person("view_guide")
    assert len(lines(client, guide)) == 2
    page = Page(client.get(history_of(guide)))
    assert not [link for link in page.all("a") if "Restore" in text(link)]
    assert compare(client, guide, versions_of(guide)[1]).response.status_code == 200
    for ask in (client.get, client.post):
        assert ask(restore_url(guide, versions_of(guide)[1])).status_code == 403


def test_an_officer_who_may_not_view_a_record_sees_no_history_of_it(person):
    guide = Guide.objects.get(slug="consent")
    client = person("view_phone")
    (version,) = versions_of(guide)
    for address in (history_of(guide), restore_url(guide, version)):
        assert client.get(address).status_code == 403
    assert compare(client, guide, version).response.status_code == 403
    assert client.get(reverse("history:deleted")).status_code == 200


def test_an_officer_who_may_view_nothing_sees_nothing_deleted(person):
    assert person().get(reverse("history:deleted")).status_code == 403


def test_rows_that_an_officer_may_not_change_stay(person):
    phone = line_with_hours()
    with recording():
        phone.purpose = "Changed."
        phone.save()
        phone.schedules.all().delete()
    client = person("change_phone", "view_schedule")
    page = restore(client, phone, versions_of(phone)[1])
    assert "Restored the version" in page.text
    phone.refresh_from_db()
    assert phone.purpose != "Changed."
    assert not phone.schedules.exists()


@pytest.mark.parametrize("label", ["no.such", "contacts.schedule", "auth.user", "x"])
def test_other_models_have_no_history(admin, label):
    assert admin.get(f"/admin/history/{label}/1/").status_code == 404


def test_a_record_that_never_existed_has_no_history(admin):
    assert admin.get("/admin/history/strategy.guide/999999/").status_code == 404
