"""Pictures: every file looked at once, every variation drawn once, in processes; both are kept below `.caresite/`.

What pages need to know of a picture is found without decoding it. Only a build that publishes draws all that its pages
want; a preview draws what a browser asks for, into the same folder.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.core.files import write_atomically
from caresite.core.model import Output, Variation
from caresite.engine.memory import Memory, Stamp, stamp_of
from caresite.engine.pool import Lost, spread
from caresite.pipeline.catalog import Site
from caresite.pipeline.pictures import LIMIT_PX, PICTURE_SUFFIXES, Facts, key_of, look, name_of, ready
from caresite.pipeline.pixels import BrokenPicture, draw
from caresite.pipeline.vector import BrokenDrawing

__all__ = [
    "DrawnPicture",
    "FactsOfPictures",
    "PictureGone",
    "draw_all",
    "drawn_outputs",
    "faults_of",
    "files_of",
    "look_at_all",
]

Tell = Callable[[str, int, int], None]
FactsOfPictures = Mapping[str, Facts]
_FOLDER = ".caresite/pictures"
_KNOWN = "known"
_EDITION = 1
_WORTH_PROCESSES = 4
_AS_IT_IS = "as-it-is"  # the format of what stands under a picture's own address


class PictureGone(OSError):
    """A picture that is not as it was when the site was built, or cannot be read any more."""


class _Known(Struct, array_like=True):
    edition: int
    limit: int
    files: dict[str, tuple[Stamp, Facts]]


# what is known of each file


def look_at_all(root: Path, site: Site, memory: Memory | None, *, fresh: bool = False) -> FactsOfPictures:
    """Return what is known of the picture at each output path of the site; only new and changed files are read.

    What was found is kept in the site's `.caresite/` by a build that has a memory there, else in the memory itself.
    `fresh` looks at every file again.
    """
    sources = {path: source for path, source in site.files.items() if _is_picture(path)}
    if not sources:
        return {}
    most = site.settings.config.images.max_megapixels
    known = {} if fresh else _recalled(root, memory, most)
    found, now = {}, {}
    for path, source in sources.items():
        stamp = stamp_of(root / source)
        then = known.get(path)
        is_known = then is not None and stamp is not None and then[0] == stamp
        found[path] = then[1] if then and is_known else _looked_at(root / source, _limit_of(source), most)
        if stamp:
            now[path] = (stamp, found[path])
    if memory and now != known:
        _remember(root, memory, _Known(_EDITION, most, now))
    return found


def faults_of(site: Site, pictures: FactsOfPictures) -> Iterator[Diagnostic]:
    """Report drawings that hold what may not stand on a site."""
    for path, facts in sorted(pictures.items()):
        if facts.removed:
            message = f"the drawing holds {', '.join(facts.removed)}, which was left out"
            yield fault(codes.UNSAFE_DRAWING, Span(site.files[path]), message)


def _is_picture(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in PICTURE_SUFFIXES


def _limit_of(source: str) -> int:
    """Return how wide a picture may be under its own address; whoever puts it into `static/` wants it as it is."""
    return 0 if source.startswith("static/") else LIMIT_PX


def _looked_at(file: Path, limit_px: int, max_megapixels: int) -> Facts:
    try:
        data = file.read_bytes()
    except OSError as error:
        return Facts(trouble=f"it cannot be read ({error.strerror or error})")
    return look(data, limit_px=limit_px, max_megapixels=max_megapixels)


def _recalled(root: Path, memory: Memory | None, limit: int) -> dict[str, tuple[Stamp, Facts]]:
    known = memory.pictures if memory and memory.file is None else None
    if known is None:
        try:
            known = msgspec.msgpack.decode((root / _FOLDER / _KNOWN).read_bytes(), type=_Known)
        except (OSError, msgspec.DecodeError):
            return {}
    return known.files if (known.edition, known.limit) == (_EDITION, limit) else {}


def _remember(root: Path, memory: Memory, known: _Known) -> None:
    if memory.file is None:
        memory.pictures = known
        return
    with suppress(OSError):  # then the next build looks again
        (root / _FOLDER).mkdir(parents=True, exist_ok=True)
        write_atomically(root / _FOLDER / _KNOWN, msgspec.msgpack.encode(known))


# what is drawn


class DrawnPicture(Struct, frozen=True):
    """The bytes of a variation of the picture in `file`; they are drawn when they are read, unless `kept` has them.

    `keeps` says whether what is drawn may be put there.
    """

    variation: Variation
    file: str
    kept: str
    keeps: bool = False

    def read(self) -> bytes:
        """Return the bytes. Raises PictureGone when the picture is another one by now, or cannot be decoded."""
        with suppress(OSError):
            return Path(self.kept).read_bytes()
        try:
            data = Path(self.file).read_bytes()
            if hashlib.blake2b(data, digest_size=16).hexdigest() != self.variation.digest:
                raise PictureGone(f"{self.file} was changed")
            drawn = next(_drawn(data, (self.variation,), _limit_of_variation(self.variation)))[1]
        except (BrokenPicture, BrokenDrawing) as broken:
            raise PictureGone(str(broken)) from broken
        if self.keeps:
            with suppress(OSError):
                Path(self.kept).parent.mkdir(parents=True, exist_ok=True)
                write_atomically(Path(self.kept), drawn)
        return drawn


def drawn_outputs(
    root: Path, site: Site, pictures: FactsOfPictures, outputs: Iterable[Output], *, keeps: bool
) -> tuple[Output, ...]:
    """Return the files of all variations that pages want, and of pictures that may not be copied as they are."""
    wanted = {variation for output in outputs for variation in output.pictures}
    own = {
        path: _own_variation(path, facts, site.files[path])
        for path, facts in pictures.items()
        if (facts.tells or facts.anew) and not facts.trouble
    }
    named = {name_of(variation): variation for variation in wanted} | own
    return tuple(
        Output(
            path=path,
            content=_content(root, site, variation, keeps),
            kind="picture",
            source=site.files[variation.source],
        )
        for path, variation in sorted(named.items())
    )


def _own_variation(path: str, facts: Facts, source: str) -> Variation:
    limit = _limit_of(source)
    return Variation(path, facts.digest, _AS_IT_IS, width_px=limit, height_px=limit)


def _limit_of_variation(variation: Variation) -> int:
    return variation.width_px if variation.format == _AS_IT_IS else 0


def _content(root: Path, site: Site, variation: Variation, keeps: bool) -> DrawnPicture:
    kept = root / _FOLDER / key_of(variation)
    return DrawnPicture(variation, str(root / site.files[variation.source]), str(kept), keeps)


def _drawn(data: bytes, variations: Sequence[Variation], limit_px: int) -> Iterator[tuple[Variation, bytes]]:
    own = [variation for variation in variations if variation.format == _AS_IT_IS]
    for variation in own:
        facts = look(data, limit_px=limit_px, max_megapixels=10**6)
        yield variation, ready(data, facts, limit_px)
    others = [variation for variation in variations if variation.format != _AS_IT_IS]
    if others:
        yield from draw(data, others)


def draw_all(outputs: Iterable[Output], *, workers: int, tell: Tell) -> list[Diagnostic]:
    """Draw all variations that are not kept yet, a file at a time in each process; return what could not be."""
    missing: dict[str, list[DrawnPicture]] = defaultdict(list)
    sources: dict[str, str] = {}
    for output in outputs:
        if isinstance(output.content, DrawnPicture) and not Path(output.content.kept).is_file():
            missing[output.content.file].append(output.content)
            sources[output.content.file] = output.source
    jobs = [tuple(pictures) for _, pictures in sorted(missing.items())]
    found = []
    for number, (place, trouble) in enumerate(_worked(jobs, workers), start=1):
        tell("pictures", number, len(jobs))
        if trouble:
            source = sources[jobs[place][0].file]
            found.append(fault(codes.BAD_PICTURE, Span(source), f"the picture cannot be shown: {trouble}"))
    return found


def _worked(jobs: list[tuple[DrawnPicture, ...]], workers: int) -> Iterator[tuple[int, str]]:
    if workers < 2 or len(jobs) < _WORTH_PROCESSES:
        yield from ((place, _draw_file(job)) for place, job in enumerate(jobs))
        return
    for place, answer in spread(partial(_artist), jobs, workers=workers):
        yield place, answer.reason if isinstance(answer, Lost) else answer


def _artist() -> Callable[[tuple[DrawnPicture, ...]], str]:
    return _draw_file


def _draw_file(pictures: tuple[DrawnPicture, ...]) -> str:
    """Draw the variations of one file and keep them; return what is wrong with it, nothing when all is well."""
    places = {picture.variation: Path(picture.kept) for picture in pictures}
    limit = max(_limit_of_variation(variation) for variation in places)
    try:
        Path(pictures[0].kept).parent.mkdir(parents=True, exist_ok=True)
        data = Path(pictures[0].file).read_bytes()
        for variation, drawn in _drawn(data, tuple(places), limit):
            write_atomically(places[variation], drawn)
    except (BrokenPicture, BrokenDrawing, OSError) as error:
        return str(error)
    return ""


def files_of(outputs: Iterable[Output]) -> dict[str, Path]:
    """Return where the drawn pictures among `outputs` are kept, by the output path that they are copied to."""
    return {output.path: Path(output.content.kept) for output in outputs if isinstance(output.content, DrawnPicture)}
