"""Users in the admin: who may sign in, by which link, and how to shut somebody out."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from helphub.signin import sessions


class NewUserForm(forms.ModelForm):
    """A new account: it has no password until its owner opens the link and chooses one."""

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name"]

    def save(self, commit=True):
        self.instance.set_unusable_password()
        return super().save(commit)


class OfficerAdmin(UserAdmin):
    """Accounts of officers. Nobody knows another one's password."""

    list_display = ["username", "first_name", "last_name", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]
    readonly_fields = ["last_login", "date_joined"]
    add_form = NewUserForm
    add_fieldsets = [(None, {"fields": ["username", "first_name", "last_name"]})]
    fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "is_active", "groups"]}),
        ("Times", {"fields": ["last_login", "date_joined"]}),
    ]
    for_superusers = [("Everything", {"fields": ["is_superuser"]})]

    def get_fieldsets(self, request, obj=None):
        found = super().get_fieldsets(request, obj)
        return [*found, *self.for_superusers] if obj and request.user.is_superuser else found

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._reaches(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._reaches(request, obj)

    def _reaches(self, request, obj):
        """Who may everything is out of reach for who may not."""
        return obj is None or request.user.is_superuser or not obj.is_superuser

    def get_queryset(self, request):
        users = super().get_queryset(request)
        return users if request.user.is_superuser else users.filter(is_superuser=False)

    def save_model(self, request, obj, form, change):
        obj.is_staff = True
        super().save_model(request, obj, form, change)
        if not change:
            messages.info(request, "Now give them a link: press “Sign-in of this person”.")

    def get_urls(self):
        # Without UserAdmin's own, by which one sets another one's password.
        page = path(
            "<int:key>/sign-in/", self.admin_site.admin_view(self.sign_in), name="auth_user_sign_in"
        )
        return [page, *admin.ModelAdmin.get_urls(self)]

    def sign_in(self, request, key):
        """How one person signs in: give a link, end all sessions, remove lost factors."""
        user = get_object_or_404(self.get_queryset(request), pk=key)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        link = ""
        if request.method == "POST":
            wanted = request.POST.get("do")
            if wanted == "link":
                link = self._new_link(request, user)
            elif wanted == "end":
                sessions.end_all(user)
                self._say(request, user, "Ended all sessions.")
            elif wanted == "remove-factors":
                Authenticator.objects.filter(user=user).delete()
                sessions.end_all(user)
                self._say(request, user, "Removed all second factors, and ended all sessions.")
            if not link:
                return redirect("admin:auth_user_sign_in", key)
        context = self.admin_site.each_context(request) | {
            "title": f"Sign-in of {user}",
            "officer": user,
            "factors": Authenticator.objects.filter(user=user),
            "link": link,
            "opts": self.opts,
        }
        return render(request, "admin/auth/user/sign_in.html", context)

    def _new_link(self, request, user):
        # The link hangs on the password: a new one ends the old password and every older link.
        user.set_unusable_password()
        user.save(update_fields=["password"])
        self.log_change(request, user, "Made a link to choose a password.")
        code = urlsafe_base64_encode(force_bytes(user.pk))
        token = default_token_generator.make_token(user)
        return request.build_absolute_uri(reverse("welcome", args=[code, token]))

    def _say(self, request, user, what):
        self.log_change(request, user, what)
        messages.success(request, what)


admin.site.unregister([User, EmailAddress, Authenticator])
admin.site.register(User, OfficerAdmin)
