"""The line to a server over SSH: who it is, who we are, and a new line when it breaks."""

from __future__ import annotations

import logging
import re
import socket
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from caresite.core import codes_deploy as codes
from caresite.core.diagnostics import Problem, fault
from caresite.core.outgoing import looks_like_option
from caresite.core.patience import patiently
from caresite.core.schema import Doc
from caresite.deploy.compressed import ServedOptions
from caresite.deploy.faults import missing_extra, silent
from caresite.deploy.target import Errand

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Line", "SshOptions", "check_host", "file_of"]

_TIMEOUT_S = 20.0
_MORE_THAN_A_NAME = re.compile(r"[/@\s]|^[^:]*:[^:]*$")
_ADDRESS = re.compile(
    r"(?:\w+://)?(?:(?P<user>[^@/:]*)(?::[^@/]*)?@)?(?P<host>[^/:\s]*)(?::(?P<port>\d+)(?=/|$))?:?(?P<path>.*)"
)
"""`sftp://user@host:22/folder`, `user@host:folder` and the like."""


_HOST = re.compile(r"[\w.][\w.-]*|\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[\w.]+)?\]?")
_USER = re.compile(r"[\w.][\w.@+\\-]*")  # some servers have an address or DOMAIN\\name for a user


class SshOptions(ServedOptions, frozen=True, kw_only=True):
    """How to reach a server over SSH."""

    host: Annotated[
        str, Doc("The server: its name, or one that your `~/.ssh/config` knows.", example="ssh.example.com")
    ]
    path: Annotated[
        str, Doc("The folder that the web server serves; without a `/` before it, seen from your home.", example="www")
    ]
    port: Annotated[int, Doc("Its port; 0 takes that of your `~/.ssh/config`, or 22.", ge=0, le=65535)] = 0
    user: Annotated[str, Doc("Your name there; that of your `~/.ssh/config`, or of this computer, when empty.")] = ""
    key_file: Annotated[str, Doc("Your private key, if it is not one of the usual ones in `~/.ssh`.")] = ""
    known_hosts: Annotated[str, Doc("The file of servers that you trust, if it is not `~/.ssh/known_hosts`.")] = ""


def file_of(errand: Errand, path: str) -> Path:
    """Return a file that the config names, from the site's root or from the home folder."""
    return errand.root / Path(path).expanduser()


def check_host(options: SshOptions, errand: Errand) -> None:
    """Raise Problem when `host` is more than a name: an address, or a user and a folder as `scp` takes them."""
    if _MORE_THAN_A_NAME.search(options.host) and (found := _ADDRESS.fullmatch(options.host.strip())):
        parts = ", ".join(f"`{name}: {said}`" for name, said in found.groupdict().items() if said)
        message = "`host` must be the name of a server and nothing more"
        raise Problem(fault(codes.BAD_TARGET, errand.span, message, hint=f"write {parts}"))
    for key, value, shape in (("host", options.host, _HOST), ("user", options.user, _USER)):
        if value and not shape.fullmatch(value):
            message = f"`{key}` cannot be “{value}”"
            hint = "take letters, digits, `-`, `_` and `.`, and begin with no `-`"
            raise Problem(fault(codes.UNSAFE_OPTION, errand.span, message, hint=hint))
    for key in ("path", "key_file", "known_hosts"):
        if looks_like_option(value := getattr(options, key)):
            raise Problem(fault(codes.UNSAFE_OPTION, errand.span, f"`{key}` cannot be “{value}”"))


