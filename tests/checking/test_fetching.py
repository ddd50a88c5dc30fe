"""One outside address is asked carefully, of real servers with real TLS on loopback."""

import gzip
import socket
import threading
import time
from contextlib import suppress

import pytest

from helphub.checking import fetching
from helphub.checking.fetching import Fetcher, Result, is_public
from tests.support.outside_sites import DAY, HOST, OK, Authority, redirect, running

ADDRESS = f"https://{HOST}/help?x=1"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def ask(authority):
    """Asks a site that answers like this. Returns the answer; the site is in `ask.site`."""

    def asked(answer=OK, address=ADDRESS, **more):
        with running(authority.server_context(HOST), answer) as site:
            asked.site = site
            return site.fetcher(authority, **more).ask(address)

    return asked


def status(line):
    return f"HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n".encode()


# What is sent


def test_a_page_that_is_there_works_and_learns_nothing_of_us_but_the_sites_name(ask, settings):
    settings.PUBLIC_HOST = "hub.example.gov.uk"
    assert ask() == (Result.WORKS, "It works.")
    (head,) = ask.site.asked
    lines = head.strip().split("\r\n")
    assert lines[0] == "GET /help?x=1 HTTP/1.1"
    names = {line.partition(":")[0] for line in lines[1:]}
    assert names == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
    assert f"Host: {HOST}" in lines
    assert "User-Agent: HelpHubLinkCheck/1.0 (+https://hub.example.gov.uk/)" in lines
    assert ask.site.names == [HOST]


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (f"https://{HOST}", "/"),
        (f"https://{HOST}?a=b#part", "/?a=b"),
        (f"https://{HOST}/a b/é?q=\u2028", "/a%20b/%C3%A9?q=%E2%80%A8"),
        (f"https://{HOST.upper()}:443/%41", "/%41"),
        (f"https://{HOST}/a\r\nCookie: x", "/aCookie:%20x"),
    ],
)
def test_only_a_path_of_plain_letters_is_sent(ask, address, path):
    assert ask(address=address).result == Result.WORKS
    (head,) = ask.site.asked
    assert head.split("\r\n")[0] == f"GET {path} HTTP/1.1"
    assert "\nCookie" not in head


# What may be asked at all


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (f"http://{HOST}/", "https://"),
        ("ftp://example.org/", "https://"),
        (f"https://{HOST}:8443/", "8443"),
        (f"https://{HOST}:99999/", "not a web address"),
        (f"https://user:word@{HOST}/", "password"),
        (f"https://{HOST}\\@evil.example/", "password"),
        ("https:///nothing", "not a web address"),
        ("https://[::1", "not a web address"),
        ("https://[fe80::1%25eth0]/", "not a web address"),
        ("https://a..b/", "not a web address"),
        (f"https://{'a' * 70}.example/", "not a web address"),
        ("https://a_b c/", "not a web address"),
        ("", "not a web address"),
    ],
)
def test_an_address_that_we_do_not_open_is_refused_before_its_name_is_looked_up(address, why):
    def resolve(host):
        raise AssertionError(host)

    answer = Fetcher(resolve=resolve).ask(address)
    assert answer.result == Result.NOT_OPENED
    assert why in answer.detail


@pytest.mark.parametrize(
    "address",
    [
        *["93.184.216.34", "8.8.8.8", "2606:4700::1111", "2a00:1450:4009::1"],
        *["::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
    ],
)
def test_an_address_that_anybody_can_reach_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        # IPv4: loopback, private, link-local, shared, this network, multicast, reserved, examples.
        *["127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"],
        *["169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "239.255.255.250"],  # noqa: S104
        *["240.0.0.1", "255.255.255.255", "192.0.2.1", "198.51.100.1", "203.0.113.1"],
        *["198.18.0.1", "192.0.0.8", "192.88.99.1"],
        # IPv6: the same, site-local, unique local, Teredo, and the discard prefix.
        *["::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1"],
        *["ff02::1", "ff0e::1", "2001:db8::1", "2001::1", "3fff::1", "100::1", "5f00::1"],
        # Private IPv4 in IPv6: mapped, compatible, translated, NAT64, 6to4.
        *["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::127.0.0.1"],
        *["::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808"],
        *["2002:7f00:1::1", "2002:c0a8:101::1"],
        *["", "localhost", "1", "0x7f.1"],
    ],
)
def test_an_address_within_somebodys_network_is_not_public(address):
    assert not is_public(address)


