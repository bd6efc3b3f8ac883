"""Dense copies of the codes whose filter bit is set, made by AVX-512 if available, else by position."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import carray
from numba.core.registry import cpu_target

from gpu.cpu.native.jit import Native, inline
from gpu.cpu.native.simd import as_u8, as_u16, as_u64, compress8, compress16, lowest_bit, popcount

SLACK = 128
"""The bytes that a target needs after its last element, because whole vectors are stored."""

_SPARSE = 12


def has_avx512() -> bool:
    """Return whether compiled code may use AVX-512 VBMI2; NUMBA_CPU_NAME and NUMBA_CPU_FEATURES decide."""
    features = cpu_target.target_context.codegen().magic_tuple()[2].split(",")
    return {"+avx512vbmi2", "+avx512bw", "+avx512vl"} <= set(features)


@inline
def _positions_scalar(words: Native, count: Native, _iota: Native, target: Native) -> None:
    bits = carray(as_u64(words), count)
    out = carray(as_u16(target), count * np.uintp(64) + np.uintp(1))
    k = np.uintp(0)
    for i in range(count):
        word, row = bits[i], np.uintp(i) * np.uintp(64)
        # Few bits: one step per bit. Many: one step per row without branches, which a CPU can't mispredict.
        if popcount(word) < _SPARSE:
            while word:
                out[k] = np.uint16(row + np.uintp(lowest_bit(word)))
                word &= word - np.uint64(1)
                k += np.uintp(1)
        else:
            for lane in range(np.uint64(64)):
                out[k] = np.uint16(row + np.uintp(lane))
                k += np.uintp((word >> lane) & np.uint64(1))


@inline
def _positions_avx512(words: Native, count: Native, iota: Native, target: Native) -> None:
    _pack16_avx512(iota, words, count, np.uintp(0), np.uintp(0), target)


@inline
def _pack8_scalar(
    source: Native, _words: Native, count: Native, positions: Native, passing: Native, target: Native
) -> None:
    codes, out = carray(as_u8(source), count * np.uintp(64)), carray(as_u8(target), passing)
    rows = carray(as_u16(positions), passing)
    for i in range(passing):
        out[i] = codes[np.uintp(rows[i])]


@inline
def _pack16_scalar(
    source: Native, _words: Native, count: Native, positions: Native, passing: Native, target: Native
) -> None:
    codes, out = carray(as_u16(source), count * np.uintp(64)), carray(as_u16(target), passing)
    rows = carray(as_u16(positions), passing)
    for i in range(passing):
        out[i] = codes[np.uintp(rows[i])]


@inline
def _pack8_avx512(
    source: Native, words: Native, count: Native, _positions: Native, _passing: Native, target: Native
) -> None:
    bits = carray(as_u64(words), count)
    for i in range(count):
        compress8(source, bits[i], target)
        source += np.uintp(64)
        target += np.uintp(popcount(bits[i]))


@inline
def _pack16_avx512(
    source: Native, words: Native, count: Native, _positions: Native, _passing: Native, target: Native
) -> None:
    bits = carray(as_u64(words), count)
    for i in range(count):
        low = bits[i] & np.uint64(0xFFFFFFFF)
        half = target + np.uintp(2) * np.uintp(popcount(low))
        compress16(source, low, target)
        compress16(source + np.uintp(64), bits[i] >> np.uint64(32), half)
        source += np.uintp(128)
        target += np.uintp(2) * np.uintp(popcount(bits[i]))


AVX512 = has_avx512()
"""Which form the kernels have. Numba caches code compiled for different CPU features separately."""

positions: Callable[..., None] = _positions_avx512 if AVX512 else _positions_scalar
"""``positions(words, count, iota, target)``: write the places of the set bits of ``count`` words, as uint16.
"""

pack8: Callable[..., None] = _pack8_avx512 if AVX512 else _pack8_scalar
"""``pack8(source, words, count, positions, passing, target)``: write the uint8 codes whose bit is set."""

pack16: Callable[..., None] = _pack16_avx512 if AVX512 else _pack16_scalar
"""The same as ``pack8`` for uint16 codes."""
