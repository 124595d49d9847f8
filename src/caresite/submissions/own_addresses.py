"""The firm's own e-mail addresses: what it wrote itself is no customer's text."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from caresite.core.config import Settings

__all__ = ["is_own", "own_addresses"]

# where everybody may have an address, so that the domain says nothing of the firm
_SHARED_DOMAINS = frozenset(
    (
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com"),
        *("hotmail.co.uk", "hotmail.fr", "live.com", "msn.com"),
        *("yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr"),
        *("yahoo.es", "yahoo.it", "yahoo.co.jp", "ymail.com", "aol.com"),
        *("icloud.com", "me.com", "mac.com", "proton.me"),
        *("protonmail.com", "pm.me", "tutanota.com", "tuta.com", "tuta.io", "gmx.de"),
        *("gmx.net", "gmx.at", "gmx.ch", "gmx.com"),
        *("web.de", "t-online.de", "freenet.de", "posteo.de", "mailbox.org", "orange.fr"),
        *("wanadoo.fr", "free.fr", "laposte.net", "sfr.fr"),
        *("libero.it", "virgilio.it", "tiscali.it", "alice.it", "telefonica.net"),
        *("terra.es", "sapo.pt", "uol.com.br", "bol.com.br"),
        *("ziggo.nl", "kpnmail.nl", "xs4all.nl", "telia.com", "bluewin.ch", "wp.pl"),
        *("onet.pl", "o2.pl", "interia.pl", "seznam.cz"),
        *("mail.ru", "yandex.ru", "btinternet.com", "sky.com", "virginmedia.com"),
        *("comcast.net", "verizon.net", "att.net", "fastmail.com"),
        *("hey.com", "qq.com", "163.com", "126.com", "naver.com", "daum.net"),
        *("zoho.com", "mail.com", "hotmail.de", "hotmail.it"),
    )
)


def own_addresses(settings: Settings) -> tuple[str, ...]:
    """Return the firm's addresses; one such as `@quill.example` is every address of that domain."""
    config = settings.config
    given = [config.business.email if config.business else ""]
    given.extend(form.email for form in config.forms.values())
    given.extend(source.user for source in config.sources.values())
    found = {address.strip().lower() for address in given if "@" in address}
    found |= {f"@{domain}" for address in found if (domain := address.rpartition("@")[2]) not in _SHARED_DOMAINS}
    if host := (urlsplit(config.base_url).hostname or "").removeprefix("www."):
        found.add(f"@{host}")
    return tuple(sorted(found))


def is_own(email: str, own: Collection[str]) -> bool:
    """Tell whether an address is the firm's: named, or below one of its domains."""
    address = email.strip().lower()
    domain = address.rpartition("@")[2]
    domains = tuple(each[1:] for each in own if each.startswith("@"))
    return bool(domain) and (address in own or any(f".{domain}".endswith(f".{each}") for each in domains))
