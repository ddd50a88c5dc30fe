"""Which role can reach which admin address, by every method.

The table below is complete. An address without a row fails a test, and a role that its row does not
list is refused.
"""

import re
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings as real
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from contacts.models import Phone
from helphub.accounts import roles
from helphub.approvals.models import NumberProposal
from helphub.bulk.models import Batch
from helphub.checking import links
from helphub.checking.models import Attempt
from helphub.content.models import LoadedRow
from helphub.content.registry import content_models
from helphub.editions.models import PublicationRequest, Withdrawal
from helphub.reviews.models import Review
from strategy.models import FormOfAbuse, Guide, Indicator
from tests.support.admin_forms import change_url
from tests.support.factories import a_row_of
from tests.support.reader import Page, form_values

pytestmark = pytest.mark.django_db

# A stranger, an officer with no role, editor, publisher, user administrator, superuser,
# translator, and reviewer of translations.
PEOPLE = {
    "A": None,
    "N": "",
    "E": "Editors",
    "P": "Publishers",
    "K": "User administrators",
    "S": "*",
    "T": "Translators",
    "R": "Translation reviewers",
}
READS, OTHERS = ["GET", "HEAD", "OPTIONS"], ["PUT", "PATCH", "DELETE"]

WRITTEN = (
    "(strategy/(guide|formofabuse|action|audit|indicator|annualreport)|campaigns/campaign"
    "|contacts/(organization|phone)"
    "|services/(audience|servicearea|town|service|choice|situation)|search/synonym)"
)
PRINTED = (
    "strategy/(chapter|passage|statistic|priority|principle|standard|programme|body|document"
    "|hubarea|contactline|source|formasprinted)"
)
ONLY_READ = "(contacts/approvednumber|approvals/numberproposal|editions/publicationrequest)"
ANY = (
    r"((auth|strategy|campaigns|contacts|services|search|dashboard|editions|languages|advice)/\w+"
    r"|approvals/numberproposal)"
)

