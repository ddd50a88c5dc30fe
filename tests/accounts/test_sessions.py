"""Sessions end by themselves, and what officers typed outlives them."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from contacts.models import Phone
from helphub.accounts import sessions
from helphub.approvals.models import NumberProposal
from strategy.models import Guide
from tests.support.admin_forms import all_inputs, change_url, type_into
from tests.support.reader import Page, form_values
from tests.support.sessions import later

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HOUR = 3600


def is_in(client):
    return client.get("/admin/").status_code == 200


@pytest.mark.parametrize(("minutes", "stays"), [(29, True), (31, False)])
def test_a_session_ends_when_nothing_happens_for_half_an_hour(admin, minutes, stays):
    later(admin, minutes * 60)
    assert is_in(admin) is stays


def test_an_active_officer_stays_signed_in(admin):
    for _ in range(4):
        later(admin, 20 * 60)
        assert is_in(admin)


@pytest.mark.parametrize(("hours", "stays"), [(11.9, True), (12.1, False)])
def test_a_session_ends_after_twelve_hours_whatever_happens(admin, hours, stays):
    later(admin, hours * HOUR, "begun_at")
    assert is_in(admin) is stays


def test_the_sign_in_page_says_why_an_officer_was_signed_out(admin):
    later(admin, HOUR)
    page = Page(admin.get("/admin/strategy/guide/", follow=True))
    assert "signed out after 30 minutes without activity" in page.text
    assert "Dudley help hub" in page.title


def test_an_ended_session_cannot_be_used_again(admin):
    cookie = admin.cookies["sessionid"].value
    later(admin, HOUR)
    assert not is_in(admin)
    again = Client()
    again.cookies["sessionid"] = cookie
    assert not is_in(again)
    assert not Session.objects.filter(session_key=cookie).exists()


def test_ended_sessions_of_others_are_cleared_away(client, officer, django_user_model):
    from django.utils import timezone

    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now())
    client.force_login(officer)
    assert not Session.objects.filter(session_key="old").exists()


def test_what_was_typed_comes_back_after_signing_in_again(admin, officer):
    guide = Guide.objects.get(slug="consent")
    typed = type_into(admin, guide, summary_en="New & “more” words. Two.", name_ur="رضامندی")
    later(admin, HOUR)
    response = admin.post(change_url(guide), typed, headers={"Referer": change_url(guide)})
    assert response["Location"] == f"/admin/login/?next={change_url(guide)}"
    page = Page(admin.get(response["Location"]))
    assert "What you typed has been kept" in page.text
    assert "New &" not in page.html
    admin.force_login(officer)
    page = Page(admin.get(change_url(guide)))
    assert "What you typed is still here" in page.text
    assert "رضامندی" in page.main
    assert Guide.objects.get(slug="consent").summary_en == guide.summary_en
    (form, *_) = [form for form in page.all("form") if form.get("action") == change_url(guide)]
    page = Page(admin.post(form.get("action"), all_inputs(form), follow=True))
    assert "was changed successfully" in page.text
    saved = Guide.objects.get(slug="consent")
    assert saved.summary_en.split() == ["New", "&", "“more”", "words.", "Two."]
    assert saved.name_ur == "رضامندی"
    # It comes back only once.
    assert "What you typed" not in Page(admin.get(change_url(guide))).text


def test_what_was_typed_comes_back_the_next_morning_too(admin, officer):
    guide = Guide.objects.get(slug="consent")
    typed = type_into(admin, guide, summary_en="Words of yesterday.")
    later(admin, 20 * HOUR)
    admin.post(change_url(guide), typed)
    admin.force_login(officer)
    assert "Words of yesterday." in Page(admin.get(change_url(guide))).main


def test_what_was_typed_comes_back_only_to_the_account_that_typed_it(admin, django_user_model):
    guide = Guide.objects.get(slug="consent")
    typed = type_into(admin, guide, summary_en="For my eyes.")
    later(admin, HOUR)
    admin.post(change_url(guide), typed)
    other = django_user_model.objects.create_superuser("other", password=None)
    admin.force_login(other)
    page = Page(admin.get(change_url(guide)))
    assert "For my eyes." not in page.html
    assert "Save" in page.html


def test_what_was_typed_comes_back_only_at_the_address_it_was_sent_to(admin, officer):
    guide = Guide.objects.get(slug="consent")
    typed = type_into(admin, guide, summary_en="For this page.")
    later(admin, HOUR)
    admin.post(change_url(guide), typed)
    admin.force_login(officer)
    for address in ("/admin/", change_url(Guide.objects.get(slug="home"))):
        assert "For this page." not in Page(admin.get(address)).html


def test_what_was_typed_cannot_be_read_in_the_database(admin):
    guide = Guide.objects.get(slug="consent")
    typed = type_into(admin, guide, summary_en="Unfinished words.")
    later(admin, HOUR)
    admin.post(change_url(guide), typed)
    assert "typed" in admin.session
    assert "Unfinished" not in str(dict(admin.session))


def test_passwords_are_not_kept(admin, officer):
    later(admin, HOUR)
    fields = {"old_password": "secret one", "new_password1": "secret two", "x": "a word"}
    admin.post("/admin/password_change/", fields)
    admin.force_login(officer)
    page = Page(admin.get("/admin/password_change/"))
    assert "a word" in page.main
    assert "secret" not in page.html


def test_what_was_typed_can_be_discarded(admin, officer):
    guide = Guide.objects.get(slug="consent")
    typed = type_into(admin, guide, summary_en="Never mind.")
    later(admin, HOUR)
    address = f"http://testserver{change_url(guide)}"
    admin.post(change_url(guide), typed, headers={"Referer": address})
    admin.force_login(officer)
    assert admin.post("/admin/typed/leave/")["Location"] == change_url(guide)
    assert "Never mind." not in Page(admin.get(change_url(guide))).html


def test_the_way_back_leads_to_no_other_site(admin, officer):
    later(admin, HOUR)
    headers = {"Referer": "https://evil.example/admin/"}
    admin.post("/admin/strategy/guide/", {"x": "y"}, headers=headers)
    admin.force_login(officer)
    assert admin.post("/admin/typed/leave/")["Location"] == "/admin/"


def test_a_forged_form_is_not_kept(officer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    later(client, HOUR)
    assert client.post("/admin/strategy/guide/", {"x": "y"}).status_code == 403
    client.force_login(officer)
    assert "What you typed" not in Page(client.get("/admin/strategy/guide/")).text


def post_with_old_token(officer, **headers):
    """A form from before the officer signed in again in another tab."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    guide = Guide.objects.get(slug="consent")
    typed = type_into(client, guide, summary_en="From the first tab.")
    client.cookies["csrftoken"] = "x" * 32
    return client, change_url(guide), client.post(change_url(guide), typed, headers=headers)


