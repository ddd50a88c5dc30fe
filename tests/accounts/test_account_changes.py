"""A lone user administrator cannot create a second person or become someone else."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import Phone
from helphub.accounts.models import AccountChange
from helphub.approvals import decisions
from helphub.approvals.models import NumberProposal
from helphub.editions.models import Withdrawal
from strategy.models import Guide
from tests.support.accounts import established
from tests.support.reader import Page, form_values, text
from tests.support.sign_in_links import PASSWORD, choose, link_for

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
Kind = AccountChange.Kind


@pytest.fixture(autouse=True)
def quick(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CONFIRMED_SECONDS = settings.SESSION_IDLE_SECONDS = 60 * 60


def person(name, *names_of_roles, is_new=False):
    """An officer with these roles, here for years or, if new, only just."""
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=names_of_roles))
    return user if is_new else established(user)


@pytest.fixture
def keeper(db):
    return person("keeper", "User administrators")


@pytest.fixture
def other_keeper(db):
    return person("other-keeper", "User administrators")


@pytest.fixture
def publisher(db):
    return person("publisher", "Publishers")


@pytest.fixture
def spoc(db):
    return Phone.objects.get(slug="h-spoc")


def signed_in(user):
    client = Client()
    # Read it again: a link may have changed the password.
    client.force_login(User.objects.get(pk=user.pk))
    return client


def give(by, user, role="Publishers", **fields):
    """Save an officer's form with one role ticked."""
    roles = [group.pk for group in Group.objects.filter(name=role)]
    values = {"username": user.username, "is_active": "on", "groups": roles} | fields
    response = signed_in(by).post(f"/admin/auth/user/{user.pk}/change/", values, follow=True)
    assert response.status_code == 200
    return Page(response)


def make(by, name, role="Publishers"):
    roles = [group.pk for group in Group.objects.filter(name=role)]
    signed_in(by).post("/admin/auth/user/add/", {"username": name, "groups": roles})
    return User.objects.get(username=name)


def at_sign_in_of(by, user, what):
    address = f"/admin/auth/user/{user.pk}/sign-in/"
    return Page(signed_in(by).post(address, {"do": what}, follow=True))


def press(by, change, what):
    return Page(signed_in(by).post(change.get_absolute_url(), {"do": what}, follow=True))


def may(user, permission="contacts.approve_number"):
    """Whether the user has this permission today, as their next request would find."""
    request = signed_in(user).get("/admin/").wsgi_request
    return request.user.has_perm(permission)


def newest(kind):
    return AccountChange.objects.filter(kind=kind).first()


def proposed(by, spoc):
    return NumberProposal.objects.create(
        phone=spoc,
        kind="change",
        dial="01384455412",
        display="01384 455412",
        was_dial=spoc.dial,
        was_display=spoc.display,
        was_textphone=spoc.textphone,
        was_role=spoc.role,
        role=spoc.role,
        textphone=spoc.textphone,
        why="x",
        source="x",
        proposed_by=by.username,
        proposer=by.pk,
    )


def approve(by, spoc, proposer):
    """Try to approve a proposal in the admin, and return what the page says."""
    proposal = NumberProposal.objects.waiting().first() or proposed(proposer, spoc)
    sent = {"do": "approve", "typed": proposal.dial}
    return Page(signed_in(by).post(proposal.get_absolute_url(), sent, follow=True)).text


def is_changed(spoc):
    return Phone.objects.get(pk=spoc.pk).dial != spoc.dial


# The attack we saw


def test_a_keeper_who_creates_two_publishers_cannot_change_a_number(keeper, spoc, later):
    first, second = make(keeper, "ghost1"), make(keeper, "ghost2")
    for ghost in (first, second):
        choose(link_for(signed_in(keeper), ghost))
        assert not may(ghost, "editions.publish")
    address = proposed(first, spoc).get_absolute_url()
    assert "can propose numbers but not decide on them" in approve(second, spoc, first)
    later(hours=25)
    assert may(second, "editions.publish")
    assert "You cannot approve a number yet" in approve(second, spoc, first)
    page = Page(signed_in(second).get(address))
    assert "vouches for you" in page.text
    assert "typed" not in form_values(page)
    assert not is_changed(spoc)


