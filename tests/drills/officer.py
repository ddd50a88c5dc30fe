"""An officer who signs in to the stack as in production: a password and a second factor."""

import http.client
from urllib.parse import urlencode

from tests.support.reader import Page, form_values, text
from tests.support.stack import ADMIN_HOST
from tests.support.totp import code

NAME, PASSWORD = "drill", "words for the drill alone"
CREATE = (
    "from django.contrib.auth import get_user_model as users; "
    f"users().objects.filter(username='{NAME}').delete(); "
    f"users().objects.create_superuser('{NAME}', password='{PASSWORD}')"
)


class Answer(Page):
    """A reply from the admin."""

    def __init__(self, status, body):
        self.status_code, self.content = status, body
        super().__init__(self)


class Officer:
    """A browser used by an officer."""

    def __init__(self, stack):
        self.port = stack.state["ports"]["nginx"]
        self.cookies = {}
        stack.manage("shell", "-c", CREATE)

    def ask(self, path, fields=None):
        """Open an address or send a form to it."""
        headers = {
            "Host": ADMIN_HOST,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            # nginx reports https, as in production, so a browser would send https here too.
            "Origin": f"https://{ADMIN_HOST}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=70)
        body = urlencode(fields, doseq=True) if fields else None
        connection.request("POST" if fields else "GET", path, body, headers)
        response = connection.getresponse()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                name, _, value = value.partition(";")[0].partition("=")
                self.cookies[name] = value
        answer = Answer(response.status, response.read())
        connection.close()
        return answer

    def sign_in(self):
        form = form_values(self.ask("/admin/login/"))
        token = {"csrfmiddlewaretoken": form["csrfmiddlewaretoken"]}
        self.ask("/admin/login/", token | {"login": NAME, "password": PASSWORD})
        page = self.ask("/admin/sign-in/app/")
        token = {"csrfmiddlewaretoken": form_values(page)["csrfmiddlewaretoken"]}
        secret = text(page.one("code", id="secret"))
        self.ask("/admin/sign-in/app/", token | {"code": code(secret)})
        home = self.ask("/admin/")
        if home.status_code != 200:
            raise AssertionError(f"The officer is not let in: {home.status_code}.")
