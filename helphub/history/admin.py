"""What admin forms need so that no officer's work is lost."""

from http import HTTPStatus

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from helphub.content import forms
from helphub.history import (
    conflicts,
    diff,
    snapshots,
    versions,
)
from helphub.history.recording import recording


class KeepsHistory:
    """Links to a record's versions, and refuses a save over one the officer has not seen."""

    change_form_template = "admin/history/change_form.html"

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        request.fingerprint = request.conflict = None
        key = object_id and snapshots.key_of(self.model, unquote(object_id))
        if key is None or "_saveasnew" in request.POST:
            return super().changeform_view(request, object_id, form_url, extra_context)
        if request.method != "POST":
            # Taken before the form is read, so a save in between is a conflict and not lost.
            request.fingerprint = conflicts.fingerprint_of(self.model, key)
            return super().changeform_view(request, object_id, form_url, extra_context)
        with recording(request.user):
            snapshots.lock(self.model, key)
            saved = snapshots.read_one(self.model, key)
            if saved is None and self.has_change_permission(request):
                return self._is_gone(request, key)
            request.fingerprint = request.POST.get(conflicts.FINGERPRINT, "")
            if saved is not None and saved.fingerprint != request.fingerprint:
                name = self.opts.label_lower, key
                request.base = versions.states_with({name: request.fingerprint}).get(name)
                request.conflict, request.fingerprint = saved, saved.fingerprint
                request.POST = request.POST.copy()
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _is_gone(self, request, key):
        newest = versions.of_record(self.model, key).first()
        if newest is None:
            raise Http404("There is no such record.")
        context = self.admin_site.each_context(request) | {
            "title": "Someone has deleted this",
            "newest": newest,
            "words": forms.words_of(forms.fields_of(request)),
            "url": reverse("history:history", args=[self.opts.label_lower, key]),
        }
        return render(request, "admin/history/gone.html", context, status=HTTPStatus.CONFLICT)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return conflicts.refusing(form) if getattr(request, "conflict", None) else form

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        saved = getattr(request, "conflict", None)
        if saved is not None and "data" in kwargs:
            label = inline.model._meta.label_lower
            base = request.base or snapshots.State(self.model, {})
            conflicts.with_rows_that_are_there(
                request.POST,
                prefix,
                saved.rows.get(label, {}),
                base.rows.get(label, {}),
                inline.get_formset(request, obj).form,
            )
            kwargs["data"] = request.POST
        return kwargs

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["fingerprint"] = getattr(request, "fingerprint", None)
        if saved := getattr(request, "conflict", None):
            form = context["adminform"].form
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            mine = conflicts.typed_state(saved, form, formsets)
            if request.base:
                conflicts.merge(saved, request.base, mine, form, formsets)
            context["conflict"] = diff.difference(self.model, saved, mine)
            context["newest"] = versions.of_record(self.model, obj.pk).first()
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if saved:
            response.status_code = HTTPStatus.CONFLICT
        return response

    def history_view(self, request, object_id, extra_context=None):
        key = snapshots.key_of(self.model, unquote(object_id))
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if key is None:
            raise Http404("There is no such record.")
        return redirect("history:history", self.opts.label_lower, key)

    # Fields edited in the list.

    def _get_list_editable_queryset(self, request, prefix):
        # A row is saved whole, so lock it from being read until it is saved.
        return super()._get_list_editable_queryset(request, prefix).select_for_update(of=["self"])

    def get_changelist_form(self, request, **kwargs):
        form = super().get_changelist_form(request, **kwargs)
        return type(form.__name__, (conflicts.ListRow, form), {})