def test_a_keeper_cannot_take_over_a_publishers_account_on_the_same_day(keeper, publisher, later):
    TOTP.activate(publisher, generate_totp_secret())
    link = link_for(signed_in(keeper), publisher)
    at_sign_in_of(keeper, publisher, "remove-factors")
    assert "This link does not work yet" in choose(link).text
    assert Authenticator.objects.filter(user=publisher).exists()
    publisher.refresh_from_db()
    assert publisher.check_password(PASSWORD)
    later(hours=23)
    assert "This link does not work yet" in choose(link).text
    later(hours=25)
    assert "Sign in" in choose(link, "five plain words are here").title


def test_an_account_set_up_again_by_link_approves_nothing_for_seven_days(
    keeper, publisher, other_keeper, spoc, later
):
    link = link_for(signed_in(keeper), publisher)
    later(hours=25)
    choose(link, "five plain words are here")
    editor = person("editor", "Editors")
    assert "set with a user administrator’s link" in approve(publisher, spoc, editor)
    later(days=8, hours=2)
    assert "Approved" in approve(publisher, spoc, editor)


# What waits, and for how long


def test_the_page_says_when_a_link_will_work_and_a_second_keeper_can_make_it_work_at_once(
    keeper, other_keeper, publisher
):
    page = at_sign_in_of(keeper, publisher, "link")
    link = text(page.one("code", id="link"))
    when = timezone.localtime(newest(Kind.LINK).works_at)
    says = f"This link works from {when:%-d %B, %H:%M}, or at once when another user administrator"
    assert f"{says} agrees." in page.text
    for by in (keeper, publisher, person("editor", "Editors")):
        press(by, newest(Kind.LINK), "agree")
        assert "does not work yet" in choose(link).text
    for address in ("sign-in", "change"):
        url = f"/admin/auth/user/{publisher.pk}/{address}/"
        page = Page(signed_in(other_keeper).get(url))
        assert f"{says} agrees." in page.text
        assert page.faults == []
        assert "Agree" in map(text, page.all("button"))
    assert "Agreed" in press(other_keeper, newest(Kind.LINK), "agree").text
    assert "Sign in" in choose(link, "five plain words are here").title
    assert "has been used" in choose(link).text


def test_a_link_that_had_to_wait_expires_after_a_further_day(keeper, publisher, later):
    link = link_for(signed_in(keeper), publisher)
    later(hours=49)
    assert "has expired" in choose(link).text


def test_factors_are_removed_when_a_second_keeper_agrees(keeper, other_keeper, publisher):
    TOTP.activate(publisher, generate_totp_secret())
    victim = signed_in(publisher)
    at_sign_in_of(keeper, publisher, "remove-factors")
    assert "Agreed" in press(other_keeper, newest(Kind.REMOVAL), "agree").text
    assert not Authenticator.objects.filter(user=publisher).exists()
    assert victim.get("/admin/").status_code == 302


def test_factors_are_removed_at_the_first_sign_in_after_a_day(keeper, publisher, later, settings):
    settings.SECOND_FACTOR = True
    TOTP.activate(publisher, generate_totp_secret())
    RecoveryCodes.activate(publisher)
    at_sign_in_of_without_factor(keeper, publisher, settings)
    later(hours=25)
    client = Client()
    fields = {"login": "publisher", "password": PASSWORD}
    response = client.post("/admin/login/", fields, follow=True)
    # Not sent to the page that asks for a code.
    assert response.redirect_chain[0][0] == "/admin/"
    assert not Authenticator.objects.exists()


def at_sign_in_of_without_factor(by, user, settings):
    settings.SECOND_FACTOR = False
    at_sign_in_of(by, user, "remove-factors")
    settings.SECOND_FACTOR = True


def test_a_factor_added_in_the_meantime_is_not_removed(keeper, publisher, later):
    TOTP.activate(publisher, generate_totp_secret())
    at_sign_in_of(keeper, publisher, "remove-factors")
    new = Authenticator.objects.create(user=publisher, type="webauthn", data={"name": "Laptop"})
    later(hours=25)
    signed_in(keeper).get(f"/admin/auth/user/{publisher.pk}/sign-in/")
    assert list(Authenticator.objects.all()) == [new]


