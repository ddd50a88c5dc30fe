"""Sign-in pages that allauth lacks, or that must work differently here."""

from http import HTTPStatus

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import remove_webauthn
from django.contrib import admin, messages
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.contrib.messages.views import SuccessMessageMixin
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import RedirectView

from helphub.accounts import sessions, sign_in_links, unsaved_form, waiting_changes
from helphub.accounts.models import AccountChange

Kind = AccountChange.Kind
ON_A_PAGE = 50


class Welcome(SuccessMessageMixin, PasswordResetConfirmView):
    """The link a user administrator gives. Whoever opens it chooses the password."""

    template_name = "accounts/welcome.html"
    success_url = reverse_lazy("account_login")
    success_message = "Your password is saved. Sign in with it."
    token_generator = sign_in_links.LinkSecrets()

    def get_context_data(self, **kwargs):
        link = self.user and sign_in_links.link_with(self.user, self.kwargs["token"])
        return super().get_context_data(**kwargs) | {"link": link}

    @transaction.atomic
    def form_valid(self, form):
        sign_in_links.used_link(self.user, self.request.session[INTERNAL_RESET_SESSION_TOKEN])
        return super().form_valid(form)


welcome = Welcome.as_view()
# Passkeys are listed with the other factors, so they have no separate list.
to_factors = RedirectView.as_view(pattern_name="mfa_index")


def remove_passkey(request, pk):
    """Remove one of the officer's own passkeys, unless it is their last factor."""
    passkey = get_object_or_404(
        Authenticator, user=request.user, type=Authenticator.Type.WEBAUTHN, pk=pk
    )
    if get_adapter().can_delete_authenticator(passkey):
        return remove_webauthn(request, pk=pk)
    messages.error(request, get_adapter().error_messages["cannot_delete_authenticator"])
    return redirect("mfa_index")


def stale_form(request, reason=""):
    """A form whose token is not the browser's: forged, or older than the last sign-in.

    Only our own pages send our origin, so give officers back what they typed there.
    """
    ours = f"{request.scheme}://{request.get_host()}"
    if request.headers.get("Origin") == ours and request.user.is_authenticated:
        unsaved_form.keep(request, request.user)
        return redirect(request.get_full_path())
    return render(request, "accounts/stale_form.html", status=HTTPStatus.FORBIDDEN)


@require_POST
def leave_typed_text(request):
    """Discard what was typed, and return to the form."""
    submission = unsaved_form.waiting(request)
    unsaved_form.forget(request)
    return redirect(submission["form"] if submission else "admin:index")


@require_POST
def end_own_sessions(request):
    """End all of the officer's sessions. This one ends too, because that is simplest to explain."""
    sessions.end_all(request.user)
    return redirect("admin:index")


@admin.site.admin_view
@require_safe
def account_changes(request):
    """The whole log, for every officer."""
    shown = AccountChange.objects.exclude(kind__in=[Kind.AGREED, Kind.CANCELLED])
    pages = Paginator(shown.prefetch_related("decisions"), ON_A_PAGE)
    context = admin.site.each_context(request) | {
        "title": "Account changes",
        "changes": pages.get_page(request.GET.get("page")),
    }
    return render(request, "accounts/account_changes.html", context)


@admin.site.admin_view
@require_http_methods(["GET", "HEAD", "POST"])
def account_change(request, key):
    """One change: a second keeper can agree to it, and others can cancel it."""
    change = get_object_or_404(AccountChange, pk=key)
    actions = {
        "agree": (waiting_changes.agree, "Agreed. The change is now in effect."),
        "cancel": (waiting_changes.cancel, "Cancelled."),
    }
    if request.method == "POST":
        if request.POST.get("do") not in actions:
            raise Http404("A change can only be agreed to or cancelled.")
        action, message = actions[request.POST["do"]]
        try:
            action(key, request.user)
            messages.success(request, message)
        except waiting_changes.NotDoneError as error:
            messages.error(request, str(error))
        return redirect(change)
    context = admin.site.each_context(request) | {"title": "Account change", "change": change}
    return render(request, "accounts/account_change.html", context | choices(request.user, change))


def choices(user, change):
    """What an officer can do about a waiting change."""
    if not change.is_waiting:
        return {}
    return {
        "why_not_agree": waiting_changes.why_not_agree(user, change),
        "may_cancel": waiting_changes.may_cancel(user, change),
    }
