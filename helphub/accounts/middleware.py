"""The check in front of every admin page. An address not listed here needs full sign-in."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect

from helphub.accounts import (
    factors,
    reauthentication,
    sessions,
    unsaved_form,
)
from helphub.content.requests import is_for_admin

# For strangers: ways to sign in, and pages an officer gave them a link to.
OPEN = {
    "account_login",
    "account_logout",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "welcome",
    "publishing:preview",
    "publishing:preview-page",
    "moved-in-admin",  # The address it leads to is checked in turn.
}
# For officers with no second factor yet: ways to add one.
ENROLMENT = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_reauthenticate",
}
# Pages poll these by themselves, so a request doesn't show that the officer is still there.
BY_ITSELF = {"publishing:progress"}


class SignInRequired:
    """Lets only signed-in officers with a second factor into the admin."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, arguments, named):
        if not is_for_admin(request) or request.resolver_match.view_name in OPEN:
            return None
        return (
            self.without_session(request)
            or self.without_factor(request)
            or self.to_confirm(request)
            or self.with_typed_text(request)
        )

    def without_session(self, request):
        if request.user.is_anonymous:
            return to_sign_in(request, back_to_form=request.method not in {"GET", "HEAD"})
        if request.resolver_match.view_name in BY_ITSELF:
            # Don't sign out here. The officer's next action does, and keeps what they typed.
            is_over = sessions.why_over(request)
            return HttpResponse(status=HTTPStatus.FORBIDDEN) if is_over else None
        if why := sessions.why_over(request):
            officer = request.user
            logout(request)
            if request.method == "POST":
                unsaved_form.keep(request, officer)
                why += " What you typed has been kept."
            messages.warning(request, why)
            return to_sign_in(request)
        sessions.touch(request)
        return None

    def without_factor(self, request):
        if not settings.SECOND_FACTOR or factors.are_shown(request):
            return None
        if factors.of(request.user).exists():
            # Another session added the factor. This one has only given a password.
            logout(request)
            return to_sign_in(request)
        if request.resolver_match.view_name in ENROLMENT:
            return None
        return redirect("mfa_index")

    def to_confirm(self, request):
        if not reauthentication.is_needed(
            request, request.resolver_match
        ) or reauthentication.is_recent(request):
            return None
        return to_confirm_first(request)

    def with_typed_text(self, request):
        submission = unsaved_form.waiting(request)
        if submission is None or submission["address"] != request.get_full_path():
            return None
        if request.method == "GET":
            return unsaved_form.give_back(request, submission)
        unsaved_form.forget(request)
        return None


def to_confirm_first(request):
    """Where an officer confirms who they are. What they typed is kept."""
    officer, address = request.user, reauthentication.address(request)
    if not address:
        # The account has no password or factor left. Only a new link helps.
        logout(request)
    if request.method == "POST":
        unsaved_form.keep(request, officer)
    return redirect(address) if address else to_sign_in(request)


def to_sign_in(request, back_to_form=False):
    """The sign-in page, which then sends the officer on to where they were going."""
    back = unsaved_form.address_of_form(request) if back_to_form else request.get_full_path()
    return redirect_to_login(back, settings.LOGIN_URL)