def test_signing_in_shows_that_nothing_was_lost_and_cancels_the_change(keeper, publisher):
    link = link_for(signed_in(keeper), publisher)
    client = Client()
    fields = {"login": "publisher", "password": PASSWORD}
    page = Page(client.post("/admin/login/", fields, follow=True))
    assert "it was cancelled" in page.text
    assert newest(Kind.LINK).is_cancelled
    assert "has been used or has expired" in choose(link).text


def test_a_role_that_may_approve_waits_and_other_roles_do_not(keeper):
    user = person("anna")
    page = give(keeper, user)
    when = timezone.localtime(newest(Kind.ROLE).works_at)
    assert f"It takes effect on {when:%-d %B %Y, %H:%M}, or at once when another" in page.text
    assert not may(user, "editions.publish")
    give(keeper, user, "Editors")
    assert may(user, "strategy.change_guide")
    assert newest(Kind.ROLE).works_at is None


def test_a_role_takes_effect_by_itself_or_when_a_second_keeper_agrees(keeper, other_keeper, later):
    anna, berta = person("anna"), person("berta")
    give(keeper, anna)
    assert "Agreed" in press(other_keeper, newest(Kind.ROLE), "agree").text
    give(keeper, berta)
    assert may(anna, "editions.publish")
    assert not may(berta, "editions.publish")
    later(hours=25)
    assert may(berta, "editions.publish")


def test_an_officer_waiting_for_a_role_can_withdraw_a_page_at_once(keeper, spoc):
    ghost = make(keeper, "anna")
    guide = Guide.objects.get(slug="consent")
    address = f"/admin/publishing/withdraw/strategy.guide/{guide.pk}/"
    assert signed_in(ghost).post(address, {"why": "It is wrong."}).status_code == 302
    assert Withdrawal.objects.filter(key=guide.pk, lifted_at=None).exists()


def test_a_superuser_waits_too(officer, keeper):
    user = person("anna")
    give(officer, user, "Editors", is_superuser="on")
    user.refresh_from_db()
    assert user.is_superuser
    assert newest(Kind.SUPERUSER).is_waiting
    assert not may(user, "auth.change_group")
    assert not may(user)
    # Saving their own forms meanwhile neither grants nor removes it.
    client = signed_in(user)
    passwords = {"old_password": PASSWORD} | dict.fromkeys(
        ["new_password1", "new_password2"], "five plain words are here"
    )
    assert client.post("/admin/password_change/", passwords).status_code == 302
    user.refresh_from_db()
    assert user.is_superuser
    assert user.check_password("five plain words are here")
    press(keeper, newest(Kind.SUPERUSER), "agree")
    assert may(user)


def test_a_right_to_approve_that_is_added_to_a_role_waits(officer, keeper, spoc, later):
    editor = person("editor", "Editors")
    group = Group.objects.get(name="Editors")
    chosen = [*group.permissions.values_list("pk", flat=True)]
    chosen.append(Permission.objects.get(codename="approve_number").pk)
    fields = {"name": "Editors and more", "permissions": chosen}
    signed_in(officer).post(f"/admin/auth/group/{group.pk}/change/", fields)
    assert not may(editor)
    assert may(editor, "strategy.change_guide")
    assert AccountChange.objects.filter(kind=Kind.ROLE_CHANGED).count() == 2  # The name counts too.
    later(hours=25)
    assert may(editor)
    assert "the role was given or changed on" in approve(editor, spoc, officer)
    later(days=8)
    assert "Approved" in approve(editor, spoc, officer)


def test_a_reopened_account_waits_if_it_may_approve(keeper, publisher, spoc, later):
    User.objects.filter(pk=publisher.pk).update(is_active=False)
    give(keeper, publisher)
    assert newest(Kind.REOPENED).is_waiting
    assert not may(publisher, "editions.publish")
    later(hours=25)
    assert may(publisher, "editions.publish")
    assert "the account was reopened on" in approve(publisher, spoc, person("editor", "Editors"))


