"""The command line. Each command imports what it needs when it runs, so that `--help` is there at once."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from caresite import __version__
from caresite.commands.session import Session

__all__ = ["cli", "main"]

F = TypeVar("F", bound=Callable[..., Any])
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_LOOKS_FOR_GARBAGE = (
    200_000,
    20,
    50,
)  # a build makes much and leaves little: fewer looks take a tenth less of its time
_ALIASES = {"preview": "serve", "dev": "serve"}  # what other tools call it
_STATES = ("all", "published", "drafts", "future", "expired", "withheld")


class _Commands(click.Group):
    """A group whose commands report what is wrong with the site, and exit with 1."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, _ALIASES.get(cmd_name, cmd_name))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            from caresite.core.diagnostics import Problem

            session = ctx.ensure_object(Session)
            if isinstance(error, OSError) and error.errno not in (None, errno.EPIPE):
                from caresite.core.disk import disk_fault

                error = Problem(disk_fault(error, session.root))
            if not isinstance(error, Problem):
                raise error
            from caresite.commands.report import print_problem

            print_problem(session, error)
            ctx.exit(1)


class _WithDefault(click.Group):
    """A group that does something by itself, and takes an argument that is not the name of one of its commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        names_command = bool(args) and args[0] in self.commands
        ctx.allow_interspersed_args = not names_command
        return super().parse_args(ctx, ["", *args] if names_command else args)


class _OwnArgument(click.Argument):
    """An argument of a group, which the usage of its commands does not show."""

    def get_usage_pieces(self, ctx: click.Context) -> list[str]:
        return super().get_usage_pieces(ctx) if self in ctx.command.params else []


def _set(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Take a general option, before or after the verb, into the session."""
    source = ctx.get_parameter_source(str(param.name))
    if ctx.resilient_parsing or source in (None, click.core.ParameterSource.DEFAULT):
        return
    if param.name == "no_color":
        ctx.find_root().color = False
    else:
        root = ctx.find_root()
        root.obj = root.ensure_object(Session)._replace(**{str(param.name): value})
        ctx.obj = root.obj


_CLOCK = "Do it as if it were this moment."
_GENERAL: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (("-C", "--root"), {"type": _FOLDER, "help": "The site's folder, if it is not this one."}),
    (
        ("-c", "--config", "configs"),
        {
            "multiple": True,
            "metavar": "FILE",
            "help": "Read this file of the site instead of caresite.yaml. May be repeated; later wins.",
        },
    ),
    (("-e", "--env"), {"metavar": "NAME", "help": "Lay caresite.NAME.yaml over the config."}),
    (("-q", "--quiet"), {"is_flag": True, "help": "Print errors only."}),
    (("-v", "--verbose"), {"is_flag": True, "help": "Print notes too."}),
    (("--json",), {"is_flag": True, "help": "Print one JSON object, for machines."}),
    (("--clock",), {"metavar": "TIME", "help": _CLOCK}),
    (("--no-color",), {"is_flag": True, "help": "Print without colours; so does the variable NO_COLOR."}),
)


