"""The server of editions, asked without a network."""

import io
from wsgiref.util import setup_testing_defaults


class Answer:
    """A server's answer, in the form that the tests' Page takes."""

    def __init__(self, server, path, method="GET", **environment):
        query = path.partition("?")[2]
        environ = {
            "PATH_INFO": path.partition("?")[0],
            "QUERY_STRING": query,
            "REQUEST_METHOD": method,
            "HTTP_HOST": "localhost",
            "wsgi.input": io.BytesIO(environment.pop("body", b"")),
        } | environment
        setup_testing_defaults(environ)

        def start(status, headers, exc_info=None):
            self.status_code, self.headers = int(status.split()[0]), dict(headers)

        self.content = b"".join(server(environ, start))

    def __getitem__(self, name):
        return self.headers[name]


def behind(environ, start_response):
    """Stands in for Django, and shows that it was asked."""
    start_response("299 Behind", [])
    return [str(environ.get("helphub.edition", "")).encode()]