@pytest.mark.parametrize("way", ["role", "set", "permission", "group", "flag"])
def test_a_role_waits_however_it_is_given(rf, keeper, way):
    """Actions, imports and the pages of a later release all assign roles in one of these ways."""
    from allauth.core import context

    user, group = person("anna"), Group.objects.get(name="Publishers")
    request = rf.post("/admin/")
    request.user = keeper
    with context.request_context(request):
        if way == "role":
            user.groups.add(group)
        elif way == "set":
            user.groups.set([group])
        elif way == "group":
            group.user_set.add(user)
        elif way == "permission":
            user.user_permissions.add(Permission.objects.get(codename="approve_number"))
        else:
            user.is_superuser = True
            user.save()
    assert AccountChange.objects.waiting().filter(account=user.pk, who=keeper.pk).count() == 1
    assert not may(user)


@pytest.mark.parametrize("who", ["editor", "superuser", "waits for a role", "waits for all"])
def test_a_request_looks_up_once_which_rights_are_waiting(who, officer, keeper):
    user = officer if who == "superuser" else person("anna", "Editors")
    if who == "waits for a role":
        give(keeper, user)
    elif who == "waits for all":
        give(officer, user, "Editors", is_superuser="on")
    client = signed_in(user)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/admin/contacts/phone/").status_code == 200
    about = [query["sql"] for query in queries if AccountChange._meta.db_table in query["sql"]]
    assert len(about) == 1


def test_the_next_request_looks_up_again_which_rights_are_waiting(keeper, other_keeper):
    anna = person("anna")
    give(keeper, anna)
    client, address = signed_in(anna), "/admin/publishing/editions/ask/"
    assert client.post(address).status_code == 403
    press(other_keeper, newest(Kind.ROLE), "agree")
    assert client.post(address).status_code != 403
    give(keeper, anna, "Editors")
    assert client.post(address).status_code == 403


# Cancelling


@pytest.mark.parametrize("who", ["keeper", "other_keeper", "publisher", "anna"])
def test_any_keeper_any_publisher_or_the_person_can_cancel_a_waiting_change(
    who, keeper, other_keeper, publisher, request, later
):
    anna = person("anna")
    give(keeper, anna)
    by = anna if who == "anna" else request.getfixturevalue(who)
    change = newest(Kind.ROLE)
    assert "Cancelled" in press(by, change, "cancel").text
    assert not anna.groups.exists()
    assert "is no longer waiting" in press(other_keeper, change, "agree").text
    later(hours=25)
    assert not may(anna, "editions.publish")


def test_a_role_taken_back_stops_waiting_and_gives_nothing(keeper, later):
    anna = person("anna")
    give(keeper, anna)
    change = newest(Kind.ROLE)
    give(keeper, anna, "no role at all")
    assert change in AccountChange.objects.exclude(decisions=None)
    assert not AccountChange.objects.waiting().exists()
    assert not may(anna, "strategy.change_guide")
    # If the role is given again, it waits again.
    later(hours=25)
    give(keeper, anna)
    assert not may(anna, "editions.publish")


def test_a_deleted_role_gives_nothing_after_its_wait(keeper):
    anna = person("anna")
    give(keeper, anna)
    Group.objects.get(name="Publishers").delete()
    assert not may(anna, "strategy.change_guide")


def test_an_editor_cannot_cancel_other_peoples_changes(keeper):
    give(keeper, person("anna"))
    change = newest(Kind.ROLE)
    press(person("editor", "Editors"), change, "cancel")
    assert AccountChange.objects.get(pk=change.pk).is_waiting


def test_each_kind_of_change_can_be_cancelled(officer, keeper, publisher, later):
    TOTP.activate(publisher, generate_totp_secret())
    link = link_for(signed_in(keeper), publisher)
    at_sign_in_of(keeper, publisher, "remove-factors")
    closed = person("closed", "Publishers")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    give(keeper, closed)
    mighty = person("mighty")
    give(officer, mighty, "Editors", is_superuser="on")
    group = Group.objects.get(name="Editors")
    chosen = [*group.permissions.values_list("pk", flat=True)]
    chosen.append(Permission.objects.get(codename="approve_number").pk)
    signed_in(officer).post(
        f"/admin/auth/group/{group.pk}/change/", {"name": "Editors", "permissions": chosen}
    )
    waiting = list(AccountChange.objects.waiting())
    assert len(waiting) == 5
    for change in waiting:
        assert "Cancelled" in press(publisher, change, "cancel").text
    later(hours=25)
    assert "has expired" in choose(link).text
    signed_in(keeper).get(f"/admin/auth/user/{publisher.pk}/sign-in/")
    assert Authenticator.objects.filter(user=publisher).exists()
    for user in (closed, mighty):
        user.refresh_from_db()
    assert not closed.is_active
    assert not mighty.is_superuser
    assert not group.permissions.filter(codename="approve_number").exists()


