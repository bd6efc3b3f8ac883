"""The engine of the database: one for each address, whichever thread asks first."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from db import engine


def test_threads_that_ask_at_once_get_one_engine(tmp_path):
    barrier = Barrier(8)

    def get_engine(number):
        barrier.wait()
        return engine.get_engine_for_url(f"sqlite:///{tmp_path}/{number // 8}.sqlite")

    with ThreadPoolExecutor(8) as threads:
        for number in range(40):
            found = set(threads.map(get_engine, [8 * number] * 8))
            assert len(found) == 1
            found.pop().dispose()
