"""What an officer fills in to add a service, and why it may not be added."""

import phonenumbers
from django import forms

from contacts.models import ApprovedNumber, Organization, Phone
from contacts.opening_hours import BankHolidays
from helphub.adding import rows
from helphub.adding.boxes import PostcodeField, Sessions, box, choice, ticks
from helphub.content import secrecy
from services.models import Audience, Location, Service, ServiceArea, Town
from services.models.service import PARTS
from strategy.models import FormOfAbuse

PUBLIC, ON_BOOKING = Location.Address.PUBLIC.value, Location.Address.ON_BOOKING.value
UNDISCLOSED, NO_PLACE = rows.UNDISCLOSED, "none"
PLACES = [
    (PUBLIC, "Public: readers see the address"),
    (ON_BOOKING, "Told on booking: we store only the town"),
    (
        UNDISCLOSED,
        "Secret: a refuge, a safe house or anywhere else whose address is never given out",
    ),
    (NO_PLACE, "No place: by phone or online only"),
]
HEADINGS = [
    ("", "---------"),
    *PARTS,
    (rows.OWN_BEHAVIOUR, Phone.Section.OWN_BEHAVIOUR.label),
]
# Boxes that only a public place may fill, and those that any place may.
ONLY_PUBLIC = ["place_name", "address_1", "postal_code", "directions"]
# What a new number alone has.
OF_NUMBER = ["number_again", "number_name", "purpose", "text_instruction", "what_happens"]
# One of these is needed, or a place to turn up at.
WAYS = ["number", "phones", "website", "webchat", "email"]
CHOSEN_FROM = {
    "organization": Organization,
    "phones": Phone,
    "town": Town,
    "audiences": Audience,
    "forms_of_abuse": FormOfAbuse,
    "areas": ServiceArea,
}
SHORT = forms.TextInput({"size": 10})
# What has to be filled in, each with the boxes of which one will do.
NEEDED = [
    ("the name of the service", "name"),
    ("what help it gives", "summary"),
    ("the heading it appears under", "heading"),
    ("who answers", "organization new_organization"),
    (
        "a way to reach it: a number, website, chat, email or drop-in",
        " ".join([*WAYS, "has_drop_in"]),
    ),
    ("whether its place is public", "place"),
]
# Parts of the page that are folded until they are needed.
FOLDED = {
    "existing": ["phones"],
    "number": ["number_name", "purpose", "text_instruction", "what_happens", "another_line"],
    "names": ["service_title", "service_slug", "line", "organization_slug"],
}


