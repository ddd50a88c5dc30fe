"""How long publishing takes, and how that grows with the content. Run by hand: make benchmark.

It works on a copy of the real content in a temporary folder. It prints wall seconds, and in
brackets the processor seconds of the publisher and all its page makers. Then their peak memory
together, with shared memory counted once (Linux only). With FACTOR it publishes that many times the
content.

    python tests/benchmarks/editions.py [FACTOR]
"""

import gzip
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")
GROWN = (1, 2, 4)


def main(factor):
    with tempfile.TemporaryDirectory(prefix="helphub-bench-") as folder:
        prepare(Path(folder))
        import django

        django.setup()
        if factor == 1:
            print_one_by_one()
        else:
            grow(factor)
            line(f"first edition, {factor} times the guides and services", publish)


def prepare(folder):
    """Make this process and those it starts work on a copy."""
    os.environ.update(
        DATABASE_URL=f"sqlite:///{folder}/content.sqlite3",
        EDITIONS_DIR=f"{folder}/editions",
        FIND_INDEX=f"{folder}/find.sqlite3",
    )
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, check=True)
    subprocess.run(
        [sys.executable, "manage.py", "load_content"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )


# Measuring


def line(name, work, *goals):
    with memory_of_all() as highest:
        wall, cpu = time.perf_counter(), processor_seconds()
        note = work()
        wall, cpu = time.perf_counter() - wall, processor_seconds() - cpu
    memory = f"{highest[0] / 1e6:5.0f} MB" if highest[0] else ""
    print(f"{name:44} {wall:6.2f} s ({cpu:6.2f} s) {memory:8} {note or ''} {''.join(goals)}")
    return cpu


def processor_seconds():
    """Of this process and its children that have ended, so the page makers are ended first."""
    from helphub.editions import makers

    makers.end()
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


@contextmanager
def memory_of_all():
    """The peak memory of this process and all below it, in bytes.

    Sampled four times a second: more often would itself take a sixth of a processor.
    """
    highest, is_over = [0], threading.Event()

    def look():
        while not is_over.wait(0.25):
            highest[0] = max(highest[0], sum(map(share_of_memory, family(os.getpid()))))

    thread = threading.Thread(target=look, daemon=True)
    if Path("/proc/self/smaps_rollup").exists():
        thread.start()
    try:
        yield highest
    finally:
        is_over.set()
        if thread.ident:
            thread.join()


def family(number):
    yield number
    try:
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def share_of_memory(number):
    try:
        text = Path(f"/proc/{number}/smaps_rollup").read_text()
    except OSError:
        return 0  # It has ended.
    return int(text.partition("\nPss:")[2].split()[0]) * 1000


# What is measured

FIRST = "  must 15 s (25 s), 200 MB"


def publish(*arguments):
    from helphub.editions import manifests, publish, store

    done = publish.publish(*arguments)
    changes = ", ".join(f"{len(pages)} {name}" for name, pages in done.changes.items() if pages)
    return f"{len(manifests.pages_of(store.current()))} pages: {changes or 'all the same'}."


def print_one_by_one():
    from helphub.content import clock
    from helphub.editions import sources

    first = clock.first_of_block()
    with clock.fixed(first):
        print_of_one_day()
    for name, day in (
        ("an ordinary new day", first + timedelta(days=1)),
        ("the first day of four weeks", first + clock.BLOCK),
    ):
        before = disk()
        with clock.fixed(day):
            line(name, lambda: publish(sources.CURRENT), "  must 5 s")
        print(f"{'':44} {(disk() - before) / 1e6:6.2f} MB more on the disk  must 3 MB")


def print_of_one_day():
    from helphub.editions import manifests, store
    from services.models import Service
    from strategy.models import Guide

    total = line("first edition", publish, FIRST)
    pages = manifests.pages_of(store.current())
    compressing = compress_again(store.current())
    per_page = (total - compressing) / len(pages) * 1000
    ratio = (total - compressing) / compressing
    print(f"{'making over compressing (processor)':44} {ratio:6.2f}    must 8")
    print(f"{'a page without compression (processor)':44} {per_page:6.1f} ms must 15 ms")
    line("nothing changed", publish, "  must 2 s")
    Service.objects.filter(line="h-galop").update(summary_en="Another sentence.")
    line("one sentence of a service", publish, "  must 6 s")
    Guide.objects.filter(slug="consent").update(summary_en="Another sentence.")
    line("one sentence of a guide", publish, "  must 3 s")


def compress_again(folder):
    """Processor seconds to compress an edition's pages as publishing does."""
    from helphub.editions import manifests, page_files

    bodies = [
        (folder / "pages" / page["file"]).read_bytes()
        for page in manifests.pages_of(folder).values()
        if page["file"]
    ]
    started = time.process_time()
    for body in bodies:
        gzip.compress(body, page_files.GZIP_LEVEL)
        page_files.in_brotli(body)
    return time.process_time() - started


def disk():
    from django.conf import settings

    files = {}
    for path in settings.EDITIONS_DIR.rglob("*"):
        stat = path.lstat()
        files[stat.st_ino] = stat.st_blocks * 512
    return sum(files.values())


def grow(factor):
    """Add copies of every guide and service. Most of the pages come from these."""
    from services.models import Service
    from strategy.models import Guide

    for model in (Guide, Service):
        for row in list(model.objects.all()):
            for number in range(2, factor + 1):
                copy(row, number)


def copy(row, number):
    many = {
        field.name: list(getattr(row, field.name).all())
        for field in row._meta.many_to_many
        if field.remote_field.through._meta.auto_created
    }
    new = type(row).objects.get(pk=row.pk)
    new.pk, new.slug = None, f"{row.slug}-{number}"
    new._state.adding = True
    for name in ("name", "title"):
        if value := getattr(new, f"{name}_en", None) or getattr(new, name, None):
            for column in (name, f"{name}_en"):
                setattr(new, column, f"{value} {number}")
    if hasattr(new, "line"):
        new.line = f"{new.line}-{number}"
        new.place_key = new.place_key and uuid.uuid4()
    new.save()
    for name, rows in many.items():
        getattr(new, name).set(rows)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(int(sys.argv[1]))
    else:
        for factor in GROWN:
            subprocess.run([sys.executable, __file__, str(factor)], check=True)
