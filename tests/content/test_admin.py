"""The admin as officers use it: they open forms, fill them in and send them."""

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.db import connection
from django.urls import reverse

from contacts.models import (
    ApprovedNumber,
    CallFact,
    Doubt,
    Phone,
    Schedule,
    ScheduleException,
    Verification,
)
from helphub import error_pages
from helphub.approvals.models import NumberProposal
from helphub.campaigns.models import Material
from helphub.search.models import Synonym
from services.models import Location, Service, ServiceVerification, Suggestion
from strategy.models import (
    ActionUpdate,
    AuditCorrection,
    AuditResult,
    Criterion,
    FormOfAbuse,
    Guide,
    IndicatorValue,
    ReportCorrection,
    ReportedAction,
    ReportedPriority,
    ReportedUpdate,
    Statistic,
)
from tests.support.admin_forms import change_url, errors, save
from tests.support.factories import a_row_of
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.django_db

# Officers edit these in the forms of their pages and numbers.
IN_OTHER_FORMS = {
    *{Suggestion, CallFact, Schedule, ScheduleException},
    *{Verification, Location, ServiceVerification, ActionUpdate},
    *{Criterion, AuditResult, AuditCorrection, IndicatorValue, Material},
    *{ReportCorrection, ReportedAction, ReportedPriority, ReportedUpdate},
    Doubt,  # It comes from logged checks alone.
}
TO_BE_READ = {ApprovedNumber, NumberProposal}
OURS = [
    model
    for app in ("strategy", "campaigns", "contacts", "services")
    for model in apps.get_app_config(app).get_models()
    if model not in IN_OTHER_FORMS | TO_BE_READ
]


@pytest.mark.both_databases
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_model_has_a_list_and_a_form_that_saves(admin, model):
    assert django_admin.site.is_registered(model)
    listing = Page(
        admin.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
    )
    assert listing.response.status_code == 200
    row = a_row_of(model)
    before = type(row).objects.filter(pk=row.pk).values().get()
    page = save(admin, row)
    assert errors(page) == []
    assert "was changed successfully" in page.text
    after = type(row).objects.filter(pk=row.pk).values().get()
    # An empty translation may become an empty text: both mean there is none.
    assert {k: v or None for k, v in before.items()} == {k: v or None for k, v in after.items()}


@pytest.mark.both_databases
@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_list_can_be_searched(admin, model):
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert admin.get(url, {"q": "zzzz’ß٣"}).status_code == 200


def test_impossible_filters_are_answered_in_words(admin):
    response = admin.get("/admin/strategy/guide/?e=1&id=x")
    assert response.status_code == 200
    assert "Database error" in Page(response).title


def test_a_search_with_a_nul_byte_is_refused(admin):
    assert admin.get("/admin/strategy/guide/?q=%00").status_code == 400


def test_each_language_has_a_closed_fieldset_of_its_own_but_english(admin):
    page = Page(admin.get(change_url(Guide.objects.get(slug="consent"))))
    legends = {}
    for fieldset in page.all("fieldset"):
        for heading in fieldset.iter("h2"):
            legends[text(heading)] = "collapse" in (fieldset.get("class") or "")
    languages = {k: v for k, v in legends.items() if "(" in k or k == "English"}
    assert languages == {
        "English": False,
        "Urdu (اردو)": True,
        "Panjabi (ਪੰਜਾਬੀ)": True,
        "Polish (Polski)": True,
        "Romanian (Română)": True,
        "Arabic (العربية)": True,
        "Simpler English (Simpler words)": True,
    }


def test_a_closed_language_says_how_much_is_written_and_shows_the_english_beside_it(admin):
    guide = Guide.objects.get(slug="consent")
    nothing = dict.fromkeys(["summary_ur", "body_ur", "name_pl", "summary_pl", "body_pl"], "")
    Guide.objects.filter(pk=guide.pk).update(**nothing, door_en="", content_note_en="")
    page = Page(admin.get(change_url(guide)))
    amounts = {
        text(summary.find("h2")): text(summary.find("span")) for summary in page.all("summary")
    }
    # Three fields have English: the heading, the summary and the text.
    assert amounts["Urdu (اردو)"] == "1 of 3 written"
    assert amounts["Polish (Polski)"] == "0 of 3 written"
    (urdu,) = (
        f for f in page.all("fieldset", class_="language") if "Urdu" in text(f.find(".//h2"))
    )
    english = [box for box in urdu.iter("div") if box.get("class") == "english"]
    assert [box.get("lang") for box in english] == ["en"] * 5
    assert text(english[0]) == f"In English {guide.name}"
    assert text(english[2]) == "Not written in English"


