"""Pages of sign-in that allauth has not, or not as they are needed here."""

from http import HTTPStatus

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import remove_webauthn
from django.contrib import messages
from django.contrib.auth.views import PasswordResetConfirmView
from django.contrib.messages.views import SuccessMessageMixin
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_POST
from django.views.generic import RedirectView

from helphub.signin import sessions, typed


class Welcome(SuccessMessageMixin, PasswordResetConfirmView):
    """The link that a keeper of users gives: whoever opens it chooses the password."""

    template_name = "signin/welcome.html"
    success_url = reverse_lazy("account_login")
    success_message = "Your password is saved. Sign in with it."


welcome = Welcome.as_view()
# Passkeys stand among the other factors, and have no list of their own.
to_factors = RedirectView.as_view(pattern_name="mfa_index")


def remove_passkey(request, pk):
    """Remove a passkey of one's own, unless it is the last factor."""
    passkey = get_object_or_404(
        Authenticator, user=request.user, type=Authenticator.Type.WEBAUTHN, pk=pk
    )
    if get_adapter().can_delete_authenticator(passkey):
        return remove_webauthn(request, pk=pk)
    messages.error(request, get_adapter().error_messages["cannot_delete_authenticator"])
    return redirect("mfa_index")


def stale_form(request, reason=""):
    """A form whose token is not the browser's: forged, or older than the last sign-in.

    Only our own pages send our own origin: what an officer typed there comes back.
    """
    ours = f"{request.scheme}://{request.get_host()}"
    if request.headers.get("Origin") == ours and request.user.is_authenticated:
        typed.keep(request, request.user)
        return redirect(request.get_full_path())
    return render(request, "signin/stale_form.html", status=HTTPStatus.FORBIDDEN)


@require_POST
def leave_typed_text(request):
    """Leave what was typed, and go back to the form as it stands."""
    kept = typed.waiting(request)
    typed.forget(request)
    return redirect(kept["form"] if kept else "admin:index")


@require_POST
def end_own_sessions(request):
    """End all sessions of one's own: this one too, which is the shortest to explain."""
    sessions.end_all(request.user)
    return redirect("admin:index")
