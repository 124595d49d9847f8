"""The targets `git` and `github-pages`: a branch of a repository, which shows the new site in one step."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Annotated
from urllib.parse import urlsplit

from caresite.core import codes_deploy as codes
from caresite.core.deployments import TargetKind, TargetOptions
from caresite.core.diagnostics import Problem, fault
from caresite.core.outgoing import is_loopback, looks_like_option
from caresite.core.patience import patiently
from caresite.core.schema import Doc
from caresite.core.texts import counted
from caresite.deploy.git_words import Repository, git_problem
from caresite.deploy.plan import Plan
from caresite.deploy.scratch import scratch
from caresite.deploy.secrets import find_secret
from caresite.deploy.target import DigestName, Errand, File, Sent, Tell, There, Wanted

__all__ = ["GITHUB_PAGES", "TARGET", "Branch", "GitHubPagesOptions", "GitOptions", "opened"]

_OWNER = "Caresite-Site: "
_THERE = "refs/caresite/there"
_DEPTH = 20  # far enough back to see what somebody added by hand on the host's pages
_SOURCES = frozenset(("caresite.yaml", "caresite.yml", "caresite.toml"))
_GITHUB = re.compile(r"(?:https://(?:[^@/]*@)?|ssh://git@|git@)github\.com[/:]([^/]+)/([^/]+?)(?:\.git)?/?")
_SCHEMES = frozenset(("https", "http", "ssh", "git", "git+ssh", "ssh+git", "file"))
_HELPER = re.compile(r"[\w+.-]*::")  # `ext::` and the like start a program (gitremote-helpers(7))
_BRANCH = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\-][^\x00-\x20\x7f~^:?*\[\\]*")
_NO_BRANCH = re.compile(r"\.\.|@\{|//|^/|/$|(?:^|/)\.|\.(?:lock)?(?:/|$)")
_LEFT_BEHIND = ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*", "fast_import_crash_*")
_PATIENCE_S = 60.0
_GITHUB_PATIENCE_S = 180.0


class GitOptions(TargetOptions, frozen=True, kw_only=True):
    """A branch of a git repository that holds the finished site and nothing else."""

    remote: Annotated[
        str,
        Doc(
            "The repository: its address, or the name of a remote of the site's own one.",
            example="git@git.example.com:harbour-vets/www.git",
        ),
    ]
    branch: Annotated[str, Doc("The branch. It is made when it is not there.")] = "gh-pages"
    history: Annotated[
        bool, Doc("Whether earlier deploys stay in the branch. Without them, large pictures cost their room once.")
    ] = True
    token_env: Annotated[
        str, Doc("The environment variable with a token, for https addresses. Without it git's own means are used.")
    ] = "CARESITE_GIT_TOKEN"
    token_file: Annotated[str, Doc("A file with the token instead, that only you can read.")] = ""
    token_user: Annotated[str, Doc("The name that goes with the token.")] = "x-access-token"
    author: Annotated[str, Doc("Whose name the commits have; yours in git otherwise.", example="Anna <a@b.de>")] = ""


class GitHubPagesOptions(GitOptions, frozen=True, kw_only=True):
    """A branch that GitHub Pages shows: choose *Deploy from a branch* in the repository's settings."""

    remote: Annotated[str, Doc("The repository at GitHub: its address, or the name of a remote.")] = "origin"
    token_env: Annotated[
        str, Doc("The environment variable with a token, for https addresses. Without it git's own means are used.")
    ] = "GITHUB_TOKEN"


@contextmanager
def opened(options: GitOptions, errand: Errand) -> Iterator[Branch]:
    """Yield the branch as a target. Raises Problem when this computer has no git, or a secret stands in the config."""
    if not shutil.which("git"):
        found = fault(codes.MISSING_EXTRA, errand.span, "this computer has no `git`", hint="install git")
        raise Problem(found)
    yield Branch(options, errand)


