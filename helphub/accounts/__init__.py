"""Officers' sign-in: a second factor, limits, and text that survives being signed out.

django-allauth asks for passwords and factors; the gate decides what they open. Readers' servers
have none of this.
"""