PUBLIC, PRIVATE = ((socket.AF_INET, (address, 443)) for address in ("93.184.216.34", "192.168.0.1"))


@pytest.mark.parametrize("places", [[PRIVATE], [PUBLIC, PRIVATE], [PRIVATE, PUBLIC]])
def test_a_name_that_leads_to_a_private_address_is_not_connected_to(places, monkeypatch):
    monkeypatch.setattr(Fetcher, "_connect", lambda *arguments: pytest.fail("It connected."))
    answer = Fetcher(resolve=lambda host: places).ask(ADDRESS)
    assert answer == (Result.NOT_OPENED, "It leads into a private network, not to a website.")


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"])
def test_loopback_is_not_opened_however_it_is_written(host):
    """Through the real look-up, which needs no network for numbers."""
    answer = Fetcher().ask(f"https://{host}/")
    assert answer.result == Result.NOT_OPENED


def test_the_name_is_looked_up_once_even_if_its_answer_changes(authority):
    answers = iter([True])

    def rebinding(host):
        assert next(answers), "It was looked up again."
        return [site.place]

    with running(authority.server_context(HOST), redirect_twice) as site:
        answer = site.fetcher(authority, resolve=rebinding).ask(ADDRESS)
    assert answer.result == Result.WORKS
    assert len(site.asked) == 3


def redirect_twice(connection, path):
    answers = {"/help?x=1": redirect("/one"), "/one": redirect(f"https://{HOST.upper()}/two")}
    connection.sendall(answers.get(path, OK))


# Redirects


def test_redirects_on_the_same_host_are_followed_and_named(ask):
    assert ask(redirect_twice) == (Result.WORKS, "It works, and leads to /two there.")


@pytest.mark.parametrize(
    ("location", "result", "words"),
    [
        ("https://example.net/there", Result.ELSEWHERE, "It leads elsewhere: example.net."),
        ("//127.0.0.1/admin", Result.ELSEWHERE, "It leads elsewhere: 127.0.0.1."),
        ("https://[::1]/", Result.ELSEWHERE, "It leads elsewhere: ::1."),
        ("http://example.net/", Result.ELSEWHERE, "It leads elsewhere: example.net."),
        (f"http://{HOST}/", Result.ELSEWHERE, "not secure"),
        (f"https://{HOST}:22/", Result.ELSEWHERE, "port (22)"),
        (f"https://me@{HOST}/", Result.ELSEWHERE, "password"),
        ("https://xn--e1afmkfd.example/", Result.ELSEWHERE, "xn--e1afmkfd.example"),
        ("https://пример.example/", Result.ELSEWHERE, "xn--e1afmkfd.example"),
        ("https://[broken/", Result.ERROR, "not an address"),
        ("javascript:alert(1)", Result.ERROR, "not an address"),
        (b"https://\xff\xfe\x00/", Result.ERROR, "not an address"),
    ],
)
def test_another_host_is_for_a_person_to_look_at_and_is_not_asked(ask, location, result, words):
    answer = ask(redirect(location))
    assert answer.result == result
    assert words in answer.detail
    assert len(ask.site.asked) == 1


@pytest.mark.parametrize("location", ["/help?x=1", "", "?", f"https://{HOST}/help?x=1"])
def test_a_loop_of_redirects_ends(ask, location):
    answer = ask(redirect(location, "301 Moved Permanently"))
    assert answer.result == Result.ERROR
    assert len(ask.site.asked) <= fetching.MOST_REDIRECTS + 1


