"""Knocks at a broker: whether it lets us in, and where it does not, why and what to do. No text holds a password."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing

from amqp.exceptions import AccessRefused, AMQPError, NotAllowed

from adapters.amqp.broker import broker_of
from adapters.amqp.connection import dial
from adapters.amqp.failures import said, words_of
from adapters.brokers.address import SOCKET, Address, address_of
from adapters.brokers.errors import BrokerAway, BrokerRefused, BrokerTrouble, BrokerUnknown
from adapters.brokers.sniff import sniff
from adapters.certificates import UnusableFile, check

TIMEOUT = 3.0
SETTING = "CROSSDOCK_BROKER_URL (--broker)"
NAMES = {"redis": "a Redis", "amqp": "a RabbitMQ", "http": "a web server"}
START_IT = f"start it, or correct {SETTING}; it is waited for, and nothing is lost meanwhile"
LOGIN = f"correct user and password in {SETTING}, with %-codes for : / @ ? # % in them"
NO_SUCH_HOST = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
FREE_SPACE = "free some space there; it is waited for, and delivery goes on meanwhile"


class Refusal(Exception):
    """What the server answered, as a finding and an advice."""

    def __init__(self, found: str, advice: str) -> None:
        super().__init__(found, advice)
        self.found, self.advice = found, advice


class Unwell(Refusal):
    """It will have us again when it is well."""


def knock(url: str, timeout: float = TIMEOUT) -> None:
    """Connects, logs in, and leaves. Raises BrokerAway, BrokerUnknown and BrokerRefused."""
    address = address_of(url)
    try:
        if address.is_amqp:
            _knock_amqp(url, timeout)
        else:
            _knock_redis(address, timeout)
    except Unwell as unwell:
        raise BrokerAway(f"the broker {address.label} {unwell.found}", unwell.advice) from None
    except Refusal as refused:
        raise BrokerRefused(f"the broker {address.label} {refused.found}", refused.advice) from None
    except socket.gaierror as error:
        raise _unknown(address, error) from None
    except (OSError, AMQPError) as error:
        raise _explained(address, error, timeout) from None


def _unknown(address: Address, error: socket.gaierror) -> BrokerTrouble:
    """A name that is not there is a mistake; a name service that is down is waited for."""
    if error.errno in NO_SUCH_HOST:
        return BrokerUnknown(f"the broker {address.label}: there is no host {address.host}", f"correct {SETTING}")
    return BrokerAway(f"the host of the broker {address.label} cannot be looked up now", START_IT)


def _explained(address: Address, error: Exception, timeout: float) -> BrokerTrouble:
    """Refused connections are waited for; who took the connection and did not understand us is looked at."""
    if isinstance(error, UnusableFile):
        return BrokerRefused(f"the broker {address.label}: {error}", f"correct it in {SETTING}")
    if isinstance(error, ssl.SSLCertVerificationError):
        name = "ssl_ca_certs" if address.scheme == "rediss" else "cacertfile"
        advice = f"name the authority's file (?{name}=PATH), or correct the host"
        return BrokerRefused(f"the broker {address.label} has a {words_of(error)}", advice)
    if address.scheme == SOCKET or isinstance(error, ConnectionRefusedError):
        return _away(address, error, timeout)
    return _another(address) or _away(address, error, timeout)


def _another(address: Address) -> BrokerRefused | None:
    """What is there is not what the address says; None where it is, or cannot be told."""
    service, tls = sniff(address.host, address.port)
    wanted = "amqp" if address.is_amqp else "redis"
    if (service, tls) in (("", False), (wanted, address.tls)):
        return None
    if service in ("", wanted):
        if tls == address.tls:
            return None
        found, scheme = ("speaks TLS", f"{wanted}s") if tls else ("speaks without TLS", wanted)
        return BrokerRefused(f"the broker {address.label} {found}", f"write {scheme}:// in {SETTING}")
    advice = "correct host and port" if service == "http" else f"write {service}{'s' if tls else ''}://"
    found = f"at {address.host}:{address.port} is {NAMES[service]} and not {NAMES[wanted]}"
    return BrokerRefused(found, f"{advice} in {SETTING}")


def _away(address: Address, error: Exception, timeout: float) -> BrokerAway:
    if isinstance(error, TimeoutError):
        why = f"does not answer within {timeout:g} s"
    else:
        why = f"cannot be reached ({words_of(error) if isinstance(error, OSError) else said(error)})"
    return BrokerAway(f"the broker {address.label} {why}", START_IT)


def _knock_amqp(url: str, timeout: float) -> None:
    broker = broker_of(url)
    try:
        dial(broker, "crossdock knocking", timeout).part(timeout)
    except NotAllowed:
        advice = f"make it and give rights (rabbitmqctl add_vhost, set_permissions), or correct the path in {SETTING}"
        raise Refusal(f"has no virtual host {broker.vhost!r} for this user", advice) from None
    except AccessRefused:
        raise Refusal("refused the user or the password", LOGIN) from None


def _knock_redis(address: Address, timeout: float) -> None:
    """By hand: three commands need no driver."""
    with closing(_connected(address, timeout)) as connection:
        if address.password is not None:
            user = (address.user,) if address.user else ()
            _asked(connection, "AUTH", *user, address.password)
        if address.room != "0":
            _asked(connection, "SELECT", address.room)
        _asked(connection, "PING")


def _connected(address: Address, timeout: float) -> socket.socket:
    if address.scheme == SOCKET:
        local = socket.socket(socket.AF_UNIX)
        local.settimeout(timeout)
        try:
            local.connect(address.path)
        except BaseException:
            local.close()
            raise
        return local
    check(address.files)
    raw = socket.create_connection((address.host, address.port), timeout)
    if not address.tls:
        return raw
    try:
        files = address.files
        context = ssl.create_default_context(cafile=files.get("ssl_ca_certs"), capath=files.get("ssl_ca_path"))
        if "ssl_certfile" in files:
            context.load_cert_chain(files["ssl_certfile"], files.get("ssl_keyfile"))
        return context.wrap_socket(raw, server_hostname=address.host)
    except BaseException:
        raw.close()
        raise


def _asked(connection: socket.socket, *words: str) -> None:
    """One command that is answered in one line. Raises Refusal, OSError, TimeoutError."""
    coded = [word.encode() for word in words]
    connection.sendall(b"*%d\r\n" % len(coded) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in coded))
    said = b""
    while not said.endswith(b"\n"):
        more = connection.recv(512)
        if not more:
            raise ConnectionResetError("it closed the connection")
        said += more
        if said[:1] not in (b"+", b"-"):
            raise ConnectionResetError("the answer is not that of a Redis")
    if said.startswith(b"-"):
        raise _no(said[1:].decode("utf-8", "replace").strip())


def _no(text: str) -> Exception:
    code = text.partition(" ")[0]
    match code:
        case "WRONGPASS" | "NOAUTH" | "NOPERM":
            return Refusal("refused the user or the password", LOGIN)
        case "LOADING" | "MASTERDOWN" | "BUSY" | "TRYAGAIN":
            return TimeoutError(text)
        case "MISCONF":
            return Unwell(f"cannot write to its disk ({text.rpartition(': ')[2][:100]})", FREE_SPACE)
    if "AUTH" in text and "without any password" in text:
        return Refusal("has no password", f"leave it out in {SETTING}, or give the server one")
    if "DB index" in text:
        return Refusal("has no database of this number", f"correct the number behind the host in {SETTING}")
    if "max number of clients" in text:
        return TimeoutError(text)
    return Refusal(f"answered {text[:200]!r}", f"see its documentation, or correct {SETTING}")


