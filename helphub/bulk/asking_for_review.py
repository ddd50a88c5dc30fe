"""The action that asks a colleague to read each of the records."""

from django import forms
from django.contrib.auth import get_user_model
from django.utils import timezone

from helphub.bulk.actions import Action
from helphub.bulk.lines import LeftOutError, Line, changed, record_of
from helphub.bulk.waiting_reviews import in_review, waiting_reviews
from helphub.content.entries import Entry
from helphub.content.permissions import SEE
from helphub.reviews.models import Review
from helphub.reviews.views import called, may


class ReviewForm(forms.Form):
    """Who is asked, and what they should check."""

    asked_of = forms.ChoiceField(
        label="Who to ask",
        required=False,
        help_text="They see it on their first page until it is answered.",
    )
    note = forms.CharField(
        label="What to check",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What you changed or are not sure about. Officers see this; readers never do.",
    )

    def __init__(self, *arguments, others=(), **named):
        super().__init__(*arguments, **named)
        names = [(officer.get_username(), called(officer)) for officer in others]
        self.fields["asked_of"].choices = [("", "Anyone who can publish"), *names]


def others(user, model):
    """The officers who can be asked to read records of a kind."""
    officers = get_user_model().objects.filter(is_active=True, is_staff=True).exclude(pk=user.pk)
    return [
        officer
        for officer in officers.order_by("username")
        if officer.has_perm(SEE) and may(officer, "view", model)
    ]


class AskForReview(Action):
    """Asks a colleague to read each of the records."""

    name, button, words, done = "review", "Ask", "Ask for review", "Asked for review"
    help = "Somebody else reads what is saved now, and says whether it is fine. Publishes nothing."
    changed_since = "The review has been answered or cancelled since."

    def is_for(self, model):
        return issubclass(model, Entry)

    def form(self, request, model, keys, data=None):
        return ReviewForm(data, others=others(request.user, model))

    def said(self, given):
        asked = given["asked_of"] or "Anyone who can publish"
        return [("Who to ask", asked), ("What to check", given["note"] or "–")]

    def lines(self, request, model, rows, given):
        waiting = waiting_reviews(model._meta.label_lower, [row.pk for row in rows])
        asked = f"asked of {given['asked_of'] or 'anyone who can publish'}"
        return [self._line(row, waiting.get(row.pk), asked, given) for row in rows]

    def _line(self, row, review, asked, given):
        if review:
            return Line(row, why_not=in_review(review))
        return Line(row, [changed("review", "", asked)], seen=[asked, given["note"]])

    def do(self, request, model, lines, given):
        made = {}
        for line in lines:
            label, key, title = record_of(line.row)
            review = Review.objects.create(
                label=label,
                key=key,
                name=title[:200],
                asked_by=request.user.get_username(),
                asked_of=given["asked_of"],
                note=given["note"],
            )
            made[key] = {}, {"review": review.pk}
        return made

    def now(self, model, rows):
        waiting = waiting_reviews(model._meta.label_lower, [row.key for row in rows])
        return {key: {"review": review.pk} for key, review in waiting.items()}

    def put_back(self, request, model, done, known):
        waiting = Review.objects.waiting().filter(pk=done.after["review"])
        closed = waiting.update(
            outcome=Review.Outcome.TAKEN_BACK,
            answered_by=request.user.get_username(),
            answered_at=timezone.now(),
        )
        if not closed:
            raise LeftOutError(self.changed_since)