# An address under /admin/, the roles that can read it, and the roles that can post to it.
TABLE = [
    # Anyone with a link can see its preview.
    (
        r"login/(code/|passkey/)?|logout/|welcome/1/1/|publishing/preview/1/(1/)?",
        "ANEPKSTR",
        "ANEPKSTR",
    ),
    # These people have neither password nor factor, so they have nothing to confirm with.
    (r"confirm/(code/|passkey/)?", "NEPKSTR", "NEPKSTR"),
    # An officer's own account.
    (r"|jsi18n/|typed/leave/|password_change/(done/)?", "NEPKSTR", "NEPKSTR"),
    (
        r"sign-in/(app/|app/remove/|end/)?|sign-in/(codes/(new/)?|passkeys/(add/|1/remove/)?)",
        "NEPKSTR",
        "NEPKSTR",
    ),
    # The log of account changes, for every officer. Agreeing and cancelling are tested elsewhere.
    (r"account-changes/(1/)?", "NEPKSTR", "NEPKSTR"),
    # These redirect to an address that checks again.
    (rf"{ANY}/\d+/|r/\d+/\d+/", "NEPKSTR", "NEPKSTR"),
    # Content that officers write.
    (rf"{WRITTEN}/", "EPS", "EPS"),
    (rf"{WRITTEN}/add/", "EPS", "EPS"),
    (rf"{WRITTEN}/\d+/(change|history)/", "EPS", "EPS"),
    (rf"{WRITTEN}/\d+/delete/", "PS", "PS"),
    (r"dashboard/openquestion/(add/|\d+/(change|history)/)?", "EPS", "EPS"),
    (r"dashboard/openquestion/\d+/delete/", "S", "S"),
    (r"advice/(wordtoavoid/(add/|\d+/(change|history|delete)/)?)?", "EPS", "EPS"),
    # A strategy that is not a draft is not deleted.
    (r"strategy/strategy/(add/|\d+/(change|history)/)?", "EPS", "EPS"),
    (r"strategy/strategy/\d+/delete/", "", ""),
    # The strategy's own words: no role adds or deletes, but in a draft.
    (rf"{PRINTED}/(\d+/(change|history)/)?", "EPS", "EPS"),
    (rf"{PRINTED}/(add|\d+/delete)/", "", ""),
    # Records of what was done: no role changes them.
    (rf"{ONLY_READ}/(\d+/history/)?", "EPS", "EPS"),
    (rf"{ONLY_READ}/\d+/change/", "EPS", ""),
    (rf"{ONLY_READ}/(add|\d+/delete)/", "", ""),
    # The admin's own pages.
    (r"publishing/editions/(\d+/(page/|words/)?)?", "EPS", "EPS"),
    (r"publishing/publications/(\d+/)?|publishing/progress/", "EPS", "EPS"),
    (r"publishing/editions/ask/|publishing/withdrawn/\d+/lift/", "PS", "PS"),
    (r"publishing/waiting/", "EPS", "PS"),
    (r"publishing/waiting/strategy\.guide/\d+/", "EPS", "EPS"),
    (r"history/strategy\.guide/\d+/(compare/|\d+/)?|history/deleted/", "EPS", "EPS"),
    (r"approvals/(propose/)?(\d+/)?", "EPS", "EPS"),
    (r"publishing/withdraw/strategy\.guide/\d+/", "EPS", "EPS"),
    (r"checking/(week/|calendar\.ics|undo/1/|links/(check(-all)?/)?)?", "EPS", "EPS"),
    (r"checking/call/(logged/)?\d+/", "EPS", "EPS"),
    (r"checking/publish/", "PS", "PS"),
    (r"changes/(export/)?", "EPS", "EPS"),
    (r"add-service/(1/)?", "EPS", "EPS"),
    (r"splitting/(1/(part/1/|make/|forget/)?)?", "EPS", "EPS"),
    (r"publishing/coming/(1/)?", "EPS", "PS"),
    (r"spreadsheets/(sent/1/(take/|propose/|forget/|result/)?)?", "EPS", "EPS"),
    # Without a draft there are no parts, and without a replaced strategy none to put back.
    (r"renewal/", "EPS", ""),
    (r"renewal/1/", "", ""),
    (r"renewal/in-force/", "PS", "PS"),
    (r"renewal/back/1/", "", ""),
    (r"spreadsheets/1/(export/1/(1/)?)?", "EPS", "EPS"),
    (r"spreadsheets/local-figures/\d+/(file/)?", "EPS", "EPS"),
    (r"bulk/(\d+/(undo/)?|strategy\.guide/publish/)?", "EPS", "EPS"),
    # Each finds only what they may see.
    (r"find/", "NEPKSTR", "NEPKSTR"),
    (r"reviews/(\d+/|ask/strategy\.guide/\d+/)?", "EPS", "EPS"),
    (r"translations/(ur/(strategy\.guide/\d+/summary/)?)?", "EPSTR", "EPSTR"),
    (r"translations/ur/strategy\.guide/\d+/summary/review/", "SR", "SR"),
    (r"translations/english/", "EPS", "EPS"),
    (r"translations/ur/read/1/", "SR", "SR"),
    (r"translations/ur/files/", "EPSTR", "TS"),
    (r"translations/ur/files/export/", "EPSTR", "EPSTR"),
    (r"translations/ur/files/take/", "TS", "TS"),
    (r"languages/(language/(\d+/(change|history)/)?)?", "PS", "PS"),
    (r"languages/language/(add|\d+/delete)/", "", ""),
    # People and roles.
    (r"auth/user/(add/|\d+/(change|history|sign-in)/)?", "KS", "KS"),
    (r"auth/user/\d+/delete/", "S", "S"),
    (r"auth/group/(\d+/history/)?", "KS", "KS"),
    (r"auth/group/\d+/change/", "KS", "S"),
    (r"auth/group/(add|\d+/delete)/", "S", "S"),
    # The rest.
    (r"(strategy|campaigns|contacts|services|search|dashboard|editions)/", "EPS", "EPS"),
    (r"auth/", "KS", "KS"),
    (r"autocomplete/", "EPS", "EPS"),
    (r"no/such/thing", "", ""),
]


def patterns(resolver, before=""):
    """Every pattern of the site."""
    for route in resolver.url_patterns:
        path = before + str(route.pattern)
        if isinstance(route, URLPattern):
            yield path
        else:
            yield from patterns(route, path)