def test_a_language_with_a_mistake_in_it_is_open(admin):
    page = save(admin, Guide.objects.get(slug="consent"), body_ur="{h-nobody}")
    assert errors(page)
    opened = [
        fieldset
        for fieldset in page.all("fieldset", class_="language")
        if fieldset.find("details") is None
    ]
    assert ["Urdu" in text(fieldset.find("h2")) for fieldset in opened] == [True]
    # Beside the typed text is the English that was typed with it.
    page = save(
        admin, Guide.objects.get(slug="consent"), body_ur="{h-nobody}", name_en="Typed just now"
    )
    assert "Typed just now" in text(page.all("fieldset", class_="language")[0])


def test_urdu_fields_are_written_from_right_to_left(admin):
    page = Page(admin.get(change_url(Guide.objects.get(slug="consent"))))
    fields = {f.get("name"): f for tag in ("input", "textarea") for f in page.root.iter(tag)}
    assert (fields["body_ur"].get("lang"), fields["body_ur"].get("dir")) == ("ur", "rtl")
    assert (fields["name_en"].get("lang"), fields["name_en"].get("dir")) == ("en", "ltr")


def test_what_an_officer_saves_appears_on_the_page(admin, client):
    guide = Guide.objects.get(slug="consent")
    page = save(admin, guide, summary_en="New words, & more.", summary_ur="نئے الفاظ")
    assert errors(page) == []
    assert "New words, & more." in Page(client.get("/guides/consent/")).main


def test_a_page_with_one_missing_translation_says_so_and_marks_the_english(admin, client):
    guide = Guide.objects.get(slug="consent")
    save(admin, guide, name_ur="", body_ur="متن", summary_ur="خلاصہ")
    page = Page(client.get("/ur/guides/consent/"))
    assert "یہ صفحہ ابھی آپ کی زبان میں دستیاب نہیں" in page.main
    assert page.one("h1").get("lang") == "en"
    assert "متن" in page.main
    save(admin, guide, name_ur="رضامندی", body_ur="متن", summary_ur="")
    page = Page(client.get("/ur/guides/consent/"))
    assert "یہ صفحہ ابھی آپ کی زبان میں دستیاب نہیں" in page.main
    assert page.one("h1").get("lang") is None
    save(admin, guide, summary_ur="خلاصہ", door_ur="در", content_note_ur="نوٹ")
    page = Page(client.get("/ur/guides/consent/"))
    assert "یہ صفحہ ابھی آپ کی زبان میں دستیاب نہیں" not in page.main
    assert text(page.one("h1")) == "رضامندی"
    assert page.one("h1").get("lang") is None


@pytest.mark.parametrize(
    ("model", "slug", "changes", "message"),
    [
        (Guide, "consent", {"title": "After an assault"}, "Leave out “assault”"),
        (Guide, "consent", {"title": "Sexual things"}, "Leave out “Sexual”"),
        (Guide, "consent", {"title": "After r\u200bape"}, "Leave out “rape”"),
        (Guide, "consent", {"title": "ｒａｐｅ"}, "Leave out “rape”"),
        (Guide, "consent", {"name_en": "Ring 0800 500 2222"}, "Do not type the number"),
        (Phone, "h-galop", {"dial": "08005002222"}, "known to be wrong"),
        (Phone, "h-galop", {"dial": "911"}, "known to be wrong"),
        (Phone, "h-galop", {"dial": "123"}, "cannot be dialled in Britain"),
        (Phone, "h-galop", {"textphone": "ring us"}, "Use digits and spaces only"),
        (Phone, "h-samaritans", {"is_published": []}, "cannot be hidden"),
        (Service, "day-and-night-line", {"is_own_behaviour": ["on"]}, "First remove this service"),
        (Guide, "consent", {"slug": "police-report"}, "Leave out “police”"),
        (Guide, "consent", {"slug": "children"}, "already exists"),
        (Guide, "consent", {"slug": "no spaces"}, "valid “slug”"),
        (Guide, "consent", {"title": "Under 18"}, "already exists"),
        (Guide, "consent", {"name_en": ""}, "This field is required"),
        (Guide, "consent", {"body_en": ""}, "This field is required"),
        (Guide, "consent", {"body_en": "Ring 01384 455411"}, "Do not type the number"),
        (Guide, "consent", {"body_ur": "999 پر کال کریں"}, "Do not type the number"),
        (Guide, "consent", {"body_en": "Ring {h-nobody}"}, "“{h-nobody}” is not a published"),
        (FormOfAbuse, "law", {"signs_en": "a\u202eb"}, "invisible character"),
        (FormOfAbuse, "law", {"summary_en": "x" * 201}, "at most 200 characters"),
        (Phone, "h-galop", {"dial": "0123"}, "cannot be dialled in Britain"),
        (Phone, "h-galop", {"dial": "116 123"}, "digits only"),
        (Phone, "h-galop", {"display": "116 124"}, "do not match the digits"),
        (Phone, "h-shout", {"text_instruction_en": ""}, "Say what to text"),
        (Phone, "h-spoc", {"is_published": []}, "cannot be hidden"),
        (Phone, "h-rph", {"cost_source": ""}, "Give a source for the cost"),
        (Phone, "h-rph", {"cost_class": "free"}, "The digits show that it is not free"),
        (Phone, "h-101", {"cost_class": "charged"}, "The digits show that it is free"),
        (Phone, "h-paladin", {"dial": "2038664107", "display": "20 3866 4107"}, "begin with 0"),
        (
            Phone,
            "h-galop",
            {"dial": "09098790000", "display": "0909 8790000"},
            "reserved for films",
        ),
        (Phone, "h-galop", {"dial": "85259", "display": "85259"}, "can be texted, not called"),
        (Phone, "h-galop", {"textphone": "18001 09012345678"}, "cost extra"),
        (Phone, "h-101", {"textphone": "18001 111"}, "give this line's digits to dial"),
        (Phone, "h-galop", {"textphone": "18000"}, "for emergencies only"),
        (Phone, "h-samaritans", {"cost_en": "Free"}, "End with a full stop"),
        (Phone, "h-samaritans", {"cost_en": "It will not show."}, "Do not promise"),
        (Phone, "h-mash-children", {"call_facts-0-source": ""}, "Give a source, or answer"),
        (Phone, "h-mash-children", {"call_facts-1-detail_en": "90 days"}, "End with a full"),
        (Phone, "h-mash-children", {"call_facts-1-fact": "name-needed"}, "duplicate data"),
        (Service, "day-and-night-line", {"website": "javascript:alert(1)"}, "valid URL"),
    ],
)
def test_bad_input_is_refused_beside_the_field_and_nothing_is_lost(
    admin, model, slug, changes, message
):
    row = model.objects.get(slug=slug)
    if model is Guide and changes.get("title") == "Under 18":
        changes = {"title": Guide.objects.get(slug="children").title}
    before = model.objects.filter(pk=row.pk).values().get()
    typed = {"position": "77"} | changes
    page = save(admin, row, **typed)
    assert any(message in error for error in errors(page)), errors(page)
    assert model.objects.filter(pk=row.pk).values().get() == before
    fields = form_values(page)
    for name, value in typed.items():
        assert fields.get(name, []) == value