# How old an account must be to approve


def test_a_new_publisher_approves_after_seven_days(keeper, spoc, later):
    anna = make(keeper, "anna")
    editor = person("editor", "Editors")
    later(days=6, hours=23)
    answer = approve(anna, spoc, editor)
    assert "You cannot approve a number yet: the account was added on" in answer
    later(days=7, hours=1)
    assert "Approved" in approve(anna, spoc, editor)


@pytest.mark.parametrize("kind", ["totp", "passkey", "codes"])
def test_a_new_factor_waits_seven_days(publisher, spoc, kind, later):
    if kind == "totp":
        TOTP.activate(publisher, generate_totp_secret())
    elif kind == "codes":
        RecoveryCodes.activate(publisher)
    else:
        Authenticator.objects.create(user=publisher, type="webauthn", data={"name": "Laptop"})
    editor = person("editor", "Editors")
    assert "was added on" in approve(publisher, spoc, editor)
    later(days=7, hours=1)
    assert "Approved" in approve(publisher, spoc, editor)


def test_a_renamed_account_counts_as_another_person(keeper, publisher, spoc):
    give(keeper, publisher, username="somebody-else")
    assert "renamed" in approve(publisher, spoc, person("editor", "Editors"))


def test_one_role_that_is_old_enough_is_sufficient(officer, keeper, publisher, spoc):
    give(officer, publisher, "Publishers", is_superuser="on")
    assert "Approved" in approve(publisher, spoc, person("editor", "Editors"))


def test_a_second_keeper_vouches_and_it_counts_at_once(keeper, other_keeper, spoc):
    anna = make(keeper, "anna")
    press(other_keeper, newest(Kind.ROLE), "agree")
    TOTP.activate(anna, generate_totp_secret())
    editor = person("editor", "Editors")
    assert "You cannot approve" in approve(anna, spoc, editor)
    assert "Vouched for this person" in at_sign_in_of(other_keeper, anna, "vouch").text
    assert "Approved" in approve(anna, spoc, editor)


def test_nobody_can_vouch_for_an_account_they_created_or_had_a_hand_in(keeper, spoc, later):
    anna = make(keeper, "anna")
    TOTP.activate(anna, generate_totp_secret())
    later(hours=25)
    assert (
        "You made a recent change to this account yourself"
        in at_sign_in_of(keeper, anna, "vouch").text
    )
    assert not AccountChange.objects.filter(kind=Kind.VOUCHED, account=anna.pk).exists()
    assert "You cannot approve" in approve(anna, spoc, person("editor", "Editors"))


def test_the_keeper_who_removed_a_factor_cannot_vouch_for_the_next_one(
    keeper, other_keeper, publisher, spoc
):
    TOTP.activate(publisher, generate_totp_secret())
    at_sign_in_of(keeper, publisher, "remove-factors")
    press(other_keeper, newest(Kind.REMOVAL), "agree")
    TOTP.activate(publisher, generate_totp_secret())
    assert "You made a recent change" in at_sign_in_of(keeper, publisher, "vouch").text
    assert "Vouched" in at_sign_in_of(other_keeper, publisher, "vouch").text
    assert "Approved" in approve(publisher, spoc, person("editor", "Editors"))


def test_two_new_keepers_cannot_vouch_for_each_other(keeper, spoc):
    ghosts = [make(keeper, name, "User administrators") for name in ("ghost1", "ghost2")]
    for ghost in ghosts:
        give(keeper, ghost, "Publishers", username=ghost.username)
        ghost.groups.add(Group.objects.get(name="User administrators"))
    for ghost, other in (ghosts, ghosts[::-1]):
        assert "You cannot agree or vouch until" in at_sign_in_of(ghost, other, "vouch").text
        waiting = AccountChange.objects.waiting().get(account=other.pk)
        assert "You cannot agree or vouch until" in press(ghost, waiting, "agree").text
    assert AccountChange.objects.waiting().count() == 2


