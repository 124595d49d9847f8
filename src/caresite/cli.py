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
_DISPLAYS = ("full", "first-name", "first-initial", "initials", "role", "anonymous")
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

            session = ctx.find_root().ensure_object(Session)
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


def _names_of(what: str) -> Any:
    """Return what completes an argument with names out of the site; loaded when somebody presses Tab."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
        from caresite.commands import completion

        return completion.offered(getattr(completion, what))(ctx, param, incomplete)

    return complete


def _set(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Take a general option, before or after the verb, into the session."""
    source = ctx.get_parameter_source(str(param.name))
    completes = ctx.resilient_parsing and param.name not in ("root", "configs")
    if completes or source in (None, click.core.ParameterSource.DEFAULT):
        return
    if param.name == "no_color":
        ctx.find_root().color = False
    else:
        root = ctx.find_root()
        root.obj = root.ensure_object(Session)._replace(**{str(param.name): value})
        ctx.obj = root.obj


_CLOCK = "Use this date and time instead of the present."
_GENERAL: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (("-C", "--root"), {"type": _FOLDER, "help": "The folder of the site, or one inside it, if it is not this one."}),
    (
        ("-c", "--config", "configs"),
        {
            "multiple": True,
            "metavar": "FILE",
            "help": "Read this config file instead of caresite.yaml. May be repeated; later files override.",
        },
    ),
    (("-e", "--env"), {"metavar": "NAME", "help": "Merge caresite.NAME.yaml into the config."}),
    (("-q", "--quiet"), {"is_flag": True, "help": "Print errors only."}),
    (("-v", "--verbose"), {"is_flag": True, "help": "Print notes too."}),
    (("--json",), {"is_flag": True, "help": "Print one JSON object, for machines."}),
    (("--clock",), {"metavar": "TIME", "help": _CLOCK}),
    (("--no-color",), {"is_flag": True, "help": "Print without colours. The variable NO_COLOR does the same."}),
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
    """Return the session of a command that works on a site, from whichever folder of it."""
    root = click.get_current_context().find_root()
    session = root.ensure_object(Session).located()
    root.obj = session
    return session


def _exit(code: int) -> NoReturn:
    click.get_current_context().exit(code)


@cli.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", default="", help="The site's name.")
@click.option("-b", "--base-url", default="", help="The address of the site, such as https://example.com.")
@click.option("--timezone", default="", help="The zone of the site's dates, such as Europe/London.")
@click.option("--language", default="", help="The language of the site, such as en-GB.")
@click.option("--examples/--no-examples", default=None, help="Whether to add one example of each kind.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing.")
@click.option("-f", "--force", is_flag=True, help="Use a folder that is not empty. No file is overwritten.")
@_general(hidden=True)
def init(**given: Any) -> None:
    """Create a new site in DIR, or in the current folder."""
    from caresite.commands.init import Flags, run

    _exit(run(click.get_current_context().find_root().ensure_object(Session), Flags(**given)))


@cli.command()
@click.argument("kind", shell_complete=_names_of("kinds"))
@click.argument("title")
@click.option("-s", "--slug", default="", help="The last part of its address. Default: made from the title.")
@click.option("-d", "--date", default="", help="Its date. Default: today.")
@click.option("--author", multiple=True, help="Who wrote or said it. May be repeated.")
@click.option("--tags", multiple=True, help="Its tags, separated by commas. May be repeated.")
@click.option("--in", "into", default="", metavar="NAME", help="For a quote: the collection it joins.")
@click.option("--edit", is_flag=True, help="Open it in your editor.")
@click.option("-f", "--force", is_flag=True, help="Overwrite a file that exists.")
@_general(hidden=True)
def new(**given: Any) -> None:
    """Create a draft: a post, page, story, testimonial or quote.

    KIND is post, page, story, testimonial, quote, author, or the name of a collection. If your site has a file
    archetypes/KIND.md, the new file starts with its content.
    """
    from caresite.commands.new import Flags, run

    _exit(run(_session(), Flags(**given)))


