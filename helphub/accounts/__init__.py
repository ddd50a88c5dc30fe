"""Officers' sign-in: a second factor, limits, and text that survives being signed out.

django-allauth asks for passwords and factors; middleware.py decides what they open. Readers'
servers have none of this.

A lone user administrator cannot invent a second person or become someone else. Every change to
accounts and roles is logged (change_log). Four kinds wait a day unless a second keeper agrees
(waiting_changes): a role that may approve critical numbers, a link for an existing account, the
reopening of an account that may approve, and the removal of an account's factors. An officer can't
approve a number while their account, role or factor is too new (account_age), unless a keeper who
had no part in it vouches for them (vouching). All of this is worked out from the log and the clock,
with each request.
"""
