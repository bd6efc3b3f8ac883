"""Frames under gzip are made once, however many are sent them."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np

from datasets.cubes.gzip_cache import GzipFrameCache

FRAME = np.arange(10_000).tobytes()


def test_compressed_bytes_are_the_frame():
    assert gzip.decompress(GzipFrameCache(1 << 20).get_compressed("tag", lambda: FRAME)) == FRAME


def test_many_who_ask_at_once_are_sent_one():
    frames, encoded, together = GzipFrameCache(1 << 20), [], Barrier(8)

    def count_and_encode():
        encoded.append(1)
        return FRAME

    def request_frame(_):
        together.wait()
        return frames.get_compressed("tag", count_and_encode)

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(request_frame, range(8)))
    assert len(answers) == len(encoded) == 1


def test_each_etag_has_its_own_frame_and_the_least_recently_used_is_dropped():
    frames = GzipFrameCache(100)
    first = frames.get_compressed("first", lambda: b"first")
    assert frames.get_compressed("second", lambda: b"second") != first
    assert frames.get_compressed("first", lambda: b"another") == first
    for number in range(9):
        frames.get_compressed(f"later {number}", lambda: b"later")
    assert gzip.decompress(frames.get_compressed("first", lambda: b"another")) == b"another"
