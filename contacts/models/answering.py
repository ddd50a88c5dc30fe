"""When a line answers, how sure we are, and which line is shown meanwhile."""

from datetime import date, timedelta

from django.utils.functional import cached_property

from contacts import fallbacks, printed_hours
from helphub.content import clock, intervals
from helphub.content.memory import noted_property

# Hours not confirmed for 90 days may be out of date.
LAPSE = timedelta(days=90)


def standing(verifications):
    """Those of these verifications that count: not replaced by another, and not taken back."""
    rows = list(verifications)
    replaced = {row.replaces for row in rows}
    return [row for row in rows if row.position not in replaced and not row.takes_back]


def newest(verifications):
    """The newest of these verifications that counts, or None.

    On the same day, the last one added wins.
    """
    rows = standing(verifications)
    return max(rows, key=lambda check: (check.verified_on, check.position), default=None)


def lapse_of(verification):
    """The day a verification lapses. Without a verification, the earliest possible date."""
    return verification.verified_on + LAPSE if verification else date.min


class Answering:
    """What a number works out from its schedules, verifications and services."""

    @cached_property
    def verification(self):
        """The newest verification of its current digits, or None."""
        return newest([check for check in self.verifications.all() if check.dial == self.dial])

    @cached_property
    def asked(self):
        """The newest verification where the organisation itself was asked, or None."""
        current = [check for check in self.verifications.all() if check.dial == self.dial]
        return newest([check for check in standing(current) if check.was_asked])

    @property
    def label_until(self):
        """The day “open now” labels stop: 90 days after the organisation was last asked."""
        if self.never_lapses:
            return date.max
        return lapse_of(self.asked)

    @property
    def has_lapsed(self):
        """Whether 90 days have passed since we last asked, or last looked if we never asked."""
        if self.never_lapses:
            return False
        return clock.has_come(lapse_of(self.asked or self.verification))

    @property
    def is_check_due(self):
        """Whether the last check is so old that readers are told, or there has been none."""
        if self.never_lapses:
            return False
        check = self.verification
        return check is None or clock.has_come(check.verified_on + self.check_holds)

    @property
    def check_holds(self):
        """How long a check of it holds."""
        if self.never_lapses:
            return intervals.PAGES
        is_critical = self.role or self.is_of_help_now
        return intervals.EVERY_PAGE if is_critical else intervals.NUMBERS

    # Opening hours that a form has read but not saved, by relation name.
    unsaved_rows = None

    def _rows(self, name):
        if self.unsaved_rows is not None:
            return self.unsaved_rows[name]
        return getattr(self, name).all() if self.pk else []

    @property
    def _rules(self):
        return tuple(schedule.rule for schedule in self._rows("schedules"))

    @property
    def _dated_exceptions(self):
        return tuple(exception.dated for exception in self._rows("exceptions"))

    @noted_property
    def opening(self):
        """Its opening hours, in words and for the script."""
        return printed_hours.opening(
            self._rules,
            self._dated_exceptions,
            self.bank_holidays,
            label_until=date.min if self.is_in_question else self.label_until,
        )

    @property
    def is_in_question(self):
        """Whether nobody should be told that it is open now."""
        return self.hours_are_disputed or self.is_doubted

    @property
    def people(self):
        """The people this line is for."""
        services = self.services.all() if self.pk else []
        ticked = {
            "self": self.is_for_self,
            "families": self.is_for_families,
            "professionals": self.is_for_professionals,
        }
        return fallbacks.People(
            wings=frozenset(
                [
                    self.section == self.Section.OWN_BEHAVIOUR,
                    *(service.is_own_behaviour for service in services),
                ]
            ),
            callers=frozenset(name for name in fallbacks.CALLERS if ticked[name]),
            minimum_age=self.minimum_age,
            maximum_age=self.maximum_age,
            sex=self.sex,
            is_one_group=self.is_for_one_group,
        )

    @property
    def line(self):
        """The facts that decide whether it can be a fallback, or have one."""
        return fallbacks.Line(
            key=self.pk,
            name=self.name,
            kind=self.kind,
            is_emergency=self.is_emergency,
            people=self.people,
            rules=self._rules,
            exceptions=self._dated_exceptions,
            policy=self.bank_holidays,
            are_hours_disputed=self.hours_are_disputed,
        )

    @noted_property
    def instead(self):
        """The line to show while this one is closed, or None.

        Checked whenever a page is made, so at least every four weeks. Before each edition is
        published, the release checks make sure that the fallback works for a year from that day.
        """
        other = self.fallback
        if other is None or not other.is_shown or other.closed_service or self.is_always_open:
            return None
        if other.is_doubted:
            return None
        clock.first_of_block()
        return None if fallbacks.why_not_of(self) else other

    @noted_property
    def _shown_services(self):
        return [service for service in self.services.all() if service.is_shown] if self.pk else []

    @property
    def closed_service(self):
        """A service that is closed for now, if every shown service with this number is closed."""
        services = self._shown_services
        are_all_closed = all(service.is_shown_closed for service in services)
        return services[0] if services and are_all_closed else None

    @property
    def is_always_open(self):
        """Whether it answers day and night, bank holidays included, as far as we know."""
        return self.opening.is_round_the_clock and not self.hours_are_disputed
