"""Reviews: the list, asking for one, and the page where officers read, remark and answer."""

import uuid
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_safe

from helphub.content.forms import token_of
from helphub.content.permissions import SEE, for_officers, form_of
from helphub.content.registry import Record, content_model
from helphub.history import snapshots
from helphub.history.recording import up_to_date
from helphub.publishing import preview
from helphub.reviews import pressing
from helphub.reviews.forms import AskForm, ReadingForm
from helphub.reviews.models import Review
from helphub.reviews.people import (
    can_nobody_answer,
    may,
    may_answer,
    may_read,
    may_take_back,
    waiting_for,
)
from helphub.reviews.reading import Reading

Outcome = Review.Outcome
MOST_SHOWN = 50


@for_officers(SEE)
@require_safe
def reviews(request, context):
    """The reviews waiting for an answer, and the latest answers."""
    mine = waiting_for(request.user)
    waiting = Review.objects.waiting().with_open_remarks().order_by("asked_at")
    answered = Review.objects.exclude(outcome=Outcome.WAITING).with_open_remarks()
    return render(
        request,
        "admin/reviews/reviews.html",
        context
        | {
            "title": "Reviews",
            "mine": mine,
            "waiting": waiting.exclude(pk__in=[review.pk for review in mine]),
            "answered": answered.order_by("-answered_at", "-pk")[:MOST_SHOWN],
        },
    )


# Asking


def _record(user, label, key):
    model = content_model(label)
    if not may(user, "change", model):
        raise PermissionDenied
    return get_object_or_404(model._base_manager, pk=key)


@for_officers(SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, context, label, key):
    """Ask for a review of a record, or ask someone else while nobody has answered."""
    record = _record(request.user, label, key)
    if request.method == "POST":
        snapshots.lock(type(record), key)  # Nobody can answer until this is done.
    waiting = Review.objects.of(record).waiting().first()
    instead_of = request.POST.get("instead_of")
    if instead_of and (waiting is None or str(waiting.pk) != instead_of):
        messages.info(
            request, "This was answered before you asked someone else. Here is the answer."
        )
        return redirect("reviews:review", Review.objects.of(record).values_list("pk", flat=True)[0])
    if waiting and not may_take_back(request.user, waiting):
        asker = waiting.asked_by
        messages.info(request, f"There is already a review of this, asked for by {asker}.")
        return redirect("reviews:review", waiting.pk)
    form = AskForm(request.POST or None, instance=waiting, user=request.user, model=type(record))
    if request.method == "POST" and form.is_valid():
        return _ask(request, form, record)
    return render(
        request,
        "admin/reviews/review_ask.html",
        context
        | {
            "title": "Ask someone else" if waiting else "Ask for review",
            "form": form,
            "record": record,
            "waiting": waiting,
            "back": form_of(Record(label, key, str(record))),
        },
    )


def _ask(request, form, record):
    review = form.save(commit=False)
    review.label, review.key = record._meta.label_lower, record.pk
    review.name = str(record)[:200]
    review.asked_by = request.user.get_username()
    review.asked_version = up_to_date(type(record), record.pk)
    try:
        with transaction.atomic():
            review.save()
    except IntegrityError:
        messages.info(request, "Someone else has just asked for a review of this.")
    else:
        reviewer = review.asked_of or capfirst(review.reviewer)
        messages.success(request, f"Asked. {reviewer} will see it on their first page.")
    return redirect(form_of(Record(review.label, review.key, review.name)))


# Reading and answering


@for_officers(SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request, context, key):
    """One review: what changed, the words with the remarks on them, and the answer."""
    current = get_object_or_404(Review.objects.select_related(*pressing.VERSIONS), pk=key)
    if not may_read(request.user, current):
        raise PermissionDenied
    if request.method == "POST":
        return _press(request, context, current)
    is_mine = current.asked_by == request.user.get_username()
    if is_mine and current.is_agreed and not current.seen_at:
        Review.objects.filter(pk=key).update(seen_at=timezone.now())
    reading = Reading(current, compared_with=request.GET.get("with", ""))
    return _page(request, context, reading)


def _press(request, context, current):
    """Keep what was typed, and do what was pressed; or show the page again and say why not."""
    current = pressing.locked(current)
    reading = pressing.what_was_read(request.POST, current)
    may_now = may_answer(request.user, current) and reading.record is not None
    is_answer = request.POST.get("do") == "answer"
    form = ReadingForm(
        request.POST, reading=reading, may_answer=may_now, is_answer=is_answer and may_now
    )
    if not form.is_valid():
        return _page(request, context, reading, form)
    kept = pressing.keep(form, request.user, token_of(request))
    if kept:
        messages.success(request, f"{kept} kept.")
    try:
        done = pressing.do(request.user, request.POST, form)
    except pressing.NotDoneError as error:
        again = error.reading
        form = ReadingForm(
            None,
            reading=again,
            may_answer=may_answer(request.user, again.review) and again.record is not None,
            initial=error.typed,
        )
        return _page(request, context, again, form, str(error))
    if done.words:
        messages.success(request, done.words)
    elif not kept:
        messages.info(request, "You had typed nothing, so nothing was kept.")
    return redirect(f"{request.path}{done.anchor}")


def _page(request, context, reading, form=None, why=""):
    current, user = reading.review, request.user
    may_now = may_answer(user, current) and reading.record is not None
    form = form or ReadingForm(None, reading=reading, may_answer=may_now)
    is_mine = current.asked_by == user.get_username()
    has_page = reading.edition and reading.record and not preview.place_of(reading.model)
    return render(
        request,
        "admin/reviews/review.html",
        context
        | {
            "title": f"Review of {current.name}",
            "review": current,
            "reading": reading,
            "form": form,
            "why": why,
            "may_answer": may_now,
            "may_take_back": may_take_back(user, current),
            "may_put_away": is_mine and current.is_sent_back and not current.seen_at,
            "may_change": may(user, "change", reading.model),
            "is_mine": is_mine,
            "can_nobody_answer": can_nobody_answer(current),
            "token": preview.token_for(current.label, current.key) if has_page else "",
            "once": uuid.uuid4(),
            "url": form_of(Record(current.label, current.key, current.name)),
        },
        status=HTTPStatus.CONFLICT if why else HTTPStatus.OK,
    )