def row_for(model):
    """A row of this kind that a publisher could delete, if anyone could."""
    rows = model._base_manager.order_by("pk")
    chosen = {
        Guide: {"slug": "consent"},
        FormOfAbuse: {"reference": None},
        Phone: {"slug": "h-galop"},
    }
    return rows.filter(**chosen[model]).first() if model in chosen else a_row_of(model)


def never_published(row):
    if hasattr(row, "is_published"):
        type(row)._base_manager.filter(pk=row.pk).update(is_published=False)
    return row.pk


@pytest.fixture(autouse=True)
def no_way_out(monkeypatch):
    """Nobody's site is asked for the sake of these tests."""
    monkeypatch.setattr(links, "check_due", lambda seconds: [])


@pytest.fixture
def people():
    """A user of each role, by its letter."""
    users = {}
    for letter, role in PEOPLE.items():
        if role is None:
            continue
        is_superuser = role == "*"
        users[letter] = User.objects.create_user(
            f"somebody-{letter.lower()}", is_staff=True, is_superuser=is_superuser
        )
        if role and not is_superuser:
            users[letter].groups.add(Group.objects.get(name=role))
    return users


@pytest.fixture
def addresses(people):
    """One address for every pattern, with rows that exist."""
    guide = Guide.objects.get(slug="consent")
    asked = {"label": "strategy.guide", "key": guide.pk, "name": "x"}
    PublicationRequest.objects.create(kind="lift", who="x", state="done")
    phone = Phone.objects.get(slug="h-spoc")
    proposal = NumberProposal.objects.create(
        phone=phone, proposed_by="somebody-e", proposer=people["E"].pk, source="x", why="x"
    )
    attempt = Attempt.objects.create(
        phone=phone, way="line", outcome="engaged", officer_name="x", role="x", at=timezone.now()
    )
    batch = Batch.objects.create(
        once=uuid4(), action="publish", label="strategy.guide", who="somebody-e", words="x"
    )
    keys = {
        "reviews/<int:key>/": Review.objects.create(asked_by="somebody-e", **asked).pk,
        "publishing/withdrawn/<int:key>/": Withdrawal.objects.create(why="x", who="x", **asked).pk,
        "approvals/<int:key>/": proposal.pk,
        "bulk/<int:key>/": batch.pk,
        "approvals/propose/<int:key>/": phone.pk,
        "checking/call/<int:key>/": phone.pk,
        "spreadsheets/local-figures/<int:key>/": row_for(Indicator).pk,
        "checking/call/logged/<int:key>/": attempt.pk,
    }
    paths = set()
    for pattern in patterns(get_resolver()):
        path = pattern.removeprefix(real.ADMIN_PREFIX.lstrip("/"))
        if path == pattern:
            continue
        for beginning, key in keys.items():
            if path.startswith(beginning):
                path = path.replace("<int:key>", str(key))
        if path.startswith("auth/user/"):
            path = re.sub(r"<\w+:\w+>", str(people["N"].pk), path)
        path = path.replace("<str:label>/<int:key>", f"strategy.guide/{guide.pk}")
        path = path.replace("<str:label>/<slug:name>", "strategy.guide/publish")
        path = path.replace("<str:code>", "ur").replace("<str:field>", "summary")
        if path.startswith("r/"):
            kind = ContentType.objects.get_for_model(Guide).pk
            path = f"r/{kind}/{guide.pk}/"
        if model := re.match(r"(\w+)/(\w+)/<path:object_id>", path):
            key = never_published(row_for(apps.get_model(*model.groups())))
            path = path.replace("<path:object_id>", str(key))
        if path.startswith("^(?P<app_label>"):
            paths |= {f"{app}/" for app in re.search(r">([\w|]+)\)", path)[1].split("|")}
        elif path == "(?P<url>.*)$":
            paths.add("no/such/thing")
        else:
            paths.add(re.sub(r"<[^>]+>", "1", path))
    return sorted(paths)


def rows_of(address):
    return [row for row in TABLE if re.fullmatch(row[0], address)]


def test_every_address_is_in_exactly_one_row_of_the_table(addresses):
    assert len(addresses) > 180
    assert [address for address in addresses if len(rows_of(address)) != 1] == []


