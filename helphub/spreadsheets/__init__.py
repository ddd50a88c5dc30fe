"""Lists as spreadsheets: out, edited anywhere, and back in.

A file changes nothing by itself. Each row becomes a save of the record's own form in the admin, so
it passes the same rules, needs the same rights and leaves the same versions. A file is taken whole
or not at all, apart from conflicts, which stay as they are unless the officer ticks them.
"""
