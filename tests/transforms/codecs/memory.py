"""What work takes in memory and time, measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

ROOT = Path(__file__).parents[3]
BEFORE = """
import io, json, resource, sys, time
from lxml import etree
from router.config.content import StoredContent
from router.errors import DecodeError
from router.ports import Bad
from tests.contracts.codec import ENVELOPE
from transforms.codecs import CODECS

class Long(io.RawIOBase):
    '''A stream that is longer than anybody wants to keep: `head`, `times` the same piece, `tail`.'''
    def __init__(self, head, piece, times, tail=b""):
        self.head, self.piece, self.times, self.tail, self.at = head, piece, times, tail, 0
        self.block = piece * max(1, (1 << 20) // len(piece))
        self.middle = len(piece) * times
        self.size = len(head) + self.middle + len(tail)
    def seekable(self): return True
    def readable(self): return True
    def tell(self): return self.at
    def seek(self, to, whence=0):
        assert whence == 0
        self.at = to
        return to
    def read(self, size=-1):
        assert size >= 0, "all of it at once"
        found = b""
        while len(found) < size and self.at < self.size:
            found += self._some(size - len(found))
        return found
    def readline(self, size=-1):
        found, at = self.read(size), self.at
        end = found.find(b"\\n") + 1
        self.at = at - len(found) + (end or len(found))
        return found[:end] if end else found
    def _some(self, size):
        at = self.at - len(self.head)
        if at < 0: part = self.head[self.at:self.at + size]
        elif at >= self.middle: part = self.tail[at - self.middle:at - self.middle + size]
        else:
            part = self.block[at % len(self.piece):]
            part = part[:min(size, self.middle - at)]
        self.at += len(part)
        return part

def made(name, **options): return CODECS[name](options, StoredContent())
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
began, before = time.perf_counter(), peak()
"""
AFTER = """
print(json.dumps({"answer": answer, "seconds": time.perf_counter() - began, "mib": peak() - before}))
"""


def measured(code: str) -> tuple[Any, float]:
    """`answer` of the code, and how many MiB it took at its peak. It has `Long`, `made`, `DecodeError`, `ENVELOPE`."""
    program = BEFORE + dedent(code) + AFTER
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return found["answer"], found["mib"]