def test_every_row_of_the_table_has_an_address(addresses):
    assert [
        row[0] for row in TABLE if not any(row in rows_of(address) for address in addresses)
    ] == []


def everything():
    """Everything stored about the site, its officers and their requests."""
    models = [m for m in content_models() if not m._meta.auto_created]
    models += [LoadedRow, PublicationRequest, Review, Withdrawal]
    stored = {
        model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models
    }
    users = User.objects.order_by("pk")
    stored["users"] = list(users.values("username", "password", "is_active", "is_superuser"))
    stored["roles"] = list(users.values_list("pk", "groups").order_by("pk", "groups"))
    stored["may"] = list(
        Group.objects.values_list("pk", "permissions").order_by("pk", "permissions")
    )
    return stored


def send(client, method, address):
    query = ""
    if address == "autocomplete/":
        query = "?app_label=contacts&model_name=phone&field_name=organization"
    return client.generic(method, f"{real.ADMIN_PREFIX}{address}{query}")


def is_refused(response):
    """Whether nothing was reached: turned away, no page, or a bare list of methods."""
    is_bare = "Allow" in response and not response.content
    return is_stopped(response) or response.status_code in {404, 405} or is_bare


def is_stopped(response):
    """Whether the user was turned away for who they are."""
    to_sign_in = response.status_code == 302 and response["Location"].startswith("/admin/login/")
    return to_sign_in or response.status_code == 403


def may(letter, method, row):
    _, who_reads, who_sends = row
    return letter in (who_sends if method == "POST" else who_reads)


@pytest.mark.parametrize("letter", PEOPLE)
def test_officers_the_table_does_not_name_are_refused_and_change_nothing(letter, people, addresses):
    client = Client()
    if letter in people:
        client.force_login(people[letter])
    before = everything()
    wrong = []
    seen = set()
    for address in addresses:
        (row,) = rows_of(address)
        # All addresses of a row answer these methods alike, so one is enough.
        others = [] if row in seen else OTHERS
        seen.add(row)
        for method in [*READS, "POST", *others]:
            if not may(letter, method, row) and not is_refused(send(client, method, address)):
                wrong.append((method, address))
    assert wrong == []
    assert everything() == before


@pytest.mark.parametrize("letter", PEOPLE)
def test_officers_the_table_names_are_let_in(letter, people, addresses):
    client = Client()
    reached = []
    for address in addresses:
        if letter in people:
            # Sign in each time: some of the addresses end the officer's own sessions.
            client.force_login(people[letter])
        for method in ["GET", "POST"]:
            (row,) = rows_of(address)
            if may(letter, method, row) and row not in TABLE[:2]:
                response = send(client, method, address)
                assert not is_stopped(response), (method, address)
                assert response.status_code < 500, (method, address)
                reached.append(address)
    assert bool(reached) == (letter != "A")


def test_only_a_submitted_form_changes_anything(people, addresses):
    client = Client()
    client.force_login(people["S"])
    before = everything()
    # One address per row is enough: all addresses of a row answer alike.
    for address in {rows_of(address)[0]: address for address in addresses}.values():
        for method in ["HEAD", "OPTIONS", *OTHERS]:
            assert send(client, method, address).status_code < 500, (method, address)
    assert everything() == before


# What the roles are.


def permissions(name):
    return {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in Group.objects.get(name=name).permissions.select_related("content_type")
    }


def test_a_publisher_may_do_all_that_an_editor_may_and_more():
    more = permissions("Publishers") - permissions("Editors")
    assert permissions("Editors") < permissions("Publishers")
    assert "editions.publish" in more
    assert {"languages.view_language", "languages.change_language"} <= more
    others = {permission for permission in more if not permission.startswith("languages.")}
    assert {permission.split(".")[1].split("_")[0] for permission in others} <= {
        "publish",
        "delete",
        "approve",
    }


def test_a_keeper_of_users_has_no_rights_over_content():
    assert {permission.partition(".")[0] for permission in permissions("User administrators")} == {
        "auth"
    }


