"""What a reviewer reads: one version of a record, what it is compared with, and the remarks."""

from functools import cached_property
from typing import NamedTuple

from helphub.content import moments
from helphub.editions import edition_versions, readers_content, store
from helphub.history import snapshots, versions
from helphub.history.diff import difference
from helphub.history.snapshots import State
from helphub.reviews import paragraphs
from helphub.reviews.models import Remark, Review
from helphub.reviews.people import model_of

READERS, READ, BEFORE = "readers", "read", "before"
REMARK, REPLY = "remark-", "reply-"  # What the names of boxes begin with.


class Basis(NamedTuple):
    """What a version can be compared with."""

    key: str
    words: str
    state: State


class Reading:
    """A review's record, as one officer reads it now."""

    def __init__(self, review, version=None, compared_with="", first=None, typed=()):
        """Compare with the basis `first` if it is given. `typed`: the boxes that have words."""
        self.review, self.model = review, model_of(review)
        self.compared_with, self.first, self.typed = compared_with, first, set(typed)
        stored = versions.of_record(self.model, review.key)
        self.newest = stored.first()
        # An agreement is about the version that was read. Anything else is about what is saved.
        agreed = review.answered_version if review.is_agreed else None
        self.version = version or agreed or self.newest
        self.record = self.model._base_manager.filter(pk=review.key).first()

    @cached_property
    def state(self):
        if self.version:
            return versions.state_of(self.version)
        return snapshots.read_one(self.model, self.review.key) or State(self.model, {})

    @property
    def has_changed(self):
        """Whether something newer is saved than what is shown."""
        return bool(self.newest) and self.newest.fingerprint != self.state.fingerprint

    @property
    def changed_since(self):
        """The version that was asked about or answered, if what is shown is newer."""
        review = self.review
        earlier = review.answered_version or review.asked_version
        is_other = earlier and earlier.fingerprint != self.state.fingerprint
        return earlier if is_other else None

    @cached_property
    def edition(self):
        """The edition that readers have, or None if there is none or it cannot be read."""
        try:
            return readers_content.whole_edition()
        except (OSError, store.StoreError):
            return None

    @cached_property
    def _readers(self):
        """The record as readers have it, or None."""
        name, newest = (self.review.label, self.review.key), [self.newest] if self.newest else []
        if not self.edition:
            return None
        if name not in edition_versions.fingerprints_in(self.edition, newest):
            return None
        return edition_versions.versions_in(self.edition, [name])[name]

    @property
    def is_new(self):
        """Whether readers have never had it."""
        return bool(self.edition) and self._readers is None

    @cached_property
    def bases(self):
        """What the version can be compared with, the most useful first."""
        found = [
            self.first,
            Basis(READERS, "what readers have", self._readers) if self._readers else None,
            self._last_read(),
            self._version_before(),
        ]
        seen, different = {self.state.fingerprint}, []
        for basis in filter(None, found):
            if basis.state.fingerprint not in seen:
                seen.add(basis.state.fingerprint)
                different.append(basis)
        return different

    def _last_read(self):
        answered = (
            Review.objects.filter(label=self.review.label, key=self.review.key)
            .filter(pk__lt=self.review.pk, answered_version__isnull=False)
            .exclude(outcome=Review.Outcome.TAKEN_BACK)
            .select_related("answered_version")
            .first()
        )
        if answered is None:
            return None
        words = f"what {answered.answered_by} read, {moments.in_words(answered.answered_at)}"
        return Basis(READ, words, versions.state_of(answered.answered_version))

    def _version_before(self):
        if self.version is None:
            return None
        earlier = versions.of_record(self.model, self.review.key).filter(pk__lt=self.version.pk)
        before = earlier.exclude(fingerprint=self.version.fingerprint).first()
        if before is None:
            return None
        words = f"the version before, {moments.in_words(before.at)}"
        return Basis(BEFORE, words, versions.state_of(before))

    @cached_property
    def basis(self):
        """What it is compared with: what was asked for, or the most useful. None: it is new."""
        for basis in self.bases:
            if basis.key == self.compared_with:
                return basis
        if self.is_new and (not self.bases or self.bases[0].key == BEFORE):
            return None
        return self.bases[0] if self.bases else None

    @cached_property
    def changes(self):
        return difference(self.model, self.basis.state, self.state) if self.basis else []

    @cached_property
    def remarks(self):
        """The remarks of this review, and those of earlier ones that are not settled."""
        of_record = Remark.objects.filter(review__label=self.review.label)
        of_record = of_record.filter(review__key=self.review.key, review__lte=self.review.pk)
        remarks = of_record.prefetch_related("replies")
        return [
            remark
            for remark in remarks
            if remark.review_id == self.review.pk
            or (self.is_latest and not remark.settled_at)
            or f"{REPLY}{remark.pk}" in self.typed
        ]

    @cached_property
    def is_latest(self):
        of_record = Review.objects.filter(label=self.review.label, key=self.review.key)
        return not of_record.filter(pk__gt=self.review.pk).exists()

    @property
    def _compared(self):
        """The state it is compared with. None: it is new."""
        if self.basis:
            return self.basis.state
        return None if self.is_new else self.state

    @cached_property
    def _laid_out(self):
        """The words with their remarks, and the remarks whose words are gone."""
        on_words = [remark for remark in self.remarks if remark.field]
        fields = {remark.field for remark in on_words}
        fields |= {name.removeprefix(REMARK).rpartition(".")[0] for name in self.typed}
        shown = paragraphs.texts(self.model, self.state, self._compared, fields)
        return shown, paragraphs.put_beside(on_words, shown)

    @property
    def texts(self):
        return self._laid_out[0]

    @property
    def unchanged(self):
        """The words that a reviewer need not read again."""
        return [text for text in self.texts if not text.is_in_sight]

    @property
    def remarks_on_what_is_gone(self):
        return self._laid_out[1]

    @property
    def remarks_on_the_whole(self):
        return [remark for remark in self.remarks if not remark.field]

    @property
    def open_remarks(self):
        return [remark for remark in self.remarks if not remark.settled_at]
