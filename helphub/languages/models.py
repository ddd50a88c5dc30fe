"""The languages of the site, and what is known of each translated text.

The words themselves are in the content's own columns, one for each language. A `Translation` says
what a text was made from: the fingerprint of its English. What state it is in follows from
fingerprints alone (`states.py`), never from times, so it cannot be wrong after a restore.
"""

from django.core.exceptions import ValidationError
from django.db import models

from helphub.content.fingerprint import LENGTH
from helphub.languages import names


class LanguageQuerySet(models.QuerySet):
    def get_by_natural_key(self, slug):
        return self.get(slug=slug)


class Language(models.Model):
    """A language that readers may be offered. English always is, and has no row."""

    slug = models.SlugField("code", max_length=12, unique=True, editable=False)
    is_offered = models.BooleanField(
        "offered to readers",
        default=False,
        help_text=(
            "Readers can choose this language once this is published. First, every text in its "
            "safety set must be reviewed."
        ),
    )

    # In an edition only: which words of the frame may be shown (interface.py).
    frame = models.TextField(blank=True, default="", editable=False)

    objects = LanguageQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        default_permissions = ["view", "change"]

    def __str__(self):
        return names.in_english(self.slug)

    def natural_key(self):
        return (self.slug,)

    def clean(self):
        if not self.is_offered or self.slug in self._offered_before():
            return
        from helphub.languages import safety_set

        if left := safety_set.left(self.slug):
            raise ValidationError(
                {
                    "is_offered": (
                        f"In the safety set, {len(left)} of the texts are not reviewed yet or are "
                        "out of date. Readers who choose this language meet them first."
                    )
                }
            )

    def _offered_before(self):
        # A text that goes out of date is shown in English. It does not take the language away.
        return Language.objects.filter(is_offered=True).values_list("slug", flat=True)


class TextName(models.Model):
    """Which text: a field of a record in one language, or a word of the interface."""

    label = models.CharField("kind", max_length=60)
    key = models.BigIntegerField("row")  # 0 for the interface.
    field = models.CharField("field", max_length=60)  # For the interface: a fingerprint.

    class Meta:
        abstract = True


class Translation(TextName):
    """What is known of a text in one language."""

    class How(models.TextChoices):
        MACHINE = "machine", "machine-assisted"
        PERSON = "person", "by a person"

    language = models.CharField(max_length=12)
    made_from = models.CharField("fingerprint of the English", max_length=LENGTH)
    english = models.TextField("the English it was made from")
    words_of = models.CharField("fingerprint of the words", max_length=LENGTH)
    how = models.CharField("how it was made", max_length=10, choices=How, default=How.PERSON)
    author = models.CharField("written by", max_length=150, blank=True)
    handed_in = models.CharField("fingerprint handed in for review", max_length=LENGTH, blank=True)
    note = models.TextField(
        "note to the next person",
        max_length=1000,
        blank=True,
        help_text="Anything you were not sure of. Readers never see this.",
    )
    # The words that two people last approved. Readers keep them while newer ones are in the making.
    reviewed_words = models.TextField(blank=True)
    reviewed_from = models.CharField(max_length=LENGTH, blank=True)

    class Meta:
        default_permissions = []
        permissions = [
            ("translate", "Can write translations"),
            ("review", "Can review translations"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["label", "key", "field", "language"], name="one_translation_of_a_text"
            )
        ]

    def __str__(self):
        return f"{self.label} {self.key} {self.field} in {names.in_english(self.language)}"


class Approval(models.Model):
    """What one reviewer said of a translation, of exactly these words and this English."""

    translation = models.ForeignKey(
        Translation, on_delete=models.CASCADE, related_name="approvals", editable=False
    )
    made_from = models.CharField(max_length=LENGTH, editable=False)
    words_of = models.CharField(max_length=LENGTH, editable=False)
    reviewer = models.CharField("account", max_length=150, editable=False)
    name = models.CharField("name or role", max_length=150)
    qualification = models.CharField(
        max_length=200,
        help_text="Such as “translator, DPSI” or “support worker, native speaker”.",
    )
    is_approved = models.BooleanField(default=True)
    note = models.TextField("what needs a change", max_length=1000, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = []
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_approved=True) | ~models.Q(note=""),
                name="who_sends_back_says_why",
                violation_error_message="Say what needs a change.",
            )
        ]

    def __str__(self):
        verb = "approved" if self.is_approved else "sent back"
        return f"{self.translation}: {verb} by {self.name}"


class SameMeaning(TextName):
    """What officers say of a changed English text: whether it still means what it meant.

    If two people say that it does, reviewed translations of the text before stay with readers, and
    wait to be looked at again. If one says that it does not, they are out of date.
    """

    before = models.CharField(max_length=LENGTH)
    after = models.CharField(max_length=LENGTH)
    said_by = models.CharField("said by", max_length=150)
    agreed_by = models.CharField("agreed by", max_length=150, blank=True)
    is_same = models.BooleanField("means the same", default=True)
    why = models.TextField("what is different", max_length=1000, blank=True)

    class Meta:
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                fields=["label", "key", "field", "before", "after"], name="one_answer_for_a_change"
            ),
            models.CheckConstraint(
                condition=~models.Q(agreed_by=models.F("said_by")) | models.Q(agreed_by=""),
                name="a_second_person_agrees",
                violation_error_message="Someone else must agree.",
            ),
            models.CheckConstraint(
                condition=models.Q(is_same=True) | (~models.Q(why="") & models.Q(agreed_by="")),
                name="who_says_it_differs_says_how",
                violation_error_message="Say what is different, so that translators know.",
            ),
        ]

    def __str__(self):
        verb = "means the same" if self.is_same else "does not mean the same"
        return f"{self.label} {self.key} {self.field} {verb}"