class Branch:
    """A branch of a repository somewhere else, and a small repository here to talk to it."""

    digest: DigestName = "git"

    def __init__(self, options: GitOptions, errand: Errand) -> None:
        self._options = options
        self._errand = errand
        self._repository = errand.state / "repository.git"
        self._token = find_secret(errand, variable=options.token_env, file=options.token_file)
        self._remote = self._address(options.remote)
        self._check_remote()
        self._check_branch()
        self._tip = ""

    def _address(self, remote: str) -> str:
        """Return the address of the repository. Raises Problem when a password stands in it."""
        if re.fullmatch(r"[\w.-]+", remote) and not (self._errand.root / remote).exists():
            command = ["git", "-C", str(self._errand.root), "remote", "get-url", "--push", "--", remote]
            environ = {**os.environ, "LC_ALL": "C"}
            done = subprocess.run(command, capture_output=True, check=False, text=True, env=environ)
            if done.returncode:
                raise self._unknown(remote, is_repository="not a git repository" not in done.stderr)
            remote = done.stdout.strip()
        elif "://" not in remote and ":" not in remote:
            remote = str((self._errand.root / Path(remote).expanduser()).resolve())
        if "://" in remote and urlsplit(remote).password:
            hint = f"take it out of the address and put it into the environment variable {self._options.token_env}"
            message = "a password or token stands in the address of the repository"
            raise Problem(fault(codes.UNSAFE_SECRET, self._errand.span, message, hint=hint))
        return remote

    def _check_remote(self) -> None:
        """Raise Problem for an address that starts a program, or that would carry the token in the open."""
        remote, span = self._remote, self._errand.span
        scheme = urlsplit(remote).scheme.lower() if "://" in remote else ""
        if _HELPER.match(remote) or (scheme and scheme not in _SCHEMES):
            message = f"`{_shown(remote)}` is no address of a repository that may be used here"
            hint = "use an https or ssh address, `user@host:path`, or a folder"
            raise Problem(fault(codes.UNSAFE_OPTION, span, message, hint=hint))
        if any(looks_like_option(part) for part in _parts_of(remote)):
            message = f"a part of the address `{_shown(remote)}` could be taken for an option"
            raise Problem(fault(codes.UNSAFE_OPTION, span, message))
        is_safe = scheme not in ("http", "git") or (is_loopback(remote) and not self._token)
        if not is_safe:
            what = "the token" if self._token else "whatever git knows to let you in"
            message = f"{what} would go to `{_shown(remote)}` unencrypted"
            raise Problem(fault(codes.OPEN_LINE, span, message))

    def _check_branch(self) -> None:
        """Raise Problem for a name that no branch can have (git-check-ref-format(1))."""
        branch = self._options.branch
        if not _BRANCH.fullmatch(branch) or _NO_BRANCH.search(branch):
            message = f"`branch` cannot be “{branch}”"
            hint = "take letters, digits, `-`, `_`, `.` and `/`"
            raise Problem(fault(codes.UNSAFE_OPTION, self._errand.span, message, hint=hint))

    def _unknown(self, remote: str, *, is_repository: bool) -> Problem:
        message = f"the site's repository has no remote `{remote}`"
        if not is_repository:
            message = f"the site is not in a git repository, so nobody knows what its remote `{remote}` is"
        hint = f"add it (`git remote add {remote} …`), or give the address as `remote`"
        return Problem(fault(codes.NO_SUCH_PLACE, self._errand.span, message, hint=hint))

    # look

    def look(self, wanted: Wanted) -> There:
        """Return what the branch holds, and what of it came from somebody else than caresite."""
        self._tip = self._fetched()
        if not self._tip:
            return There(url=self._url())
        files = self._files(self._tip)
        ours = self._git("log", "-1", "--format=%H", f"--grep=^{_OWNER}", self._tip).strip()
        before = self._files(ours) if ours else {}
        if not ours and not _SOURCES.isdisjoint(files):
            message = f"the branch `{self._options.branch}` holds the sources of a site"
            raise Problem(fault(codes.NOT_OURS, self._errand.span, message, hint="name another `branch`"))
        foreign = frozenset(path for path, digest in files.items() if before.get(path) != digest)
        ownmade = self._own_files().keys() - wanted.files.keys()
        kept = {path: digest for path, digest in files.items() if path not in ownmade}
        return There(kept, foreign - ownmade, self._owner(ours) if ours else "", self._url())

    def _fetched(self) -> str:
        """Return the newest commit of the branch, which is here afterwards; empty when there is no branch yet."""
        reference = f"refs/heads/{self._options.branch}"
        self._prepare()
        listed = self._talk("ls-remote", self._remote, reference).split()
        if not listed:
            return ""
        fetch = ("fetch", "--quiet", f"--depth={_DEPTH}", "--no-tags", self._remote, f"+{reference}:{_THERE}")
        try:
            self._talk(*fetch)
        except Problem as problem:
            if problem.diagnostics[0].code != codes.HOST_REFUSED.id:
                raise
            shutil.rmtree(self._repository)  # a computer that lost its power leaves it broken; nothing in it is needed
            self._prepare()
            self._talk(*fetch)
        return listed[0]

    def _prepare(self) -> None:
        """Have the repository here, and nothing that a deploy leaves there when it is killed."""
        if not (self._repository / "HEAD").is_file():
            self._repository.mkdir(parents=True, exist_ok=True)
            self._git("init", "--quiet", "--bare", str(self._repository))
        for pattern in _LEFT_BEHIND:  # one deploy of a site is at work at a time, so that nobody holds them
            for path in self._repository.glob(pattern):
                path.unlink()

    def _files(self, commit: str) -> dict[str, str]:
        entries = self._git("ls-tree", "-r", "-z", "--full-tree", commit).split("\0")
        described = (entry.partition("\t") for entry in entries if entry)
        return {path: about.split()[2] for about, _, path in described}

    def _owner(self, commit: str) -> str:
        lines = self._git("log", "-1", "--format=%B", commit).splitlines()
        return next((line.removeprefix(_OWNER).strip() for line in lines if line.startswith(_OWNER)), "")

    # send

    def send(self, plan: Plan, tell: Tell) -> Sent:
        """Commit the wanted site and push it; visitors have the old one until the push is done."""
        total = len(plan.add) + len(plan.change)
        self._store((*plan.add, *plan.change), tell)
        commit = self._committed(plan)
        branch = f"refs/heads/{self._options.branch}"
        lease = f"--force-with-lease={branch}:{self._tip}"
        self._talk("push", "--quiet", lease, self._remote, f"{commit}:{branch}")
        self._git("update-ref", _THERE, commit)
        self._git("-c", "gc.autoDetach=false", "gc", "--quiet", "--auto")
        tell("Sending", total, total)
        return Sent(self._url(), commit[:12])

    def _store(self, files: Sequence[File], tell: Tell) -> None:
        """Have the files in the repository here: all in one pack, which is on the disk at once and not file by file."""
        command, environ = self._called("fast-import", "--quiet", "--done", "--depth=0")
        with (
            tempfile.TemporaryFile() as said,
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=said, env=environ) as process,
        ):
            assert process.stdin
            with suppress(BrokenPipeError), process.stdin as pipe:  # what ended it is said by itself
                for number, file in enumerate(files, start=1):
                    self._pour(file, pipe)
                    tell("Packing", number, len(files))
                pipe.write(b"done\n")
            if process.wait():
                said.seek(0)
                raise self._problem(said.read().decode("utf-8", "replace"))

    def _pour(self, file: File, pipe: IO[bytes]) -> None:
        """Write one file as git-fast-import(1) reads it. Raises Problem when it is changed at this very moment."""
        with file.source.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            pipe.write(b"blob\ndata %d\n" % size)
            shutil.copyfileobj(source, pipe)
            if source.tell() != size:
                message = f"`{file.path}` was changed while it was sent"
                raise Problem(fault(codes.HOST_REFUSED, self._errand.span, message, hint="deploy again"))
            pipe.write(b"\n")

    def _committed(self, plan: Plan) -> str:
        with scratch(self._errand) as folder:
            index = {"GIT_INDEX_FILE": str(folder / "index")}
            entries = "".join(f"100644 {digest}\t{path}\0" for path, digest in self._everything(plan))
            self._git("update-index", "-z", "--index-info", said=entries, more=index)
            tree = self._git("write-tree", more=index).strip()
        parents = ("-p", self._tip) if self._tip and self._options.history else ()
        return self._git("commit-tree", tree, *parents, said=self._words(plan), more=self._author()).strip()

    def _everything(self, plan: Plan) -> Iterable[tuple[str, str]]:
        """Yield what the commit holds: the site, what others put there and stays, and what the host needs."""
        stays = {path: plan.there.files[path] for path in plan.there.foreign - set(plan.delete)}
        own = {path: self._stored(data) for path, data in self._own_files().items()}
        return sorted({**stays, **own, **plan.wanted.digests}.items())

    def _stored(self, data: bytes) -> str:
        return self._git("hash-object", "-w", "--stdin", said=data.decode()).strip()

    def _words(self, plan: Plan) -> str:
        numbers = f"{counted(len(plan.add), 'file')} added, {len(plan.change)} changed, {len(plan.delete)} deleted"
        return f"{self._errand.message or 'Deploy'}\n\n{numbers}\n\n{_OWNER}{self._errand.base_url}\n"

    def _author(self) -> dict[str, str]:
        """Return who commits: as the config says, else whom git knows, else caresite itself."""
        name, _, address = self._options.author.partition(" <")
        if not name and self._git("config", "user.email", optional=True):
            return {}
        given = {"NAME": name or "caresite", "EMAIL": address.rstrip("> ") or "caresite@localhost"}
        return {f"GIT_{who}_{key}": value for who in ("AUTHOR", "COMMITTER") for key, value in given.items()}

    # what the host is told

    def _own_files(self) -> Mapping[str, bytes]:
        """Return the files that GitHub Pages wants beside the site: no Jekyll, and a domain of the owner's."""
        if not isinstance(self._options, GitHubPagesOptions):
            return {}
        host = urlsplit(self._errand.base_url).hostname or ""
        domain = {} if host.endswith(".github.io") else {"CNAME": f"{host}\n".encode()}
        return {".nojekyll": b"", **domain}

    def _url(self) -> str:
        """Return where GitHub Pages shows the branch, for a site that has no domain of its own."""
        found = _GITHUB.fullmatch(self._remote)
        host = urlsplit(self._errand.base_url).hostname or ""
        if not isinstance(self._options, GitHubPagesOptions) or not found or not host.endswith(".github.io"):
            return ""
        owner, name = found[1].lower(), found[2]
        return f"https://{owner}.github.io/" + ("" if name.lower() == f"{owner}.github.io" else f"{name}/")

    # git itself

    def _talk(self, *words: str) -> str:
        """Return what git says when it talks to the host, again when the line breaks."""
        return patiently(lambda: self._git(*words), _may_pass, self._errand.sleep)

    def _git(self, *words: str, said: str = "", more: Mapping[str, str] | None = None, optional: bool = False) -> str:
        """Return what git prints. Raises Problem when it fails; with `optional` it returns nothing then."""
        command, environ = self._called(*words)
        told = said.encode("utf-8", "surrogateescape")
        done = subprocess.run(command, input=told, capture_output=True, check=False, env={**environ, **(more or {})})
        if done.returncode and not optional:
            raise self._problem(done.stderr.decode("utf-8", "replace"))
        return done.stdout.decode("utf-8", "surrogateescape") if not done.returncode else ""

    def _called(self, *words: str) -> tuple[list[str], dict[str, str]]:
        """Return the command for what git is to do, and its environment."""
        environ = {**self._errand.environ, "GIT_DIR": str(self._repository), "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
        environ["GIT_ALLOW_PROTOCOL"] = "file:git:http:https:ssh"
        environ.setdefault("GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=20")
        environ.setdefault("PATH", os.defpath)
        return ["git", "-c", "core.fsmonitor=false", *self._credentials(environ), *words], environ

    def _credentials(self, environ: dict[str, str]) -> list[str]:
        """Let git have the token from its environment, where no list of processes shows it."""
        if not self._token:
            return []
        environ |= {"CARESITE_TOKEN": self._token, "CARESITE_TOKEN_USER": self._options.token_user}
        answer = '!f() { echo "username=$CARESITE_TOKEN_USER"; echo "password=$CARESITE_TOKEN"; }; f'
        return ["-c", "credential.helper=", "-c", f"credential.helper={answer}"]

    def _problem(self, said: str) -> Problem:
        is_folder = Path(self._remote).is_absolute()
        name = _shown(self._options.remote if is_folder else self._remote)
        hint = f"put a token that may write into the environment variable {self._options.token_env}"
        return git_problem(said, Repository(name, _host_of(self._remote) or name, hint), self._errand.span)


def _may_pass(error: Exception) -> bool:
    return isinstance(error, Problem) and error.diagnostics[0].code == codes.HOST_SILENT.id


def _shown(remote: str) -> str:
    """Return the address of a repository without the name of who talks to it."""
    return re.sub(r"//[^/@]+@", "//", remote)


def _parts_of(remote: str) -> tuple[str, ...]:
    """Return what git hands on to other programs: user, host and path of an address."""
    if "://" in remote:
        parts = urlsplit(remote)
        return (parts.username or "", parts.netloc.rpartition("@")[2], parts.path.lstrip("/"))
    where, colon, path = remote.partition(":")
    return (where, where.rpartition("@")[2], path) if colon else (remote,)


def _host_of(remote: str) -> str:
    """Return the computer that an address names, as `https://host/…` or `user@host:…`; empty for a folder."""
    if "://" in remote:
        return urlsplit(remote).hostname or ""
    found = re.match(r"(?:[^/@]+@)?([^/:]+):", remote)
    return found[1] if found else ""


TARGET = TargetKind(name="git", options=GitOptions, open=opened, patience_s=_PATIENCE_S)
GITHUB_PAGES = TargetKind(
    name="github-pages",
    options=GitHubPagesOptions,
    open=opened,
    patience_s=_GITHUB_PATIENCE_S,
    served_by="github-pages",
)
