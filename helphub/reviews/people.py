"""Who is asked to review, who may answer, and whose answer is waited for."""

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db.models import Exists, OuterRef, Q

from helphub.content.permissions import PUBLISH, SEE
from helphub.reviews.models import Review

Outcome = Review.Outcome


def called(user):
    """An officer's name as others know it."""
    full, name = user.get_full_name(), user.get_username()
    return f"{full} ({name})" if full else name


def right(verb, model):
    return f"{model._meta.app_label}.{verb}_{model._meta.model_name}"


def may(user, verb, model):
    return user.has_perm(right(verb, model))


def model_of(review):
    """The kind of record under review, or None if this release no longer has it."""
    try:
        return apps.get_model(review.label)
    except LookupError:
        return None


def may_read(user, review):
    model = model_of(review)
    return model is not None and may(user, "view", model)


def may_answer(user, review):
    """Whether this officer was asked or may publish, and is not the officer who asked."""
    name = user.get_username()
    if not review.is_waiting or name == review.asked_by or not may_read(user, review):
        return False
    if review.asked_of == name or user.has_perm(PUBLISH):
        return True
    return bool(review.asked_role) and user.groups.filter(name=review.asked_role).exists()


def may_take_back(user, review):
    return review.is_waiting and user.get_username() == review.asked_by


def readers_of(model):
    """The officers who may read records of this kind and see reviews."""
    may_see = User.objects.with_perm(SEE).values("pk")
    may_view = User.objects.with_perm(right("view", model))
    return may_view.filter(pk__in=may_see, is_staff=True).order_by("username")


def choices(user, model):
    """Whom an officer may ask: (value, name), in groups."""
    others = readers_of(model).exclude(pk=user.pk)
    roles = Group.objects.filter(user__in=others.values("pk")).distinct().order_by("name")
    return [
        ("", "Anyone who can publish"),
        ("Anyone with a role", [(f"{ROLE}{role.name}", role.name) for role in roles]),
        ("One person", [(officer.get_username(), called(officer)) for officer in others]),
    ]


ROLE = "role:"  # No account's name may have a colon in it.


def is_about(review, stored):
    """Whether an answer is about the newest of these versions."""
    read, newest = review.answered_version, stored.first()
    return bool(read and newest) and read.fingerprint == newest.fingerprint


def can_nobody_answer(review):
    """Whether those who were asked have all lost the account or the role since."""
    model = model_of(review)
    if not review.is_waiting or model is None:
        return False
    able = readers_of(model)
    if review.asked_of:
        return not able.filter(username=review.asked_of).exists()
    if review.asked_role:
        others = able.exclude(username=review.asked_by)
        return not others.filter(groups__name=review.asked_role).exists()
    return False


def _of_existing_records(reviews):
    """Those whose record is still there: nobody can read a deleted one."""
    keys = {}
    for review in reviews:
        keys.setdefault(model_of(review), set()).add(review.key)
    existing = {
        model: set(model._base_manager.filter(pk__in=some).values_list("pk", flat=True))
        for model, some in keys.items()
        if model is not None
    }
    return [review for review in reviews if review.key in existing.get(model_of(review), ())]


def waiting_for(user):
    """The reviews that wait for this officer's answer, the oldest first."""
    name = user.get_username()
    wanted = Q(asked_of=name) | Q(asked_role__in=user.groups.values("name"))
    if user.has_perm(PUBLISH):
        wanted |= Q(asked_of="", asked_role="")
    waiting = Review.objects.waiting().filter(wanted).exclude(asked_by=name)
    waiting = waiting.with_open_remarks().order_by("asked_at")
    return _of_existing_records([review for review in waiting if may_read(user, review)])


def answered_for(user):
    """What this officer asked for and has to look at, the oldest first.

    That is each answer they have not seen, each change asked for until they have done something
    about it, and each request that nobody can answer any more.
    """
    mine = Review.objects.filter(asked_by=user.get_username())
    later = mine.filter(label=OuterRef("label"), key=OuterRef("key"), pk__gt=OuterRef("pk"))
    unseen = mine.filter(~Exists(later), seen_at=None).with_open_remarks().order_by("pk")
    return [
        review
        for review in unseen
        if review.is_agreed or review.is_sent_back or can_nobody_answer(review)
    ]
