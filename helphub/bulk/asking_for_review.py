"""The action that asks a colleague to read each of the records."""

from django.utils.text import capfirst

from helphub.bulk.actions import Action
from helphub.bulk.lines import LeftOutError, Line, changed, record_of
from helphub.bulk.waiting_reviews import in_review, waiting_reviews
from helphub.content.entries import Entry
from helphub.history.recording import up_to_date
from helphub.reviews.forms import AskForm
from helphub.reviews.models import Review
from helphub.reviews.pressing import close


class AskForReview(Action):
    """Asks a colleague to read each of the records."""

    name, button, words, done = "review", "Ask", "Ask for review", "Asked for review"
    help = "Somebody else reads what is saved now, and says whether it is fine. Publishes nothing."
    changed_since = "The review has been answered or cancelled since."

    def is_for(self, model):
        return issubclass(model, Entry)

    def form(self, request, model, keys, data=None):
        return AskForm(data, user=request.user, model=model)

    def said(self, given):
        return [("Who to ask", capfirst(_asked(given))), ("What to check", given["note"] or "–")]

    def lines(self, request, model, rows, given):
        waiting = waiting_reviews(model._meta.label_lower, [row.pk for row in rows])
        asked = f"asked of {_asked(given)}"
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
                asked_role=given["asked_role"],
                asked_version=up_to_date(model, key),
                note=given["note"],
            )
            made[key] = {}, {"review": review.pk}
        return made

    def now(self, model, rows):
        waiting = waiting_reviews(model._meta.label_lower, [row.key for row in rows])
        return {key: {"review": review.pk} for key, review in waiting.items()}

    def put_back(self, request, model, done, known):
        asked = Review(pk=done.after["review"])
        closed = close(asked, request.user, Review.Outcome.TAKEN_BACK)
        if not closed:
            raise LeftOutError(self.changed_since)


def _asked(given):
    return Review(asked_of=given["asked_of"], asked_role=given["asked_role"]).reviewer
