"""Frames under gzip are made once, however many are sent them."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np

from datasets.cubes.gzip_cache import Frames

FRAME = np.arange(10_000).tobytes()


def test_what_is_packed_is_the_frame():
    assert gzip.decompress(Frames(1 << 20).packed("tag", lambda: FRAME)) == FRAME


def test_many_who_ask_at_once_are_sent_one():
    frames, encoded, together = Frames(1 << 20), [], Barrier(8)

    def encode():
        encoded.append(1)
        return FRAME

    def ask(_):
        together.wait()
        return frames.packed("tag", encode)

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(8)))
    assert len(answers) == len(encoded) == 1


def test_each_tag_has_its_own_and_what_was_used_longest_ago_goes():
    frames = Frames(100)
    first = frames.packed("first", lambda: b"first")
    assert frames.packed("second", lambda: b"second") != first
    assert frames.packed("first", lambda: b"another") == first
    for number in range(9):
        frames.packed(f"later {number}", lambda: b"later")
    assert gzip.decompress(frames.packed("first", lambda: b"another")) == b"another"
