"""User accounts in the admin: adding officers, giving them links and blocking them."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from helphub.accounts import factor_removal, roles, sessions, sign_in_links, vouching
from helphub.accounts.change_log import waiting_for
from helphub.accounts.views import choices
from helphub.content import moments
from helphub.content.registry import own_apps


class RolesField(forms.ModelMultipleChoiceField):
    """Roles to tick, each with a line on what it may do."""

    def __init__(self, **options):
        super().__init__(Group.objects.order_by("pk"), **options)

    def label_from_instance(self, role):
        may = roles.what_it_may(role.name)
        return f"{role.name}. {may}" if may else role.name


class NewUserForm(forms.ModelForm):
    """A new account. It has no password until its owner opens the link and chooses one."""

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "groups"]

    def save(self, commit=True):
        self.instance.set_unusable_password()
        return super().save(commit)


class OfficerAdmin(UserAdmin):
    """Accounts of officers. No officer knows another's password."""

    list_display = ["username", "first_name", "last_name", "roles", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]
    filter_horizontal = ()
    add_form = NewUserForm
    add_fieldsets = [(None, {"fields": ["username", "first_name", "last_name", "groups"]})]
    fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "is_active", "groups"]}),
        ("Times", {"fields": ["last_login", "date_joined"]}),
    ]
    for_superusers = [("Everything", {"fields": ["is_superuser"]})]

    @admin.display(description="roles")
    def roles(self, user):
        names = [role.name for role in user.groups.all()]
        return "everything" if user.is_superuser else ", ".join(names) or "none yet"

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return RolesField(
            label="Roles",
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text="A person can have more than one. Without a role, they cannot open anything.",
        )

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "groups":
            # Without the admin's plus button: a role should not be made in passing.
            return self.formfield_for_manytomany(db_field, request)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "is_active":
            field.label = "Can sign in"
            field.help_text = (
                "Untick this when someone leaves. Their name stays beside what they did."
            )
        return field

    def get_readonly_fields(self, request, obj=None):
        read_only = ["last_login", "date_joined"]
        # Officers can't give themselves a role or shut themselves out.
        is_own = obj is not None and obj.pk == request.user.pk
        if is_own and not request.user.is_superuser:
            return [*read_only, "groups", "is_active"]
        return read_only

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj and request.user.is_superuser:
            return [*fieldsets, *self.for_superusers]
        return fieldsets

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._reaches(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._reaches(request, obj)

    def _reaches(self, request, obj):
        """Only superusers can reach a superuser's account."""
        return obj is None or request.user.is_superuser or not obj.is_superuser

    def get_queryset(self, request):
        users = super().get_queryset(request).prefetch_related("groups")
        return users if request.user.is_superuser else users.filter(is_superuser=False)

    def save_model(self, request, obj, form, change):
        obj.is_staff = True
        super().save_model(request, obj, form, change)
        if not change:
            messages.info(request, "Now give them a link: press “Sign-in of this person”.")

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        for waiting in waiting_for(form.instance):
            when = moments.in_words(waiting.works_at)
            messages.warning(
                request,
                f"{waiting.words} It takes effect on {when}, or at once when another user "
                "administrator agrees: see “Sign-in of this person”.",
            )

    def render_change_form(self, request, context, obj=None, **kwargs):
        context["waiting"] = self._waiting(request, obj) if obj else []
        return super().render_change_form(request, context, obj=obj, **kwargs)

    def get_urls(self):
        # Without UserAdmin's own: one of them sets another officer's password.
        page = path(
            "<int:key>/sign-in/", self.admin_site.admin_view(self.sign_in), name="auth_user_sign_in"
        )
        return [page, *admin.ModelAdmin.get_urls(self)]

    def sign_in(self, request, key):
        """How one person signs in: give a link, end all sessions, remove lost factors."""
        user = get_object_or_404(self.get_queryset(request), pk=key)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        factor_removal.remove_factors(user)
        link, address = None, ""
        if request.method == "POST":
            wanted = request.POST.get("do")
            if wanted == "link":
                link, address = self._new_link(request, user)
            elif wanted == "end":
                sessions.end_all(user)
                self._say(request, user, "Ended all sessions.")
            elif wanted == "remove-factors":
                self._ask_for_removal(request, user)
            elif wanted == "vouch":
                self._vouch(request, user)
            if not link:
                return redirect("admin:auth_user_sign_in", key)
        context = self.admin_site.each_context(request) | {
            "title": f"Sign-in for {user}",
            "officer": user,
            "factors": Authenticator.objects.filter(user=user),
            "link": link,
            "address": address,
            "is_existing": sign_in_links.is_existing(user),
            "waiting": self._waiting(request, user),
            "young": vouching.young_of(user),
            "why_not_vouch": vouching.why_not_vouch(request.user, user),
            "opts": self.opts,
        }
        return render(request, "admin/auth/user/sign_in.html", context)

    def _waiting(self, request, user):
        """The changes waiting for a person, and what this officer can do about each."""
        return [(change, choices(request.user, change)) for change in waiting_for(user)]

    def _new_link(self, request, user):
        link, secret = sign_in_links.new_link(user)
        self.log_change(request, user, "Made a link to choose a password.")
        code = urlsafe_base64_encode(force_bytes(user.pk))
        return link, request.build_absolute_uri(reverse("welcome", args=[code, secret]))

    def _ask_for_removal(self, request, user):
        asked = factor_removal.ask_for_removal(user)
        when = moments.in_words(asked.works_at)
        self.log_change(request, user, "Asked for all second factors to be removed.")
        messages.warning(
            request,
            f"All second factors will be removed and all sessions ended on {when}, or at once when "
            "another user administrator agrees.",
        )

    def _vouch(self, request, user):
        try:
            vouching.vouch(request.user, user)
            self._say(request, user, "Vouched for this person.")
        except vouching.NotVouchedError as error:
            messages.error(request, str(error))

    def _say(self, request, user, message):
        self.log_change(request, user, message)
        messages.success(request, message)


class RoleAdmin(admin.ModelAdmin):
    """What each role may do: for superusers. User administrators give roles to people.

    An officer who gave out roles and also decided what they allow could do anything.
    """

    list_display = ["name", "may"]
    fields = ["name", "permissions"]

    def get_queryset(self, request):
        # To name a permission, Django asks for its content type, each time.
        return super().get_queryset(request).prefetch_related("permissions__content_type")

    @admin.display(description="what it may do")
    def may(self, role):
        return roles.what_it_may(role.name) or "–"

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name != "permissions":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        chosen_from = Permission.objects.filter(content_type__app_label__in=[*own_apps(), "auth"])
        return forms.ModelMultipleChoiceField(
            chosen_from.select_related("content_type"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text="Applies to everyone with this role, from the next page they open.",
        )

    def _is_mighty(self, request):
        return request.user.is_superuser

    def has_add_permission(self, request):
        return self._is_mighty(request)

    def has_change_permission(self, request, obj=None):
        return self._is_mighty(request)

    def has_delete_permission(self, request, obj=None):
        return self._is_mighty(request)


admin.site.unregister([User, Group, EmailAddress, Authenticator])
admin.site.register(User, OfficerAdmin)
admin.site.register(Group, RoleAdmin)
