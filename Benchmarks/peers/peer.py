"""What the peer scripts share: their command line, the thread count, the stopwatch, and the JSON they print.

Import it before NumPy or PyTorch: a BLAS reads its thread count from the environment when it is loaded.
"""

import argparse
import fnmatch
import json
import os
import statistics
import sys
import time


def arguments(description, cases, repeat):
    """Parses the command line, fixes the thread count, and returns (options, the names of the cases to run)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--threads", type=int, default=1, help="threads of BLAS and of PyTorch (default 1)")
    parser.add_argument("--repeat", type=int, default=repeat, help=f"timed runs a case; the median counts (default {repeat})")
    parser.add_argument("--case", action="append", help="a case, or a pattern such as 'matmul-*'; may be given again")
    parser.add_argument("--list", action="store_true", help="print the names of the cases and stop")
    options = parser.parse_args()
    if options.list:
        print("\n".join(cases))
        sys.exit(0)
    if options.threads < 1 or options.repeat < 1:
        parser.error("--threads and --repeat must be at least 1")
    patterns = options.case or ["*"]
    for pattern in patterns:
        if not fnmatch.filter(cases, pattern):
            parser.error(f"no case matches '{pattern}'; there are: {', '.join(cases)}")
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = str(options.threads)
    return options, [name for name in cases if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]


def measure(run, repeat, floor=0.02):
    """The median seconds of one call of `run`; short calls are timed in groups of at least `floor` seconds."""
    start = time.perf_counter()
    run()
    first = time.perf_counter() - start
    # The first call also pays for page faults and start-up, so a second one sizes the group.
    if first < floor:
        start = time.perf_counter()
        run()
        first = time.perf_counter() - start
    group = max(1, min(1000, round(floor / max(first, 1e-7))))
    samples = []
    for _ in range(repeat):
        start = time.perf_counter()
        for _ in range(group):
            run()
        samples.append((time.perf_counter() - start) / group)
    return statistics.median(samples)


def report(peer, options, seconds):
    """Prints the JSON array that `tessera bench` reads: one object a case."""
    rows = [{"case": case, "threads": options.threads, "seconds": value, "peer": peer} for case, value in seconds.items()]
    print(json.dumps(rows, indent=1))
