"""Other people's websites, on loopback: real TLS, and answers as odd as a test wants."""

import datetime
import ipaddress
import socket
import ssl
import threading
from contextlib import contextmanager, suppress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from helphub.checking.fetching import Fetcher

HOST = "www.example.org"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
DAY = datetime.timedelta(days=1)


def redirect(location, status="302 Found"):
    location = location if isinstance(location, bytes) else location.encode()
    return b"HTTP/1.1 " + status.encode() + b"\r\nLocation: " + location + b"\r\n\r\n"


class Authority:
    """Vouches for names, as a file that a server can read."""

    def __init__(self, folder):
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The tests' authority")])
        own = self._certificate(self.name, self.key.public_key(), DAY, is_authority=True)
        self.pem = own.public_bytes(serialization.Encoding.PEM).decode()

    def _certificate(self, subject, key, ends, names=(), is_authority=False):
        now = datetime.datetime.now(datetime.UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 10 * DAY)
            .not_valid_after(now + ends)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if names:
            built = built.add_extension(x509.SubjectAlternativeName(list(names)), critical=False)
        return built.sign(self.key, hashes.SHA256())

    def server_context(self, *names, ends=DAY):
        """What a server needs to prove that it has these names or addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A site")])
        certificate = self._certificate(subject, key.public_key(), ends, map(_as_name, names))
        file = self.folder / f"{certificate.serial_number}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def client_context(self):
        return ssl.create_default_context(cadata=self.pem)


def _as_name(name):
    with suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)


class Site:
    """A running site. `answer` is what it sends, or a function of the connection and the path."""

    def __init__(self, listener, context, answer):
        self.listener, self.context, self.answer = listener, context, answer
        self.port = listener.getsockname()[1]
        self.asked = []  # The heads of the requests, as they came.
        self.names = []  # The names that clients asked the certificate for.
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)

    @property
    def place(self):
        return self.listener.family, self.listener.getsockname()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return  # The test is over.
            threading.Thread(target=self.answer_one, args=[connection], daemon=True).start()

    def answer_one(self, connection):
        with connection, suppress(OSError):
            connection.settimeout(20)
            with self.context.wrap_socket(connection, server_side=True) as secure:
                head = b""
                while b"\r\n\r\n" not in head and (part := secure.recv(4096)):
                    head += part
                if not head:
                    return
                self.asked.append(head.decode())
                if callable(self.answer):
                    self.answer(secure, head.split()[1].decode())
                else:
                    secure.sendall(self.answer)

    def fetcher(self, authority, **more):
        """Asks this site, whatever the address, as if loopback were public."""
        given = {
            "resolve": lambda host: [self.place],
            "is_public": lambda address: True,
            "context": authority.client_context(),
        }
        return Fetcher(**given | more)


@contextmanager
def running(context, answer=OK, family=socket.AF_INET):
    listener = socket.socket(family, socket.SOCK_STREAM)
    with listener:
        listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        listener.listen()
        site = Site(listener, context, answer)
        threading.Thread(target=site.serve, daemon=True).start()
        yield site
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # Ends the thread that waits in accept().