def test_an_address_with_a_denied_word_is_refused_beside_the_address(admin):
    page = save(admin, Guide.objects.get(slug="consent"), slug="sexual-health")
    (row,) = page.all("div", class_="field-slug")
    assert "Leave out “sexual”" in text(row)


@pytest.mark.parametrize("slug", ["home", "help-now", "privacy", "own-behaviour"])
def test_a_page_that_every_page_links_to_keeps_its_address(admin, slug):
    guide = Guide.objects.get(slug=slug)
    save(admin, guide, slug="elsewhere", is_published=[])
    assert Guide.objects.get(pk=guide.pk).slug == slug
    assert Guide.objects.get(pk=guide.pk).is_published
    delete = reverse("admin:strategy_guide_delete", args=[guide.pk])
    assert admin.post(delete, {"post": "yes"}).status_code == 403


def test_the_strategys_words_cannot_be_edited(admin):
    statistic = Statistic.objects.get(reference="STA-02")
    save(admin, statistic, words="Other words", comment_en="Our own words.")
    after = Statistic.objects.get(reference="STA-02")
    assert after.words == statistic.words
    assert after.comment == "Our own words."
    assert admin.get("/admin/strategy/statistic/add/").status_code == 403


def test_a_newer_figure_needs_its_source_and_its_caution(admin):
    statistic = Statistic.objects.get(reference="STA-02")
    page = save(admin, statistic, newer_source="", not_comparable_en="")
    assert any("Say who published the newer figure" in error for error in errors(page))
    page = save(admin, statistic, not_comparable_en="")
    assert any("Say why the two may not be compared" in error for error in errors(page))


def test_a_critical_number_cannot_be_deleted(admin):
    for phone in [*Phone.objects.exclude(role=""), Phone.objects.get(slug="h-samaritans")]:
        delete = reverse("admin:contacts_phone_delete", args=[phone.pk])
        page = Page(admin.post(delete, {"post": "yes"}, follow=True))
        assert "A critical number cannot be deleted." in page.text
        action = {"action": "delete_selected", "_selected_action": [phone.pk], "post": "yes"}
        admin.post("/admin/contacts/phone/", action)
        assert Phone.objects.filter(pk=phone.pk).exists()


def test_a_service_of_the_wing_is_not_suggested_elsewhere(admin):
    guide = Guide.objects.get(slug="consent")
    stop_it_now = Service.objects.get(line="h-stopitnow")
    page = save(admin, guide, **{"suggestions-0-service": str(stop_it_now.pk)})
    assert any("List it only in the guides for them" in error for error in errors(page))


