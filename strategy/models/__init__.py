"""Floor 3: what the strategy says, and what we wrote around it."""

from strategy.models.actions import Action, ActionUpdate, with_actions
from strategy.models.pages import (
    FIXED_PAGES,
    LINKED_GUIDES,
    Chapter,
    FormOfAbuse,
    Guide,
    who_can_help,
)
from strategy.models.printed import (
    Body,
    ContactLine,
    Document,
    HubArea,
    Passage,
    Principle,
    Printed,
    Priority,
    Programme,
    Source,
    Standard,
)
from strategy.models.reports import (
    AnnualReport,
    ReportCorrection,
    ReportedAction,
    ReportedPriority,
    ReportedUpdate,
)
from strategy.models.statistic import Statistic

__all__ = [
    "FIXED_PAGES",
    "LINKED_GUIDES",
    "Action",
    "ActionUpdate",
    "AnnualReport",
    "Body",
    "Chapter",
    "ContactLine",
    "Document",
    "FormOfAbuse",
    "Guide",
    "HubArea",
    "Passage",
    "Principle",
    "Printed",
    "Priority",
    "Programme",
    "ReportCorrection",
    "ReportedAction",
    "ReportedPriority",
    "ReportedUpdate",
    "Source",
    "Standard",
    "Statistic",
    "who_can_help",
    "with_actions",
]
