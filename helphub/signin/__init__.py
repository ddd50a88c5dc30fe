"""Officers' sign-in: a second factor, limits, and text that survives being signed out.

django-allauth asks for passwords and factors; the gate decides what may be reached with them.
Readers' servers have none of this.
"""