def test_only_keepers_can_vouch_and_not_for_themselves(keeper, publisher, officer):
    # A superuser can open anyone's page, including their own.
    assert "You cannot vouch for yourself" in at_sign_in_of(officer, officer, "vouch").text
    ghost = make(keeper, "ghost")
    assert (
        signed_in(publisher)
        .post(f"/admin/auth/user/{ghost.pk}/sign-in/", {"do": "vouch"})
        .status_code
        == 403
    )


# Proposer and approver


def test_nobody_can_approve_a_proposal_by_an_account_they_created(spoc, later):
    both = person("both", "User administrators", "Publishers")
    ghost = make(both, "ghost", "Editors")
    assert "You had a hand in the account that proposed this" in approve(both, spoc, ghost)
    assert not is_changed(spoc)
    later(days=8)
    assert "Approved" in approve(both, spoc, ghost)


def test_nobody_can_approve_a_proposal_by_an_account_they_took_over(spoc, later):
    both, editor = person("both", "User administrators", "Publishers"), person("editor", "Editors")
    link = link_for(signed_in(both), editor)
    later(hours=25)
    choose(link, "five plain words are here")
    assert "You had a hand in the account" in approve(both, spoc, editor)


def test_another_publisher_can_approve_a_new_editors_proposal(publisher, keeper, spoc):
    assert "Approved" in approve(publisher, spoc, make(keeper, "anna", "Editors"))


def test_a_deleted_accounts_proposal_must_be_made_again(publisher, spoc):
    ghost = person("ghost", "Editors")
    proposal = proposed(ghost, spoc)
    ghost.delete()
    assert "has been deleted" in approve(publisher, spoc, None)
    with pytest.raises(decisions.NotDecidedError):
        decisions.approve(proposal.pk, publisher)
    # Refusing has no conditions.
    decisions.refuse(proposal.pk, publisher, "x")


# A council with one keeper


def test_a_sole_keepers_new_phone_counts_after_a_day(spoc, later):
    lone = person("lone", "User administrators", "Publishers")
    TOTP.activate(lone, generate_totp_secret())
    editor = person("editor", "Editors")
    assert "was added on" in approve(lone, spoc, editor)
    later(hours=25)
    assert "Approved" in approve(lone, spoc, editor)


@pytest.mark.parametrize("how", ["close", "take"])
def test_shutting_out_the_other_keeper_makes_nobody_the_sole_keeper(spoc, other_keeper, how, later):
    lone = person("lone", "User administrators", "Publishers")
    TOTP.activate(lone, generate_totp_secret())
    if how == "close":
        give(lone, other_keeper, "User administrators", is_active="")
        other_keeper.refresh_from_db()
        assert not other_keeper.is_active
    else:
        give(lone, other_keeper, "Editors")
    later(hours=25)
    assert "was added on" in approve(lone, spoc, person("editor", "Editors"))


def test_a_sole_keeper_can_appoint_a_publisher_in_a_day(keeper, later):
    anna = make(keeper, "anna")
    assert "Sign in" in choose(link_for(signed_in(keeper), anna)).title
    later(hours=25)
    assert may(anna, "editions.publish")


# The server


def test_the_first_officers_are_vouched_for_on_the_server(spoc, capsys):
    first, second = (User.objects.create_superuser(name, password=None) for name in ("a", "b"))
    assert "You cannot approve" in approve(second, spoc, first)
    call_command("vouch", "b", "--who", "Ms Clerk")
    assert "Vouched for b" in capsys.readouterr().out
    assert newest(Kind.VOUCHED).words == "Ms Clerk, on the server vouched for b."
    assert "Approved" in approve(second, spoc, first)
    assert "Ms Clerk" in Page(signed_in(first).get("/admin/")).text


@pytest.mark.parametrize("command", ["vouch", "remove_factors"])
def test_the_commands_need_an_account_and_a_name(command):
    User.objects.create_user("a")
    for name, who in (("nobody", "Ms Clerk"), ("a", " ")):
        with pytest.raises(CommandError):
            call_command(command, name, "--who", who)


