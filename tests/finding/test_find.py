"""The search in the admin's header: it finds everything that an officer may see, and only that."""

import pytest
from django.urls import reverse

from helphub.editions import withdrawing
from helphub.finding import asked as asking
from helphub.finding import showing, views
from helphub.history.recording import recording
from services.models import Location, Service, Town
from tests.support import factories
from tests.support.admin_forms import change_url, save
from tests.support.officers import officer_named
from tests.support.reader import Page, text

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
FIND = "/admin/find/"


def results(client, typed, **more):
    """The results of a search: {title: all that is said of it}."""
    page = Page(client.get(FIND, {"q": typed, **more}))
    return {text(hit.find(".//h3")): text(hit) for hit in page.all("article", class_="hit")}


@pytest.fixture
def service(officer):
    with recording(officer):
        return factories.make_service(
            phones=[factories.make_phone(dial="01384000777", display="01384 000777")],
            slug="quiet-room",
            name_en="Zebra Street Listeners",
            summary_en="Women’s marmalade circle on Tuesdays. Ring {h-spoc}.",
            website="https://www.zebra-listeners.example/about/",
        )


WORDS_AND_ADDRESSES = [
    *("zebra", "Zebra Street Listeners", "MARMALADE tuesdays", "womens marmalade", "quiet-room"),
    *("/services/quiet-room/", "/services/quiet-room", "/pl/services/quiet-room/"),
    *("http://testserver/services/quiet-room/?a=1#b", "localhost/services/quiet-room/"),
    *("zebra-listeners.example", "https://zebra-listeners.example/about"),
]
NUMBERS = [
    *("01384000777", "01384 000777", "01384 000 777", "(01384) 000777", "+44 1384 000777"),
    *("+441384000777", "0044 1384 000777", "+44 (0)1384 000777", "000777", "tel:+441384000777"),
]


def test_a_record_is_found_by_words_address_and_source(admin, service):
    for typed in WORDS_AND_ADDRESSES:
        assert "Published" in results(admin, typed).get(service.name, ""), typed


def test_a_number_is_found_however_it_is_written(admin, service):
    for typed in NUMBERS:
        assert str(service.phones.get()) in results(admin, typed), typed


def test_a_code_in_brackets_finds_its_lines_and_a_short_number_is_whole(admin):
    factories.make_phone(name_en="With a one", dial="01384010100", display="01384 010100")
    assert "With a one: 01384 010100" in results(admin, "(01384)", kind="contacts.phone")
    assert "With a one: 01384 010100" not in results(admin, "101")


def test_a_dialling_code_of_four_digits_finds_the_numbers_that_begin_with_it(admin):
    for name, dial in {"Free": "08080000900", "Three": "03000000900"}.items():
        factories.make_phone(name_en=name, dial=dial, display=f"{dial[:4]} {dial[4:]}")
    free, three = "Free: 0808 0000900", "Three: 0300 0000900"
    for typed in ("0808", "0 808", "(0808)"):
        found = results(admin, typed, kind="contacts.phone")
        assert free in found
        assert three not in found
    assert three in results(admin, "0300", kind="contacts.phone")
    # Not within a number, and without its 0 it is a whole number.
    within = factories.make_phone(dial="01384003000", display="01384 003000")
    assert str(within) not in results(admin, "0300", kind="contacts.phone")
    assert free not in results(admin, "808", kind="contacts.phone")


def test_a_token_finds_its_line_and_the_texts_that_name_it(admin, service):
    found = results(admin, "{h-spoc}")
    assert "Ring {h-spoc}." in found[service.name]
    assert any("455411" in title for title in found)
    guide = factories.make_guide(slug="some-guide")
    naming = factories.make_guide(body_en="Read {guide:some-guide}.")
    found = results(admin, "{guide:some-guide}")
    assert list(found) == [guide.name, naming.name]


def test_words_are_found_from_their_beginning_and_marked(admin):
    factories.make_guide(name_en="Therapeutic afternoons", body_en="Nothing.")
    page = Page(admin.get(FIND, {"q": "rape"}))
    assert "Therapeutic afternoons" not in page.main
    assert {text(mark).lower()[:4] for mark in page.all("mark")} == {"rape"}


def test_an_excerpt_is_around_the_first_place():
    marks = asking.asked("needle").marks("hay " * 100 + "needle" + " hay" * 100)
    pieces = showing.excerpt("hay " * 100 + "needle" + " hay" * 100, marks)
    assert [words for is_mark, words in pieces if is_mark] == ["needle"]
    assert 100 < sum(len(words) for _, words in pieces) < 250


def test_each_result_leads_to_its_form_its_page_and_its_history(admin, service):
    links = Page(admin.get(FIND, {"q": "marmalade"})).internal_links
    history = reverse("history:history", args=["services.service", service.pk])
    assert {change_url(service), service.get_absolute_url(), history} <= set(links)


