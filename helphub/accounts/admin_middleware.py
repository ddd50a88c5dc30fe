"""Middleware that Django's admin needs and readers don't. Runs only under the admin's prefix."""

from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest
from django.middleware.csrf import CsrfViewMiddleware

from helphub.content.requests import is_for_admin


class ForAdmin:
    """Makes the middleware it is mixed into skip readers' requests."""

    def __call__(self, request):
        if is_for_admin(request):
            return super().__call__(request)
        return self.get_response(request)


class AdminSessions(ForAdmin, SessionMiddleware):
    """Sessions, for the admin only."""


class AdminForgeryProtection(ForAdmin, CsrfViewMiddleware):
    """CSRF protection, for the admin only: readers' forms change nothing."""

    def process_view(self, request, callback, callback_args, callback_kwargs):
        if is_for_admin(request):
            return super().process_view(request, callback, callback_args, callback_kwargs)
        return None


class AdminSignIn(ForAdmin, AuthenticationMiddleware):
    """The signed-in user, for the admin only."""


class AdminMessages(ForAdmin, MessageMiddleware):
    """Messages after saving, for the admin only."""


class AdminAddresses:
    """Refuses an address that names an empty field.

    Django's forms would look for a field without a name, and fail.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, callback, callback_args, callback_kwargs):
        if is_for_admin(request) and "" in (
            request.GET.get(TO_FIELD_VAR),
            request.POST.get(TO_FIELD_VAR),
        ):
            raise BadRequest("The address names an empty field.")
