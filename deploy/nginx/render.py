"""nginx's configuration: one source, rendered for production and for the drills.

    .venv/bin/python -m deploy.nginx.render --public hub.example.org --admin edit.example.org \\
        --certificate /etc/ssl/hub.pem --key /etc/ssl/hub.key > /etc/nginx/nginx.conf

The machine must serve only this site. deploy/RUNBOOK.md says what to do before and after.
"""

import argparse
import re
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("hub.conf.in")
MODULES = "/usr/lib/nginx/modules"  # Debian's folder.
BROTLI = "ngx_http_brotli_static_module.so"
EMERGENCY = """location = /-emergency.html {
    internal;
    include @FRONT@/current/emergency.conf;
    add_header Retry-After $hub_retry always;
}"""
# All that the application sees of a request: nothing about who sent it, from where or with what.
TO_PUBLIC = """proxy_pass_request_headers off;
proxy_set_header Host @PUBLIC_HOST@;
proxy_set_header X-Forwarded-Proto https;
proxy_set_header Accept-Encoding $hub_accept_encoding;
proxy_set_header Content-Type $hub_content_type;
proxy_set_header Connection close;
@NOT_GUNICORNS@
proxy_pass http://hub;"""
# Checked before anything else.
REFUSED = """if ($hub_odd_address = 400) { return 400; }
if ($hub_odd_address = 414) { return 414; }
if ($hub_odd_method) { return 405; }"""
# When gunicorn refuses a request before the application sees it, gunicorn sends its own page,
# without the numbers or our headers. The application's own error pages are left as they are.
NOT_GUNICORNS = """proxy_intercept_errors on;
error_page 400 411 412 413 414 415 416 421 429 431 505 /-emergency.html;
error_page 494 =431 /-emergency.html;
error_page 502 504 507 =503 /-emergency.html;"""
TO_HTTPS = """server {
    @LISTEN_HTTP@
    server_name @PUBLIC_HOST@ @ADMIN_HOST@;
    location / {
        @REFUSED@
        include @FRONT@/current/headers-http.conf;
        return 301 https://$host$request_uri;
    }
    @EMERGENCY@
}"""


def render(values, pages=True):
    """The configuration as text. Without pages, the application answers everything."""
    values = values | {
        "EMERGENCY": EMERGENCY,
        "TO_PUBLIC": TO_PUBLIC,
        "REFUSED": REFUSED,
        "NOT_GUNICORNS": NOT_GUNICORNS,
        "PAGE": "$hub_page" if pages else "/-none",
    }
    text = SOURCE.read_text()
    for _ in range(3):  # Values may contain names themselves.
        text = re.sub(r"( *)@([A-Z_0-9]+)@", lambda match: _filled(match, values), text)
    return text


def _filled(match, values):
    """Replace a name with its value, and indent every line as far as the name."""
    indent, name = match.groups()
    return indent + values[name].replace("\n", "\n" + indent)


class ModuleError(Exception):
    """nginx lacks a module. The message says what to do."""


def brotli_module(folder=MODULES):
    """The module that sends the pages' ready-made .br twins."""
    path = Path(folder) / BROTLI
    if not path.exists():
        raise ModuleError(
            f"nginx's module for brotli is missing ({path}). On Debian: apt-get install "
            "libnginx-mod-http-brotli-static"
        )
    return str(path)


def production(public, admin, certificate, key, allow=(), modules=MODULES):
    """The paths used in production, the same as in deploy/systemd/."""
    tls = (
        f"ssl_certificate {certificate};\nssl_certificate_key {key};\n"
        "ssl_protocols TLSv1.2 TLSv1.3;\nssl_session_cache shared:tls:2m;\nssl_session_tickets off;"
    )
    listen = f"listen 443 ssl http2@DEFAULT@;\nlisten [::]:443 ssl http2@DEFAULT@;\n{tls}"
    return {
        "BROTLI_MODULE": brotli_module(modules),
        "USER": "user www-data;",
        "RUN": "/run",
        "LOG": "/var/log/nginx/error.log",
        "FILES": "40000",
        "FRONT": "/var/lib/helphub-front",
        "PUBLIC_1": "/run/helphub-public-1/gunicorn.sock",
        "PUBLIC_2": "/run/helphub-public-2/gunicorn.sock",
        "ADMIN": "/run/helphub-admin/gunicorn.sock",
        "LISTEN_DEFAULT": "listen 80 default_server;\nlisten [::]:80 default_server;\n"
        + listen.replace("@DEFAULT@", " default_server"),
        "LISTEN_HTTP": "listen 80;\nlisten [::]:80;",
        "LISTEN": listen.replace("@DEFAULT@", ""),
        "LISTEN_ADMIN": listen.replace("@DEFAULT@", ""),
        "TO_HTTPS": TO_HTTPS,
        "PUBLIC_HOST": public,
        "ADMIN_HOST": admin,
        "ALLOW": "\n".join([*(f"allow {net};" for net in allow), "deny all;"]) if allow else "",
    }


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Print nginx's configuration for production.")
    parser.add_argument("--public", required=True, help="the host name that readers type")
    parser.add_argument("--admin", required=True, help="the host name of the admin")
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument(
        "--allow", nargs="*", default=[], help="from where the admin may be opened; else anywhere"
    )
    parser.add_argument("--modules", default=MODULES, help="the folder of nginx's modules")
    options = parser.parse_args(arguments)
    try:
        values = production(**vars(options))
    except ModuleError as error:
        sys.exit(str(error))
    sys.stdout.write(render(values))


if __name__ == "__main__":
    main()