class AddingForm(forms.Form):
    """A service with its organisation, number, hours and place. It stores nothing itself."""

    # What it is
    name = box(
        Service,
        "name_en",
        label="Name of the service",
        required=True,
        error_messages={"required": "Write the name that readers will see."},
    )
    summary = box(
        Service,
        "summary_en",
        label="What help it gives",
        required=True,
        lines=2,
        help_text="One or two sentences. Readers see them at the top of its page.",
        error_messages={"required": "Say in a sentence what help it gives."},
    )
    heading = forms.ChoiceField(
        label="Heading it appears under",
        choices=HEADINGS,
        help_text="In the list of services and, if it has a new number, on the contact page.",
        error_messages={"required": "Choose the heading readers find it under."},
    )
    # Who answers
    organization = choice(label="An organisation we have")
    new_organization = box(Organization, "name", label="Or the name of a new organisation")
    # Numbers
    number = box(
        Phone, "display", label="A new number", help_text="With spaces, such as 01384 000 000."
    )
    number_again = forms.CharField(
        label="The new number again, as you read it back to them",
        max_length=24,
        required=False,
        widget=forms.TextInput({"class": "vTextField", "autocomplete": "off"}),
    )
    another_line = forms.BooleanField(
        label="It is another line with the same digits",
        required=False,
        help_text="Tick this only if two lines really share one number.",
    )
    kind = box(Phone, "kind", label="Readers press it to", help_text="")
    number_name = box(
        Phone, "name_en", help_text="Leave this empty to use the name of the service."
    )
    purpose = box(
        Phone,
        "purpose_en",
        help_text="One short sentence beside the number. Leave this empty to use the summary.",
    )
    text_instruction = box(Phone, "text_instruction_en")
    what_happens = box(Phone, "what_happens_en", lines=3)
    phones = ticks(label="Numbers we have")
    # Hours of the new number
    is_always_open = forms.BooleanField(
        label="Open day and night, every day of the year", required=False
    )
    is_closed_on_bank_holidays = forms.BooleanField(label="Closed on bank holidays", required=False)
    # Where
    place = forms.ChoiceField(
        label="Is its place public?",
        choices=PLACES,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one. If you do not know, ask before typing a place."},
    )
    town = choice(label="Town", help_text="It is listed under this town on “Help near you”.")
    place_name = box(Location, "name")
    address_1 = box(Location, "address_1", help_text="Readers see it above the directions.")
    postal_code = box(Location, "postal_code", form_class=PostcodeField, widget=SHORT)
    directions = box(Location, "directions_en", lines=2)
    has_drop_in = box(
        Service, "has_drop_in", label="People can turn up without an appointment", help_text=""
    )
    is_place_closed_on_bank_holidays = forms.BooleanField(
        label="Closed on bank holidays", required=False
    )
    when = box(
        Location,
        "when_en",
        label="Or when to come, in your own words",
        help_text="Such as “By appointment.”",
    )
    # Whom it is for
    audiences = ticks(label="Groups of people")
    forms_of_abuse = ticks(label="What it helps with")
    areas = ticks(label="Where people must live")
    minimum_age = box(Phone, "minimum_age", help_text="In years. Empty if there is no lower limit.")
    maximum_age = box(Phone, "maximum_age", help_text="This age is included. Empty for no limit.")
    sex = box(Phone, "sex", label="If the new number is for women or men only")
    is_for_self = box(
        Phone, "is_for_self", help_text="", label="People can ring the new number about themselves"
    )
    is_for_families = box(Phone, "is_for_families", label="Family and friends can ring it")
    is_for_professionals = box(Phone, "is_for_professionals", label="Professionals can ring it")
    # How to get in
    how_to_get_in = box(Service, "how_to_get_in_en", lines=3)
    what_to_expect = box(Service, "what_to_expect_en", lines=3)
    cost = box(Service, "cost_en")
    website = box(Service, "website")
    webchat = box(Service, "webchat")
    email = box(Service, "email")
    has_sign_language = box(Service, "has_sign_language")
    # Made from the names, unless typed
    service_title = box(Service, "title")
    service_slug = box(Service, "slug", label="The page’s address")
    line = box(
        Service,
        "line",
        label="Name in texts, of the service and a new number",
        help_text="What texts write in braces, such as {h-galop}.",
    )
    organization_slug = box(Organization, "slug", label="Short name of a new organisation")
    # At the end
    is_visible = forms.BooleanField(
        label="Visible to readers",
        required=False,
        help_text="Readers see it once it is published. Leave this unticked to keep it as a draft.",
    )

    def __init__(self, data=None):
        super().__init__(data, label_suffix="")
        for name, model in CHOSEN_FROM.items():
            self.fields[name].queryset = model.objects.all()
        for name in ("organization", "phones"):
            self.fields[name].queryset = self.fields[name].queryset.order_by("name")
        self.fields["kind"].initial = Phone.Kind.VOICE
        self.hours = Sessions(self, "hours", 4)
        self.when_open = Sessions(self, "open", 3)
        self.schedules, self.sessions = [], []
        self.rows = None

    # What the page shows

    def folds(self):
        """Which folded parts have to be unfolded: they have an error or something typed."""
        return {
            part: any(self[name].errors or (self.is_bound and self[name].value()) for name in names)
            for part, names in FOLDED.items()
        }

    def missing(self):
        """What is needed before anything can be saved, and where on the page it is."""
        return [
            {"words": words, "boxes": boxes, "id": self[boxes.split()[0]].auto_id}
            for words, boxes in NEEDED
        ]

    # What was typed

    def clean(self):
        values = super().clean()
        self.schedules, self.sessions = self.hours.schedules(), self.when_open.schedules()
        self._check_who(values)
        self._check_number(values)
        self._check_hours(values)
        self._check_ways(values)
        self._check_place(values)
        self.rows = rows.rows_of(self)
        # All at once: an error takes its value out of what is known.
        for name, messages in list(rows.errors_of(self.rows, exclude=set(self.errors))):
            self._beside(name, messages)
        return values

    def _beside(self, name, words):
        """Add an error beside a box, unless it has one already."""
        if name not in self.errors:
            self.add_error(name if name in self.fields else None, words)

    def _check_who(self, values):
        known, new = values.get("organization"), values.get("new_organization")
        if known and new:
            self._beside("new_organization", "Choose one above or name a new one, not both.")
        if new and (same := Organization.objects.filter(name__iexact=new).first()):
            self._beside("new_organization", f"We have “{same}” already. Choose it above.")
        if not known and not new and "new_organization" not in self.errors:
            self._beside("organization", "Choose who answers, or name a new organisation below.")

    def _check_number(self, values):
        shown, again = values.get("number"), values.get("number_again", "").replace(" ", "")
        if not shown:
            if any(values.get(name) for name in OF_NUMBER):
                self._beside("number", "Type the number, or empty the boxes about it.")
            return
        digits = shown.replace(" ", "")
        if not again:
            self._beside("number_again", "Type the number again.")
        elif digits != again:
            self._beside("number_again", "The two differ. Read the number back to them once more.")
        if why := ApprovedNumber.objects.why_not_dialled(digits):
            self._beside("number", why)
        same = Phone.objects.filter(dial=digits).first()
        if same and not values.get("another_line"):
            self._beside(
                "number", f"We have this number already: “{same}”. Tick it under “Numbers we have”."
            )
            self._beside("another_line", "Or tick this.")
        if shown == digits:
            values["number"] = spaced(digits)
        if values.get("heading") and values["heading"] not in Phone.Section.values:
            self._beside(
                "heading",
                "A new number also stands on the contact page, which does not have this heading. "
                "Choose another.",
            )
        if not values.get("purpose") and len(values.get("summary", "")) > rows.LONGEST_PURPOSE:
            self._beside("purpose", "Write a short sentence: the summary is too long for this.")

    def _check_hours(self, values):
        is_always = values.get("is_always_open")
        is_closed = values.get("is_closed_on_bank_holidays")
        if is_always and (self.schedules or is_closed):
            self._beside("is_always_open", "Untick this, or empty the other boxes about hours.")
        if (self.schedules or is_always or is_closed) and not self._has_number(values):
            self._beside(
                "is_always_open" if is_always else "hours_1_days",
                "These are the hours of a new number. A number we have keeps its own, and a place "
                "has its own below.",
            )

    def _has_number(self, values):
        return bool(values.get("number")) or "number" in self.errors

    def _check_ways(self, values):
        is_reached = any(values.get(name) or name in self.errors for name in WAYS)
        if not is_reached and not values.get("has_drop_in"):
            self._beside("number", "Say how people reach it: a number, a website, a chat or email.")

    def _check_place(self, values):
        place = values.get("place")
        if place in (PUBLIC, ON_BOOKING):
            if not values.get("town"):
                self._beside("town", "Choose the town.")
        elif values.get("town"):
            self._beside("town", "Take out the town: there is no place to list.")
        if place and place != PUBLIC:
            self._refuse_place(values, place)
            self._refuse_address(values, place)
        if self.sessions and values.get("when"):
            self._beside("when", "Tick days above or write your own words, not both.")
        if values.get("is_place_closed_on_bank_holidays") and not self.sessions:
            self._beside(
                "is_place_closed_on_bank_holidays", "Tick the days it is open, or untick this."
            )

    def _refuse_address(self, values, place):
        """Refuse an address in any box, whichever row it would be saved in."""
        texts = {name: value for name, value in values.items() if isinstance(value, str)}
        is_refuge = any(map(secrecy.SECRET_PLACES.search, texts.values()))
        why = {
            UNDISCLOSED: secrecy.OF_HIDDEN_SERVICE,
            ON_BOOKING: secrecy.ON_BOOKING,
            NO_PLACE: secrecy.OF_REFUGE if is_refuge else "",
        }[place]
        if not why:
            return
        for name, text in texts.items():
            if match := secrecy.ADDRESS.search(text):
                self._beside(name, secrecy.refusal(match.group(), why))
        for phone in values.get("phones", ()):
            if secrecy.addresses_in(phone):
                self._beside("phones", secrecy.OF_NUMBERS.format(phone))

    def _refuse_place(self, values, place):
        why = {
            ON_BOOKING: "Leave this empty: the address is told on booking.",
            UNDISCLOSED: "Take this out: the place is secret.",
            NO_PLACE: "Take this out, or choose another answer above.",
        }
        for name in ONLY_PUBLIC:
            if values.get(name):
                self._beside(name, why[place])
        if values.get("has_drop_in"):
            self._beside("has_drop_in", "Nobody can turn up without an address. Untick this.")
        has_times = self.sessions or values.get("when")
        if place != ON_BOOKING and has_times:
            self._beside("open_1_days" if self.sessions else "when", why[place])

    # What would be saved

    @property
    def bank_holidays(self):
        """What the new number does on bank holidays."""
        if self.cleaned_data.get("is_always_open"):
            return BankHolidays.ROUND_THE_CLOCK
        is_closed = self.cleaned_data.get("is_closed_on_bank_holidays")
        return BankHolidays.CLOSED if is_closed else BankHolidays.UNKNOWN


def spaced(digits):
    """A number as people in Britain write it, for an officer who typed no spaces."""
    try:
        number = phonenumbers.parse(digits, "GB")
    except phonenumbers.NumberParseException:
        return digits
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return written if written.replace(" ", "") == digits else digits
