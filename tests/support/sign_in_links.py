"""The links by which officers choose a password."""

from django.test import Client

from tests.support.reader import Page, text

PASSWORD = "four plain words here"


def link_for(keeper, user):
    page = Page(keeper.post(f"/admin/auth/user/{user.pk}/sign-in/", {"do": "link"}))
    return text(page.one("code", id="link"))


def choose(link, password=PASSWORD):
    stranger = Client()
    opened = stranger.get(link, follow=True)
    if "Choose a password" not in Page(opened).text:
        return Page(opened)
    fields = {"new_password1": password, "new_password2": password}
    return Page(stranger.post(opened.redirect_chain[-1][0], fields, follow=True))
