"""The target `s3`: a bucket at Amazon, or at any host that speaks its language."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from typing import Annotated, Any

from caresite.core import codes_deploy as codes
from caresite.core.deployments import TargetKind, TargetOptions
from caresite.core.diagnostics import Code, Problem, fault
from caresite.core.outgoing import is_private_line
from caresite.core.schema import Doc
from caresite.deploy.crew import each
from caresite.deploy.faults import missing_extra, reason_of
from caresite.deploy.ledger import LEDGER, Ledger, finished, intended, read_ledger, understood, with_more, written
from caresite.deploy.media import Described, Media
from caresite.deploy.plan import Plan, steps, turn
from caresite.deploy.target import DigestName, Errand, File, Sent, Tell, There, Wanted

__all__ = ["TARGET", "Bucket", "S3Options", "opened"]

_WORKERS = 12
_MOST_PAGES = 1_000  # of a thousand files each
_LEADING = "leads on"
_EMPTY = hashlib.md5(b"", usedforsecurity=False).hexdigest()
_TIME = re.compile(rb"<LastModified>[^<]*</LastModified>")
_MD5 = re.compile(r"[0-9a-f]{32}")
_CODES: dict[str, Code] = {
    "NoSuchBucket": codes.NO_SUCH_PLACE,
    "PermanentRedirect": codes.NO_SUCH_PLACE,
    "AuthorizationHeaderMalformed": codes.NO_SUCH_PLACE,
    "404": codes.NO_SUCH_PLACE,
    "AccessDenied": codes.NOT_LET_IN,
    "InvalidAccessKeyId": codes.NOT_LET_IN,
    "SignatureDoesNotMatch": codes.NOT_LET_IN,
    "ExpiredToken": codes.NOT_LET_IN,
    "InvalidToken": codes.NOT_LET_IN,
    "403": codes.NOT_LET_IN,
    "QuotaExceeded": codes.HOST_FULL,
    "XMinioStorageFull": codes.HOST_FULL,
    "InsufficientStorage": codes.HOST_FULL,
    "507": codes.HOST_FULL,
    "SlowDown": codes.HOST_SILENT,
    "ServiceUnavailable": codes.HOST_SILENT,
    "InternalError": codes.HOST_SILENT,
    "RequestTimeout": codes.HOST_SILENT,
    "500": codes.HOST_SILENT,
    "502": codes.HOST_SILENT,
    "503": codes.HOST_SILENT,
    "504": codes.HOST_SILENT,
}
_SAID = {
    codes.NO_SUCH_PLACE: "there is no bucket `{bucket}` here, or it is in another region",
    codes.NOT_LET_IN: "the bucket `{bucket}` does not let us in: the keys are wrong or expired, or may not do this",
    codes.HOST_FULL: "the bucket `{bucket}` takes no more: its quota is full",
    codes.HOST_SILENT: "the host of the bucket `{bucket}` is too busy or broken just now",
}


class S3Options(TargetOptions, frozen=True, kw_only=True):
    """A bucket at Amazon S3, Cloudflare R2, MinIO, Hetzner and others."""

    bucket: Annotated[str, Doc("The bucket.", example="www.example.com")]
    prefix: Annotated[str, Doc("A folder in the bucket, if the site does not begin at its top.", example="shop/")] = ""
    region: Annotated[str, Doc("Its region.", example="eu-central-1")] = ""
    endpoint: Annotated[
        str,
        Doc("The address of a host other than Amazon.", address=True, example="https://ID.r2.cloudflarestorage.com"),
    ] = ""
    profile: Annotated[str, Doc("The profile of your AWS files whose keys are used.")] = ""
    key_id_env: Annotated[
        str, Doc("The environment variable with the id of the key. Without it, what AWS tools find is used.")
    ] = "AWS_ACCESS_KEY_ID"
    secret_env: Annotated[str, Doc("The environment variable with the key itself. It never stands here.")] = (
        "AWS_SECRET_ACCESS_KEY"
    )
    acl: Annotated[
        str, Doc("The access that each file gets, where the bucket does not say it for all.", example="public-read")
    ] = ""


@contextmanager
def opened(options: S3Options, errand: Errand) -> Iterator[Bucket]:
    """Yield the bucket as a target."""
    yield Bucket(_client(options, errand), options, errand)


def _client(options: S3Options, errand: Errand) -> Any:
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ModuleNotFoundError:
        raise missing_extra(errand.span, "s3", "s3") from None
    if options.endpoint and not is_private_line(options.endpoint):
        message = f"the keys would go to `{options.endpoint}` unencrypted"
        raise Problem(fault(codes.OPEN_LINE, errand.span, message))
    environ, is_keyed = errand.environ, bool(errand.environ.get(options.key_id_env))
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 5},
        max_pool_connections=_WORKERS,
        connect_timeout=20,
        read_timeout=60,
        # other hosts than Amazon know no checksums but the one of the whole
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    try:
        session = boto3.session.Session(profile_name=options.profile or None, region_name=options.region or None)
        client = session.client(
            "s3",
            endpoint_url=options.endpoint or None,
            region_name=options.region or session.region_name or "us-east-1",
            aws_access_key_id=environ.get(options.key_id_env) if is_keyed else None,
            aws_secret_access_key=environ.get(options.secret_env) if is_keyed else None,
            aws_session_token=environ.get("AWS_SESSION_TOKEN") if is_keyed else None,
            config=config,
        )
    except (BotoCoreError, ValueError) as error:
        raise Problem(fault(codes.BAD_TARGET, errand.span, f"the bucket cannot be used: {error}")) from None
    client.meta.events.register("before-call.s3.HeadBucket", _not_led_on)
    client.meta.events.register("before-parse.s3.ListObjectsV2", _without_times)
    return client


def _not_led_on(context: dict[str, Any], **about: object) -> None:
    """Take the first answer to the question where a bucket is: boto would ask again for each redirect, without end."""
    context["s3_redirect"]["redirected"] = True


def _without_times(response_dict: dict[str, Any], **about: object) -> None:
    """Take the times out of a listing: nobody asks for them, and reading them takes longer than all the rest."""
    response_dict["body"] = _TIME.sub(b"", response_dict["body"])


class Bucket:
    """A bucket, and the files that stand below a prefix in it."""

    digest: DigestName = "md5"

    def __init__(self, client: Any, options: S3Options, errand: Errand) -> None:
        self._client = client
        self._options = options
        self._errand = errand
        self._prefix = options.prefix.strip("/") + "/" if options.prefix.strip("/") else ""
        self._tags: dict[str, str] = {}
        self._leading_on = self._right = frozenset[str]()
        self._media = Media({}, errand.base_url)

    # look

    def look(self, wanted: Wanted) -> There:
        """Return what the bucket holds. A file counts as right when its bytes are, and its headers too."""
        self._media = Media(wanted.files, self._errand.base_url)
        with self._told():
            self._tags = dict(self._listed())
            ledger = self._ledger() if self._tags.pop(LEDGER, None) else Ledger()
        there = understood(ledger, self._listing())
        known = {path: self._known(path, digest, path in there.foreign) for path, digest in there.files.items()}
        self._leading_on = frozenset(path for path in self._media.redirects if path not in wanted.files)
        self._right = frozenset(path for path in self._leading_on if there.files.get(path) == _LEADING)
        files = {path: digest for path, digest in known.items() if path not in self._leading_on}
        return There(files, there.foreign - self._leading_on, there.owner)

    def _listed(self) -> Iterable[tuple[str, str]]:
        """Yield what is in the bucket below the prefix. Raises Problem for a list that does not end."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._options.bucket, Prefix=self._prefix)
        for number, page in enumerate(pages):
            if number == _MOST_PAGES:
                message = f"the list of what is in the bucket has no end: {number:,} pages were read"
                raise Problem(fault(codes.HOST_REFUSED, self._errand.span, message))
            for entry in page.get("Contents", ()):
                yield entry["Key"].removeprefix(self._prefix), entry["ETag"].strip('"')

    def _ledger(self) -> Ledger:
        answer = self._client.get_object(Bucket=self._options.bucket, Key=self._prefix + LEDGER)
        return read_ledger(answer["Body"].read())

    def _listing(self) -> dict[str, str]:
        return {path: self._stamp(path, tag) for path, tag in self._tags.items()}

    def _known(self, path: str, digest: str, is_foreign: bool) -> str:
        """Return the digest of a file: as the ledger has it, and for files of others as the host calls them."""
        return self._tags[path] if is_foreign and _MD5.fullmatch(self._tags[path]) else digest

    def _stamp(self, path: str, tag: str) -> str:
        """Return what tells a file with the headers that it should have from all others."""
        headers = hashlib.blake2b(repr(tuple(self._media.of(path))).encode(), digest_size=6).hexdigest()
        return f"{headers}-{tag}"

    # send

    def send(self, plan: Plan, tell: Tell) -> Sent:
        """Put what is new step by step, and then delete what is gone."""
        url, total, count = self._errand.base_url, len(plan.add) + len(plan.change), 0
        with self._told():
            digests = plan.wanted.digests
            self._put_ledger(intended(url, plan, self._listing(), lambda path: self._stamp(path, digests[path])))

            def done(file: File) -> None:
                nonlocal count
                count += 1
                tell("Sending", count, total)

            for step in steps(plan):
                each(step.files, self._put, workers=_WORKERS, done=done)
            each(sorted(self._leading_on - self._right), self._lead_on, workers=_WORKERS, done=lambda path: None)
            for _, together in groupby(plan.delete, key=turn):
                each(together, self._delete, workers=_WORKERS, done=lambda path: None)
            self._put_ledger(finished(url, plan.wanted, lambda path: self._stamp(path, self._tags[path])))
        return Sent()

    def _put(self, file: File) -> None:
        with file.source.open("rb") as body:
            answer = self._put_object(file.path, body, self._media.of(file.path))
        self._tags[file.path] = answer.get("ETag", "").strip('"')

    def _lead_on(self, path: str) -> None:
        """Put an empty object whose address leads to another."""
        self._put_object(path, b"", self._media.of(path))

    def _put_object(self, path: str, body: Any, described: Described) -> Mapping[str, Any]:
        more = {"ACL": self._options.acl} if self._options.acl else {}
        if described.redirect:
            more["WebsiteRedirectLocation"] = described.redirect
        answer: Mapping[str, Any] = self._client.put_object(
            Bucket=self._options.bucket,
            Key=self._prefix + path,
            Body=body,
            ContentType=described.content_type,
            CacheControl=described.cache_control,
            **more,
        )
        return answer

    def _put_ledger(self, ledger: Ledger) -> None:
        leading = {path: {_LEADING: self._stamp(path, _EMPTY)} for path in self._leading_on}
        data = written(with_more(ledger, leading))
        self._put_object(LEDGER, data, Described("application/json", "no-store"))

    def _delete(self, path: str) -> None:
        self._client.delete_object(Bucket=self._options.bucket, Key=self._prefix + path)

    # what it says

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell faults of the host in plain words."""
        from botocore import exceptions

        span, names = self._errand.span, {"bucket": self._options.bucket}
        try:
            yield
        except exceptions.ClientError as error:
            said = error.response.get("Error", {})
            status = str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
            code = _CODES.get(said.get("Code", "")) or _CODES.get(status, codes.HOST_REFUSED)
            reason = f"{said.get('Code', status)}: {said.get('Message', '')}"[:200].rstrip(": ")
            message = _SAID[code].format(**names) if code in _SAID else f"the bucket `{names['bucket']}` refused"
            raise Problem(fault(code, span, f"{message} ({reason})")) from None
        except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError):
            message = "there are no keys for the bucket: the environment variables {} and {} are not set"
            text = message.format(self._options.key_id_env, self._options.secret_env)
            raise Problem(fault(codes.UNSAFE_SECRET, span, text)) from None
        except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
            host = self._options.endpoint or "Amazon S3"
            message = f"{host} cannot be reached, or broke off: {reason_of(error)}"
            raise Problem(fault(codes.HOST_SILENT, span, message)) from None
        except exceptions.BotoCoreError as error:
            raise Problem(fault(codes.HOST_REFUSED, span, f"the bucket cannot be used: {error}")) from None


TARGET = TargetKind(name="s3", options=S3Options, open=opened, served_by="s3")
