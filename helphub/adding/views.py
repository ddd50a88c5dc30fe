"""The page on which an officer adds a service in one journey, and the page after it."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from contacts.models import Organization, Phone
from helphub.adding import rows
from helphub.adding.form import AddingForm
from helphub.adding.models import Addition
from helphub.content.forms import token_of
from helphub.content.permissions import PUBLISH, for_officers, form_of
from helphub.content.registry import Record
from helphub.history import snapshots
from helphub.history.recording import recording
from helphub.publishing import preview
from services.models import Service

ADD = "services.add_service"
# What the journey makes, and shows to readers afterwards.
NEEDED = [
    *[
        f"contacts.{verb}_{name}"
        for verb in ("add", "change")
        for name in ("organization", "phone")
    ],
    *["contacts.add_schedule", "services.add_location", ADD, "services.change_service"],
]
WHY = "Added with “Add a service in one journey”"


@for_officers(ADD)
@require_http_methods(["GET", "HEAD", "POST"])
def add_service(request, context):
    """One form for a service with its organisation, number, hours and place."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    if request.method != "POST":
        return _page(request, context, AddingForm())
    once = token_of(request, "_once")
    form = AddingForm(request.POST)
    is_valid = form.is_valid()
    if _earlier(once) is None and is_valid:
        _save(request, form, once)
    if addition := _earlier(once):
        return redirect("adding:added", addition.pk)
    return _page(request, context, form)


def _earlier(once):
    """What an earlier press of the same button has added, or None."""
    return Addition.objects.filter(once=once).first()


def _save(request, form, once):
    try:
        with recording(request.user, WHY):
            rows.save(form.rows, form.cleaned_data)
            is_new = form.cleaned_data["organization"] is None
            Addition.objects.create(
                once=once,
                officer=request.user.get_username(),
                service_key=form.rows.service.pk,
                organization_key=form.rows.organization.pk if is_new else None,
                phone_key=form.rows.phone.pk if form.rows.phone else None,
            )
    except IntegrityError:
        # The button was pressed twice at once, or somebody has just taken the same address.
        form.add_error(
            None, "Somebody saved something with the same name at the same moment. Press it again."
        )


def _page(request, context, form):
    return render(
        request,
        "admin/adding/add_service.html",
        context
        | {
            "title": "Add a service in one journey",
            "form": form,
            "folds": form.folds(),
            "once": token_of(request, "_once"),
        },
        status=HTTPStatus.OK,
    )


# Afterwards


@for_officers(ADD)
@require_http_methods(["GET", "HEAD", "POST"])
def added(request, context, key):
    """What was added, what is left to do, and what happens next."""
    addition = get_object_or_404(Addition, pk=key)
    service = Service.objects.for_page().filter(pk=addition.service_key).first()
    if service is None:
        raise Http404("Somebody has deleted this service.")
    if request.method == "POST":
        if not request.user.has_perms(NEEDED):
            raise PermissionDenied
        _show(request, addition)
        return redirect("adding:added", key)
    phones = list(Phone.objects.filter(services=service).prefetch_related("schedules"))
    label, made = Service._meta.label_lower, _made(addition)
    return render(
        request,
        "admin/adding/added.html",
        context
        | {
            "title": service.name,
            "service": service,
            "phone": next((phone for phone in phones if phone.pk == addition.phone_key), None),
            "records": [_shown(row, made) for row in (service.organization, *phones, service)],
            "drafts": [row for row in made if not row.is_published],
            "left": [
                {"words": words, "url": _form_of(row)} for words, row in _left(service, phones)
            ],
            "preview": reverse("publishing:preview", args=[preview.token_for(label, service.pk)]),
            "label": label,
            "may_publish": request.user.has_perm(PUBLISH),
        },
    )


def _shown(row, made):
    return {
        "row": row,
        "kind": row._meta.verbose_name,
        "url": _form_of(row),
        "is_new": row in made,
    }


def _form_of(row):
    return form_of(Record(row._meta.label_lower, row.pk, str(row)))


def _made(addition):
    """The rows that the journey made, if they are still there."""
    made = [
        (Organization, addition.organization_key),
        (Phone, addition.phone_key),
        (Service, addition.service_key),
    ]
    return [row for model, key in made if (row := model.objects.filter(pk=key).first())]


def _show(request, addition):
    """Tick “visible to readers” for everything that the journey made."""
    try:
        with recording(request.user, "Made visible to readers"):
            for made in _made(addition):
                snapshots.lock(type(made), made.pk)
                row = type(made).objects.get(pk=made.pk)
                row.is_published = True
                row.full_clean()
                row.save()
    except ValidationError as error:
        why = " ".join(error.messages)
        messages.error(request, f"It stays a draft. {why} Put this right in its form.")
    else:
        messages.success(request, "Readers will see it once it is published.")


def _left(service, phones):
    """What a new service should have before it is published: (words, where)."""
    organization = service.organization
    if service.is_published and not organization.is_published:
        yield f"“{organization}” is not visible to readers. The service waits for it.", organization
    for phone in phones:
        if service.is_published and not phone.is_published:
            yield f"“{phone}” is not visible to readers.", phone
        if not phone.schedules.all():
            yield f"“{phone.name}” has no hours: readers see “Opening hours not confirmed”.", phone
    if service.has_drop_in and not any(place.when for place in service.locations.all()):
        yield "It does not say when people can turn up.", service
    if not service.audiences.all():
        yield "No group of people is ticked, so readers cannot narrow the list to it.", service
    if not service.forms_of_abuse.all():
        yield "No topic is ticked, so nobody finds it by what happened.", service
    if not service.how_to_get_in:
        yield "It does not say how to get in.", service
