"""Measure a site with many photographs of 12 megapixels: the first build, the next ones, and share images.

    python bench/pictures.py [--photos 500] [--jobs 1,2] [--cards 200] [--speeds]

Prints tables; asserts nothing. Photographs are made up: hills, houses and grain, as hard to press as real ones of the
same quality. Memory is the largest sum over all processes of a build, as in `bench/build.py`. `--speeds` compares what
encoders take and give, with the loss against the picture itself as PSNR: what the settings in `pipeline/pixels.py` were
chosen by.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import random
import tempfile
import time
from multiprocessing import Pool
from pathlib import Path

from build import caresite, words
from PIL import Image, ImageChops, ImageDraw, ImageStat

SIZE = (4000, 3000)
CONFIG = "title: Bench\nbase_url: https://example.com/\ntimezone: Europe/London\nsocial_cards: {{enabled: {cards}}}\n"
POST = """---
title: "Post {number}: {title}"
date: 2024-{month:02}-{day:02}
{image}---
{text}
"""


def photograph(seed: int) -> Image.Image:
    """Return a picture of hills and houses, with the grain of a camera."""
    rng = random.Random(seed)
    width, height = SIZE
    image = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    image = ImageChops.multiply(image, Image.new("RGB", SIZE, tuple(rng.randint(150, 255) for _ in range(3))))
    pen = ImageDraw.Draw(image)
    for layer in range(12):
        base, swing, phase = height * (0.3 + layer * 0.06), height * rng.uniform(0.02, 0.1), rng.uniform(0, 6)
        color = tuple(rng.randint(20, 230) for _ in range(3))
        line = [(x, base + swing * math.sin(phase + x / width * rng.uniform(5, 9))) for x in range(0, width + 40, 40)]
        pen.polygon([*line, (width, height), (0, height)], fill=color)
        for _ in range(12):
            x, side = rng.randint(0, width), rng.randint(30, 160)
            pen.rectangle((x, base - side, x + side, base + side), fill=tuple(rng.randint(0, 255) for _ in range(3)))
    for octave in (width // 160, width // 24, width // 2):
        noise = Image.frombytes("L", (octave, octave * 3 // 4), rng.randbytes(octave * (octave * 3 // 4)))
        image = Image.blend(image, noise.resize(SIZE, Image.Resampling.BICUBIC).convert("RGB"), 0.07)
    return image


def write_photograph(place: tuple[Path, int]) -> int:
    """Write a photograph with a camera's notes and return its bytes."""
    file, seed = place
    notes = Image.Exif()
    notes[0x010F], notes[0x0112] = "A camera", (1, 6)[seed % 2]
    photograph(seed).save(file, "JPEG", quality=92, exif=notes)
    return file.stat().st_size


def make_site(folder: Path, posts: int, *, photos: bool) -> None:
    """Write a site of `posts` posts, each with a photograph as its lead picture and once more in its text."""
    rng = random.Random(posts)
    (folder / "caresite.yaml").write_text(CONFIG.format(cards="false" if photos else "true"))
    for number in range(posts):
        beside = folder / f"content/blog/post-{number}"
        beside.mkdir(parents=True)
        text = words(rng, 60) + ("\n\n![A view](view.jpg)\n" if photos else "")
        image = "image: {src: view.jpg, alt: A view}\n" if photos else ""
        date = {"month": 1 + number % 12, "day": 1 + number % 28}
        post = POST.format(number=number, title=words(rng, 5), image=image, text=text, **date)
        (beside / "index.md").write_text(post)


