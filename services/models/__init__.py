"""Floor 5: who helps, who they help, and with what."""

from services.models.browsing import Choice, Situation, Suggestion
from services.models.coverage import Audience, ServiceArea, Town
from services.models.places import Location
from services.models.service import Service
from services.models.verification import ServiceVerification

__all__ = [
    "Audience",
    "Choice",
    "Location",
    "Service",
    "ServiceArea",
    "ServiceVerification",
    "Situation",
    "Suggestion",
    "Town",
]