def _general(hidden: bool, clock: str = "") -> Callable[[F], F]:
    """Give a command the options that every command has; below the verb they are understood, but not listed.

    Where the moment makes the difference, `clock` says what it does, and that option is listed there too.
    """

    def add(command: F) -> F:
        for names, about in reversed(_GENERAL):
            named = {**about, "help": clock} if clock and "--clock" in names else about
            is_hidden = hidden and named is about
            command = click.option(*names, callback=_set, expose_value=False, hidden=is_hidden, **named)(command)
        return command

    return add


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@_general(hidden=False)
@click.version_option(__version__, prog_name="caresite", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Turn Markdown posts, customer stories and quotes into a fast, honest site."""
    ctx.ensure_object(Session)
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def _session() -> Session:
    return click.get_current_context().find_root().ensure_object(Session)


def _exit(code: int) -> NoReturn:
    click.get_current_context().exit(code)


@cli.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", default="", help="The site's name.")
@click.option("-b", "--base-url", default="", help="The address people type.")
@click.option("--timezone", default="", help="The zone of the site's dates, such as Europe/London.")
@click.option("--language", default="", help="The language of the site, such as en-GB.")
@click.option("--examples/--no-examples", default=None, help="Whether to add one example of each kind.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing.")
@click.option("-f", "--force", is_flag=True, help="Use a folder that is not empty. No file is overwritten.")
@_general(hidden=True)
def init(**given: Any) -> None:
    """Start a new site in DIR, or here."""
    from caresite.commands.init import Flags, run

    _exit(run(_session(), Flags(**given)))


@cli.command()
@click.argument("kind")
@click.argument("title")
@click.option("-s", "--slug", default="", help="The last part of its address; made from the title otherwise.")
@click.option("-d", "--date", default="", help="Its date; today otherwise.")
@click.option("--author", multiple=True, help="Who wrote or said it. May be repeated.")
@click.option("--tags", multiple=True, help="Its topics, split at commas. May be repeated.")
@click.option("--in", "into", default="", metavar="NAME", help="For a quote: the collection it joins.")
@click.option("--edit", is_flag=True, help="Open it in your editor.")
@click.option("-f", "--force", is_flag=True, help="Write over a file that exists.")
@_general(hidden=True)
def new(**given: Any) -> None:
    """Start a post, a story, a quote and so on, as a draft.

    KIND is post, page, story, testimonial, quote, author, or the name of a collection. What the new file
    holds comes from archetypes/KIND.md, if your site has that.
    """
    from caresite.commands.new import Flags, run

    _exit(run(_session(), Flags(**given)))


@cli.command()
@click.option("-D", "--drafts", is_flag=True, help="Show drafts too.")
@click.option("-F", "--future", is_flag=True, help="Show what is not due yet.")
@click.option("-E", "--expired", is_flag=True, help="Show what has expired.")
@click.option("-b", "--base-url", default="", help="The address of this build, instead of the config's.")
@click.option("-o", "--output-dir", default="", help="Where to write, instead of the config's folder.")
@click.option("--strict", is_flag=True, help="Take every warning for an error.")
@click.option(
    "--minify/--no-minify",
    default=None,
    help="Leave needless white space and comments out of pages; not done otherwise.",
)
@click.option("--clean", is_flag=True, help="Empty the output folder first, also of files made by others.")
@click.option("--profile", is_flag=True, help="Print the seconds each stage took.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 256), help="How many processes may work at once; all processors otherwise."
)
@click.option("--full", is_flag=True, help="Build everything anew, whatever earlier builds found out.")
@click.option("--verify", is_flag=True, help="Build everything anew beside it, and report any byte that differs.")
@_general(hidden=True, clock="Build as if it were this moment.")
def build(**given: Any) -> None:
    """Build the site. After an error the last good site stays as it is."""
    from caresite.commands.build import Flags, run

    _exit(run(_session(), Flags(**given)))


@cli.command()
@click.option("-p", "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Where to listen.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen at. With another than this, others can read your drafts.",
)
@click.option("-O", "--open", is_flag=True, help="Open the site in the browser.")
@click.option("--no-reload", is_flag=True, help="Leave the pages alone: no reload, no messages, no toolbar.")
@click.option(
    "--poll",
    type=click.IntRange(50, 60_000),
    metavar="MS",
    help="Look for changes every so many milliseconds, for disks that do not tell.",
)
@click.option("--follow", is_flag=True, help="Go to the page whose file was just saved.")
@click.option("--production", is_flag=True, help="Hide drafts, what is not due yet and what has expired, like a build.")
@click.option("-D", "--drafts", is_flag=True, help="Show drafts all the same, with --production.")
@click.option("-F", "--future", is_flag=True, help="Show what is not due yet all the same.")
@click.option("-E", "--expired", is_flag=True, help="Show what has expired all the same.")
@click.option("--built", is_flag=True, help="Serve the output folder as it is, and build nothing.")
@click.option(
    "--editor",
    default="",
    metavar="NAME",
    help="What opens a file from the browser: a command such as `code`, or an address such as vscode://file/{file}:{line}.",
)
@click.option("-b", "--base-url", default="", help="The address to show the site for, instead of the config's.")
@_general(hidden=True, clock="Show the site as it is at this moment.")
def serve(**given: Any) -> None:
    """Show the site in the browser, new with every save. `preview` and `dev` are the same.

    Drafts, what is not due yet and what has expired are shown with a mark. A fault is told over the last good page.
    """
    from caresite.commands.serve import Flags, run

    _exit(run(_session(), Flags(**given)))


@cli.command()
@click.argument("topic", metavar="[consent]", type=click.Choice(("consent",)), required=False)
@click.option(
    "--fail-on",
    type=click.Choice(("error", "warning")),
    default="error",
    show_default=True,
    help="What counts as failed. Withheld words and lost wordings always do.",
)
@click.option("--format", type=click.Choice(("text", "json")), default="text", show_default=True, help="How to print.")
@click.option("-b", "--base-url", default="", help="The address to check for, instead of the config's.")
@_general(hidden=True, clock="Check as if it were this moment.")
def check(**given: Any) -> None:
    """Check the whole site in memory and write nothing.

    With `consent`, only the rules for customers' words are told, one by one; with `-v` also those that are kept.
    """
    from caresite.commands.check import Flags, run

    _exit(run(_session(), Flags(**given)))


@cli.command("list")
@click.argument("state", metavar=f"[{'|'.join(_STATES)}]", type=click.Choice(_STATES), default="all", required=False)
@click.option(
    "--format",
    type=click.Choice(("table", "csv", "json")),
    default="table",
    show_default=True,
    help="How to print.",
)
@_general(hidden=True, clock="List as if it were this moment.")
def list_content(**given: Any) -> None:
    """List the content of the site, and what is held back until when."""
    from caresite.commands.listing import Flags, run

    _exit(run(_session(), Flags(**given)))


@cli.command()
@click.argument("name", metavar="[config|KIND|theme]", default="config")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
@_general(hidden=True)
def schema(name: str, output: Path | None) -> None:
    """Print the JSON Schema of the config, a kind's front matter, or the theme's options."""
    from caresite.commands.schemas import run

    _exit(run(_session(), name, output))


@cli.command()
@click.option("--fix", is_flag=True, help="Repair what can be repaired without asking.")
@_general(hidden=True)
def doctor(fix: bool) -> None:
    """Look for what makes trouble later.

    Versions, config, file names, encodings, and what git keeps.
    """
    from caresite.commands.doctor import run

    _exit(run(_session(), fix=fix))


@cli.command()
@_general(hidden=True)
def clean() -> None:
    """Remove the output folder and the cache."""
    from caresite.commands.clean import run

    _exit(run(_session()))


@cli.group(cls=_WithDefault, subcommand_metavar="[COMMAND] [ARGS]...", invoke_without_command=True)
@click.argument("name", default="", required=False, cls=_OwnArgument)
@click.option("--dry-run", is_flag=True, help="Say exactly what would be sent and deleted, and send nothing.")
@click.option("--preview", is_flag=True, help="Put it where visitors do not see it, and search engines stay away.")
@click.option("--no-build", is_flag=True, help="Send the output folder as it is. It is checked all the same.")
@click.option("--allow-sample", is_flag=True, help="Go online with people who are made up (`sample: true`).")
@click.option("--take-down", is_flag=True, help="Go online without words that are withheld, though nobody settled it.")
@click.option("--take-over", is_flag=True, help="Make everything at the target this site, whoever put it there.")
@click.option(
    "--max-deletes",
    type=click.IntRange(0),
    default=256,
    show_default=True,
    help="Stop when more files than this would be deleted.",
)
@click.option("-m", "--message", default="", help="A line about this deploy, for hosts that keep one.")
@click.option("--minify/--no-minify", default=None, help="Leave needless white space out of pages, as in `build`.")
@click.option("--no-verify", is_flag=True, help="Do not look at the live pages afterwards.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing.")
@_general(hidden=True)
@click.pass_context
def deploy(ctx: click.Context, /, **given: Any) -> None:
    """Put the site online: build it, check it, and send what changed.

    NAME is an entry of `deploy:` in the config. Without it, the only one, or the one called `production`.
    """
    if ctx.invoked_subcommand is None:
        from caresite.commands.deploy import Flags, run

        _exit(run(_session(), Flags(**given)))


@deploy.command("init")
@click.argument("host", default="", required=False)
@click.option("-f", "--force", is_flag=True, help="Write over files that somebody has changed.")
@_general(hidden=True)
def deploy_init(**given: Any) -> None:
    """Write the files that a host needs, and say what is left to do.

    HOST is netlify, github-pages, cloudflare-pages, s3, nginx, caddy or apache.
    """
    from caresite.commands.deploy_init import Flags, run

    _exit(run(_session(), Flags(**given)))


@deploy.command("rollback")
@click.argument("name", default="", required=False)
@click.option("--to", default="", metavar="ID", help="The deploy to show; the one before the present one otherwise.")
@click.option("--list", is_flag=True, help="List the deploys that the host keeps, and change nothing.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing.")
@_general(hidden=True)
def deploy_rollback(**given: Any) -> None:
    """Give visitors an earlier deploy again, on hosts that keep them."""
    from caresite.commands.deploy_rollback import Flags, run

    _exit(run(_session(), Flags(**given)))


@deploy.command("log")
@click.option("-n", "--number", type=click.IntRange(1), default=20, show_default=True, help="How many, newest first.")
@_general(hidden=True)
def deploy_log(number: int) -> None:
    """List what deploys from this computer did."""
    from caresite.commands.deploy_log import run

    _exit(run(_session(), number))


@cli.group()
def stories() -> None:
    """Take in what customers sent, decide about it, and look after it. Nothing is shown before you approve it."""


@stories.command("pull")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("-s", "--source", default="", metavar="NAME", help="Only this source of the config; or how to read FILE.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken in, and keep nothing.")
@click.option("--again", is_flag=True, help="Read anew what is there, such as after a correction of `map`.")
@_general(hidden=True)
def stories_pull(**given: Any) -> None:
    """Take in what the sources of the config have, or what stands in FILE.

    A FILE is an export (CSV, JSON), a message (.eml), an mbox, a Maildir, a folder of YAML, or `-` for what comes
    on standard input. However often you pull, nothing comes in twice. With --again, what nobody has decided about or
    changed is kept as it is read now; what somebody has is left, and named.
    """
    from caresite.commands.stories import PullFlags, run_pull

    _exit(run_pull(_session(), PullFlags(**given)))


@stories.command("add")
@click.option("-t", "--text", default="", help="The words.")
@click.option("-f", "--file", default="", metavar="FILE", help="A text file with the words; `-` for standard input.")
@click.option(
    "--via",
    type=click.Choice(("phone", "letter", "in-person", "email")),
    default="phone",
    show_default=True,
    help="How it came.",
)
@click.option("-d", "--date", default="", help="The day it came; today otherwise.")
@click.option("-n", "--name", default="", help="Who said it.")
@click.option(
    "--display",
    default="",
    help="How they want to be named: full, first-name, first-initial, initials, role, anonymous.",
)
@click.option("--email", default="", help="Their e-mail address. It stays private.")
@click.option("--phone", default="", help="Their telephone number. It stays private.")
@click.option("--role", default="", help="What they do.")
@click.option("--company", default="", help="Where they do it.")
@click.option("--location", default="", help="Where they are.")
@click.option("--about", default="", help="Whose service it praises, if not yours.")
@click.option("--title", default="", help="A title for it.")
@click.option("--rating", default="", help="Stars from 1 to 5, as they gave them.")
@click.option("--relation", default="customer", show_default=True, help="How they are tied to you.")
@click.option("--incentive", default=None, help='What they got for it; "" for nothing.')
@click.option("--of-age", is_flag=True, help="They said that they are old enough.")
@click.option(
    "--consent", multiple=True, metavar="SCOPE", help="What they agreed to, such as publish_text. May be repeated."
)
@click.option("--wording", default="", help="The wording in consent/ that you read to them.")
@click.option(
    "--kind",
    type=click.Choice(("story", "testimonial", "quote")),
    default="story",
    show_default=True,
    help="What it is.",
)
@click.option("--by", default="", help="Who writes it down; your user name otherwise.")
@_general(hidden=True)
def stories_add(**given: Any) -> None:
    """Write down a story that came by telephone, by letter or over the counter."""
    from caresite.commands.stories_add import AddFlags, run_add

    _exit(run_add(_session(), AddFlags(**given)))


@stories.command("list")
@click.argument("state", default="", required=False)
@click.option(
    "--format", type=click.Choice(("table", "csv", "json")), default="table", show_default=True, help="How to print."
)
@_general(hidden=True)
def stories_list(**given: Any) -> None:
    """List what the private store holds, newest first; with STATE only what is pending, quarantined and so on."""
    from caresite.commands.stories_look import ListFlags, run_list

    _exit(run_list(_session(), ListFlags(**given)))


@stories.command("show")
@click.argument("id")
@click.option("--page", is_flag=True, help="Show the file that it would become on the site, as a draft.")
@_general(hidden=True)
def stories_show(id: str, page: bool) -> None:
    """Show everything that is kept of one submission. The beginning of its id is enough."""
    from caresite.commands.stories_look import run_show

    _exit(run_show(_session(), id, page=page))


@stories.command("export")
@click.option("--format", type=click.Choice(("csv", "json")), default="csv", show_default=True, help="What to write.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
@click.option("--state", default="", help="Only what is in this state.")
@_general(hidden=True)
def stories_export(**given: Any) -> None:
    """Write everything that is kept as CSV or JSON. It holds personal data."""
    from caresite.commands.stories_files import run_export

    _exit(run_export(_session(), **given))


@stories.command("backup")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
@_general(hidden=True)
def stories_backup(output: Path | None) -> None:
    """Write a copy of the private store into one file."""
    from caresite.commands.stories_files import run_backup

    _exit(run_backup(_session(), output))


@stories.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Take from the backup what differs, too.")
@_general(hidden=True)
def stories_restore(file: Path, replace: bool) -> None:
    """Bring back what a backup holds and the store lacks."""
    from caresite.commands.stories_files import run_restore

    _exit(run_restore(_session(), file, replace=replace))


@stories.command("votes")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("-s", "--source", default="", metavar="NAME", help="Only this source of the config; or how to read FILE.")
@click.option("-y", "--year", type=click.IntRange(1900, 2999), default=None, help="The year voted on; this one.")
@click.option("--dry-run", is_flag=True, help="Say what would be counted, and keep nothing.")
@_general(hidden=True, clock="Count as if it were this moment.")
def stories_votes(**given: Any) -> None:
    """Count the votes that a form brought, and write how many there are for each story.

    Of one e-mail address the latest vote for a story counts. What is written to data/votes/YEAR.yaml names nobody.
    """
    from caresite.commands.stories_best import VoteFlags, run_votes

    _exit(run_votes(_session(), VoteFlags(**{**given, "year": given["year"] or 0})))


@stories.command("best")
@click.argument("year", type=click.IntRange(1900, 2999), required=False)
@click.option("--settle", is_flag=True, help="Write the places down: from now on they stay as they are.")
@_general(hidden=True, clock="Rank as if it were this moment.")
def stories_best(**given: Any) -> None:
    """Show the best stories of YEAR, or of this one, as their page has them.

    With --settle they are written to data/best/YEAR.yaml, which the page follows ever after. Votes that come later,
    other methods and new stories change nothing then; what its author takes back is gone all the same.
    """
    from caresite.commands.stories_best import BestFlags, run_best

    _exit(run_best(_session(), BestFlags(**{**given, "year": given["year"] or 0})))


@stories.command("train")
@_general(hidden=True)
def stories_train() -> None:
    """Learn from your decisions what spam looks like.

    What is learned is tried on decisions that it has not seen, and kept only if it is better than the rules alone.
    """
    from caresite.commands.stories_files import run_train

    _exit(run_train(_session()))


_BY = click.option("--by", default="", help="Who decides, for the log; your user name otherwise.")
_VIA = click.option(
    "--via",
    type=click.Choice(("email", "letter", "phone", "in-person")),
    default="email",
    show_default=True,
    help="How they said it.",
)
_EVIDENCE = click.option(
    "--evidence",
    default="",
    metavar="FILE",
    help="What proves it: their letter, or what you wrote down; `-` for standard input. It is kept, in private.",
)

_OVERWRITE = click.option(
    "--overwrite", is_flag=True, help="Put what is on record in place of what you changed by hand in the text."
)


@stories.command("approve")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@_EVIDENCE
@click.option("--on", default="", metavar="DAY", help="The day of their answer; today otherwise.")
@_VIA
@click.option("--agreed", multiple=True, metavar="SCOPE", help="What else they agreed to. May be repeated.")
@click.option("--display", default="", help="How they want to be named: full, first-initial, initials, anonymous.")
@click.option("--parent", is_flag=True, help="A parent answered for them.")
@click.option("--title", default="", help="The headline and address of a story that came without a title.")
@_OVERWRITE
@_BY
@_general(hidden=True)
def stories_approve(**given: Any) -> None:
    """Put submissions on the site.

    It writes the text and consent.lock.yaml, for you to commit. It is refused, with what to do, while something is
    missing. Whom you asked is approved with --evidence.
    """
    from caresite.commands.stories_decide import ApproveFlags, run_approve

    _exit(run_approve(_session(), ApproveFlags(**given)))


@stories.command("reject")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("-r", "--reason", default="", help="off-topic, not-genuine, no-consent, duplicate, spam, and so on.")
@click.option("--note", default="", help="Why, in your own words. It stays private.")
@_BY
@_general(hidden=True)
def stories_reject(ids: tuple[str, ...], reason: str, note: str, by: str) -> None:
    """Decline submissions. A reason has nothing to do with praise or blame."""
    from caresite.commands.stories_decide import run_reject

    _exit(run_reject(_session(), ids, reason, note, by))


@stories.command("ask")
@click.argument("id")
@_BY
@_general(hidden=True)
def stories_ask(id: str, by: str) -> None:
    """Print the letter that asks its author.

    It says what you have to know, for you to send. The submission waits for the answer.
    """
    from caresite.commands.stories_decide import run_ask

    _exit(run_ask(_session(), id, by))


@stories.command("edit")
@click.argument("id")
@click.option("-t", "--text", help="The words to show instead.")
@click.option("-f", "--file", default="", metavar="FILE", help="A file with the words to show; `-` for standard input.")
@click.option("--title", help="The title to show.")
@click.option("--as-sent", is_flag=True, help="Show the words as they came, after all.")
@click.option(
    "--kind",
    multiple=True,
    type=click.Choice(("typo", "length", "clarity", "translation", "redaction")),
    help="What you changed, besides what a comparison finds. `typo` is refused when it was more.",
)
@click.option("--display", help="Show less of the name than they chose: first-name, initials, role, anonymous.")
@click.option("--disclosure", help="A plain sentence beside the words, where there was a gift or a tie.")
@click.option("--reply", help="Your answer, shown as yours.")
@click.option("--reply-by", help="Who answers.")
@click.option("--picture/--no-picture", default=None, help="Whether their picture is shown, where they agreed.")
@click.option("--alt", help="What the picture shows, for those who do not see it.")
@click.option("--relation", help="How they are tied to you: customer, client, employee, family, and so on.")
@click.option("--incentive", help='What they got for it; "" for nothing.')
@click.option("--age", type=click.Choice(("of-age", "parent-agreed", "under-age")), help="What you know of their age.")
@click.option("--about", help='Whose service it praises; "" for yours.')
@click.option("--staff", multiple=True, metavar="NAME", help="Somebody else whom the words name. May be repeated.")
@click.option("--staff-agreed", multiple=True, metavar="NAME", help="One of them who agreed to be named in full.")
@click.option("--note", help="A note of yours. It stays private.")
@click.option("--hold/--no-hold", default=None, help="Keep it for a dispute, whatever its time.")
@_OVERWRITE
@_BY
@_general(hidden=True)
def stories_edit(**given: Any) -> None:
    """Change the words shown, or what is known.

    What came is kept, and stars cannot be changed. Without options it opens the words in your editor. More than
    mending slips needs the author's yes: `stories ask`.
    """
    from caresite.commands.stories_edit import EditFlags, run_edit

    _exit(run_edit(_session(), EditFlags(**given)))


@stories.command("reopen")
@click.argument("id")
@_BY
@_general(hidden=True)
def stories_reopen(id: str, by: str) -> None:
    """Put it back among those to decide.

    Out of quarantine, or off the site.
    """
    from caresite.commands.stories_decide import run_reopen

    _exit(run_reopen(_session(), id, by))


@stories.command("withdraw")
@click.argument("id")
@click.option("--only", multiple=True, metavar="SCOPE", help="Take back only this, such as publish_photo.")
@_VIA
@_EVIDENCE
@_BY
@_general(hidden=True)
def stories_withdraw(id: str, only: tuple[str, ...], via: str, evidence: str, by: str) -> None:
    """Take it off, as its author wants.

    The next build has no trace of it.
    """
    from caresite.commands.stories_back import run_withdraw

    _exit(run_withdraw(_session(), id, only, via, evidence, by))


@stories.command("erase")
@click.argument("id")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@_BY
@_general(hidden=True)
def stories_erase(id: str, yes: bool, by: str) -> None:
    """Erase it for ever.

    All but its id and the dates of its log goes, and you are told what no tool can reach.
    """
    from caresite.commands.stories_back import run_erase

    _exit(run_erase(_session(), id, by, yes=yes))


@stories.command("purge")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@_BY
@_general(hidden=True)
def stories_purge(dry_run: bool, by: str) -> None:
    """Erase what may not be kept any longer.

    What has ended is taken off the site.
    """
    from caresite.commands.stories_back import run_purge

    _exit(run_purge(_session(), by, dry_run=dry_run))


@stories.command("proof")
@click.argument("id")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
@_BY
@_general(hidden=True)
def stories_proof(id: str, output: Path | None, by: str) -> None:
    """Write all that is on record into one page.

    It is for a lawyer, an authority, or its author.
    """
    from caresite.commands.stories_account import run_proof

    _exit(run_proof(_session(), id, output, by))


@stories.command("stats")
@_general(hidden=True)
def stories_stats() -> None:
    """Show what became of all, by stars.

    It says so when that looks one-sided.
    """
    from caresite.commands.stories_account import run_stats

    _exit(run_stats(_session()))


@stories.command("serve")
@click.option("-p", "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Where to listen.")
@_general(hidden=True)
def stories_serve(port: int) -> None:
    """Decide in the browser.

    It opens the preview of the site at its page for stories.
    """
    from caresite.commands.serve import Flags, run

    _exit(run(_session(), Flags(port=port, open=True, at="/_caresite/stories")))


@cli.command()
@click.argument("name", default="")
@click.option("--frame", is_flag=True, help="A frame that shows what is published at the moment.")
@_general(hidden=True)
def embed(name: str, frame: bool) -> None:
    """Print words of your customers as HTML for another site of yours.

    Without a NAME, list what there is: testimonials, quotes, the wall, the badge.
    """
    from caresite.commands.embed import run

    _exit(run(_session(), name, frame=frame))


@cli.group()
def theme() -> None:
    """Look at themes, change one, or begin one of your own."""


@theme.command("list")
@_general(hidden=True)
def theme_list() -> None:
    """List the themes that there are, and which one this site uses."""
    from caresite.commands.theme_files import run_list

    _exit(run_list(_session()))


@theme.command("new")
@click.argument("name")
@click.option("--parent", default="hearth", metavar="THEME", help="What it does not have, it takes from there.")
@_general(hidden=True)
def theme_new(name: str, parent: str) -> None:
    """Begin a theme of your own, in themes/NAME."""
    from caresite.commands.theme_files import run_new

    _exit(run_new(_session(), name, parent))


@theme.command("copy")
@click.argument("file", metavar="TEMPLATE")
@click.option("--force", is_flag=True, help="Also over a copy that is there already.")
@_general(hidden=True)
def theme_copy(file: str, force: bool) -> None:
    """Copy a template, or another file of the theme, to change it.

    The copy stands in for the original. It goes into your own theme if the site uses one, else beside caresite.yaml.
    """
    from caresite.commands.theme_files import run_copy

    _exit(run_copy(_session(), file, force=force))


@theme.command("diff")
@click.argument("file", metavar="[TEMPLATE]", default="")
@_general(hidden=True)
def theme_diff(file: str) -> None:
    """Show what your own templates, assets and drawings change in the theme."""
    from caresite.commands.theme_files import run_diff

    _exit(run_diff(_session(), file))


@theme.command("check")
@_general(hidden=True)
def theme_check() -> None:
    """Try every type of page: empty, with as little as possible, and with nasty words.

    It uses your theme, your templates and your options, and writes nothing.
    """
    from caresite.commands.theme_check import run_check

    _exit(run_check(_session()))


@theme.command("preview")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it to this file, its assets beside it.",
)
@_general(hidden=True)
def theme_preview(output: Path | None) -> None:
    """Write one page with every component in every state, light beside dark, and the contrast of every colour.

    It goes to theme-preview/index.html unless told otherwise. What it shows are samples.
    """
    from caresite.commands.theme import run_preview

    _exit(run_preview(_session(), output))


def main() -> NoReturn:
    """Run the command line; exits with 0 for ok, 1 for problems found, 2 for wrong usage, 130 when interrupted."""
    gc.set_threshold(*_LOOKS_FOR_GARBAGE)
    try:
        code = cli.main(prog_name="caresite", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. No file was left half-written.", err=True)
        sys.exit(130)
    except Exception:
        import traceback

        traceback.print_exc()
        click.echo("This is a fault of caresite, not of your site. Please report it with the lines above.", err=True)
        sys.exit(1)
    gc.freeze()  # or the interpreter looks through everything for garbage before it goes
    sys.exit(code if isinstance(code, int) else 0)