def test_redirects_have_the_same_five_seconds_together(ask):
    def slow(connection, path):
        time.sleep(0.4)
        connection.sendall(redirect(f"{path}1"))

    began = time.monotonic()
    assert ask(slow, seconds=1).detail == "It did not answer within 1 seconds."
    assert time.monotonic() - began < 5


# What the status says


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("200 OK", Result.WORKS),
        ("204 No Content", Result.WORKS),
        ("206 Partial Content", Result.WORKS),
        ("404 Not Found", Result.NOT_FOUND),
        ("410 Gone", Result.NOT_FOUND),
        ("400 Bad Request", Result.REFUSED),
        ("401 Unauthorized", Result.REFUSED),
        ("403 Forbidden", Result.REFUSED),
        ("405 Method Not Allowed", Result.REFUSED),
        ("429 Too Many Requests", Result.REFUSED),
        ("451 Unavailable For Legal Reasons", Result.REFUSED),
        ("304 Not Modified", Result.ERROR),
        ("500 Internal Server Error", Result.ERROR),
        ("503 Service Unavailable", Result.ERROR),
        ("999 Request Denied", Result.REFUSED),
    ],
)
def test_each_status_has_one_meaning(ask, line, result):
    answer = ask(status(line))
    assert answer.result == result
    assert line[:3] in answer.detail or result == Result.WORKS


def test_a_site_that_says_wait_first_is_waited_for(ask):
    assert ask(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK).result == Result.WORKS


def test_a_site_that_says_wait_for_ever_is_not(ask):
    def wait(connection, path):
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    assert ask(wait).result == Result.ERROR


# Answers that are meant to hurt


def test_a_site_that_drips_is_left_after_the_time_for_all_of_it(ask):
    def drip(connection, path):
        for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"z" * 1000:
            connection.sendall(bytes([letter]))
            time.sleep(0.05)

    began = time.monotonic()
    answer = ask(drip, seconds=0.7)
    assert 0.6 < time.monotonic() - began < 5
    assert answer == (Result.NO_ANSWER, "It did not answer within 0.7 seconds.")


def test_a_site_that_never_finishes_tls_is_left_in_time(authority):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = (socket.AF_INET, silent.getsockname())
        fetcher = Fetcher(lambda host: [place], lambda address: True, seconds=0.5)
        began = time.monotonic()
        assert fetcher.ask(ADDRESS).result == Result.NO_ANSWER
        assert time.monotonic() - began < 5


def test_a_name_that_is_never_looked_up_is_left_in_time():
    over = threading.Event()
    fetcher = Fetcher(resolve=lambda host: over.wait(10) and [], seconds=0.3)
    began = time.monotonic()
    assert fetcher.ask(ADDRESS).result == Result.NO_ANSWER
    assert time.monotonic() - began < 5
    over.set()


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"Content-Encoding: gzip\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Length: -1\r\n",
    ],
)
def test_the_page_itself_is_not_read_whatever_it_is(ask, head):
    """Ten gigabytes in ten megabytes would hurt whoever unpacked them."""
    bomb, sent = gzip.compress(bytes(1_000_000)) * 10, []

    def huge(connection, path):
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        with suppress(OSError):
            while len(sent) < 10_000:
                connection.sendall(bomb)
                sent.append(len(bomb))

    began = time.monotonic()
    assert ask(huge).result == Result.WORKS
    assert time.monotonic() - began < 5
    assert sum(sent) < 20_000_000  # What fitted into the buffers between us.


