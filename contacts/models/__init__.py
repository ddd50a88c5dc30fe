"""Floor 4: who to reach. Each number is stored once, here, and pages show it from here."""

from contacts.models.answering import LAPSE, newest
from contacts.models.approved import ApprovedNumber
from contacts.models.call_facts import CallFact
from contacts.models.doubt import Doubt
from contacts.models.organisation import Organization
from contacts.models.phone import Phone
from contacts.models.schedules import Schedule, ScheduleException
from contacts.models.verification import AbstractVerification, Verification

__all__ = [
    "LAPSE",
    "AbstractVerification",
    "ApprovedNumber",
    "CallFact",
    "Doubt",
    "Organization",
    "Phone",
    "Schedule",
    "ScheduleException",
    "Verification",
    "newest",
]
