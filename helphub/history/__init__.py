"""Every version of what officers write: kept, compared, restored. Not on readers' servers.

A version covers a whole record as it is when the work is done: the rows in its form and its links
to others. That also catches deleted rows, and links that went when the other record was deleted.
"""
