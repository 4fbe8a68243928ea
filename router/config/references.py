"""`${env:NAME}`, `${env:NAME:-default}`, `${secret:NAME}`: settings and secrets in scalars, resolved after parsing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from router.config.nearest import nearest
from router.errors import CrossdockError

SECRETS_FOLDER = "CROSSDOCK_SECRETS"

FORM = r"\$\{(env:[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?|secret:[A-Za-z_][A-Za-z0-9_.-]*)\}"
"""A reference somewhere in a text, for editors."""

_FOUND = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")
_ENV = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)
_SECRET = re.compile(r"secret:([A-Za-z_][A-Za-z0-9_.-]*)")
_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")
_EMPTY = re.compile(r"\s*(#.*)?")


class Resolved(str):
    """A text that references were replaced in. `source` is how it was written (safe to show); `whole`: it was one
    reference and nothing else, so it takes the field's type; `secret`: never show it."""

    source: str
    whole: bool
    secret: bool


class Unset(str):
    """A text, as it was written, with a reference to something that is not set: its value is unknown."""


def spoken(text: str) -> str:
    """A text with references, so that it can stand in an address: `/${env:AREA}/x` is `/$AREA/x`."""
    return re.sub(r"\$\{\w+:([\w.-]+?)(?::-[^}]*)?\}", r"$\1", text)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a reference. `unset`: it is well written, but there is no such value here."""

    message: str
    hint: str
    unset: bool = False


@dataclass(frozen=True, slots=True)
class Resolver:
    """Where values come from: the environment before `.env`; a secret's file before both."""

    environ: Mapping[str, str]
    dotenv: Mapping[str, str] = field(default_factory=dict)
    secrets: Path | None = None

    def resolve(self, text: str) -> tuple[str, list[Complaint]]:
        """The text with its references replaced (`Resolved`, or `Unset`), and what is wrong with them."""
        if "${" not in text:
            return text, []
        walk = _Walk(self)
        value = _FOUND.sub(walk.replace, text)
        if walk.complaints:
            return Unset(text), walk.complaints
        if not walk.references:
            return value, []
        resolved = Resolved(value)
        resolved.source, resolved.secret = text, walk.secret
        resolved.whole = walk.references == 1 and text.startswith("${") and text.index("}") == len(text) - 1
        return resolved, []

    def variable(self, name: str) -> str | None:
        return self.environ.get(name, self.dotenv.get(name))

    def secret(self, name: str) -> str | None:
        """Raises OSError or UnicodeDecodeError where its file cannot be read."""
        path = self.secrets / name if self.secrets else None
        if path is not None and path.is_file():
            text = path.read_text("utf-8")
            return text.removesuffix("\n").removesuffix("\r")
        return self.variable(name)


class _Walk:
    """One text on its way through the resolver."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.complaints: list[Complaint] = []
        self.references = 0
        self.secret = False

    def replace(self, found: re.Match[str]) -> str:
        if found[0] == "$${":
            return "${"
        self.references += 1
        env, secret = _ENV.fullmatch(found[1]), _SECRET.fullmatch(found[1])
        if not found[2]:
            return self.complain(f"the reference '{found[0][:60]}' has no closing brace", "write ${env:NAME}")
        if env:
            return self.env(env[1], env[2])
        return self.secret_of(secret[1]) if secret else self.complain(*_unreadable(found[0], found[1]))

    def env(self, name: str, default: str | None) -> str:
        value = self.resolver.variable(name)
        if default is not None:
            return value or default
        if value is None:
            close = nearest(name, {*self.resolver.environ, *self.resolver.dotenv})
            also = f" (did you mean '{close}'?)" if close else ""
            hint = f"set {name} in the environment or in .env{also}, or write ${{env:{name}:-default}}"
            return self.complain(f"the environment variable {name} is not set", hint, unset=True)
        return value

    def secret_of(self, name: str) -> str:
        self.secret = True
        try:
            value = self.resolver.secret(name)
        except (OSError, UnicodeDecodeError) as error:
            return self.complain(f"the file of the secret {name} cannot be read: {error}", "it must be a UTF-8 file")
        if value is None:
            hint = f"put it into a file {name} in the folder {SECRETS_FOLDER}, into the environment or into .env"
            return self.complain(f"the secret {name} is not set", hint, unset=True)
        return value

    def complain(self, message: str, hint: str, unset: bool = False) -> str:
        self.complaints.append(Complaint(message, hint, unset))
        return ""


def _unreadable(whole: str, inside: str) -> tuple[str, str]:
    if _SECRET.match(inside):
        return f"'{whole}' cannot be read: a secret has no default", "write ${secret:NAME}"
    name = inside.strip()
    if found := re.fullmatch(r"(env|secret)s?\s*[.:]\s*([A-Za-z_]\w*)", name, re.IGNORECASE):
        return f"'{whole}' is not a reference", f"write ${{{found[1].lower()}:{found[2]}}}"
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return f"'{whole}' does not say where its value comes from", f"write ${{env:{name}}} or ${{secret:{name}}}"
    return (
        f"'{whole}' is not a reference",
        "write ${env:NAME}, ${env:NAME:-default} or ${secret:NAME}; $${ is a literal ${",
    )


class DotenvError(CrossdockError):
    """The file .env cannot be read."""


def read_dotenv(folder: Path) -> dict[str, str]:
    """The variables of the folder's `.env`: `NAME=value` lines; quotes around a value and comments are dropped. Raises
    DotenvError with the line, and never with what stands there: it may be a secret."""
    path = folder / ".env"
    raw = b""
    try:
        if path.is_file():  # a folder of that name is somebody's virtual environment
            raw = path.read_bytes()
        lines = raw.decode("utf-8-sig").splitlines()
    except OSError as error:
        raise DotenvError(f"{path} cannot be read: {error.strerror}. Let this user read it, or remove it.") from error
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DotenvError(f"{path}, line {line}: byte 0x{raw[error.start]:02x} is not UTF-8. Save it as UTF-8.") from error
    return dict(_assigned(line, f"{path}, line {n}") for n, line in enumerate(lines, 1) if not _EMPTY.fullmatch(line))


def _assigned(line: str, place: str) -> tuple[str, str]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise DotenvError(f"{place}: it is not NAME=value. Correct it, or put # before it.")
    name, value = found[1], found[2]
    quoted = re.match(r"""(["'])(.*)\1\s*(?:#.*)?$""", value)
    if quoted is None and value[:1] in ("'", '"'):
        raise DotenvError(f"{place}: the quote of {name} is not closed in this line. Close it at the end of the value.")
    return name, quoted[2] if quoted else re.sub(r"(^|\s+)#.*$", "", value)


def resolver_for(environ: Mapping[str, str], folder: Path) -> Resolver:
    """The resolver of a project folder."""
    dotenv = read_dotenv(folder)
    secrets = environ.get(SECRETS_FOLDER) or dotenv.get(SECRETS_FOLDER)
    return Resolver(environ, dotenv, folder / secrets if secrets else None)