def test_what_is_archived_withdrawn_hidden_or_deleted_is_found_and_says_so(admin, officer):
    with recording(officer):
        archived = factories.make_guide(name_en="Marmalade one", is_archived=True)
        factories.make_guide(name_en="Marmalade two", is_published=False)
        withdrawn = factories.make_guide(name_en="Marmalade three")
        gone = factories.make_guide(name_en="Marmalade four")
    withdrawing.withdraw(withdrawn, "officer", "Wrong")
    with recording(officer):
        gone.delete()
    found = results(admin, "marmalade")
    assert "Archived" in found["Marmalade one"]
    assert "Draft" in found["Marmalade two"]
    assert "Withdrawn" in found["Marmalade three"]
    assert "Deleted" in found["Marmalade four"]
    links = Page(admin.get(FIND, {"q": "marmalade"})).internal_links
    assert not {archived.get_absolute_url(), withdrawn.get_absolute_url()} & set(links)
    assert results(admin, gone.get_absolute_url()).keys() == {"Marmalade four"}


def test_what_waits_to_be_published_says_so(editions, admin, officer):
    with recording(officer):
        factories.make_guide(name_en="Marmalade")
    found = results(admin, "marmalade")["Marmalade"]
    assert "Waiting: new" in found
    assert "What changed, and how it will look" in found
    assert "Published" in results(admin, "/guides/consent/")["Consent"]


def test_an_officer_finds_only_what_they_may_see(admin, service, django_user_model):
    django_user_model.objects.create_user("marmalade-officer")
    assert service.name in results(officer_named("ed", "Editors"), "marmalade")
    assert list(results(officer_named("keeper", "User administrators"), "marmalade")) == [
        "marmalade-officer"
    ]
    translator = Page(officer_named("trans", "Translators").get(FIND, {"q": "marmalade"}))
    assert "Your role has no records" in translator.main
    assert len(results(admin, "marmalade")) == 2
    assert not results(admin, "pbkdf2")


def test_a_place_is_found_by_those_who_may_see_places(admin, service, officer):
    with recording(officer):
        Location.objects.create(
            service=service, address="public", town=Town.objects.first(), name="Quince House",
            address_1="12 Quince Lane", postal_code="DY1 1HF",
        )  # fmt: skip
    assert "Place: number and street" in results(admin, "12 quince lane")[service.name]
    from django.contrib.auth.models import Permission, User

    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_service"))
    admin.force_login(user)
    assert service.name in results(admin, "zebra")
    # Without the number: the names that factories make may begin with it.
    assert not results(admin, "quince lane")


def test_the_address_of_a_secret_place_is_never_found(admin, service, officer):
    # The forms refuse such a text. One may have come another way, such as by a fixture.
    Service.objects.filter(pk=service.pk).update(
        is_secret_place=True, place_key=None, summary_en="Come to 12 Marmalade Street."
    )
    assert service.name in results(admin, "zebra")
    assert not results(admin, "marmalade")
    with recording(officer):
        Service.objects.get(pk=service.pk).delete()
    assert "Deleted" in results(admin, "zebra")[service.name]
    assert not results(admin, "marmalade")


def test_what_finds_nothing_says_what_to_try(admin):
    for typed, said in [
        ("", "You can search for"),
        ("a", "Type two letters"),
        ("//[", "Type two letters"),
        ("xq " * 166, "Try fewer words"),
        ("x" * 500, "Try fewer words"),
        ("x" * 501, "501 characters"),
        ("nothing has this zz", "Try fewer words"),
        ("/services/", "is a page of this site"),
    ]:
        response = admin.get(FIND, {"q": typed})
        assert response.status_code == 200, typed
        assert said in Page(response).main, typed


def test_many_results_are_on_several_pages_and_can_be_narrowed(admin, officer, monkeypatch):
    monkeypatch.setattr(views, "ON_A_PAGE", 2)
    with recording(officer):
        for number in range(3):
            factories.make_guide(name_en=f"Marmalade {number}")
        factories.make_organization(name="Marmalade Trust")
    assert list(results(admin, "marmalade")) == ["Marmalade 0", "Marmalade 1"]
    assert list(results(admin, "marmalade", page=2)) == ["Marmalade 2", "Marmalade Trust"]
    assert list(results(admin, "marmalade", kind="contacts.organization")) == ["Marmalade Trust"]
    assert list(results(admin, "marmalade", page="last", kind="no.such")) == []


def test_the_field_is_on_every_page_and_keeps_what_was_typed(admin):
    for address in ("/admin/", "/admin/strategy/guide/", reverse("publishing:editions"), FIND):
        field = Page(admin.get(address)).one("form", class_="find-everything")
        assert (field.get("action"), field.get("role")) == (FIND, "search")
    page = Page(admin.get(FIND, {"q": 'Two "words"'}))
    assert page.one("input", id="find-everything").get("value") == 'Two "words"'


def test_more_records_cost_no_more_queries(admin, officer, django_assert_max_num_queries):
    with recording(officer):
        for number in range(30):
            factories.make_guide(name_en=f"Marmalade {number}")
    with django_assert_max_num_queries(64):
        assert len(results(admin, "marmalade")) == 30


def test_a_saved_change_is_found_at_once(admin, service):
    save(admin, service, summary_en="Now about apricots.")
    assert service.name in results(admin, "apricots")
    assert not results(admin, "marmalade")
