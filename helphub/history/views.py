"""A record's versions: list, compare, restore. And the list of deleted records."""

from dataclasses import dataclass
from functools import wraps

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.views.decorators.http import require_http_methods, require_safe

from helphub.content import moments
from helphub.history import restoring, snapshots, versions
from helphub.history.diff import difference, in_words
from helphub.history.recording import recording

NOW = "now"
ON_A_PAGE = 50


@dataclass
class Record:
    """A record, present or deleted, as the officer asking may see it."""

    request: object
    model: type
    key: int

    @cached_property
    def admin(self):
        return admin.site.get_model_admin(self.model)

    @cached_property
    def row(self):
        return self.model._base_manager.filter(pk=self.key).first()

    @cached_property
    def versions(self):
        return versions.of_record(self.model, self.key)

    @property
    def name(self):
        newest = self.versions.first()
        return str(self.row or newest or "")

    @property
    def label(self):
        return self.model._meta.label_lower

    @property
    def may_be_seen(self):
        return self.admin.has_view_or_change_permission(self.request, self.row)

    @property
    def may_be_restored(self):
        if self.row is None:
            return self.admin.has_add_permission(self.request)
        return self.admin.has_change_permission(self.request, self.row)

    @cached_property
    def present(self):
        return snapshots.read_one(self.model, self.key)

    def version(self, number):
        version = self.versions.filter(pk=number).first()
        if version is None:
            raise Http404("There is no such version.")
        return version

    def state(self, version):
        return versions.state_of(version)

    @property
    def form(self):
        """The address of its form, if the record exists and has one."""
        try:
            name = self.label.replace(".", "_")
            return self.row and reverse(f"admin:{name}_change", args=[self.key])
        except NoReverseMatch:
            return None

    @property
    def restriction(self):
        return restoring.RESTRICTIONS.get(self.label)

    @property
    def kept_fields(self):
        """What restoring leaves alone: read-only fields, and those that need a second person."""
        if self.row is None:
            return []
        fixed = [*self.admin.get_readonly_fields(self.request, self.row)]
        if self.restriction:
            fixed += self.restriction.kept_fields(self.row)
        return [name for name in fixed if name in self.present.fields]

    @property
    def kept_rows(self):
        """The kinds of rows that this officer may not edit."""
        rights = ["add", "change", "delete"]
        user = self.request.user
        return [
            child
            for child, _ in snapshots.children(self.model)
            for name in [f"{child._meta.app_label}.{{}}_{child._meta.model_name}"]
            if not all(user.has_perm(name.format(right)) for right in rights)
        ]


def of_record(view):
    """A page about one record, for officers who may see it."""

    @wraps(view)
    def guarded(request, label, key, **arguments):
        model = next(
            (
                candidate
                for candidate in snapshots.records()
                if candidate._meta.label_lower == label
            ),
            None,
        )
        if model is None:
            raise Http404("There is no such kind of record.")
        record = Record(request, model, key)
        if not record.may_be_seen:
            raise PermissionDenied
        if record.row is None and not record.versions.exists():
            raise Http404("There is no such record.")
        context = admin.site.each_context(request) | {"record": record}
        return view(request, context, record, **arguments)

    return admin.site.admin_view(guarded)


def moment(version):
    return moments.in_words(version.at)


def describe(record, shown, before):
    """The lines of the list, newest first, each with its changes from the one before."""
    lines = []
    for version, older in zip(shown, [*shown[1:], *before, None], strict=False):
        changes = older and difference(record.model, record.state(older), record.state(version))
        changed = in_words(changes) if changes else ""
        lines.append(
            {
                "version": version,
                "older": older,
                "when": moment(version),
                "officer": version.officer or "–",
                "changes": f"Changed {changed}" if changed else "",
                "why": version.why or ("" if older else "Created"),
            }
        )
    return lines


