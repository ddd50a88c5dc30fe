from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import CheckboxSelectMultiple
from django.urls import path

from helphub import desk
from helphub.editing import EntryAdmin
from helphub.models import PublicationRequest, Synonym


@admin.register(Synonym)
class SynonymAdmin(EntryAdmin):
    list_display = ["slug", "words", "is_published"]
    list_editable = []
    search_fields = ["slug", "words_en"]
    formfield_overrides = {models.ManyToManyField: {"widget": CheckboxSelectMultiple}}
    form_fields = [
        "slug",
        "is_published",
        "guides",
        "forms_of_abuse",
        "services",
        "words",
    ]


@admin.register(PublicationRequest)
class PublicationAdmin(admin.ModelAdmin):
    """What was asked of the publisher; and the editions, which are folders and no rows."""

    list_display = ["__str__", "who", "state", "finished_at"]
    list_filter = ["kind", "state"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        views = [
            ("editions/", desk.editions, "editions"),
            ("editions/<int:number>/", desk.edition, "edition"),
            ("editions/<int:number>/page/", desk.page_as_it_was, "edition-page"),
            ("editions/<int:number>/words/", desk.words_of_page, "edition-words"),
            ("editions/ask/", desk.ask, "publication-ask"),
            ("withdraw/<str:label>/<int:key>/", desk.withdraw, "withdraw"),
            ("withdrawn/<int:key>/lift/", desk.lift, "lift-withdrawal"),
        ]
        pages = [
            path(address, self._for_publishers(view), name=name) for address, view, name in views
        ]
        return pages + super().get_urls()

    def _for_publishers(self, view):
        """Officers who may see publications may ask for one."""

        def guarded(request, **arguments):
            if not self.has_view_permission(request):
                raise PermissionDenied
            return view(request, self.admin_site.each_context(request), **arguments)

        return self.admin_site.admin_view(guarded)