def measure_photos(count: int, jobs: int, files: list[bytes]) -> None:
    """Print what builds of a site with `count` photographs take."""
    with tempfile.TemporaryDirectory(prefix="caresite-bench-") as name:
        folder = Path(name)
        make_site(folder, count, photos=True)
        for number in range(count):
            # each is a file of its own: what follows the end of a picture changes its digest and nothing else
            (folder / f"content/blog/post-{number}/view.jpg").write_bytes(files[number % len(files)] + b"%06d" % number)
        first, _ = caresite(folder, jobs)
        with (folder / "content/blog/post-0/index.md").open("a") as post:
            post.write("\nOne more line.\n")
        edit, _ = caresite(folder, jobs)
        again, _ = caresite(folder, jobs)
        drawn = list((folder / "public/assets/pictures").rglob("*.*"))
        for what, run in (("first build", first), ("a line added", edit), ("nothing to do", again)):
            print(f"| {count} | {jobs} | {what} | {run.wall:.1f} | {run.cpu:.1f} | {run.peak_mb:.0f} |", flush=True)
        size = sum(file.stat().st_size for file in drawn) / 1e6
        print(f"| | | {len(drawn)} files of {size:.0f} MB | {first.wall / count:.2f} a photograph | | |", flush=True)


def measure_cards(count: int, jobs: int) -> None:
    """Print what share images add to the first build of a site."""
    with tempfile.TemporaryDirectory(prefix="caresite-bench-") as name:
        folder = Path(name)
        make_site(folder, count, photos=False)
        with_cards, _ = caresite(folder, jobs)
        config = folder / "caresite.yaml"
        config.write_text(CONFIG.format(cards="false"))
        without, _ = caresite(folder, jobs, clean=True)
        each = (with_cards.wall - without.wall) / count * 1000
        print(
            f"{count} posts with share images, {jobs} at once: {with_cards.wall:.1f} s, without {without.wall:.1f} s, ",
            end="",
        )
        print(f"so {each:.0f} ms each; {with_cards.peak_mb:.0f} MB", flush=True)


def print_speeds() -> None:
    """Print what encoders make of a photograph 1,200 pixels wide: bytes, seconds, and PSNR."""
    whole = photograph(1).resize((1200, 900), Image.Resampling.LANCZOS)
    tries = [("AVIF", {"quality": 55, "speed": speed, "max_threads": 1}) for speed in (6, 7, 8, 9, 10)]
    tries += [("WEBP", {"quality": 78, "method": method}) for method in (2, 3, 4, 6)]
    tries += [("JPEG", {"quality": 82, "progressive": True, "optimize": True})]
    print("| format | settings | KB | s | dB |\n|---|---|---:|---:|---:|")
    for kind, settings in tries:
        start, file = time.perf_counter(), io.BytesIO()
        whole.save(file, kind, **settings)
        spent = time.perf_counter() - start
        lossy = Image.open(file).convert("RGB")
        error = sum(ImageStat.Stat(ImageChops.difference(whole, lossy)).sum2) / (1200 * 900 * 3)
        loss = 10 * math.log10(255**2 / error)
        shown = " ".join(f"{key} {value}" for key, value in settings.items())
        print(f"| {kind} | {shown} | {len(file.getvalue()) / 1000:.0f} | {spent:.3f} | {loss:.2f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--different", type=int, default=24, help="how many photographs are made up; the others repeat")
    parser.add_argument("--jobs", default=str(os.cpu_count() or 1))
    parser.add_argument("--cards", type=int, default=200)
    parser.add_argument("--speeds", action="store_true")
    given = parser.parse_args()
    if given.speeds:
        print_speeds()
        return
    with tempfile.TemporaryDirectory(prefix="caresite-bench-") as name:
        places = [(Path(name) / f"{number}.jpg", number) for number in range(min(given.different, given.photos))]
        with Pool() as pool:
            sizes = pool.map(write_photograph, places)
        files = [place.read_bytes() for place, _ in places]
    print(f"{given.photos} photographs of 12 megapixels, {sum(sizes) / max(1, len(sizes)) / 1e6:.1f} MB each\n")
    print("| photographs | at once | | s | CPU s | MB |\n|---:|---:|---|---:|---:|---:|")
    for jobs in map(int, given.jobs.split(",")):
        if given.photos:
            measure_photos(given.photos, jobs, files)
    print()
    for jobs in map(int, given.jobs.split(",")):
        if given.cards:
            measure_cards(given.cards, jobs)


if __name__ == "__main__":
    main()