def test_a_sole_keeper_who_has_lost_everything_can_be_let_in_from_the_server(spoc, later):
    lone = person("lone", "User administrators", "Publishers")
    TOTP.activate(lone, generate_totp_secret())
    client = signed_in(lone)
    call_command("remove_factors", "lone", "--who", "Ms Clerk")
    assert not Authenticator.objects.exists()
    assert client.get("/admin/").status_code == 302
    assert "Ms Clerk, on the server" in newest(Kind.REMOVED).words
    TOTP.activate(lone, generate_totp_secret())
    editor = person("editor", "Editors")
    assert "You cannot approve" in approve(lone, spoc, editor)
    later(hours=25)
    assert "Approved" in approve(lone, spoc, editor)


def test_an_account_older_than_the_log_is_judged_by_its_own_date(spoc):
    """As after the upgrade: no log rows, but roles and factors already there."""
    old = User.objects.create_user("old", is_staff=True)
    old.groups.add(Group.objects.get(name="Publishers"))
    TOTP.activate(old, generate_totp_secret())
    AccountChange._base_manager.all()._raw_delete("default")
    editor = person("editor", "Editors")
    assert "the account was added on" in approve(old, spoc, editor)
    User.objects.filter(pk=old.pk).update(date_joined=timezone.now() - timedelta(days=8))
    assert "Approved" in approve(old, spoc, editor)


# The log


def test_every_officer_sees_on_the_first_page_what_was_done(keeper, publisher, later):
    TOTP.activate(publisher, generate_totp_secret())
    make(keeper, "anna")
    link_for(signed_in(keeper), publisher)
    at_sign_in_of(keeper, publisher, "remove-factors")
    for reader in (person("editor", "Editors"), person("nobody"), publisher, keeper):
        page = Page(signed_in(reader).get("/admin/"))
        (part,) = page.all("section", class_="account-news")
        assert page.faults == []
        for words in (
            "Changes to accounts and roles in the last 30 days",
            "keeper added the account anna.",
            "keeper gave anna the role “Publishers”.",
            "keeper made a sign-in link for publisher.",
            "keeper asked for all second factors of publisher to be removed.",
        ):
            assert words in text(part)
        # Waiting changes come first.
        assert [text(item) for item in part.iter("li")][2].count("Waiting until") == 1
    later(days=31)
    assert not Page(signed_in(keeper).get("/admin/")).all("section", class_="account-news")
    assert (
        "keeper added the account anna."
        in Page(signed_in(keeper).get("/admin/account-changes/")).text
    )


def test_the_log_is_never_changed(keeper):
    make(keeper, "anna")
    row = newest(Kind.ACCOUNT)
    for attempt in (
        row.save,
        row.delete,
        AccountChange.objects.all().delete,
        lambda: AccountChange.objects.update(who_name="x"),
    ):
        with pytest.raises(ValidationError):
            attempt()
    User.objects.get(username="anna").delete()
    assert newest(Kind.ACCOUNT) == row
    assert newest(Kind.DELETED).account_name == "anna"


def test_the_pages_of_the_log_are_valid_html(keeper, other_keeper, publisher):
    link_for(signed_in(keeper), publisher)
    for by in (keeper, other_keeper, publisher):
        for address in ("/admin/account-changes/", newest(Kind.LINK).get_absolute_url()):
            page = Page(signed_in(by).get(address))
            assert page.faults == []
            assert "keeper made a sign-in link for publisher." in page.text


def test_no_other_action_on_a_change_is_accepted(keeper, publisher):
    link_for(signed_in(keeper), publisher)
    client, address = signed_in(keeper), newest(Kind.LINK).get_absolute_url()
    assert client.post(address, {"do": "x"}).status_code == 404
    assert client.put(address).status_code == 405
    assert client.get("/admin/account-changes/999999/").status_code == 404


def test_an_officer_confirms_their_identity_again_before_agreeing(
    keeper, other_keeper, publisher, settings
):
    link_for(signed_in(keeper), publisher)
    settings.CONFIRMED_SECONDS = -1
    response = signed_in(other_keeper).post(newest(Kind.LINK).get_absolute_url(), {"do": "agree"})
    assert response["Location"].startswith("/admin/confirm/")
    assert newest(Kind.LINK).is_waiting
