"""Pictures: every file looked at once, every variation drawn once, in processes; both are kept below `.caresite/`.

What pages need to know of a picture is found without decoding it. Only a build that publishes draws all that its pages
want; a preview draws what a browser asks for, into the same folder.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import msgspec
from msgspec import Struct

from caresite.core import codes
from caresite.core.diagnostics import Diagnostic, Span, fault
from caresite.core.disk import is_full
from caresite.core.files import write_atomically
from caresite.core.model import Card, Output, Variation
from caresite.engine.memory import Memory, Stamp, stamp_of
from caresite.engine.pool import Lost, spread
from caresite.pipeline.card_drawing import Studio, draw_card
from caresite.pipeline.cards import card_name, words_on
from caresite.pipeline.catalog import Site
from caresite.pipeline.picture_cache import CACHE_FOLDER, cached_card, cached_picture
from caresite.pipeline.pictures import LIMIT_PX, PICTURE_SUFFIXES, Facts, look, name_of, ready
from caresite.pipeline.pixels import BrokenPicture, draw
from caresite.pipeline.vector import BrokenDrawing

__all__ = [
    "DrawnCard",
    "DrawnPicture",
    "FactsOfPictures",
    "PictureGone",
    "draw_all",
    "drawn_outputs",
    "faults_of",
    "files_of",
    "forget_others",
    "look_at_all",
]

Tell = Callable[[str, int, int], None]
FactsOfPictures = Mapping[str, Facts]
_KNOWN = "known"
_EDITION = 2
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
            known = msgspec.msgpack.decode((root / CACHE_FOLDER / _KNOWN).read_bytes(), type=_Known)
        except (OSError, msgspec.DecodeError):
            return {}
    return known.files if (known.edition, known.limit) == (_EDITION, limit) else {}


def _remember(root: Path, memory: Memory, known: _Known) -> None:
    if memory.file is None:
        memory.pictures = known
        return
    with suppress(OSError):  # then the next build looks again
        (root / CACHE_FOLDER).mkdir(parents=True, exist_ok=True)
        write_atomically(root / CACHE_FOLDER / _KNOWN, msgspec.msgpack.encode(known))


# what is drawn


class DrawnPicture(Struct, frozen=True):
    """The bytes of a variation of the picture in `file`; they are drawn when they are read, unless `kept` has them.

    `keeps` says whether what is drawn may be put there.
    """

    variation: Variation
    file: str
    kept: str
    keeps: bool = False

    @property
    def words(self) -> str:
        """What can be read on it besides its own name: what it is made of are pixels, and nothing else."""
        return ""

    def read(self) -> bytes:
        """Return the bytes. Raises PictureGone when the picture is another one by now, or cannot be decoded."""
        return _read_or_drawn(self.kept, self.keeps, self._draw)

    def _draw(self) -> bytes:
        data = _unchanged(self.file, self.variation.digest)
        return next(_drawn(data, (self.variation,), _limit_of_variation(self.variation)))[1]


class DrawnCard(Struct, frozen=True):
    """The bytes of a share image; they are drawn when they are read, unless `kept` has them.

    `photo` and `face` are the files of its pictures.
    """

    card: Card
    studio: Studio
    photo: str
    face: str
    kept: str
    keeps: bool = False

    @property
    def words(self) -> str:
        """What can be read on it."""
        return words_on(self.card)

    def read(self) -> bytes:
        """Return the bytes. Raises PictureGone when a picture on it is another one by now, or cannot be decoded."""
        return _read_or_drawn(self.kept, self.keeps, self._draw)

    def _draw(self) -> bytes:
        photo = _unchanged(self.photo, self.card.photo_digest) if self.photo else b""
        face = _unchanged(self.face, self.card.face_digest) if self.face else b""
        return draw_card(self.card, self.studio, photo, face)


def _read_or_drawn(kept: str, keeps: bool, draw_it: Callable[[], bytes]) -> bytes:
    with suppress(OSError):
        return Path(kept).read_bytes()
    try:
        drawn = draw_it()
    except (BrokenPicture, BrokenDrawing) as broken:
        raise PictureGone(str(broken)) from broken
    if keeps:
        with suppress(OSError):
            Path(kept).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(Path(kept), drawn)
    return drawn


def _unchanged(file: str, digest: str) -> bytes:
    data = Path(file).read_bytes()
    if hashlib.blake2b(data, digest_size=16).hexdigest() != digest:
        raise PictureGone(f"{file} was changed")
    return data


def drawn_outputs(
    root: Path,
    site: Site,
    pictures: FactsOfPictures,
    outputs: Iterable[Output],
    studio: Studio | None,
    *,
    keeps: bool,
) -> tuple[Output, ...]:
    """Return the files of all variations and cards that pages want, and of pictures that may not be copied as they are.

    With `keeps`, what is drawn for whoever reads one is kept for the next.
    """
    wanted = {variation for output in outputs for variation in output.pictures}
    own = {
        path: _own_variation(path, facts, site.files[path])
        for path, facts in pictures.items()
        if (facts.tells or facts.anew) and not facts.trouble
    }
    named = {name_of(variation): variation for variation in wanted} | own
    drawn = [
        Output(path=path, content=_picture(root, site, one, keeps), kind="picture", source=site.files[one.source])
        for path, one in named.items()
    ]
    cards = {card_name(card): (card, output.source) for output in outputs for card in output.cards} if studio else {}
    drawn += [
        Output(path=path, content=_card(root, site, card, studio, cached_card(card, text), keeps), kind="picture")
        for path, (card, text) in cards.items()
        if studio
    ]
    return tuple(sorted(drawn, key=lambda output: output.path))


def _card(root: Path, site: Site, card: Card, studio: Studio, cached: str, keeps: bool) -> DrawnCard:
    photo, face = (str(root / site.files[path]) if path in site.files else "" for path in (card.photo, card.face))
    return DrawnCard(card, studio, photo, face, str(root / CACHE_FOLDER / cached), keeps)


def _own_variation(path: str, facts: Facts, source: str) -> Variation:
    limit = _limit_of(source)
    return Variation(path, facts.digest, _AS_IT_IS, width_px=limit, height_px=limit)


def _limit_of_variation(variation: Variation) -> int:
    return variation.width_px if variation.format == _AS_IT_IS else 0


def _picture(root: Path, site: Site, variation: Variation, keeps: bool) -> DrawnPicture:
    kept = root / CACHE_FOLDER / cached_picture(variation)
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
    """Draw everything that is not kept yet, a file at a time in each process; return what could not be."""
    missing: dict[str, list[DrawnPicture]] = defaultdict(list)
    cards: list[DrawnCard] = []
    sources: dict[str, str] = {}
    drawn = [output for output in outputs if isinstance(output.content, (DrawnPicture, DrawnCard))]
    there = _names_in(Path(drawn[0].content.kept).parent) if drawn else frozenset()  # type: ignore[union-attr]
    for output in drawn:
        content = output.content
        if not isinstance(content, (DrawnPicture, DrawnCard)) or Path(content.kept).name in there:
            continue
        if isinstance(content, DrawnCard):
            cards.append(content)
        else:
            missing[content.file].append(content)
            sources[content.file] = output.source
    found = []
    jobs = [_Job.of_file(pictures) for _, pictures in sorted(missing.items())] + [_Job.of_card(card) for card in cards]
    for number, (place, trouble) in enumerate(_worked(jobs, cards[0].studio if cards else None, workers), start=1):
        tell("pictures", number, len(jobs))
        if trouble:
            source = sources.get(jobs[place].file) or jobs[place].file or "caresite.yaml"
            found.append(fault(codes.BAD_PICTURE, Span(source), f"the picture cannot be shown: {trouble}"))
    return found


def _names_in(folder: Path) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208 - a Path for each of ten thousand files is not needed
    except OSError:
        return frozenset()


class _Job(NamedTuple):
    """What one process draws in one go: all variations of a file, or a card. It goes there without the studio."""

    file: str
    variations: tuple[tuple[Variation, str], ...] = ()
    card: Card | None = None
    pictures: tuple[str, str] = ("", "")
    kept: str = ""

    @classmethod
    def of_file(cls, pictures: Sequence[DrawnPicture]) -> _Job:
        return cls(pictures[0].file, tuple((picture.variation, picture.kept) for picture in pictures))

    @classmethod
    def of_card(cls, drawn: DrawnCard) -> _Job:
        return cls("", card=drawn.card, pictures=(drawn.photo, drawn.face), kept=drawn.kept)


def _worked(jobs: list[_Job], studio: Studio | None, workers: int) -> Iterator[tuple[int, str]]:
    if workers < 2 or len(jobs) < _WORTH_PROCESSES:
        work = _artist(studio)
        yield from ((place, work(job)) for place, job in enumerate(jobs))
        return
    for place, answer in spread(partial(_artist, studio), jobs, workers=workers):
        yield place, answer.reason if isinstance(answer, Lost) else answer


def _artist(studio: Studio | None) -> Callable[[_Job], str]:
    """Return the function that draws in a process: it answers what is wrong, nothing when all is well."""

    def work(job: _Job) -> str:
        try:
            if job.card and studio:
                drawn = DrawnCard(job.card, studio, *job.pictures, job.kept, keeps=False).read()
                Path(job.kept).parent.mkdir(parents=True, exist_ok=True)
                write_atomically(Path(job.kept), drawn)
                return "" if drawn else "nothing was drawn"
            return _draw_file(job)
        except (BrokenPicture, BrokenDrawing, OSError) as error:
            if isinstance(error, OSError) and is_full(error):
                raise
            return str(error)

    return work


def _draw_file(job: _Job) -> str:
    places = {variation: Path(kept) for variation, kept in job.variations}
    limit = max(_limit_of_variation(variation) for variation in places)
    next(iter(places.values())).parent.mkdir(parents=True, exist_ok=True)
    for variation, drawn in _drawn(Path(job.file).read_bytes(), tuple(places), limit):
        write_atomically(places[variation], drawn)
    return ""


def files_of(outputs: Iterable[Output]) -> dict[str, Path]:
    """Return where the drawn pictures among `outputs` are kept, by the output path that they are copied to."""
    drawn = (output for output in outputs if isinstance(output.content, (DrawnPicture, DrawnCard)))
    return {output.path: Path(output.content.kept) for output in drawn}  # type: ignore[union-attr]


def forget_others(root: Path, files: Iterable[Path]) -> None:
    """Remove whatever was drawn that is not among `files`: a face that left the site is not kept in a cache either."""
    kept = {file.name for file in files} | {_KNOWN}
    folder = root / CACHE_FOLDER
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.name not in kept:
            with suppress(OSError):  # another build was faster
                file.unlink()
