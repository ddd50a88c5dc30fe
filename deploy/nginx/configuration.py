"""The files that nginx includes, so a page has the same headers whichever server sends it."""

# For caches in between. nginx removes the first itself, and an error page must never be cached.
NOT_SENT = {"X-Accel-Expires"}
NOT_IN_TROUBLE = {"CDN-Cache-Control", "Surrogate-Control"}


class FrontError(Exception):
    """This edition cannot be taken. The message says why."""


def quoted(text):
    """Text quoted for nginx. A dollar sign starts a variable and can't be escaped."""
    if "$" in text or "\n" in text:
        raise FrontError(f"nginx cannot send {text!r}.")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def while_it_may_be_shown(edition):
    """What nginx checks before each page, so it sees withdrawals without being told."""
    if edition is None:
        return 'set $hub_closed "/-closed";\n'
    return (
        'set $hub_closed "/-closed";\n'
        f'if (-f {quoted(str(edition / "manifest.json"))}) {{ set $hub_closed ""; }}\n'
        f'if (-f {quoted(str(edition / "withdrawn.json"))}) {{ set $hub_closed "/-closed"; }}\n'
    )


def write_configuration(work, folder, pages, emergency_headers):
    """Write the files that nginx includes into a copy that is not in its folder yet."""
    _write_of_pages(work, folder, pages)
    _write_of_emergency(work, folder, emergency_headers)


def _write_of_pages(work, folder, pages):
    files = {
        address: f"/open/{folder.name}/pages/{page['file']}"
        for address, page in sorted(pages.items())
    }
    lines = ['map "$hub_not_read$uri" $hub_page {', '    default "/-none";']
    lines += [f"    {quoted(address)} {quoted(file)};" for address, file in files.items()]
    lines.append("}")
    headers = []
    names = {name for page in pages.values() for name in page["headers"]} - NOT_SENT
    for number, name in enumerate(sorted(names)):
        values = {files[address]: page["headers"].get(name, "") for address, page in pages.items()}
        common = max(set(values.values()), key=list(values.values()).count)
        value = quoted(common)
        if set(values.values()) != {common}:
            value = f"$hub_header_{number}"
            lines += [f"map $hub_page {value} {{", f"    default {quoted(common)};"]
            lines += [
                f"    {quoted(file)} {quoted(own)};"
                for file, own in values.items()
                if own != common
            ]
            lines.append("}")
        headers.append(f"add_header {name} {value};")
    headers.append('add_header Last-Modified "";')
    (work / "http.conf").write_text("\n".join(lines) + "\n")
    (work / "page.conf").write_text("\n".join(headers) + "\n")


def _write_of_emergency(work, folder, emergency_headers):
    own_headers = [
        f"add_header {name} {quoted(value)} always;"
        for name, value in sorted(emergency_headers.items())
        if name not in NOT_SENT | NOT_IN_TROUBLE | {"Content-Type", "Content-Length", "Vary"}
    ]
    # For nginx's own answers. Over plain http we must not send Strict-Transport-Security.
    (work / "headers.conf").write_text("\n".join(own_headers) + "\n")
    plain = [line for line in own_headers if "Strict-Transport-Security" not in line]
    (work / "headers-http.conf").write_text("\n".join(plain) + "\n")
    emergency = [f"root {folder};", "try_files /emergency.html =503;", "gzip_static off;"]
    emergency += [*own_headers, 'add_header Last-Modified "";']
    (work / "emergency.conf").write_text("\n".join(emergency) + "\n")