@cli.command()
@click.option("-D", "--drafts", is_flag=True, help="Include drafts.")
@click.option("-F", "--future", is_flag=True, help="Include content with a future date.")
@click.option("-E", "--expired", is_flag=True, help="Include expired content.")
@click.option("-b", "--base-url", default="", help="Use this address instead of the config's `base_url`.")
@click.option("-o", "--output-dir", default="", help="Write to this folder instead of the config's `output_dir`.")
@click.option("--strict", is_flag=True, help="Treat every warning as an error.")
@click.option(
    "--minify/--no-minify",
    default=None,
    help="Remove white space and comments that pages do not need. Default: no.",
)
@click.option("--clean", is_flag=True, help="Empty the output folder first, even of files that caresite did not make.")
@click.option("--profile", is_flag=True, help="Print how long each stage took.")
@click.option("--dry-run", is_flag=True, help="Print what would be written, and write nothing.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 256), help="How many processes to use. Default: one for each processor."
)
@click.option("--full", is_flag=True, help="Build everything again, without the build cache.")
@click.option("--verify", is_flag=True, help="Build again without the cache, and report each file that differs.")
@_general(hidden=True, clock="Build for this date and time.")
def build(**given: Any) -> None:
    """Build the site. After an error the output folder stays as it was."""
    from caresite.commands.build import Flags, run

    _exit(run(_session(), Flags(**given)))


@cli.command()
@click.option(
    "-p", "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port to listen on."
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on. With any other address, others can read your drafts.",
)
@click.option("-O", "--open", is_flag=True, help="Open the site in the browser.")
@click.option("--no-reload", is_flag=True, help="Show the pages without reload, messages and toolbar.")
@click.option(
    "--poll",
    type=click.IntRange(50, 60_000),
    metavar="MS",
    help="Check for changes every MS milliseconds, for disks that do not report them.",
)
@click.option("--follow", is_flag=True, help="Go to the page whose file you saved last.")
@click.option("--production", is_flag=True, help="Hide drafts, future and expired content, as a build does.")
@click.option("-D", "--drafts", is_flag=True, help="With --production, include drafts.")
@click.option("-F", "--future", is_flag=True, help="With --production, include content with a future date.")
@click.option("-E", "--expired", is_flag=True, help="With --production, include expired content.")
@click.option("--built", is_flag=True, help="Serve the output folder without building.")
@click.option(
    "--editor",
    default="",
    metavar="NAME",
    help="The editor that opens files from the browser: a command such as `code`, or an address such as vscode://file/{file}:{line}.",
)
@click.option("-b", "--base-url", default="", help="Use this address instead of the config's `base_url`.")
@_general(hidden=True, clock="Show the site for this date and time.")
def serve(**given: Any) -> None:
    """Preview the site in the browser, updated with every save.

    `preview` and `dev` do the same. Drafts, future and expired content are shown with a mark. Errors are shown over the
    last good page.
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
    help="Fail from this severity on. What `deploy` refuses always fails: withheld words, lost forms, dead links.",
)
@click.option(
    "--format", type=click.Choice(("text", "json")), default="text", show_default=True, help="The output format."
)
@click.option("-b", "--base-url", default="", help="Use this address instead of the config's `base_url`.")
@_general(hidden=True, clock="Check for this date and time.")
def check(**given: Any) -> None:
    """Check the whole site without writing anything.

    `check consent` reports the rules for customers' texts, one by one. With `-v` it lists the rules that are met, too.
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
    help="The output format.",
)
@_general(hidden=True, clock="List for this date and time.")
def list_content(**given: Any) -> None:
    """List all content: what is published, and what is held back."""
    from caresite.commands.listing import Flags, run

    _exit(run(_session(), Flags(**given)))


@cli.command()
@click.argument("name", metavar="[config|KIND|theme]", default="config", shell_complete=_names_of("schemas"))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@_general(hidden=True)
def schema(name: str, output: Path | None) -> None:
    """Print the JSON Schema of config, front matter or theme options."""
    from caresite.commands.schemas import run

    _exit(run(_session(), name, output))