@of_record
@require_safe
def history(request, context, record):
    page = Paginator(record.versions, ON_A_PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    last = page.end_index()
    before = list(record.versions[last : last + 1])
    return render(
        request,
        "admin/history/history.html",
        context
        | {
            "title": f"History of {record.name}",
            "lines": describe(record, shown, before) if shown else [],
            "page": page,
        },
    )


@of_record
@require_safe
def compare(request, context, record):
    """What differs between two versions, or between a version and what is saved now."""
    sides = []
    for name in ("old", "new"):
        number = request.GET.get(name, "")
        if number == NOW:
            sides.append((None, "now", record.present))
        elif number.isdecimal():
            version = record.version(int(number))
            sides.append((version, moment(version), record.state(version)))
        else:
            raise Http404("Choose two versions.")
    (old, old_name, old_state), (new, new_name, new_state) = sides
    if old is None or (new is not None and new.pk < old.pk):
        old, old_name, old_state, new, new_name, new_state = (
            *(new, new_name, new_state),
            *(old, old_name, old_state),
        )
    return render(
        request,
        "admin/history/compare.html",
        context
        | {
            "title": f"What changed in {record.name}",
            "changes": difference(record.model, old_state, new_state),
            "old": old,
            "old_name": old_name,
            "new_name": new_name,
        },
    )


@of_record
@require_http_methods(["GET", "HEAD", "POST"])
def restore(request, context, record, version):
    """Show what restoring a version would change, and do it."""
    if not record.may_be_restored:
        raise PermissionDenied
    version = record.version(version)
    with recording():
        snapshots.lock(record.model, record.key)
        present = snapshots.read_one(record.model, record.key)
        wanted, notes = after_restoring(record, record.state(version), present)
        changes = difference(record.model, present, wanted)
        fingerprint = present.fingerprint if present else ""
        reasons = []
        if record.restriction:
            reasons = record.restriction.refusals(record.key, present, wanted)
        if request.method == "POST" and not reasons:
            if request.POST.get("fingerprint") != fingerprint:
                reasons = ["Someone else has just saved it. Check the changes again, then restore."]
            else:
                reasons = bring_back(request, record, version, wanted)
                if not reasons:
                    return redirect("history:history", record.label, record.key)
    return render(
        request,
        "admin/history/restore.html",
        context
        | {
            "title": f"Restore {record.name}",
            "version": version,
            "when": moment(version),
            "changes": changes,
            "notes": notes,
            "reasons": reasons,
            "fingerprint": fingerprint,
        },
        status=409 if request.method == "POST" else 200,
    )


def after_restoring(record, state, present):
    """The record's state once this one is restored, and notes on what stays as it is."""
    wanted, notes = restoring.wanted(
        record.model,
        present or snapshots.State(record.model, {}),
        state,
        record.kept_fields,
        record.kept_rows if present else [],
    )
    if record.restriction and record.row:
        notes += record.restriction.notes(record.row)
    return wanted, notes


def bring_back(request, record, version, wanted):
    """Restore the version and say so, or return why it cannot be restored."""
    why = f"Restored the version of {moment(version)}"
    try:
        with recording(why=why):
            restoring.restore(record.model, record.key, wanted)
    except restoring.RefusedError as error:
        return error.reasons
    row = record.model._base_manager.get(pk=record.key)
    record.admin.log_change(request, row, f"{why}.")
    messages.success(request, f"{why}. Readers will see it once it is published.")
    return []


def deleted_record(request, model, version):
    """A record known to be deleted, so nobody need look for its row."""
    record = Record(request, model, version.key)
    record.row = None
    return record


@admin.site.admin_view
@require_safe
def deleted(request):
    """Deleted records that can come back, kind by kind."""
    kinds = []
    for model in snapshots.records():
        if admin.site.get_model_admin(model).has_view_or_change_permission(request):
            gone = [
                (version, deleted_record(request, model, version), moment(version))
                for version in versions.deleted(model)
            ]
            if gone:
                kinds.append((model._meta.verbose_name_plural, gone))
    if not any(
        admin.site.get_model_admin(model).has_view_or_change_permission(request)
        for model in snapshots.records()
    ):
        raise PermissionDenied
    context = admin.site.each_context(request)
    return render(
        request, "admin/history/deleted.html", context | {"title": "Deleted", "kinds": kinds}
    )