def test_loading_again_keeps_an_officers_changes_to_a_role():
    editors = Group.objects.get(name="Editors")
    taken = Permission.objects.get(codename="delete_schedule")
    added = Permission.objects.get(codename="delete_synonym")
    editors.permissions.remove(taken)
    editors.permissions.add(added)
    Group.objects.get(name="Publishers").delete()
    assert roles.load() == []
    assert taken not in editors.permissions.all()
    assert added in editors.permissions.all()
    assert not Group.objects.filter(name="Publishers").exists()


def test_permissions_added_to_the_file_are_given_and_those_removed_are_taken_away(monkeypatch):
    file = roles.read()
    keepers = file["User administrators"]
    later = keepers | {"also": ["auth.view_permission", "contacts.not_there_yet"]}
    monkeypatch.setattr(roles, "read", lambda: file | {"User administrators": later})
    roles.load()
    assert "auth.view_permission" in permissions("User administrators")
    monkeypatch.setattr(roles, "read", lambda: file | {"User administrators": keepers})
    roles.load()
    assert "auth.view_permission" not in permissions("User administrators")


def test_the_roles_name_only_permissions_that_exist():
    existing = {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in Permission.objects.select_related("content_type")
    }
    assert {
        (name, permission)
        for name in roles.read()
        for permission in roles.permissions_of(name) - existing
    } <= {("Publishers", "contacts.approve_number")}


# What a role cannot be used for.


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_publisher_can_delete_only_what_readers_have_never_had(people):
    guide = Guide.objects.get(slug="consent")
    client = signed_in(people["P"])
    address = f"/admin/strategy/guide/{guide.pk}/delete/"
    chosen = {"action": "delete_selected", "_selected_action": [guide.pk], "post": "yes"}
    assert client.post(address, {"post": "yes"}).status_code == 403
    client.post("/admin/strategy/guide/", chosen)  # Its list has no such action.
    assert Guide.objects.filter(pk=guide.pk).exists()
    never_published(guide)
    assert client.post(address, {"post": "yes"}).status_code == 302
    assert not Guide.objects.filter(pk=guide.pk).exists()


def test_a_publisher_cannot_delete_what_an_edition_shows_even_once_unpublished(editions, people):
    guide = Guide.objects.get(slug="consent")
    never_published(guide)
    address = f"/admin/strategy/guide/{guide.pk}/delete/"
    assert signed_in(people["P"]).post(address, {"post": "yes"}).status_code == 403
    assert signed_in(people["S"]).get(address).status_code == 200


def test_an_editor_can_remove_wrong_hours(people):
    phone = Phone.objects.exclude(schedules=None).first()
    client = signed_in(people["E"])
    values = form_values(Page(client.get(change_url(phone)))) | {"schedules-0-DELETE": "on"}
    before = phone.schedules.count()
    assert client.post(change_url(phone), values).status_code == 302
    assert phone.schedules.count() == before - 1


def test_a_new_account_can_be_given_roles_and_the_form_says_what_each_may_do(people):
    client = signed_in(people["K"])
    page = Page(client.get("/admin/auth/user/add/"))
    for role in roles.read():
        assert f"{role}. {roles.what_it_may(role)}" in page.text
    editors = Group.objects.get(name="Editors")
    client.post("/admin/auth/user/add/", {"username": "new", "groups": [editors.pk]})
    assert list(User.objects.get(username="new").groups.all()) == [editors]


def test_a_keeper_can_give_roles_to_others_but_not_to_themselves(people):
    client = signed_in(people["K"])
    publishers = Group.objects.get(name="Publishers")
    for letter in ("N", "K"):
        address = f"/admin/auth/user/{people[letter].pk}/change/"
        fields = {"username": people[letter].username, "groups": [publishers.pk]}
        client.post(address, fields | {"is_active": "on", "is_superuser": "on"})
    assert publishers in people["N"].groups.all()
    assert publishers not in people["K"].groups.all()
    assert not User.objects.filter(username__in=["somebody-n", "somebody-k"], is_superuser=True)


def test_a_keeper_cannot_decide_what_a_role_may_do(people):
    group = Group.objects.get(name="User administrators")
    every = [permission.pk for permission in Permission.objects.all()]
    fields = {"name": group.name, "permissions": every}
    client = signed_in(people["K"])
    assert client.post(f"/admin/auth/group/{group.pk}/change/", fields).status_code == 403
    assert "editions.publish" not in permissions("User administrators")