@cli.command()
@click.option("--fix", is_flag=True, help="Fix what can be fixed safely.")
@_general(hidden=True)
def doctor(fix: bool) -> None:
    """Find problems in the installation and the site's files.

    Checks versions, config, file names, encodings, forms, and what git keeps.
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
@click.argument("name", default="", required=False, cls=_OwnArgument, shell_complete=_names_of("targets"))
@click.option("--dry-run", is_flag=True, help="Print what would be sent and deleted, and send nothing.")
@click.option("--preview", is_flag=True, help="Deploy to a preview address that search engines do not index.")
@click.option("--no-build", is_flag=True, help="Send the output folder without building. It is still checked.")
@click.option("--allow-sample", is_flag=True, help="Deploy a site with made-up people (`sample: true`).")
@click.option("--take-down", is_flag=True, help="Deploy without the withheld content, although it is not settled.")
@click.option(
    "--take-over", is_flag=True, help="Replace everything at the target, even if caresite did not put it there."
)
@click.option(
    "--max-deletes",
    type=click.IntRange(0),
    default=256,
    show_default=True,
    help="Stop if more files than this would be deleted.",
)
@click.option("-m", "--message", default="", help="A description of this deploy, for hosts that keep one.")
@click.option("--minify/--no-minify", default=None, help="Remove white space that pages do not need, as in `build`.")
@click.option("--no-verify", is_flag=True, help="Do not check the live pages afterwards.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing.")
@_general(hidden=True)
@click.pass_context
def deploy(ctx: click.Context, /, **given: Any) -> None:
    """Publish the site: build it, check it, and send what changed.

    NAME is an entry of `deploy:` in the config. Default: the only entry, or the one called `production`.
    """
    if ctx.invoked_subcommand is None:
        from caresite.commands.deploy import Flags, run

        _exit(run(_session(), Flags(**given)))


@deploy.command("init")
@click.argument("host", default="", required=False, shell_complete=_names_of("hosts"))
@click.option("-f", "--force", is_flag=True, help="Overwrite files that were changed.")
@_general(hidden=True)
def deploy_init(**given: Any) -> None:
    """Write the files that a host needs, and list the next steps.

    HOST is netlify, github-pages, cloudflare-pages, s3, nginx, caddy or apache.
    """
    from caresite.commands.deploy_init import Flags, run

    _exit(run(_session(), Flags(**given)))


@deploy.command("rollback")
@click.argument("name", default="", required=False, shell_complete=_names_of("targets"))
@click.option("--to", default="", metavar="ID", help="The deploy to restore. Default: the one before the current one.")
@click.option("--list", is_flag=True, help="List the deploys that the host keeps, and change nothing.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing.")
@_general(hidden=True)
def deploy_rollback(**given: Any) -> None:
    """Restore an earlier deploy, on hosts that keep them."""
    from caresite.commands.deploy_rollback import Flags, run

    _exit(run(_session(), Flags(**given)))


@deploy.command("log")
@click.option("-n", "--number", type=click.IntRange(1), default=20, show_default=True, help="How many, newest first.")
@_general(hidden=True)
def deploy_log(number: int) -> None:
    """List the deploys from this computer."""
    from caresite.commands.deploy_log import run

    _exit(run(_session(), number))


@cli.group()
def stories() -> None:
    """Import, review, publish and withdraw customers' stories.

    Nothing is published before you approve it.
    """


@stories.command("pull")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "-s", "--source", default="", metavar="NAME", help="Read only this source of the config, or read FILE as it says."
)
@click.option("--dry-run", is_flag=True, help="Print what would be imported, and keep nothing.")
@click.option("--again", is_flag=True, help="Import again what is there already, such as after a change of `map`.")
@_general(hidden=True)
def stories_pull(**given: Any) -> None:
    """Import submissions from the config's sources, or from FILE.

    A FILE is an export (CSV, JSON), a message (.eml), an mbox, a Maildir, a folder of YAML, or `-` for standard
    input. Nothing is imported twice. With --again, submissions that nobody has changed or decided about are replaced
    by what is read now; the others are left as they are, and listed.
    """
    from caresite.commands.stories import PullFlags, run_pull

    _exit(run_pull(_session(), PullFlags(**given)))


@stories.command("add")
@click.option("-t", "--text", default="", help="The text.")
@click.option("-f", "--file", default="", metavar="FILE", help="A file with the text; `-` for standard input.")
@click.option(
    "--via",
    type=click.Choice(("phone", "letter", "in-person", "email")),
    default="phone",
    show_default=True,
    help="How you received it.",
)
@click.option("-d", "--date", default="", help="The day you received it. Default: today.")
@click.option("-n", "--name", default="", help="The author's name.")
@click.option(
    "--display",
    default="",
    help="How the author wants to be named: full, first-name, first-initial, initials, role, anonymous.",
)
@click.option("--email", default="", help="The author's e-mail address. It stays private.")
@click.option("--phone", default="", help="The author's telephone number. It stays private.")
@click.option("--role", default="", help="The author's job.")
@click.option("--company", default="", help="The author's company.")
@click.option("--location", default="", help="The author's town.")
@click.option("--language", "lang", default="", metavar="TAG", help="The language of the text, if not the site's.")
@click.option("--about", default="", help="The business that the text is about, if not yours.")
@click.option("--title", default="", help="A title for it.")
@click.option("--rating", default="", help="Stars from 1 to 5, as the author gave them.")
@click.option("--relation", default="customer", show_default=True, help="The author's relation to you.")
@click.option("--incentive", default=None, help='What the author got for it; "" for nothing.')
@click.option("--of-age", is_flag=True, help="The author is old enough.")
@click.option(
    "--consent",
    multiple=True,
    metavar="SCOPE",
    help="What the author agreed to, such as publish_text. May be repeated.",
)
@click.option("--wording", default="", help="The wording in consent/ that the author saw or heard.")
@click.option(
    "--kind",
    type=click.Choice(("story", "testimonial", "quote")),
    default="story",
    show_default=True,
    help="What kind of text it is.",
)
@click.option("--by", default="", help="Who adds it, for the log. Default: your user name.")
@_general(hidden=True)
def stories_add(**given: Any) -> None:
    """Add a story that came by phone, by letter or in person."""
    from caresite.commands.stories_add import AddFlags, run_add

    _exit(run_add(_session(), AddFlags(**given)))


@stories.command("list")
@click.argument("state", default="", required=False, shell_complete=_names_of("states"))
@click.option(
    "--format",
    type=click.Choice(("table", "csv", "json")),
    default="table",
    show_default=True,
    help="The output format.",
)
@_general(hidden=True)
def stories_list(**given: Any) -> None:
    """List all submissions, newest first.

    With STATE, list only those that are pending, awaiting_author, approved, quarantined and so on.
    """
    from caresite.commands.stories_look import ListFlags, run_list

    _exit(run_list(_session(), ListFlags(**given)))


@stories.command("show")
@click.argument("id", shell_complete=_names_of("stories"))
@click.option("--page", is_flag=True, help="Show the content file that an approval would write.")
@_general(hidden=True)
def stories_show(id: str, page: bool) -> None:
    """Show one submission. The first characters of its ID are enough."""
    from caresite.commands.stories_look import run_show

    _exit(run_show(_session(), id, page=page))


@stories.command("export")
@click.option("--format", type=click.Choice(("csv", "json")), default="csv", show_default=True, help="What to write.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--state", default="", help="Only submissions in this state.")
@_general(hidden=True)
def stories_export(**given: Any) -> None:
    """Export all submissions as CSV or JSON, with personal data."""
    from caresite.commands.stories_files import run_export

    _exit(run_export(_session(), **given))


@stories.command("backup")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@_general(hidden=True)
def stories_backup(output: Path | None) -> None:
    """Back up the private store into one file."""
    from caresite.commands.stories_files import run_backup

    _exit(run_backup(_session(), output))


@stories.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Also replace submissions that differ from the backup.")
@_general(hidden=True)
def stories_restore(file: Path, replace: bool) -> None:
    """Restore what is missing in the private store from a backup."""
    from caresite.commands.stories_files import run_restore

    _exit(run_restore(_session(), file, replace=replace))


@stories.command("votes")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "-s", "--source", default="", metavar="NAME", help="Read only this source of the config, or read FILE as it says."
)
@click.option(
    "-y", "--year", type=click.IntRange(1900, 2999), default=None, help="The year of the vote. Default: this year."
)
@click.option("--dry-run", is_flag=True, help="Print what would be counted, and keep nothing.")
@_general(hidden=True, clock="Count for this date and time.")
def stories_votes(**given: Any) -> None:
    """Count the votes for each story.

    For each e-mail address, only the latest vote for a story counts. The file data/votes/YEAR.yaml names nobody.
    """
    from caresite.commands.stories_best import VoteFlags, run_votes

    _exit(run_votes(_session(), VoteFlags(**{**given, "year": given["year"] or 0})))


@stories.command("best")
@click.argument("year", type=click.IntRange(1900, 2999), required=False)
@click.option("--settle", is_flag=True, help="Save the ranking. It does not change any more.")
@_general(hidden=True, clock="Rank for this date and time.")
def stories_best(**given: Any) -> None:
    """Show the ranking of the best stories of a year.

    Default: this year. With --settle the ranking is written to data/best/YEAR.yaml, and the page shows it from then
    on: later votes, other methods and new stories do not change it. A withdrawn story still disappears.
    """
    from caresite.commands.stories_best import BestFlags, run_best

    _exit(run_best(_session(), BestFlags(**{**given, "year": given["year"] or 0})))


@stories.command("train")
@_general(hidden=True)
def stories_train() -> None:
    """Train the spam filter with your decisions.

    The result is tested on decisions that were not used for training, and kept only if it is better than the rules
    alone.
    """
    from caresite.commands.stories_files import run_train

    _exit(run_train(_session()))


_BY = click.option("--by", default="", help="Who decides, for the log. Default: your user name.")
_VIA = click.option(
    "--via",
    type=click.Choice(("email", "letter", "phone", "in-person")),
    default="email",
    show_default=True,
    help="How the author answered.",
)
_EVIDENCE = click.option(
    "--evidence",
    default="",
    metavar="FILE",
    help="A file that proves it: the author's letter, or your notes; `-` for standard input. It stays private.",
)

_OVERWRITE = click.option(
    "--overwrite", is_flag=True, help="Replace changes that you made by hand in the content file."
)


@stories.command("approve")
@click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=_names_of("stories"))
@_EVIDENCE
@click.option("--on", default="", metavar="DAY", help="The day of the author's answer. Default: today.")
@_VIA
@click.option("--agreed", multiple=True, metavar="SCOPE", help="What else the author agreed to. May be repeated.")
@click.option("--display", default="", help=f"How the author wants to be named: {', '.join(_DISPLAYS)}.")
@click.option("--parent", is_flag=True, help="A parent answered for the author.")
@click.option("--title", default="", help="The title of a story that came without one. Its address is made from it.")
@_OVERWRITE
@_BY
@_general(hidden=True)
def stories_approve(**given: Any) -> None:
    """Approve submissions for the site.

    Writes the content file and consent.lock.yaml, for you to commit. If something is missing, nothing is approved, and
    the message says what to do. If you asked the author, give the answer with --evidence.
    """
    from caresite.commands.stories_decide import ApproveFlags, run_approve

    _exit(run_approve(_session(), ApproveFlags(**given)))


@stories.command("reject")
@click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=_names_of("stories"))
@click.option("-r", "--reason", default="", help="off-topic, not-genuine, no-consent, duplicate, spam and so on.")
@click.option("--note", default="", help="An explanation. It stays private.")
@_BY
@_general(hidden=True)
def stories_reject(ids: tuple[str, ...], reason: str, note: str, by: str) -> None:
    """Reject submissions, for a reason other than praise or blame."""
    from caresite.commands.stories_decide import run_reject

    _exit(run_reject(_session(), ids, reason, note, by))


@stories.command("ask")
@click.argument("id", shell_complete=_names_of("stories"))
@click.option("--language", "lang", default="", metavar="TAG", help="The language of the author, such as es.")
@_BY
@_general(hidden=True)
def stories_ask(id: str, lang: str, by: str) -> None:
    """Print an e-mail that asks the author for consent.

    You send it yourself. The submission then waits for the author's answer.
    """
    from caresite.commands.stories_decide import run_ask

    _exit(run_ask(_session(), id, lang, by))


@stories.command("edit")
@click.argument("id", shell_complete=_names_of("stories"))
@click.option("-t", "--text", help="The text to show instead.")
@click.option("-f", "--file", default="", metavar="FILE", help="A file with the text to show; `-` for standard input.")
@click.option("--title", help="The title to show.")
@click.option("--as-sent", is_flag=True, help="Show the text as the author sent it.")
@click.option(
    "--kind",
    multiple=True,
    type=click.Choice(("typo", "length", "clarity", "translation", "redaction")),
    help="What you changed, besides what the comparison finds. `typo` is refused if you changed more.",
)
@click.option("--display", help=f"Show less of the name than the author chose: {', '.join(_DISPLAYS[1:])}.")
@click.option("--disclosure", help="The sentence beside the text that discloses a gift or a relation.")
@click.option("--reply", help="Your public reply.")
@click.option("--reply-by", help="Who replies.")
@click.option(
    "--picture/--no-picture", default=None, help="Whether to show the author's picture, if the author agreed."
)
@click.option("--alt", help="The alternative text of the picture.")
@click.option("--relation", help="The author's relation to you: customer, client, employee, family and so on.")
@click.option("--incentive", help='What the author got for it; "" for nothing.')
@click.option("--age", type=click.Choice(("of-age", "parent-agreed", "under-age")), help="The author's age.")
@click.option("--language", "lang", metavar="TAG", help='The language of the text, such as es; "" for the site\'s.')
@click.option("--about", help='The business that the text is about; "" for yours.')
@click.option("--staff", multiple=True, metavar="NAME", help="Another person named in the text. May be repeated.")
@click.option("--staff-agreed", multiple=True, metavar="NAME", help="Such a person who agreed to be named in full.")
@click.option("--note", help="A private note.")
@click.option("--hold/--no-hold", default=None, help="Keep it for a dispute, even after its retention period.")
@_OVERWRITE
@_BY
@_general(hidden=True)
def stories_edit(**given: Any) -> None:
    """Edit the text that is shown, or the facts about it.

    The original is kept, and stars cannot be changed. Without options, the text opens in your editor. Changes beyond
    typos need the author's consent: `stories ask`.
    """
    from caresite.commands.stories_edit import EditFlags, run_edit

    _exit(run_edit(_session(), EditFlags(**given)))


@stories.command("reopen")
@click.argument("id", shell_complete=_names_of("stories"))
@_BY
@_general(hidden=True)
def stories_reopen(id: str, by: str) -> None:
    """Move a submission back to the review queue.

    It leaves quarantine, or the site.
    """
    from caresite.commands.stories_decide import run_reopen

    _exit(run_reopen(_session(), id, by))


@stories.command("withdraw")
@click.argument("id", shell_complete=_names_of("stories"))
@click.option("--only", multiple=True, metavar="SCOPE", help="Withdraw only this consent, such as publish_photo.")
@_VIA
@_EVIDENCE
@_BY
@_general(hidden=True)
def stories_withdraw(id: str, only: tuple[str, ...], via: str, evidence: str, by: str) -> None:
    """Withdraw a story, or part of the consent to it.

    The next build removes it from every page, list, feed and file.
    """
    from caresite.commands.stories_back import run_withdraw

    _exit(run_withdraw(_session(), id, only, via, evidence, by))


@stories.command("erase")
@click.argument("id", shell_complete=_names_of("stories"))
@click.option("-y", "--yes", is_flag=True, help="Ask nothing.")
@_BY
@_general(hidden=True)
def stories_erase(id: str, yes: bool, by: str) -> None:
    """Erase a submission for good.

    Only its ID, its stars and the dates of its log remain. The output lists the copies that no tool can reach.
    """
    from caresite.commands.stories_back import run_erase

    _exit(run_erase(_session(), id, by, yes=yes))


@stories.command("purge")
@click.option("--dry-run", is_flag=True, help="Print what would be erased, and change nothing.")
@_BY
@_general(hidden=True)
def stories_purge(dry_run: bool, by: str) -> None:
    """Erase submissions whose retention period is over.

    Stories whose consent has ended leave the site.
    """
    from caresite.commands.stories_back import run_purge

    _exit(run_purge(_session(), by, dry_run=dry_run))


@stories.command("proof")
@click.argument("id", shell_complete=_names_of("stories"))
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@_BY
@_general(hidden=True)
def stories_proof(id: str, output: Path | None, by: str) -> None:
    """Write the full record of one submission as a page.

    It is for a lawyer, an authority or the author.
    """
    from caresite.commands.stories_account import run_proof

    _exit(run_proof(_session(), id, output, by))


@stories.command("stats")
@_general(hidden=True)
def stories_stats() -> None:
    """Show how many submissions were approved and rejected, by stars.

    A warning appears if low ratings were rejected more often.
    """
    from caresite.commands.stories_account import run_stats

    _exit(run_stats(_session()))


@stories.command("serve")
@click.option(
    "-p", "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port to listen on."
)
@_general(hidden=True)
def stories_serve(port: int) -> None:
    """Review submissions in the browser.

    Opens the preview of the site at its review queue.
    """
    from caresite.commands.serve import Flags, run

    _exit(run(_session(), Flags(port=port, open=True, at="/_caresite/stories")))


@cli.command()
@click.argument("name", default="")
@click.option("--frame", is_flag=True, help="Print a frame that always shows what is published.")
@_general(hidden=True)
def embed(name: str, frame: bool) -> None:
    """Print HTML that shows testimonials on another site of yours.

    Without NAME, list what there is: testimonials, quotes, the wall, the badge.
    """
    from caresite.commands.embed import run

    _exit(run(_session(), name, frame=frame))


@cli.group()
def theme() -> None:
    """List, customise, create, check and preview themes."""


@theme.command("list")
@_general(hidden=True)
def theme_list() -> None:
    """List all themes, and the one that this site uses."""
    from caresite.commands.theme_files import run_list

    _exit(run_list(_session()))


@theme.command("new")
@click.argument("name")
@click.option(
    "--parent",
    default="hearth",
    metavar="THEME",
    shell_complete=_names_of("themes"),
    help="The theme whose files it uses where it has none.",
)
@_general(hidden=True)
def theme_new(name: str, parent: str) -> None:
    """Create a theme in themes/NAME."""
    from caresite.commands.theme_files import run_new

    _exit(run_new(_session(), name, parent))


@theme.command("copy")
@click.argument("file", metavar="TEMPLATE", shell_complete=_names_of("templates"))
@click.option("--force", is_flag=True, help="Overwrite a copy that exists.")
@_general(hidden=True)
def theme_copy(file: str, force: bool) -> None:
    """Copy a file of the theme, such as a template, to change it.

    The copy replaces the original. It goes into your own theme if the site uses one, else beside caresite.yaml.
    """
    from caresite.commands.theme_files import run_copy

    _exit(run_copy(_session(), file, force=force))


@theme.command("diff")
@click.argument("file", metavar="[TEMPLATE]", default="", shell_complete=_names_of("templates"))
@_general(hidden=True)
def theme_diff(file: str) -> None:
    """Show what your own files change in the theme."""
    from caresite.commands.theme_files import run_diff

    _exit(run_diff(_session(), file))


@theme.command("check")
@_general(hidden=True)
def theme_check() -> None:
    """Render every type of page with difficult sample content.

    The pages are empty, minimal, or full of unusual characters. Your theme, templates and options are used, and
    nothing is written.
    """
    from caresite.commands.theme_check import run_check

    _exit(run_check(_session()))


@theme.command("preview")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file, with the assets beside it.",
)
@_general(hidden=True)
def theme_preview(output: Path | None) -> None:
    """Write a page that shows every component, in light and dark.

    It also lists the contrast of every colour. Default: theme-preview/index.html. The content is made up.
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
