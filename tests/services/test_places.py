"""Places: public, given on booking, or so secret that we store nothing about them."""

import gzip
import io
import logging

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from contacts.call_privacy import Answer
from contacts.models import Phone
from helphub.content import loader
from helphub.content.models import LoadedRow
from helphub.editions import publish, sources, store
from services.models import Audience, Location, Service, ServiceArea, Town
from tests.support.addresses import public_pages
from tests.support.admin_forms import errors, save
from tests.support.factories import make_phone, make_service
from tests.support.places import CANARY, PUBLIC, place
from tests.support.reader import Page

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def inline(**fields):
    """What a browser sends for one new place in a service's form."""
    town = Town.objects.get(slug="sedgley").pk
    values = {"position": 1, "town": town} | dict.fromkeys(
        ["step_free", "accessible_toilet", "hearing_loop"], Answer.UNKNOWN
    )
    sent = {f"locations-0-{name}": value for name, value in (values | fields).items()}
    return sent | {"locations-TOTAL_FORMS": 1}


def refuse_all_ways(location, words):
    """The model refuses it, and so does the database, each alone."""
    with pytest.raises(ValidationError, match=words):
        location.clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Location.objects.bulk_create([location])


# Secret


def test_a_service_whose_place_is_secret_can_have_none():
    location = place("h-chadd", **PUBLIC)
    with pytest.raises(ValidationError, match="secret"):
        location.clean()
    # The row has nothing to refer to.
    assert location.service_id is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Location.objects.bulk_create([location])


def test_a_service_with_a_place_cannot_become_secret():
    place("h-galop", **PUBLIC).save()
    service = Service.objects.get(line="h-galop")
    service.is_secret_place = True
    with pytest.raises(ValidationError, match="Delete the service's places first"):
        service.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Service.objects.filter(pk=service.pk).update(is_secret_place=True)

    def take_the_key_away():
        Service.objects.filter(pk=service.pk).update(is_secret_place=True, place_key=None)
        # A deferred constraint: it is checked when the transaction ends, or on request.
        connection.check_constraints()

    with pytest.raises(IntegrityError), transaction.atomic():
        take_the_key_away()


def test_the_admin_refuses_a_place_for_a_secret_service_and_keeps_what_was_typed(admin):
    service = Service.objects.get(line="h-chadd")
    page = save(admin, service, **inline(**PUBLIC))
    assert any("secret" in error for error in errors(page))
    assert page.one("input", name_="locations-0-address_1").get("value") == PUBLIC["address_1"]
    assert not Location.objects.exists()


def test_a_service_that_mentions_a_refuge_cannot_have_a_place(admin):
    service = make_service(summary_en="They find you a place in a refuge.")
    page = save(admin, service, **inline(**PUBLIC))
    assert any("refuge" in error for error in errors(page))
    assert not Location.objects.exists()


def test_a_place_that_mentions_a_refuge_cannot_be_stored():
    for words in ({"name": f"{CANARY} Refuge"}, {"directions_en": "Next to the safe house."}):
        with pytest.raises(ValidationError, match="refuge"):
            place("h-galop", **PUBLIC | words).clean()


def test_a_service_with_a_place_cannot_start_to_mention_a_refuge():
    place("h-galop", **PUBLIC).save()
    service = Service.objects.get(line="h-galop")
    service.full_clean()
    service.summary_en = "A refuge."
    with pytest.raises(ValidationError, match="delete the service's places first"):
        service.full_clean()


def test_the_database_allows_two_kinds_of_place_and_no_third():
    with pytest.raises(IntegrityError), transaction.atomic():
        Location.objects.bulk_create([place("h-galop", **PUBLIC | {"address": "elsewhere"})])


