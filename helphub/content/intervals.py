"""How long a check holds, before readers are told that it is old and officers that it is due."""

from datetime import timedelta

EVERY_PAGE = timedelta(days=30)  # The numbers of every page and of “Help now”.
NUMBERS = timedelta(days=90)
SERVICES = timedelta(days=180)
PAGES = timedelta(days=365)  # Guides, topics, statistics and their sources.
