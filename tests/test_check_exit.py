"""Whether an app claims the address of the exit, asked of a real server."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError, call_command


@pytest.fixture
def destination(settings):
    """A server at the exit's address; a test says what its files hold."""
    files = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = files.get(self.path)
            self.send_response(404 if body is None else 200)
            self.end_headers()
            self.wfile.write(b"" if body is None else body)

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EXIT_URL = f"http://127.0.0.1:{server.server_port}/weather"
        yield files
        server.shutdown()


def test_a_host_that_no_app_claims_is_fine(destination, capsys):
    call_command("check_exit")
    assert "No app claims" in capsys.readouterr().out


def test_an_android_app_that_opens_links_is_named(destination):
    destination["/.well-known/assetlinks.json"] = json.dumps(
        [
            {
                "relation": ["delegate_permission/common.handle_all_urls"],
                "target": {"namespace": "android_app", "package_name": "org.example.weather"},
            }
        ]
    ).encode()
    with pytest.raises(CommandError, match=r"Android: org\.example\.weather"):
        call_command("check_exit")


def test_an_android_claim_for_passwords_only_is_fine(destination, capsys):
    destination["/.well-known/assetlinks.json"] = json.dumps(
        [{"relation": ["delegate_permission/common.get_login_creds"], "target": {}}]
    ).encode()
    call_command("check_exit")
    assert "No app claims" in capsys.readouterr().out


def test_an_ios_app_is_named_with_its_paths(destination):
    destination["/.well-known/apple-app-site-association"] = json.dumps(
        {"applinks": {"details": [{"appIDs": ["A.weather"], "components": [{"/": "/weather*"}]}]}}
    ).encode()
    with pytest.raises(CommandError, match=r"iOS: A.weather .*weather\*"):
        call_command("check_exit")


def test_a_page_instead_of_the_file_is_not_a_claim(destination, capsys):
    destination["/.well-known/assetlinks.json"] = b"<!doctype html>"
    call_command("check_exit")
    assert "No app claims" in capsys.readouterr().out


def test_a_host_that_does_not_answer_is_reported(settings):
    settings.EXIT_URL = "http://127.0.0.1:9/weather"
    with pytest.raises(CommandError, match="did not answer"):
        call_command("check_exit")