@pytest.mark.parametrize(
    "words",
    ["1 Zephyrine Street", "12b, Old Zephyrine Road", "Zephyrine, ZZ9 9ZZ", "Zephyrine zz9-9zz"],
)
def test_no_text_of_a_secret_service_contains_an_address(admin, words):
    service = Service.objects.get(line="h-chadd")
    page = save(admin, service, what_to_expect_en=f"Come to {words}.")
    assert any("looks like an address" in error for error in errors(page))
    assert "Zephyrine" in page.one("textarea", name_="what_to_expect_en").text
    service.refresh_from_db()
    assert "Zephyrine" not in service.what_to_expect


def test_no_text_of_a_number_says_where_its_service_is_if_that_is_hidden(admin):
    fields = ["purpose_en", "what_happens_en", "name_en"]
    words = dict.fromkeys(fields, "Come to 1 Zephyrine Street.")
    open_one, secret, booked = (make_phone() for _ in range(3))
    make_service([open_one])
    make_service([secret], is_secret_place=True)
    hidden = make_service([booked])
    place(hidden.line, address="on-booking").save()
    for phone in (secret, booked):
        said = errors(save(admin, phone, **words))
        assert len([error for error in said if "hides its address" in error]) == len(fields)
        phone.refresh_from_db()
        assert "Zephyrine" not in phone.name + phone.purpose
    assert errors(save(admin, open_one, **words)) == []
    page = save(admin, hidden, phones=[booked.pk, open_one.pk])
    assert any("remove it there first" in error for error in errors(page))
    assert open_one not in hidden.phones.all()


def test_a_refuges_number_and_service_have_no_address_in_their_texts():
    words = "We run a refuge at 1 Zephyrine Street."
    with pytest.raises(ValidationError, match="location of a refuge"):
        make_phone(purpose_en=words)
    with pytest.raises(ValidationError, match="location of a refuge"):
        make_service(summary_en=words)
    with pytest.raises(ValidationError, match="location of a refuge"):
        make_service(name_en="A safe house", how_to_get_in_en="Go to 1 Zephyrine Street.")


def test_no_text_of_a_service_has_the_address_that_is_told_on_booking(admin):
    fields = ["how_to_get_in_en", "what_to_expect_en", "summary_en"]
    words = dict.fromkeys(fields, "Come to 1 Zephyrine Street.")
    service = make_service()
    place(service.line, address="on-booking").save()
    said = errors(save(admin, service, **words))
    assert len([error for error in said if error.startswith("“1 Zephyrine")]) == len(fields)
    assert all("given on booking" in error for error in said)
    other = make_service(**words)
    page = save(admin, other, **inline(address="on-booking"))
    assert any("given on booking" in error for error in errors(page))
    assert not other.locations.exists()


def test_fixtures_with_a_place_for_a_secret_service_are_refused_outright(monkeypatch):
    row = {"service": "local-outreach", "position": 1, "town": "sedgley"} | PUBLIC
    rows = yaml.safe_load(yaml.safe_dump([row]))
    with pytest.raises(loader.FixtureError, match="secret"):
        loader.load([loader._row("services.location", row) for row in rows])
    assert not Location.objects.exists()


def test_the_place_is_deleted_before_the_service_becomes_secret(admin):
    place("h-galop", **PUBLIC).save()
    service = Service.objects.get(line="h-galop")
    page = save(admin, service, is_secret_place="on", **{"locations-0-DELETE": "on"})
    assert "Delete the service's places first, then tick this and save." in errors(page)
    assert errors(save(admin, service, **{"locations-0-DELETE": "on"})) == []
    assert errors(save(admin, service, is_secret_place="on")) == []
    service.refresh_from_db()
    assert (service.is_secret_place, service.place_key) == (True, None)


def test_the_loading_record_keeps_no_word_of_a_deleted_place():
    row = {"service": "community-line", "position": 1, "town": "sedgley"} | PUBLIC
    loader.load([loader._row("services.location", row)])
    (loaded,) = LoadedRow.objects.filter(model="services.location")
    assert loaded.values["name"] == PUBLIC["name"]
    Location.objects.get().delete()
    loaded.refresh_from_db()
    assert loaded.values == {}


