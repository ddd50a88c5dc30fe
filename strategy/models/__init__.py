"""Floor 3: what the strategy says, and what we wrote around it."""

from strategy.models.actions import Action, ActionUpdate, with_actions
from strategy.models.audits import (
    Audit,
    AuditCorrection,
    AuditResult,
    Criterion,
    why_not_shown,
    with_audits,
)
from strategy.models.forms_of_abuse import FormAsPrinted, forms_of_abuse, printed_on
from strategy.models.leads import ContactLine, Document, HubArea
from strategy.models.local_data import Indicator, IndicatorValue
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
    Passage,
    Principle,
    Printed,
    Priority,
    Programme,
    Source,
    Standard,
    next_reference,
    printed_models,
)
from strategy.models.reports import (
    AnnualReport,
    ReportCorrection,
    ReportedAction,
    ReportedPriority,
    ReportedUpdate,
)
from strategy.models.statistic import Statistic
from strategy.models.strategy import FIRST, Strategy, page_of

__all__ = [
    "FIRST",
    "FIXED_PAGES",
    "LINKED_GUIDES",
    "Action",
    "ActionUpdate",
    "AnnualReport",
    "Audit",
    "AuditCorrection",
    "AuditResult",
    "Body",
    "Chapter",
    "ContactLine",
    "Criterion",
    "Document",
    "FormAsPrinted",
    "FormOfAbuse",
    "Guide",
    "HubArea",
    "Indicator",
    "IndicatorValue",
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
    "Strategy",
    "forms_of_abuse",
    "next_reference",
    "page_of",
    "printed_models",
    "printed_on",
    "who_can_help",
    "why_not_shown",
    "with_actions",
    "with_audits",
]
