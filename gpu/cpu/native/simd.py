"""Vector operations on raw addresses that the kernels call, written as LLVM IR.

All of them are portable except compression, which needs AVX-512 VBMI2: it compresses in a register and stores
the whole vector, because compressing directly to memory is slow on some CPUs. ``compress`` chooses between it
and a scalar form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

Ir = Any
"""A value, type or builder of llvmlite, which has no type annotations."""

LANES = 64
"""The number of rows in a word of filter bits."""


def _intrinsic(function: Callable[..., Any]) -> Callable[..., Any]:
    return cast(Callable[..., Any], intrinsic(function))


def _vector(bits: int, lanes: int) -> Ir:
    return ir.VectorType(ir.IntType(bits), lanes)


def _load(builder: Ir, address: Ir, kind: Ir) -> Ir:
    load = builder.load(builder.inttoptr(address, kind.as_pointer()))
    load.align = 1
    return load


def _store(builder: Ir, value: Ir, address: Ir) -> None:
    store = builder.store(value, builder.inttoptr(address, value.type.as_pointer()))
    store.align = 1


def _splat(builder: Ir, value: Ir, kind: Ir) -> Ir:
    undefined = ir.Constant(kind, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, undefined, ir.Constant(_vector(32, kind.count), [0] * kind.count))


def _pointer(dtype: Ir) -> Ir:
    @_intrinsic
    def pointer(_typing: Ir, _address: Ir) -> Ir:
        def generate(context: Ir, builder: Ir, signature: Ir, arguments: Ir) -> Ir:
            return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

        return types.CPointer(dtype)(types.uintp), generate

    return pointer


def _within(bits: int) -> Ir:
    kind = _vector(bits, LANES)

    @_intrinsic
    def within(_typing: Ir, _address: Ir, _low: Ir, _last: Ir) -> Ir:
        def generate(_context: Ir, builder: Ir, _signature: Ir, arguments: Ir) -> Ir:
            low, last = (_splat(builder, builder.trunc(value, kind.element), kind) for value in arguments[1:])
            codes = _load(builder, arguments[0], kind)
            # One comparison for both bounds: codes below ``low`` wrap around to large numbers.
            test = builder.icmp_unsigned("<=", builder.sub(codes, low), last)
            return builder.bitcast(test, ir.IntType(LANES))

        return types.uint64(types.uintp, types.uintp, types.uintp), generate

    return within


def _compress(bits: int, lanes: int) -> Ir:
    kind, bools = _vector(bits, lanes), _vector(1, lanes)
    name = f"llvm.x86.avx512.mask.compress.v{lanes}i{bits}"

    @_intrinsic
    def compress(_typing: Ir, _source: Ir, _mask: Ir, _target: Ir) -> Ir:
        def generate(context: Ir, builder: Ir, _signature: Ir, arguments: Ir) -> Ir:
            source, mask, target = arguments
            function = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(kind, [kind, kind, bools]), name
            )
            if lanes < LANES:
                mask = builder.trunc(mask, ir.IntType(lanes))
            values = _load(builder, source, kind)
            zeros = ir.Constant(kind, [0] * lanes)
            _store(builder, builder.call(function, [values, zeros, builder.bitcast(mask, bools)]), target)
            return context.get_dummy_value()

        return types.void(types.uintp, types.uint64, types.uintp), generate

    return compress


as_u8, as_i8, as_u16, as_i16 = (
    _pointer(kind) for kind in (types.uint8, types.int8, types.uint16, types.int16)
)
as_u32, as_i32, as_u64, as_i64 = (
    _pointer(kind) for kind in (types.uint32, types.int32, types.uint64, types.int64)
)
as_f32, as_f64 = _pointer(types.float32), _pointer(types.float64)

within8 = _within(8)
"""``within8(address, low, last)``: bit i is set if ``low <= code[i] <= low + last``, for 64 uint8 codes."""
within16 = _within(16)

compress8 = _compress(8, 64)
"""``compress8(source, mask, target)``: store the elements whose bit is set, densely, as a whole vector."""
compress16 = _compress(16, 32)


@_intrinsic
def popcount(_typing: Ir, _word: Ir) -> Ir:
    """Return the number of set bits of a uint64."""

    def generate(_context: Ir, builder: Ir, _signature: Ir, arguments: Ir) -> Ir:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@_intrinsic
def lowest_bit(_typing: Ir, _word: Ir) -> Ir:
    """Return the index of the lowest set bit of a uint64 other than zero."""

    def generate(_context: Ir, builder: Ir, _signature: Ir, arguments: Ir) -> Ir:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), generate