def test_the_loading_record_keeps_no_word_of_a_place_now_given_on_booking():
    row = {"service": "community-line", "position": 1, "town": "sedgley"} | PUBLIC
    loader.load([loader._row("services.location", row)])
    location = Location.objects.get()
    location.address = "on-booking"
    for name in ("name", "address_1", "postal_code", "directions_en"):
        setattr(location, name, "")
    location.full_clean()
    location.save()
    assert LoadedRow.objects.get(model="services.location").values == {}


def rows_of_everything():
    """Every value in every table."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            for row in cursor.fetchall():
                yield table, row


def test_nothing_is_left_anywhere_of_a_place_that_became_secret(admin, client, caplog):
    caplog.set_level(logging.DEBUG)
    service = Service.objects.get(line="h-galop")
    assert errors(save(admin, service, **inline(**PUBLIC))) == []
    assert CANARY in near(client)  # The canary can be found at all.
    assert any(CANARY in str(row) for _, row in rows_of_everything())

    assert errors(save(admin, service, **{"locations-0-DELETE": "on"})) == []
    assert errors(save(admin, service, is_secret_place="on")) == []

    call_command("build_index", stdout=io.StringIO())
    for path in [*public_pages(), "/sitemap.xml"]:
        assert CANARY not in client.get(path).content.decode(), path
    assert CANARY.lower().encode() not in settings.FIND_INDEX.read_bytes().lower()
    for word in (CANARY, "Zephyrine", "ZZ9"):
        assert [table for table, row in rows_of_everything() if word in str(row)] == []
        assert word not in caplog.text


def files_with(word, folder):
    """The files under a folder that hold a word, compressed or not."""
    paths = []
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            if path.suffix == ".gz":
                content = gzip.decompress(content)
            if word.encode() in content:
                paths.append(path)
    return paths


def test_a_withdrawn_place_leaves_every_page_and_every_edition(editions, admin):
    location = place("h-galop", **PUBLIC)
    location.save()
    number = publish.publish().number
    (town,) = [path for path in files_with(CANARY, editions) if path.name == "content.sqlite3"]
    assert town.parent == store.folder_of(number)
    assert any("near/sedgley" in str(path) for path in files_with(CANARY, editions))

    form = Page(admin.get(f"/admin/services/service/{location.service.pk}/change/"))
    (link,) = [link for link in form.internal_links if "/withdraw/services.location/" in link]
    response = admin.post(link, {"why": "They have moved."}, follow=True)
    assert "Withdrawn." in Page(response).text
    publish.publish(sources.CURRENT)
    assert not store.folder_of(number).exists()
    assert files_with(CANARY, editions) == []


# Given on booking


@pytest.mark.parametrize("field", ["name", "address_1", "postal_code"])
def test_a_place_given_on_booking_has_a_town_and_nothing_more(admin, field):
    location = place("h-galop", address="on-booking", **{field: PUBLIC[field]})
    refuse_all_ways(location, "given on booking")
    page = save(admin, location.service, **inline(address="on-booking", **{field: PUBLIC[field]}))
    assert "Leave this empty: the address is given on booking." in errors(page)


def test_a_place_given_on_booking_has_no_directions(client):
    location = place("h-galop", address="on-booking", directions_en=f"Past {CANARY} House.")
    with pytest.raises(ValidationError, match="give the address away"):
        location.clean()
    location.save()
    assert CANARY not in Page(client.get("/near/")).main


def test_the_times_of_a_place_given_on_booking_contain_no_address():
    location = place("h-galop", address="on-booking", when_en="Mondays at 1 Zephyrine Street.")
    with pytest.raises(ValidationError, match="Remove the address"):
        location.clean()


def test_readers_are_told_the_town_of_a_place_given_on_booking(client):
    place("h-galop", address="on-booking").save()
    for path in ("/near/", Service.objects.get(line="h-galop").get_absolute_url()):
        assert "In Sedgley. They tell you the address when you book." in Page(client.get(path)).main


# Public


def test_a_public_place_is_shown_with_its_directions_and_its_steps(client):
    place("h-galop", step_free="yes", hearing_loop="no", **PUBLIC).save()
    for path in ("/near/", Service.objects.get(line="h-galop").get_absolute_url()):
        words = Page(client.get(path)).main
        assert f"{CANARY} House, 1 Zephyrine Street, Sedgley ZZ9 9ZZ" in words
        assert "stops at the door" in words
        assert "Step-free from the street. It has no hearing loop." in words


def test_a_public_place_needs_its_street_and_postcode(admin):
    location = place("h-galop", address="public", name="House")
    refuse_all_ways(location, "public place needs this")
    page = save(admin, location.service, **inline(address="public", postal_code="north"))
    assert "Type a postcode, such as DY1 1HF." in errors(page)


def test_a_place_of_an_unpublished_service_is_not_shown(client):
    place("h-galop", **PUBLIC).save()
    Service.objects.filter(line="h-galop").update(is_published=False)
    assert CANARY not in Page(client.get("/near/")).main


# Towns and areas


def near(client, path="/near/"):
    return Page(client.get(path)).main


def test_the_help_for_the_borough_is_on_one_page_without_a_list_of_towns(client):
    sedgley = Town.objects.get(slug="sedgley")
    here, elsewhere = make_service(areas=[sedgley.area]), make_service()
    page = Page(client.get("/near/"))
    assert f"Help in {sedgley.area.name}" in page.main
    assert here.name in page.main
    assert elsewhere.name not in page.main
    assert "Places to go" not in page.main
    assert not {town.name for town in Town.objects.all() if town.name in page.main} - {"Dudley"}
    assert not [link for link in page.internal_links if link.startswith("/near/") and link[6:]]


def test_the_local_number_comes_first_for_a_place_and_is_there_once(client):
    page = Page(client.get("/near/"))
    buttons = [
        button.find("a").get("href")
        for button in page.one("main").iter("p")
        if button.get("class") == "phone"
    ]
    assert buttons[0] == "tel:01384455411"
    assert buttons.count("tel:01384455411") == 1
    finder = Service.objects.get(line="h-sarc-finder")
    assert page.main.index(SPOC_SAYS) < page.main.index(finder.name)


SPOC_SAYS = "Call the local number and ask what is near you."


def test_while_the_local_number_is_withdrawn_the_page_works_without_it(client):
    Phone.objects.filter(role="spoc").update(role="", is_published=False)
    assert SPOC_SAYS not in near(client)


def test_once_there_are_places_they_are_listed_by_town(client):
    place("h-galop", **PUBLIC).save()
    elsewhere = place("h-rcew247", **PUBLIC | {"name": "Wren House"})
    elsewhere.town = Town.objects.get(slug="halesowen")
    elsewhere.save()
    words = near(client)
    order = ["Places to go", "Halesowen", "Wren House", "Sedgley", f"{CANARY} House"]
    assert sorted(order, key=words.index) == order
    assert "Stourbridge" not in words


def test_a_place_in_a_town_that_readers_cannot_see_is_not_listed(client):
    place("h-galop", **PUBLIC).save()
    Town.objects.filter(slug="sedgley").update(is_published=False)
    assert CANARY not in near(client)


def test_each_area_of_the_towns_has_its_own_help(client):
    area = ServiceArea.objects.get(slug="west-midlands")
    there = make_service(areas=[area])
    assert there.name not in near(client)
    Town.objects.filter(slug="sedgley").update(area=area)
    assert there.name in near(client).split(f"Help in {area.name}")[1]


def test_the_address_of_a_town_shows_the_same_page_and_nothing_leads_to_it(client):
    assert near(client, "/near/sedgley/") == near(client)
    page = Page(client.get("/near/sedgley/"))
    assert [tag.get("content") for tag in page.all("meta", name_="robots")] == ["noindex"]
    assert "/near/sedgley/" not in client.get("/sitemap.xml").content.decode()
    assert client.get("/near/nowhere/").status_code == 404


def test_without_towns_the_page_still_gives_the_local_number(client):
    Town.objects.all().delete()
    assert SPOC_SAYS in near(client)


def test_an_area_has_the_code_of_the_office_for_national_statistics():
    assert ServiceArea.objects.get(slug="dudley").code == "E08000027"
    with pytest.raises(ValidationError, match="eight digits"):
        ServiceArea(slug="x", name_en="X", code="Dudley").full_clean()


# Ages, notices


def test_ages_the_wrong_way_round_are_refused(admin):
    service = Service.objects.get(line="h-galop")
    page = save(admin, service, minimum_age="25", maximum_age="16")
    assert "This is below the minimum age. Swap the two." in errors(page)
    with pytest.raises(IntegrityError), transaction.atomic():
        Service.objects.filter(pk=service.pk).update(minimum_age=25, maximum_age=16)


@pytest.mark.parametrize(
    ("ages", "words"),
    [
        ((16, None), "Age16 and over"),
        ((None, 18), "AgeUp to and including 18"),
        ((16, 25), "Age16 to 25"),
    ],
)
def test_readers_see_which_ages_a_service_is_for(client, ages, words):
    service = Service.objects.get(line="h-galop")
    service.minimum_age, service.maximum_age = ages
    service.save()
    assert words in Page(client.get(service.get_absolute_url())).main


def test_a_service_that_is_closed_for_now_says_so_instead_of_its_number(admin, client):
    phone = make_phone()
    service = make_service([phone], audiences=Audience.objects.filter(slug="men"))
    page = save(admin, service, is_closed_for_now="on")
    assert "Say that the service is closed and who to contact meanwhile." in errors(page)
    notice = "Closed while they move. Until then you can call {h-rcew247}."
    paths = ("/services/", service.get_absolute_url(), "/list/f2/")
    for path in paths:
        assert phone.display in Page(client.get(path)).main, path
    assert errors(save(admin, service, is_closed_for_now="on", notice_en=notice)) == []
    for path in paths:
        page = Page(client.get(path))
        assert "Closed while they move." in page.main
        assert phone.display not in page.main


def test_a_place_that_is_closed_for_now_is_not_shown(client):
    location = place("h-galop", **PUBLIC)
    location.save()
    Service.objects.filter(line="h-galop").update(
        is_closed_for_now=True, notice_en="Closed while they move."
    )
    words = Page(client.get("/near/")).main
    assert "Closed while they move." in words
    assert CANARY not in words


def test_a_notice_ends_after_its_last_day(admin, client):
    phone = make_phone()
    service = make_service([phone])
    changes = {"is_closed_for_now": "on", "notice_en": "They move.", "notice_until": "1/1/2090"}
    assert errors(save(admin, service, **changes)) == []
    Service.objects.filter(pk=service.pk).update(notice_until="2020-01-01")
    page = Page(client.get(service.get_absolute_url()))
    assert "They move." not in page.main
    assert phone.display in page.main


def test_a_service_says_how_it_was_checked(admin, client):
    service = Service.objects.get(line="h-signhealth")
    words = Page(client.get(service.get_absolute_url())).main
    assert "What this page says is from their website, 23 November 2026" in words
    sent = {
        "verifications-1-verified_on": "2026-11-24",
        "verifications-1-method": "told",
        "verifications-1-role": "communications",
        "verifications-1-confirmed": "The website.",
        "verifications-TOTAL_FORMS": 2,
    }
    assert errors(save(admin, service, **sent)) == []
    # The fixtures can still tell their own verification from the officer's.
    call_command("load_content", "--overwrite", "--no-input", stdout=io.StringIO())
    assert service.verifications.count() == 2
    words = Page(client.get(service.get_absolute_url())).main
    assert "They told us about this page on 24 November 2026" in words


def test_every_service_of_the_fixtures_has_been_verified():
    assert all(service.verifications.exists() for service in Service.objects.all())
    assert apps.get_model("services.serviceverification").objects.count() == Service.objects.count()