class Line:
    """A connection that many threads may use, each with a channel of its own."""

    def __init__(self, options: SshOptions, errand: Errand, *, password: str = "", host_key: str = "") -> None:
        self.host = options.host
        self._options = options
        self._errand = errand
        self._password = password
        self._host_key = host_key
        self._renewing = threading.Lock()
        self._channels = threading.local()
        self._client: Any = None
        self._number = 0

    def sftp(self) -> Any:
        """Return this thread's SFTP channel; a line that broke is made anew. Raises Problem when it cannot be."""
        with self._renewing:
            if self._client is None or not self._client.get_transport().is_active():
                self.close()
                self._client = self._connected()
                self._number += 1
            client, number = self._client, self._number
        if getattr(self._channels, "number", 0) != number:
            self._channels.sftp = client.open_sftp()
            self._channels.sftp.get_channel().settimeout(_TIMEOUT_S)
            self._channels.number = number
        return self._channels.sftp

    def renewed(self) -> None:
        """Forget this thread's channel, which broke; the next use opens another."""
        self._channels.number = 0

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _connected(self) -> Any:
        paramiko = _paramiko(self._errand)
        client = paramiko.SSHClient()
        known = file_of(self._errand, self._options.known_hosts) if self._options.known_hosts else None
        client.set_missing_host_key_policy(_pinned(paramiko, self.host, self._host_key, self._errand))
        try:
            if not self._host_key:
                client.load_system_host_keys(str(known) if known else None)
            how = self._how(paramiko)
            patiently(lambda: client.connect(**how), partial(_may_pass, paramiko), self._errand.sleep)
        except paramiko.BadHostKeyException as error:
            client.close()
            raise self._changed_key(error.key.fingerprint, error.expected_key.fingerprint) from None
        except (paramiko.AuthenticationException, paramiko.PasswordRequiredException):
            client.close()
            raise self._not_let_in() from None
        except (OSError, paramiko.SSHException, EOFError) as error:
            client.close()
            raise silent(self._errand.span, self.host, _inner(error)) from None
        return client

    def _how(self, paramiko: Any) -> Mapping[str, Any]:
        options, known = self._options, _ssh_config(paramiko, self._options.host)
        port, user = options.port or int(known.get("port", 22)), options.user or known.get("user")
        keys = [str(self._key_file())] if options.key_file else known.get("identityfile")
        proxy = known.get("proxycommand") or _jump(known)
        return {
            "hostname": known.get("hostname", options.host),
            "port": port,
            "username": user,
            "key_filename": keys,
            "password": self._password or None,
            "passphrase": self._password or None,
            "allow_agent": not options.key_file,
            "look_for_keys": not options.key_file,
            "timeout": _TIMEOUT_S,
            "banner_timeout": _TIMEOUT_S,
            "auth_timeout": _TIMEOUT_S,
            "sock": paramiko.ProxyCommand(proxy) if proxy else None,
        }

    def _key_file(self) -> Path:
        path = file_of(self._errand, self._options.key_file)
        if not path.is_file():
            message = f"there is no key in `{self._options.key_file}`"
            raise Problem(fault(codes.NOT_LET_IN, self._errand.span, message, hint="correct `key_file`"))
        return path

    def _changed_key(self, now: str, before: str) -> Problem:
        message = f"the key of {self.host} is not the one it had: it was {before}, and now it is {now}"
        hint = (
            "somebody may be listening in between; ask whoever runs the server. If the key was changed on purpose, "
            f"run `ssh-keygen -R {self.host}` and connect once with `ssh`"
        )
        return Problem(fault(codes.HOST_KEY, self._errand.span, message, hint=hint))

    def _not_let_in(self) -> Problem:
        user = f" as `{self._options.user}`" if self._options.user else ""
        message = f"{self.host} did not let us in{user}: it takes none of the keys, nor the password"
        hint = "check `user` and `key_file`; a password goes into the environment variable that `password_env` names"
        return Problem(fault(codes.NOT_LET_IN, self._errand.span, message, hint=hint))


def _paramiko(errand: Errand) -> Any:
    try:
        import paramiko
    except ModuleNotFoundError:
        raise missing_extra(errand.span, "sftp", "sftp") from None
    logging.getLogger("paramiko").addHandler(logging.NullHandler())  # what goes wrong is told by us, once
    return paramiko


def _may_pass(paramiko: Any, error: Exception) -> bool:
    """Tell whether a server that is busy would behave so: it takes the call and hangs up."""
    final = (paramiko.AuthenticationException, paramiko.BadHostKeyException)
    return isinstance(error, (EOFError, ConnectionResetError, paramiko.SSHException)) and not isinstance(error, final)


def _pinned(paramiko: Any, host: str, host_key: str, errand: Errand) -> Any:
    """Return the policy for a server that no file vouches for: its key is the one in the config, or it is refused."""

    class Pinned(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
        def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
            if host_key == key.fingerprint:
                return
            if host_key:
                message = f"the key of {host} is {key.fingerprint}, and `host_key` says another"
            else:
                message = f"nobody vouches for {host}, whose key is {key.fingerprint}"
            hint = (
                "ask whoever runs the server for the fingerprint of its key. If it is this one, say "
                f"`host_key: {key.fingerprint}`, or connect once with `ssh` and answer yes"
            )
            raise Problem(fault(codes.HOST_KEY, errand.span, message, hint=hint))

    return Pinned()


def _ssh_config(paramiko: Any, host: str) -> Mapping[str, Any]:
    path = Path("~/.ssh/config").expanduser()
    if not path.is_file():
        return {}
    found: Mapping[str, Any] = paramiko.SSHConfig.from_path(str(path)).lookup(host)
    return found


def _jump(known: Mapping[str, Any]) -> str:
    """Return the command that goes through another server, where `~/.ssh/config` names one."""
    jump = known.get("proxyjump", "")
    return f"ssh -W {known['hostname']}:{known.get('port', 22)} {jump}" if jump and jump != "none" else ""


def _inner(error: Exception) -> Exception:
    """Return the fault of the connection itself; one that lists every address tried has it inside."""
    tried = getattr(error, "errors", None)
    inner = next(iter(tried.values()), error) if isinstance(tried, dict) else error
    return TimeoutError() if isinstance(inner, socket.timeout) else inner
