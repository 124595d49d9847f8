"""The target `netlify`: files by their digests, of which Netlify asks for those that it does not have.

    create    the digests of all files            →  a deploy, and which digests it still needs
    upload    one file for each of them
    wait      until it is ready                   →  visitors get it, all of it at once; of a preview its own address

A deploy that was ended is gone on with: its id is kept, and Netlify says what it still needs. One that holds other
files by now is called off. Shapes: the OpenAPI description of Netlify.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Annotated, Any

import msgspec
from msgspec import Struct

from caresite.core import codes_deploy as codes
from caresite.core.deployments import TargetKind, TargetOptions
from caresite.core.diagnostics import Problem
from caresite.core.files import write_atomically
from caresite.core.schema import Doc
from caresite.deploy.crew import each
from caresite.deploy.netlify_api import API, NetlifyApi, address_of, netlify_api
from caresite.deploy.plan import Plan
from caresite.deploy.secrets import needed_secret
from caresite.deploy.target import DigestName, Errand, File, Sent, Tell, There, Wanted
from caresite.deploy.versions import Version

__all__ = ["TARGET", "Netlify", "NetlifyOptions", "opened"]

_TOKEN = "NETLIFY_AUTH_TOKEN"
_UPLOADS = 6  # at once
_POLLS_S = (0.1, 0.2, 0.4, 0.8, 1.6)  # the last for as long as it takes
_MOST_POLLS = 750
_MOST_LOOKS = 12
_NEVER_IN_NAMES = "#?"
"""Both of Netlify's own clients, in Go and in JavaScript, refuse such file names before they send anything, so nobody
knows what their host would make of them. All others are sent, as parts of addresses (RFC 3986, 2.1)."""
_TAKES_FILES = frozenset(("prepared", "uploading"))
_KNOWS_WHAT_IT_NEEDS = _TAKES_FILES | frozenset(("uploaded", "processing", "processed", "ready"))


class NetlifyOptions(TargetOptions, frozen=True, kw_only=True):
    """A site at Netlify. The token stands in the environment, as NETLIFY_AUTH_TOKEN."""

    site: Annotated[
        str,
        Doc("The site's id, or its name there.", example="harbour-vets.netlify.app"),
    ]
    token_file: Annotated[str, Doc("A file with the token, which only you can read, from the site's root.")] = ""
    api: Annotated[str, Doc("The address of Netlify's interface.", address=True)] = API


class _Begun(Struct, frozen=True):
    """A deploy that was begun: its id, and a digest of all that it holds."""

    id: str
    holds: str


@contextmanager
def opened(options: NetlifyOptions, errand: Errand) -> Iterator[Netlify]:
    """Yield the site as a target."""
    token = needed_secret(errand, variable=_TOKEN, file=options.token_file)
    with netlify_api(options.api, token, errand) as api:
        yield Netlify(api, options.site, errand)


class Netlify:
    """A site at Netlify, and what is done to it."""

    digest: DigestName = "sha1"

    def __init__(self, api: NetlifyApi, site: str, errand: Errand) -> None:
        self._api = api
        self._site = f"sites/{address_of(site)}"
        self._errand = errand
        self._begun = errand.state / f"begun{'-preview' if errand.preview else ''}.json"

    def look(self, wanted: Wanted) -> There:
        """Return what the published deploy holds. Raises Problem for file names that Netlify does not take."""
        if odd := sorted(path for path in wanted.files if any(c in path for c in _NEVER_IN_NAMES)):
            more = f" and {len(odd) - 1} more" if len(odd) > 1 else ""
            message = f"Netlify takes no file whose name has `#` or `?`: `{odd[0]}`{more}"
            raise self._api.problem(codes.HOST_REFUSED, message, "give it another name")
        site = self._api.get(self._site)
        if not site.get("published_deploy"):
            return There(url=_url_of(site))
        files = {
            str(file["path"]).lstrip("/"): str(file.get("sha", "")) for file in self._api.pages(f"{self._site}/files")
        }
        return There(files=files, url=_url_of(site))

    def send(self, plan: Plan, tell: Tell) -> Sent:
        """Make a deploy of all wanted files, send what Netlify lacks, and wait until it is there."""
        deploy = self._resumed(plan.wanted) or self._created(plan.wanted)
        deploy = self._once(deploy, _KNOWS_WHAT_IT_NEEDS)
        if deploy["state"] in _TAKES_FILES:
            self._upload(deploy, plan.wanted, tell)
        return self._finished(deploy)

    def versions(self) -> tuple[Version, ...]:
        """Return the deploys that visitors can be given again, newest first; the first page that Netlify lists."""
        deploys = self._api.get(f"{self._site}/deploys", per_page=100)
        shown = self._api.get(self._site).get("published_deploy") or {}
        kept = (deploy for deploy in deploys if _may_be_shown(deploy))
        return tuple(
            Version(str(d["id"]), str(d.get("created_at", "")), str(d.get("title") or ""), d["id"] == shown.get("id"))
            for d in kept
        )

    def restore(self, id: str) -> Sent:
        """Give visitors an earlier deploy again, all of it at once."""
        return self._finished(self._api.post(f"{self._site}/deploys/{address_of(id)}/restore"), published=id)

    # a deploy

    def _created(self, wanted: Wanted) -> Mapping[str, Any]:
        files = {f"/{path}": digest for path, digest in wanted.digests.items()}
        value = {"files": files, "draft": self._errand.preview, "async": True}
        title = {"title": self._errand.message} if self._errand.message else {}
        deploy: Mapping[str, Any] = self._api.post(f"{self._site}/deploys", value, **title)
        self._begun.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self._begun, msgspec.json.encode(_Begun(str(deploy["id"]), _all_of(wanted))))
        return deploy

    def _resumed(self, wanted: Wanted) -> Mapping[str, Any] | None:
        """Return the deploy that was begun with just these files; one with others is called off."""
        begun = self._last_begun()
        if begun is None:
            return None
        with suppress(Problem):  # Netlify has forgotten it
            deploy: Mapping[str, Any] = self._api.get(f"deploys/{address_of(begun.id)}")
            if deploy["state"] in ("ready", "error"):
                return None
            if begun.holds == _all_of(wanted):
                return deploy
            self._api.post(f"deploys/{address_of(begun.id)}/cancel")
        return None

    def _last_begun(self) -> _Begun | None:
        try:
            return msgspec.json.decode(self._begun.read_bytes(), type=_Begun)
        except (OSError, msgspec.DecodeError):
            return None

    def _upload(self, deploy: Mapping[str, Any], wanted: Wanted, tell: Tell) -> None:
        lacking = _lacking(wanted, deploy.get("required") or ())
        sent = 0

        def send(file: File) -> None:
            try:
                self._api.upload(f"{_place(deploy)}/files/{address_of(file.path)}", file.source)
            except Problem:
                # the answer to an upload may have got lost: what Netlify has by now, it takes no second time
                now = self._api.get(_place(deploy))
                if now["state"] in _TAKES_FILES and wanted.digests[file.path] in (now.get("required") or ()):
                    raise

        def done(file: File) -> None:
            nonlocal sent
            sent += 1
            tell("Sending", sent, len(lacking))

        each(lacking, send, workers=_UPLOADS, done=done)

    def _once(self, deploy: Mapping[str, Any], states: frozenset[str]) -> Mapping[str, Any]:
        """Return the deploy when it has come to one of `states`. Raises Problem when it fails, or never gets there."""
        for number in range(_MOST_POLLS):
            state = deploy.get("state")
            if state in states:
                return deploy
            if state in ("error", "rejected"):
                reason = str(deploy.get("error_message") or "it does not say why")
                raise self._api.problem(codes.HOST_REFUSED, f"Netlify could not finish the deploy: {reason}")
            self._pause(number)
            deploy = self._api.get(_place(deploy))
        raise self._api.problem(codes.HOST_SILENT, "Netlify has been at work on the deploy for too long")

    def _pause(self, number: int) -> None:
        self._errand.sleep(_POLLS_S[min(number, len(_POLLS_S) - 1)])

    def _finished(self, deploy: Mapping[str, Any], published: str = "") -> Sent:
        """Wait until the deploy is what visitors get, or can be looked at."""
        done = self._once(deploy, frozenset(("ready",)))
        self._begun.unlink(missing_ok=True)
        made = str(done["id"])
        if self._errand.preview:
            return Sent(str(done.get("deploy_ssl_url") or done.get("deploy_url") or ""), made)
        return Sent(_url_of(self._showing(published or made)), made)

    def _showing(self, id: str) -> Mapping[str, Any]:
        """Return the site as soon as it shows the deploy. Raises Problem when it does not come to that."""
        for number in range(_MOST_LOOKS):
            site: Mapping[str, Any] = self._api.get(self._site)
            if (site.get("published_deploy") or {}).get("id") == id:
                return site
            self._pause(number)
        message = "the deploy is ready, but Netlify goes on showing another one"
        hint = "somebody has locked what is shown: unlock it among the site's deploys, and deploy again"
        raise self._api.problem(codes.HOST_REFUSED, message, hint)


def _may_be_shown(deploy: Mapping[str, Any]) -> bool:
    for_visitors = (deploy.get("context") or "production") == "production" and not deploy.get("draft")
    return bool(deploy.get("state") == "ready" and for_visitors)


def _url_of(site: Mapping[str, Any]) -> str:
    return str(site.get("ssl_url") or site.get("url") or "")


def _place(deploy: Mapping[str, Any]) -> str:
    return f"deploys/{address_of(str(deploy['id']))}"


def _lacking(wanted: Wanted, digests: Any) -> tuple[File, ...]:
    """Return one file for each of `digests`: those of one content are sent once."""
    by_digest = {digest: wanted.files[path] for path, digest in sorted(wanted.digests.items(), reverse=True)}
    return tuple(by_digest[digest] for digest in dict.fromkeys(map(str, digests)) if digest in by_digest)


def _all_of(wanted: Wanted) -> str:
    lines = (f"{digest} {path}\n" for path, digest in sorted(wanted.digests.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


TARGET = TargetKind(
    name="netlify", options=NetlifyOptions, open=opened, previews=True, patience_s=30.0, served_by="netlify"
)
