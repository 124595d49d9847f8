"""Personal data: which keys and values of a file would tell where somebody lives, or how to reach them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

__all__ = ["holds_mail_address", "looks_personal"]

_MAIL_ADDRESS = re.compile(r"[^\s@<>\"'(),;:]@[^\s@<>\"'(),;:]+\.[^\W\d_]{2}")
_IP_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){3,7}")
_PART = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+")
_PERSONAL = frozenset(
    ("email", "mail", "phone", "telephone", "tel", "mobile", "cell", "fax", "whatsapp", "address", "street", "postcode",
     "zip", "ip", "useragent", "birthday", "birthdate", "dob", "iban", "ssn", "passport", "surname", "lastname",
     "fullname", "realname", "orderid", "ordernumber", "telefon", "handy", "adresse", "anschrift", "strasse", "straße",
     "plz", "geburtstag", "nachname", "correo", "teléfono", "telefono", "móvil", "movil", "dirección", "direccion",
     "calle", "apellido", "apellidos")
)  # fmt: skip


def looks_personal(key: str, value: Any) -> bool:
    """Tell whether `key` with `value`, as plain data, looks like something that only its owner should hand out."""
    if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip() and _names_a_person(key):
        return True
    if isinstance(value, dict):
        return _names_a_person(key) or any(looks_personal(str(inner), item) for inner, item in value.items())
    if isinstance(value, list):
        return any(looks_personal(key, item) for item in value)
    return isinstance(value, str) and bool(_MAIL_ADDRESS.search(value) or _IP_ADDRESS.fullmatch(value.strip()))


def _names_a_person(key: str) -> bool:
    parts = [part.casefold() for part in _PART.findall(key)]
    pairs = map("".join, pairwise(parts))
    return not _PERSONAL.isdisjoint((*parts, *pairs))


def holds_mail_address(value: Any) -> bool:
    """Tell whether plain data has an e-mail address in it, at whatever depth."""
    if isinstance(value, dict):
        return any(holds_mail_address(str(key)) or holds_mail_address(item) for key, item in value.items())
    if isinstance(value, list):
        return any(map(holds_mail_address, value))
    return isinstance(value, str) and bool(_MAIL_ADDRESS.search(value))