def test_who_can_help_is_changed_in_the_form_of_its_page(admin, client):
    guide = Guide.objects.get(slug="consent")
    samaritans = Service.objects.get(line="h-samaritans")
    save(admin, guide, **{"suggestions-0-service": str(samaritans.pk)})
    page = Page(client.get("/guides/consent/"))
    first = page.all("li", class_="card")[0]
    assert "Samaritans" in text(first)


def test_order_is_changed_in_the_list(admin):
    page = Page(admin.get("/admin/contacts/phone/"))
    (order,) = page.all("input", id="id_form-0-position")
    assert order.get("aria-label").startswith("Order: Police, ambulance or fire")
    values = form_values(page) | {"form-0-position": "99", "_save": "Save"}
    admin.post("/admin/contacts/phone/", values)
    assert Phone.objects.get(pk=values["form-0-id"]).position == 99


def test_view_on_site_leads_to_the_page(admin):
    page = Page(admin.get(change_url(Guide.objects.get(slug="consent"))))
    assert "/guides/consent/" in page.internal_links


def test_a_stranger_is_asked_to_sign_in(client):
    response = client.get("/admin/strategy/guide/")
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")
    page = Page(client.get("/admin/login/"))
    assert page.response.cookies["csrftoken"]["path"] == "/admin/"


def test_a_forged_form_is_refused(officer, django_user_model):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    guide = Guide.objects.get(slug="consent")
    assert client.post(change_url(guide), {"slug": "x"}).status_code == 403


def test_an_officer_sets_no_cookie_on_readers_pages(admin):
    response = admin.get("/guides/consent/")
    assert not response.cookies
    assert "officer" not in response.content.decode()


# A database that refuses writes


def may_only_read(database):
    """Refuse writes from now on, like a full disk or a standby, on SQLite or PostgreSQL."""
    with database.cursor() as cursor:
        is_sqlite = database.vendor == "sqlite"
        cursor.execute(
            "PRAGMA query_only=ON" if is_sqlite else "SET LOCAL transaction_read_only=on"
        )


@pytest.fixture
def guide_form(admin):
    """The address of a guide's form, and what a browser would send from it."""
    address = change_url(Guide.objects.get(slug="consent"))
    return address, form_values(Page(admin.get(address)))


@pytest.fixture
def read_only(db):
    """A database that refuses writes, as on a full disk or a standby."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only=ON" if is_sqlite else "SET transaction_read_only=on")
    yield
    if is_sqlite:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only=OFF")


def send(admin, address, values, **headers):
    admin.raise_request_exception = False
    return admin.post(address, values, headers={"origin": "http://testserver"} | headers)


def test_the_page_says_what_cannot_be_saved_and_keeps_what_was_typed(admin, guide_form, read_only):
    address, values = guide_form
    response = send(admin, address, values | {"summary_en": "Half an hour's “work” & more."})
    page = Page(response)
    assert response.status_code == 503
    assert "takes nothing just now" in page.text
    assert "Half an hour's “work” & more." in page.main
    assert ("tel:999", "999") in page.lines
    assert page.faults == []
    # The form on the page sends it again unchanged.
    (form,) = page.all("form", method="post", action=address)
    sent = {field.get("name"): field.get("value") for field in form.iter("input")}
    assert sent["summary_en"] == "Half an hour's “work” & more."
    assert set(sent) == {name for name, value in values.items() if value != []}


def test_passwords_do_not_come_back(rf):
    typed = {"login": "officer", "password": "correct horse battery"}
    request = rf.post("/admin/login/", typed, headers={"origin": "http://testserver"})
    request.csrf_processing_done = True
    answer = error_pages.no_database(request).content.decode()
    assert "officer" in answer
    assert "takes nothing just now" in answer
    assert "correct horse" not in answer


def test_other_faults_get_the_general_error_page(admin, monkeypatch):
    def fails(*arguments, **named):
        raise ValueError("A fault of ours.")

    monkeypatch.setattr("django.contrib.admin.ModelAdmin.get_changelist_instance", fails)
    admin.raise_request_exception = False
    response = admin.get("/admin/strategy/guide/")
    assert response.status_code == 500
    assert "database" not in Page(response).main


def test_everyday_words_get_a_short_name_of_their_own(admin):
    form = form_values(Page(admin.get(reverse("admin:search_synonym_add"))))
    for words, slug in (
        ("walk  home\nwalking home", "walk-home"),
        ("Walk home", "walk-home-2"),
        ("چلنا", "words"),
    ):
        admin.post(reverse("admin:search_synonym_add"), form | {"words_en": words})
        assert Synonym.objects.latest("pk").slug == slug
    row = Synonym.objects.get(slug="walk-home")
    save(admin, row, slug="")
    row.refresh_from_db()
    assert row.slug == "walk-home"
