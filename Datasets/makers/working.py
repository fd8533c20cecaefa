"""Ordered work on several processes, progress on the terminal, and an end on SIGTERM as on Ctrl-C. Standard library."""

import concurrent.futures
import ctypes
import itertools
import multiprocessing
import signal
import sys
import time

#: PR_SET_PDEATHSIG of <sys/prctl.h>.
PARENT_DEATH = 1


def stop_on_signals():
    """SIGTERM raises KeyboardInterrupt, as SIGINT does, so that files written aside are removed on the way out."""

    def stop(number, frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def ordered(function, tasks, processes):
    """The results of `function` on an endless or long list of tasks, in the tasks' order.

    With one process everything runs here. With more, at most two tasks a process are under way, so the results do not
    pile up; the order, and with it what is made of them, is the same for any number of processes.
    """
    if processes <= 1:
        for task in tasks:
            yield function(task)
        return
    tasks = iter(tasks)
    context = multiprocessing.get_context("spawn")
    pool = concurrent.futures.ProcessPoolExecutor(
        processes, mp_context=context, initializer=_follow_parent)
    try:
        waiting = [pool.submit(function, task) for task in itertools.islice(tasks, 2 * processes)]
        while waiting:
            result = waiting.pop(0).result()
            for task in itertools.islice(tasks, 1):
                waiting.append(pool.submit(function, task))
            yield result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _follow_parent():
    """Leaves Ctrl-C to the parent, and asks Linux to end this process when the parent is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH, signal.SIGKILL)


class Progress:
    """One line on standard error with the count, the rate and the time to go; a line a tenth where it is no terminal."""

    def __init__(self, label, total):
        self.label, self.total = label, total
        self.start, self.shown = time.monotonic(), 0.0
        self.lives = sys.stderr.isatty()
        self.tenth = 0

    def show(self, count, note=""):
        elapsed = time.monotonic() - self.start
        rate = count / elapsed if elapsed > 0 else 0
        left = (self.total - count) / rate if rate > 0 else 0
        line = (
            f"{self.label}: {count} of {self.total} images, {rate:.0f} a second, "
            f"{left / 60:.1f} min to go{note}")
        tenth = 10 * count // max(self.total, 1)
        if self.lives:
            if elapsed - self.shown > 0.5 or count == self.total:
                self.shown = elapsed
                print(f"\r{line:<100}", end="\n" if count == self.total else "", file=sys.stderr)
        elif tenth > self.tenth:
            self.tenth = tenth
            print(line, file=sys.stderr, flush=True)
