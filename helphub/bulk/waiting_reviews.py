"""Which of the chosen records somebody has been asked to read."""

from helphub.reviews.models import Review


def waiting_reviews(label, keys):
    """The review that each of these records is waiting for."""
    waiting = Review.objects.waiting().filter(label=label, key__in=keys)
    return {review.key: review for review in waiting}


def in_review(review):
    """Why a record is left alone while somebody reads it."""
    return (
        f"{review.asked_by} has asked {review.reviewer} to review it. Answer or cancel that first."
    )
