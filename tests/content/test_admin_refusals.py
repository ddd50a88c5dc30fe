"""What the admin answers where a role may not go, and at impossible addresses."""

import random
import re
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import resolve, reverse

from contacts.models import Organization, Phone
from helphub.accounts import roles
from helphub.editions.models import Withdrawal
from services.models import Service
from strategy.models import Guide
from tests.support.admin_forms import change_url
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db

# A publisher can do everything an editor can, and more.
ROLES = ["Editors", "User administrators"]
# The many lists of the strategy's own words are alike: one is enough.
ALIKE = re.compile(
    "admin:strategy_(passage|priority|principle|standard|programme|body|document|hubarea"
    "|contactline|source)_"
)


@pytest.fixture
def of_role(django_user_model, db):
    """Signs in a client with this role."""
    roles.load()

    def sign_in(role):
        user = django_user_model.objects.create_user(role.lower(), password=None, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def is_framed(page):
    return bool(page.all("div", id="user-tools")) and "Dudley help hub" in page.title


def test_a_page_that_a_role_may_not_open_says_so_and_what_to_do(of_role):
    client = of_role("User administrators")
    page = Page(client.get("/admin/strategy/guide/"))
    assert page.response.status_code == 403
    assert is_framed(page)
    assert "ask a user administrator" in page.main
    assert page.faults == []
    assert "/admin/" in page.internal_links


def test_an_unknown_address_has_the_admins_own_page(admin, client):
    for address in (
        "/admin/nonsense/",
        "/admin/strategy/nothing/",
        "/admin/publishing/editions/999/",
    ):
        page = Page(admin.get(address))
        assert page.response.status_code == 404, address
        assert is_framed(page), address
        assert "There is no such page" in text(page.one("h1"))
        assert "first page" in page.main
    # Readers get their own page, and strangers are asked to sign in.
    page = Page(Client().get("/nonsense/"))
    assert ("tel:999", "999") in page.lines
    assert Client().get("/admin/nonsense/").status_code == 302


def links_of(html, address):
    """The admin addresses that a page of the admin links to."""
    for link in re.findall(r'<a [^>]*href="([^"]*)"', html):
        target = urljoin(address, unescape(link))
        path = urlsplit(target).path
        if path.startswith("/admin/") and "logout" not in path:
            yield target.partition("#")[0]


def kind_of(target):
    """Links to a thousand records of one kind count as one kind of link."""
    match = resolve(urlsplit(target).path)
    return match.view_name, match.kwargs.get("label"), bool(urlsplit(target).query)


@pytest.mark.parametrize("role", ROLES)
def test_no_role_is_offered_a_link_that_is_refused(of_role, role):
    client = of_role(role)
    ordinary = Phone.objects.get(slug="h-galop")
    Withdrawal.objects.create(
        label="contacts.phone", key=ordinary.pk, name=str(ordinary), why="x", who="somebody"
    )
    Organization.objects.create(slug="draft", name="A draft")
    waiting = [
        "/admin/",
        change_url(ordinary),
        "/admin/publishing/waiting/",
        "/admin/publishing/editions/",
    ]
    waiting += [change_url(Phone.objects.get(role="spoc")), change_url(Service.objects.first())]
    seen, refused = set(), []
    if role == "User administrators":
        waiting = ["/admin/"]
    while waiting:
        address = waiting.pop()
        kind = kind_of(address)
        if kind in seen or ALIKE.match(kind[0]):
            continue
        seen.add(kind)
        response = client.get(address)
        if response.status_code not in (200, 302, 405):
            refused.append((address, response.status_code))
        elif response.status_code == 200 and "html" in response["Content-Type"]:
            waiting += links_of(response.content.decode(), address)
    assert refused == []
    assert len(seen) > (40 if role != "User administrators" else 4)


def test_an_officer_who_may_only_view_numbers_is_offered_no_proposal(django_user_model):
    from django.contrib.auth.models import Permission

    user = django_user_model.objects.create_user("looker", password=None, is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_phone"))
    client = Client()
    client.force_login(user)
    page = Page(client.get(change_url(Phone.objects.get(slug="h-galop"))))
    assert page.response.status_code == 200
    assert "/admin/approvals/" not in str(page.internal_links)
    page = Page(client.get("/admin/contacts/phone/"))
    assert "Proposed numbers" not in page.main


# Odd addresses

ODD_VALUES = [
    "",
    "nonsense",
    "-1",
    "999",
    "999999999999999999999999",
    "zzz",
    "²",
    "٣",
    "🙂",
    "\ud800",
]
ODD_VALUES += [
    "a" * 3000,
    "../..",
    "<script>",
    "'",
    '"',
    "1,2",
    "id",
    "%00",
    "%",
    "None",
    "__all__",
]
NAMES = ["_popup", "_to_field", "_changelist_filters", "_facets", "o", "p", "q", "e", "all"]
NAMES += ["is_published__exact", "is_published__gt", "id__in", "organization__id__exact", "pop"]
NAMES += ["section__exact", "slug__regex", "old", "new", "page", "address", "_yes", "next", "pk"]
ODD_IDS = [
    "abc",
    "_00",
    "1_2C2",
    "9" * 40,
    "²",
    "٣",
    "-1",
    "0",
    "1%2F2",
    "_",
    "%F0%9F%99%82",
    "1.5",
]


def encoded(pairs):
    return urlencode(pairs, errors="surrogatepass")


def pages_of_admin():
    guide, phone = Guide.objects.get(slug="consent"), Phone.objects.get(slug="h-galop")
    for row in (guide, phone):
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        yield reverse(f"{name}_changelist")
        yield reverse(f"{name}_add")
        for view in ("change", "delete", "history"):
            yield reverse(f"{name}_{view}", args=[row.pk])
        for view in (
            "history:history",
            "history:compare",
            "publishing:withdraw",
            "publishing:waiting-entry",
            "reviews:ask",
        ):
            yield reverse(view, args=[row._meta.label_lower, row.pk])
    yield from ["/admin/", "/admin/auth/user/", "/admin/auth/user/add/", "/admin/jsi18n/"]
    yield from ["/admin/editions/publicationrequest/", "/admin/contacts/approvednumber/"]
    yield from ["/admin/publishing/waiting/", "/admin/publishing/editions/", "/admin/approvals/"]


@pytest.mark.parametrize("address", ["/admin/contacts/phone/{}/change/", "/admin/auth/user/add/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_empty_field_name_is_refused_in_words(admin, address, method):
    address = address.format(Phone.objects.get(slug="h-galop").pk)
    page = Page(getattr(admin, method)(f"{address}?_popup=1&_to_field="))
    assert page.response.status_code == 400
    assert is_framed(page)
    assert "cannot read this address" in text(page.one("h1"))


def test_no_odd_address_of_the_admin_causes_a_server_error(admin):
    admin.raise_request_exception = False
    chance = random.Random(10)  # noqa: S311 - the same odd addresses every time.
    broken = []

    def ask(address):
        response = admin.get(address)
        if response.status_code >= 500 or (response.status_code == 200 and not response.content):
            broken.append((address, response.status_code))
        # Whatever refuses it, the officer stays in the admin.
        if response.status_code in (400, 403, 404) and "html" in response["Content-Type"]:
            page = Page(response)
            if not is_framed(page) and "tel:999" not in page.html:
                broken.append((address, response.status_code, "no frame"))

    every = list(pages_of_admin())
    for name in NAMES:
        for value in chance.sample(ODD_VALUES, 3):
            ask(f"{chance.choice(every)}?{encoded({name: value})}")
    for _ in range(20):
        pairs = {chance.choice(NAMES): chance.choice(ODD_VALUES) for _ in range(3)}
        ask(f"{chance.choice(every)}?{encoded(pairs)}")
    for odd_id in ODD_IDS:
        ask(f"/admin/contacts/phone/{odd_id}/change/")
        ask(f"/admin/strategy/guide/{odd_id}/{chance.choice(['delete', 'history', 'change'])}/")
    for address in (
        "/admin/strategy/guide/?e=1",
        "/admin/strategy/guide/?o=999",
        "/admin/strategy/guide/?p=zzz",
        "/admin/contacts/phone/?_to_field=nonsense",
        "/admin/contacts/phone/1/change/?_popup=1&_to_field=nonsense",
        "/admin/contacts/phone/1/change/?_changelist_filters=%00",
        "/admin/contacts/phone/1/change/?_changelist_filters=%2500",
    ):
        ask(address)
    assert broken == []