def test_a_head_of_a_megabyte_is_not_read_to_its_end(ask):
    many = b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"z" * 1_000_000 + b"\r\n\r\n"
    answer = ask(many)
    assert answer == (
        Result.ERROR,
        "Its answer begins with too much for a browser to read.",
    )


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Odd: \xff\x00\x1b[31m\r\n: none\r\nno colon\r\n\r\n", Result.WORKS),
        (b"HTTP/1.0 200\n\nhello", Result.WORKS),
        (b"HTTP/2 404 \r\n\r\n", Result.NOT_FOUND),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Result.ERROR),
        (b"HTTP/1.1 2\xc2\xb20 OK\r\n\r\n", Result.ERROR),
        (b"HTTP/1.1 99999 OK\r\n\r\n", Result.ERROR),
        (b"\x00" * 100 + b"\r\n\r\n", Result.ERROR),
        (b"<!doctype html>", Result.NO_ANSWER),
        (b"", Result.NO_ANSWER),
        (b"HTTP/1.1 200 OK\r\nX: ", Result.NO_ANSWER),
    ],
)
def test_an_odd_answer_is_an_answer_or_none(ask, answer, result):
    assert ask(answer).result == result


def test_a_name_from_a_stranger_is_short(ask):
    answer = ask(redirect("https://" + ".".join(["a" * 60] * 20) + ".example/"))
    assert answer.result == Result.ELSEWHERE
    assert len(answer.detail) < 200


# Certificates and connections


@pytest.mark.parametrize(
    ("names", "ends", "words"),
    [
        (["www.example.net"], DAY, "Its certificate is for another name."),
        ([HOST], -DAY, "Its certificate has run out."),
    ],
)
def test_a_certificate_is_held_against_the_name(authority, names, ends, words):
    with running(authority.server_context(*names, ends=ends)) as site:
        assert site.fetcher(authority).ask(ADDRESS) == (Result.CERTIFICATE, words)
    assert site.asked == []


def test_a_certificate_that_nobody_vouches_for_is_wrong(authority, tmp_path):
    with running(Authority(tmp_path).server_context(HOST)) as site:
        answer = site.fetcher(authority).ask(ADDRESS)
    assert answer == (Result.CERTIFICATE, "Nobody we trust vouches for its certificate.")
    assert site.asked == []


def test_a_site_without_tls_is_no_answer(authority):
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def shout():
            connection, _ = plain.accept()
            with connection:
                connection.sendall(OK)
                connection.recv(1000)

        threading.Thread(target=shout, daemon=True).start()
        place = (socket.AF_INET, plain.getsockname())
        fetcher = Fetcher(lambda host: [place], lambda address: True)
        assert fetcher.ask(ADDRESS) == (Result.NO_ANSWER, "We could not make a secure connection.")


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return socket.AF_INET, server.getsockname()


def test_a_refused_connection_is_no_answer():
    place = closed_port()
    fetcher = Fetcher(lambda host: [place], lambda address: True)
    assert fetcher.ask(ADDRESS) == (Result.NO_ANSWER, "It refused the connection.")


def test_the_next_address_is_tried_if_the_first_is_dead(authority):
    with running(authority.server_context(HOST)) as site:
        places = [closed_port(), site.place]
        assert site.fetcher(authority, resolve=lambda host: places).ask(ADDRESS).result == "works"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "No site has this name."),
        (socket.gaierror(socket.EAI_AGAIN, "try again"), "Its name could not be looked up."),
        (UnicodeError("label too long"), "Its name could not be looked up."),
    ],
)
def test_a_name_that_is_not_known_is_no_answer(error, words):
    def resolve(host):
        raise error

    assert Fetcher(resolve=resolve).ask(ADDRESS) == (Result.NO_ANSWER, words)


def test_a_name_that_leads_nowhere_is_no_answer():
    assert Fetcher(resolve=lambda host: []).ask(ADDRESS).result == Result.NO_ANSWER


def has_ipv6():
    with suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False


@pytest.mark.skipif(not has_ipv6(), reason="This machine has no IPv6.")
def test_a_site_with_ipv6_alone_works_by_name_and_by_number(authority):
    context = authority.server_context(HOST, "2606:4700::1")
    with running(context, family=socket.AF_INET6) as site:
        fetcher = site.fetcher(authority)
        assert fetcher.ask(ADDRESS).result == Result.WORKS
        assert fetcher.ask("https://[2606:4700::1]/").result == Result.WORKS
    assert "Host: [2606:4700::1]" in site.asked[1]
