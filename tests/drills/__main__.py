"""Break the production stack under load and count what readers get: make drills.

    .venv/bin/python -m tests.drills [a word of a drill's name ...]

Half of the readers come through nginx as in production, where the front serves the edition's pages.
The other half use the same nginx without the front, so every fault is tried on the application too.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.drills.faults import DRILLS
from tests.drills.load import Load, mix, percentile
from tests.drills.oracle import Oracle
from tests.support.stack import Stack, StackError

WAYS = {"edition": "nginx", "application": "nginx-plain"}
AROUND = 1.5  # Seconds of load before the fault and after it.


def perform(drill, stack, oracle, pages):
    """Run one drill under load and print its rows. Returns whether it stayed within its limits."""
    loads = {
        way: Load(stack.state["ports"][port], oracle, mix(pages), drill.allowed.readers)
        for way, port in WAYS.items()
    }
    with loads["edition"], loads["application"]:
        time.sleep(AROUND)
        try:
            with drill.run(stack, drill):
                time.sleep(drill.seconds)
        except Exception as error:
            drill.faults.append(f"It did not go to its end: {error!r}")
        time.sleep(AROUND)
    for way, load in loads.items():
        name = drill.name if way == "edition" else ""
        counts = load.counts
        print(
            f"{name:34} {way:12} {counts['good']:8,} {counts['degraded']:8,} {counts['bad']:5,}"
            f" {percentile(load.times):8.0f} {percentile(load.help_now):9.0f}",
            flush=True,
        )
        drill.faults += found_wrong(drill.allowed, way, load)
    for note in drill.notes:
        print(f"    {note}")
    for fault in drill.faults:
        print(f"    WRONG: {fault}")
    return not drill.faults


def found_wrong(allowed, way, load):
    total = sum(load.counts.values())
    bad = load.counts["bad"]
    is_degraded_allowed = allowed.edition_degraded or (
        way == "application" and allowed.application_degraded
    )
    bad_ones = [f for f in load.faults if "status 503" not in f and "status 429" not in f]
    if bad > total * allowed.cut_in_a_thousand / 1000:
        yield f"{bad} bad replies ({way}), such as: {', '.join(sorted(set(bad_ones))[:3])}"
    degraded = [fault for fault in load.faults if fault not in bad_ones]
    # Find has few places. When they are taken it says so, with the numbers (resilience, L4).
    is_find_alone = all("/find/" in fault for fault in degraded) and len(degraded) < total / 1000
    if degraded and not is_degraded_allowed and not is_find_alone:
        yield f"degraded ({way}), such as: {', '.join(sorted(set(degraded))[:3])}"
    if way == "edition" and load.missed:
        yield f"pages of the edition were not there: {', '.join(sorted(load.missed)[:3])}"
    limit = allowed.slowest_99 if way == "edition" else allowed.slowest_application
    if limit and percentile(load.help_now) > limit:
        yield f"help now took {percentile(load.help_now):.0f} ms ({way}), more than {limit} ms"


def main(words):
    wanted = [d for d in DRILLS if not words or any(word in d.name for word in words)]
    if not wanted:
        sys.exit("No drill has such a name: " + ", ".join(d.name for d in DRILLS))
    with tempfile.TemporaryDirectory(prefix="hub-") as name:
        Path(name).chmod(0o755)
        stack = Stack(Path(name) / "stack")
        try:
            stack.up()
            oracle = Oracle(stack.editions)
            pages = [
                address
                for address in oracle.printed
                if address.endswith("/") and address not in ("/emergency/",)
            ]
            files = {
                page: stack.front / "current/pages" / f"{page.strip('/') or 'index'}.html"
                for page in pages
            }
            pages = [page for page, file in files.items() if file.exists()]
            for page in pages:
                oracle.know(files[page].read_bytes())
            head = f"{'':34} {'way':12} {'good':>8} {'degraded':>8} {'bad':>5}"
            print(f"{head} {'p99 ms':>8} {'help now':>9}")
            results = [perform(drill, stack, oracle, pages) for drill in wanted]
        except StackError as error:
            sys.exit(str(error))
        finally:
            stack.down()
    print(f"{sum(results)} of {len(results)} drills went as they may.")
    return all(results)


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
