"""Every version of what officers write: kept, compared, brought back. Not on readers' servers.

The tables are django-reversion's. It keeps a version of each row that it sees saved; here a version
is of a whole record, with the rows that stand in its form and the links to others, as they are when
the work is done: rows that went, and links that went with what they led to, are seen too.
"""
