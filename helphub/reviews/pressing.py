"""What the buttons of a review do. Everything typed is kept before anything else is done."""

from typing import NamedTuple
from urllib.parse import quote

from django.utils import timezone

from helphub.history import snapshots, versions
from helphub.reviews.models import Remark, Reply, Review
from helphub.reviews.people import may_answer, may_take_back, model_of
from helphub.reviews.reading import REMARK, REPLY, Basis, Reading

Outcome = Review.Outcome
SEEN = "seen"
VERSIONS = ["asked_version", "answered_version"]


class Done(NamedTuple):
    """What was done, in words, and where on the page to go."""

    words: str = ""
    anchor: str = ""


class NotDoneError(Exception):
    """Why something was not done, what to show now, and what was typed."""

    def __init__(self, why, reading, typed):
        super().__init__(why)
        self.reading, self.typed = reading, typed


def locked(review):
    """The review as it is now. Nobody else can answer it or save its record meanwhile."""
    # The record comes first, as in every other place, so that two officers never block each other.
    snapshots.lock(model_of(review), review.key)
    rows = Review.objects.select_for_update(of=["self"])
    return rows.select_related(*VERSIONS).get(pk=review.pk)


def what_was_read(posted, review):
    """The version that was on the officer's page, with the same boxes."""
    number = posted.get("version", "")
    stored = versions.of_record(model_of(review), review.key)
    version = stored.filter(pk=int(number)).first() if _is_key(number) else None
    typed = [name for name, value in posted.items() if value and name.startswith((REMARK, REPLY))]
    return Reading(review, version, posted.get("with", ""), typed=typed)


def _is_key(number):
    return number.isascii() and number.isdecimal() and len(number) < 19


def keep(form, user, once):
    """Store the remarks and replies that were typed. Returns how many, in words."""
    reading, by = form.reading, user.get_username()
    typed = form.remarks(review=reading.review, version=reading.version, by=by, once=once)
    remarks = _new(typed, Remark.objects.filter(once=once), "field", "position", "words")
    typed_replies = form.replies(by=by, once=once)
    replies = _new(typed_replies, Reply.objects.filter(once=once), "remark_id", "words")
    Remark.objects.bulk_create(remarks)
    Reply.objects.bulk_create(replies)
    if (typed or typed_replies) and not (remarks or replies):
        return "What you typed was already"
    counted = [_count(len(remarks), "remark", "remarks"), _count(len(replies), "reply", "replies")]
    return " and ".join(filter(None, counted))


def _new(typed, stored, *names):
    """What the same form has not stored yet: a button can be pressed twice, or gone back to."""
    known = set(stored.values_list(*names))
    return [row for row in typed if tuple(getattr(row, name) for name in names) not in known]


def _count(number, one, more):
    return f"{number} {one if number == 1 else more}" if number else ""


def do(user, posted, form):
    """Do what was pressed. Raises NotDoneError if that is not possible now."""
    pressed, _, which = posted.get("do", "").partition(":")
    review = form.reading.review
    if pressed == "answer":
        return _answer(user, posted, form)
    if pressed == "take-back":
        return _take_back(user, review)
    if pressed == SEEN and review.is_sent_back and user.get_username() == review.asked_by:
        Review.objects.filter(pk=review.pk).update(seen_at=timezone.now())
        return Done("Done. This is not on your first page any more.")
    if pressed in SETTLING and _is_key(which):
        return SETTLING[pressed](user, form.reading, int(which))
    return Done(anchor=f"#{quote(which, safe=':.')}" if which else "")


def _answer(user, posted, form):
    reading = form.reading
    review, name = reading.review, user.get_username()
    if not may_answer(user, review) or reading.record is None:
        if review.answered_by == name and review.outcome == posted.get("outcome"):
            return Done("You have already answered.")
        words = posted.get("words", "")
        typed = {f"{REMARK}whole": words}
        advice = " Your words are in the box “A remark on all of it”: keep them there if you like."
        why = f"{_why_not(user, reading)} Your answer was not saved.{advice if words else ''}"
        raise NotDoneError(why, Reading(review), typed)
    if reading.has_changed:
        _say_changed(reading, {name: form.cleaned_data[name] for name in ("outcome", "words")})
    close(review, user, form.cleaned_data["outcome"], form.cleaned_data["words"], reading.version)
    return Done(f"Answered. {review.asked_by} will see it on their first page.")


def _why_not(user, reading):
    review = reading.review
    if not review.is_waiting:
        return f"{review.answer} before you answered."
    if reading.record is None:
        return "This has been deleted since you opened it."
    if user.get_username() == review.asked_by:
        return "You asked for this review, so someone else has to answer it."
    if review.asked_role or review.asked_of == user.get_username():
        return "You do not have the role for this, or no longer have it."
    return "You were not asked to do this review."


def _say_changed(reading, typed):
    """Refuse an answer to what is no longer saved, and show what changed since it was read."""
    who = reading.newest.officer or "Someone"
    first = Basis("", "what you have just read", reading.state)
    why = (
        f"{who} saved this while you were reading it. Your answer was not sent: it is still in the "
        "form. What has changed since is marked below. Read that, and answer again."
    )
    raise NotDoneError(why, Reading(reading.review, first=first), typed)


def close(review, user, outcome, words="", version=None):
    """End a waiting review. Returns 0 if another officer ended it first."""
    return (
        Review.objects.waiting()
        .filter(pk=review.pk)
        .update(
            outcome=outcome,
            words=words,
            answered_by=user.get_username(),
            answered_at=timezone.now(),
            answered_version=version,
        )
    )


def _take_back(user, review):
    if not may_take_back(user, review):
        why = f"{review.answer} first." if not review.is_waiting else "You did not ask for this."
        raise NotDoneError(f"{why} Nothing was changed.", Reading(review), {})
    close(review, user, Outcome.TAKEN_BACK)
    return Done("Request taken back. No one is asked to review this any more.")


def _settle(user, reading, key):
    return _mark(reading, key, settled_at=timezone.now(), settled_by=user.get_username())


def _open_again(user, reading, key):
    return _mark(reading, key, settled_at=None, settled_by="")


def _mark(reading, key, **state):
    """Settle a remark or open it again. Pressing twice, or both at once, changes nothing more."""
    remarks = Remark.objects.filter(
        pk=key, review__label=reading.review.label, review__key=reading.review.key
    )
    is_settled = state["settled_at"] is not None
    remarks.filter(settled_at__isnull=is_settled).update(**state)
    return Done("Remark settled." if is_settled else "Remark opened again.", f"#remark-{key}")


SETTLING = {"settle": _settle, "open": _open_again}
