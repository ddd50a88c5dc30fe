"""Reviews: one officer asks another to read a record, and gets an answer."""

from django import forms
from django.apps import apps
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from helphub.content.permissions import PUBLISH, SEE, for_officers, form_of
from helphub.content.registry import Record, content_model
from helphub.reviews.models import Review

Outcome = Review.Outcome
MOST_SHOWN = 50


class AskForm(forms.ModelForm):
    """Who to ask, and what they should check."""

    class Meta:
        model = Review
        fields = ["asked_of", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *arguments, others, **options):
        super().__init__(*arguments, **options)
        names = [(officer.get_username(), called(officer)) for officer in others]
        self.fields["asked_of"] = forms.ChoiceField(
            label="Who to ask",
            choices=[("", "Anyone who can publish"), *names],
            required=False,
            help_text="They see it on their first page until it is answered.",
        )


class AnswerForm(forms.ModelForm):
    """The outcome of a review."""

    class Meta:
        model = Review
        fields = ["outcome", "words"]
        widgets = {"words": forms.Textarea(attrs={"rows": 4})}

    outcome = forms.ChoiceField(
        label="What is your answer?",
        choices=[(Outcome.FINE, "It is fine as it is"), (Outcome.CHANGE, "It needs a change")],
        widget=forms.RadioSelect,
    )

    def clean(self):
        values = super().clean()
        if values.get("outcome") == Outcome.CHANGE and not values.get("words"):
            self.add_error("words", "Say what needs to change, so that it can be put right.")
        return values


def called(user):
    """An officer's name as others know it."""
    full, name = user.get_full_name(), user.get_username()
    return f"{full} ({name})" if full else name


def record_of(review):
    """The record under review, or nothing if it is gone."""
    return apps.get_model(review.label)._base_manager.filter(pk=review.key).first()


def address_of(review):
    """Where the record can be read and corrected."""
    return form_of(Record(review.label, review.key, review.name))


def may(user, verb, model):
    return user.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}")


def may_answer(user, review):
    """Whether this officer was asked or may publish, and is not the officer who asked."""
    if review.outcome != Outcome.WAITING or user.get_username() == review.asked_by:
        return False
    if not may(user, "view", apps.get_model(review.label)):
        return False
    return review.asked_of == user.get_username() or user.has_perm(PUBLISH)


def may_take_back(user, review):
    return review.outcome == Outcome.WAITING and user.get_username() == review.asked_by


def asked_of(user):
    """The reviews waiting for this officer's answer."""
    name = user.get_username()
    wanted = Q(asked_of=name) | Q(asked_of="") if user.has_perm(PUBLISH) else Q(asked_of=name)
    waiting = Review.objects.waiting().filter(wanted).exclude(asked_by=name).order_by("asked_at")
    return [review for review in waiting if may_answer(user, review)]


def to_mend(user):
    """Reviews this officer asked for whose newest answer calls for a change."""
    newest = {}
    for review in Review.objects.filter(asked_by=user.get_username()).order_by("pk"):
        newest[review.label, review.key] = review
    return [review for review in newest.values() if review.outcome == Outcome.CHANGE]


def _record(user, label, key):
    model = content_model(label)
    if not may(user, "change", model):
        raise PermissionDenied
    return get_object_or_404(model._base_manager, pk=key)


def _others(user, record):
    officers = User.objects.filter(is_active=True, is_staff=True).exclude(pk=user.pk)
    return [
        officer
        for officer in officers.order_by("username")
        if officer.has_perm(SEE) and may(officer, "view", type(record))
    ]


@for_officers(SEE)
@require_safe
def reviews(request, context):
    """The reviews waiting for an answer, and the latest answers."""
    latest = list(Review.objects.all()[:MOST_SHOWN])
    return render(
        request,
        "admin/reviews/reviews.html",
        context
        | {
            "title": "Reviews",
            "waiting": list(Review.objects.waiting().order_by("asked_at")),
            "answered": [review for review in latest if review.outcome != Outcome.WAITING],
        },
    )


@for_officers(SEE)
def ask(request, context, label, key):
    """Ask an officer to review a record."""
    record = _record(request.user, label, key)
    waiting = Review.objects.of(record).waiting().first()
    if waiting:
        messages.info(request, "Someone has already been asked to review this.")
        return redirect("reviews:review", waiting.pk)
    form = AskForm(request.POST or None, others=_others(request.user, record))
    if request.method == "POST" and form.is_valid():
        review = form.save(commit=False)
        review.label, review.key = label, key
        review.name = str(record)[:200]
        review.asked_by = request.user.get_username()
        try:
            with transaction.atomic():
                review.save()
        except IntegrityError:
            messages.info(request, "Someone else has just asked for a review of this.")
        else:
            reviewer = form.cleaned_data["asked_of"] or "Anyone who can publish"
            messages.success(request, f"Asked. {reviewer} will see it on their first page.")
        return redirect(address_of(review))
    return render(
        request,
        "admin/reviews/review_ask.html",
        context
        | {
            "title": "Ask for review",
            "form": form,
            "record": record,
            "back": form_of(Record(label, key, str(record))),
        },
    )


def _review(user, key):
    review = get_object_or_404(Review, pk=key)
    if not may(user, "view", apps.get_model(review.label)):
        raise PermissionDenied
    return review


@for_officers(SEE)
def review(request, context, key):
    """One review: what was asked, and the answer."""
    current = _review(request.user, key)
    is_mine_to_answer = may_answer(request.user, current)
    if request.method == "POST" and not is_mine_to_answer:
        why = "You asked for this review, so someone else has to answer it."
        if current.outcome != Outcome.WAITING:
            why = "This review is already closed. Nothing was changed."
        elif current.asked_by != request.user.get_username():
            why = "You were not asked to do this review."
        messages.error(request, why)
        return redirect("reviews:review", key)
    form = AnswerForm(request.POST or None, instance=current) if is_mine_to_answer else None
    if request.method == "POST" and form.is_valid():
        return _answer(request, current.pk, form.cleaned_data)
    return render(
        request,
        "admin/reviews/review.html",
        context
        | {
            "title": f"Review of {current.name}",
            "review": Review.objects.get(pk=key),
            "form": form,
            "may_take_back": may_take_back(request.user, current),
            "url": address_of(current) if record_of(current) else "",
        },
    )


def _answer(request, key, answer):
    if _close(key, request.user, answer["outcome"], answer["words"]):
        shown = " Whoever asked will see it on their first page."
        is_shown = answer["outcome"] == Outcome.CHANGE
        messages.success(request, f"Answered.{shown if is_shown else ''}")
    else:
        repeated = f" You wrote: {answer['words']}" if answer["words"] else ""
        messages.error(
            request,
            f"This review was closed before you answered it. Your answer was not saved.{repeated}",
        )
    return redirect("reviews:review", key)


def _close(key, user, outcome, words=""):
    """End a waiting review. Returns 0 if another officer ended it first."""
    return (
        Review.objects.waiting()
        .filter(pk=key)
        .update(
            outcome=outcome,
            words=words,
            answered_by=user.get_username(),
            answered_at=timezone.now(),
        )
    )


@for_officers(SEE)
@require_POST
def take_back(request, context, key):
    """Take back a request for review."""
    current = _review(request.user, key)
    if current.asked_by != request.user.get_username():
        raise PermissionDenied
    if _close(key, request.user, Outcome.TAKEN_BACK):
        messages.success(request, "Request cancelled. No one is asked to review this any more.")
    else:
        messages.error(request, "This review is already closed. Nothing was changed.")
    return redirect("reviews:review", key)
