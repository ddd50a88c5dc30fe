"""A new strategy's text out of a document: read, split into pieces, confirmed, made into rows.

A document changes nothing by itself. An officer confirms what each piece is to be. Then all rows
are made at once, by the rules of their forms, in the strategy that is a draft.
"""
