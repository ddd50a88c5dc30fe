"""The admin's forms of this room, a file for each kind of record."""

from strategy.admin import actions, audits, local_data, pages, printed, reports

__all__ = ["actions", "audits", "local_data", "pages", "printed", "reports"]