def test_a_form_opened_before_signing_in_again_comes_back(officer):
    client, address, response = post_with_old_token(officer, origin="http://testserver")
    assert response["Location"] == address
    assert "From the first tab." in Page(client.get(address)).main
    assert Guide.objects.get(slug="consent").summary_en != "From the first tab."


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_a_form_from_elsewhere_does_not_come_back(officer, origin):
    client, address, response = post_with_old_token(officer, origin=origin)
    assert response.status_code == 403
    assert "The form was not accepted" in Page(response).text
    assert "From the first tab." not in Page(client.get(address)).html


def test_all_sessions_of_a_person_end_at_once(officer, django_user_model):
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(officer)
        assert is_in(client)
    other = Client()
    other.force_login(django_user_model.objects.create_superuser("other", password=None))
    sessions.end_all(officer)
    assert [is_in(client) for client in (*clients, other)] == [False, False, True]
    clients[0].force_login(officer)
    assert is_in(clients[0])


PASSWORD = "three plain words here"


@pytest.fixture
def with_password(client, officer, settings):
    """A client whose officer has a password, and gave it ten minutes ago."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    officer.set_password(PASSWORD)
    officer.save()
    client.force_login(officer)
    later(client, 600, "begun_at")
    return client


def confirm(client, back):
    return client.post("/admin/confirm/", {"password": PASSWORD, "next": back})


def test_an_officer_confirms_their_identity_before_proposing_a_number(with_password):
    spoc = Phone.objects.get(slug="h-spoc")
    address = reverse("approvals:propose", args=[spoc.pk])
    typed = form_values(Page(with_password.get(address))) | {"why": "It has moved."}
    response = with_password.post(address, typed | {"display": "01384 455 411"})
    assert response["Location"].startswith("/admin/confirm/?next=")
    assert not NumberProposal.objects.exists()
    assert confirm(with_password, address)["Location"] == address
    page = Page(with_password.get(address))
    assert "What you typed is still here" in page.text
    assert "01384 455 411" in page.main
    (form, *_) = [form for form in page.all("form") if form.get("action") == address]
    page = Page(with_password.post(address, all_inputs(form)))
    assert "This field is required" in page.main
    with_password.post(address, form_values(page) | {"source": "A letter of 3 March."})
    assert NumberProposal.objects.get().display == "01384 455 411"


def test_an_officer_confirms_their_identity_before_approving_a_number(with_password):
    spoc = Phone.objects.get(slug="h-spoc")
    number = {"dial": spoc.dial, "display": spoc.display}
    before = {f"was_{name}": value for name, value in number.items()}
    proposal = NumberProposal.objects.create(
        phone=spoc, kind="change", proposer=0, proposed_by="another", **number, **before
    )
    response = with_password.post(
        proposal.get_absolute_url(), {"do": "approve", "typed": spoc.dial}
    )
    assert response["Location"].startswith("/admin/confirm/?next=")
    assert NumberProposal.objects.get().is_waiting


def test_an_officer_with_nothing_to_confirm_with_signs_in_again(admin):
    later(admin, 600, "begun_at")
    assert admin.get("/admin/password_change/")["Location"].startswith("/admin/login/")
    assert not is_in(admin)


@pytest.mark.parametrize(
    ("slug", "changes"),
    [("h-spoc", {"what_happens_ur": "متن۔"}), ("h-samaritans", {"position": "9"})],
)
def test_the_other_fields_of_a_number_change_without_confirming(admin, slug, changes):
    phone = Phone.objects.get(slug=slug)
    later(admin, 600, "begun_at")
    page = Page(admin.post(change_url(phone), type_into(admin, phone, **changes), follow=True))
    assert "was changed successfully" in page.text


@pytest.mark.parametrize(
    "address",
    ["/admin/auth/user/add/", "/admin/auth/group/add/", "/admin/password_change/"],
)
def test_a_keeper_confirms_their_identity_before_changing_users(with_password, address):
    assert with_password.get(address)["Location"].startswith("/admin/confirm/")
    assert confirm(with_password, address)["Location"] == address
    assert with_password.get(address).status_code == 200


def test_a_user_is_not_created_without_confirming(with_password, django_user_model):
    address = "/admin/auth/user/add/"
    response = with_password.post(address, {"username": "new"})
    assert response["Location"].startswith("/admin/confirm/")
    assert not django_user_model.objects.filter(username="new").exists()


def test_readers_pages_do_not_use_sessions(admin):
    later(admin, HOUR)
    response = admin.get("/contacts/")
    assert response.status_code == 200
    assert not response.cookies
