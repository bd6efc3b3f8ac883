"""What NVIDIA's compilers make of the kernels, for every generation of devices."""

from __future__ import annotations

import re

import pytest

from gpu.cuda import kernel_source
from gpu.cuda.measure_kernels import MEASURE_KERNEL_NAMES
from tests.device import compilers

needs_nvrtc = pytest.mark.skipif(
    not compilers.load_nvrtc(), reason="nvidia-cuda-nvrtc is not for this machine"
)
COUNTING_KERNELS = ("count", *MEASURE_KERNEL_NAMES)
SHARED_ATOMICS = {
    "count": {"add.u32"},
    **{f"sum_i{width}": {"add.u32"} for width in (1, 2, 4, 8)},
    **{f"sum_{half}_half": {"add.u32"} for half in ("low", "high")},
    **{f"sum_f{width}": {"add.u32", "add.f64"} for width in (4, 8)},
    **{
        f"{kind}_{form}": {"add.u32", f"{word}.s{64 if form in ('i8', 'f8') else 32}"}
        for kind, word in (("low", "min"), ("high", "max"))
        for form in ("i1", "i2", "i4", "i8", "f4", "f8")
    },
}
"""On tables of a block. A device does those of 32 bits itself; those of 64 are loops of compare-and-swap."""


def read_body(kernel):
    return compilers.compile_to_ptx(90).split(f".entry {kernel}(")[1].split(".entry")[0]


@needs_nvrtc
@pytest.mark.parametrize("architecture", [75, 90, 120])
def test_the_kernels_compile_as_cupy_compiles_them(architecture):
    ptx = compilers.compile_to_ptx(architecture)
    assert set(re.findall(r"\.entry (\w+)", ptx)) == set(kernel_source.KERNEL_NAMES)
    assert f".target sm_{architecture}" in ptx


@needs_nvrtc
@pytest.mark.parametrize("architecture", [75, 90, 120])
def test_no_operation_takes_subnormal_floats_for_zero(architecture):
    """CuPy adds -ftz=true, which concerns every operation on floats of 32 bits: there must be none."""
    ptx = compilers.compile_to_ptx(architecture)
    assert re.findall(r"^.*\.(?:ftz|f32)\b.*$", ptx, re.MULTILINE) == []


@needs_nvrtc
@pytest.mark.parametrize("kernel", COUNTING_KERNELS)
def test_tables_of_a_block_are_counted_by_the_cheapest_atomics(kernel):
    found = re.findall(r"(?:atom|red)\.shared\.(\w+\.\w+)", read_body(kernel))
    assert set(found) == SHARED_ATOMICS[kernel]
    assert len(found) >= 16 * len(SHARED_ATOMICS[kernel])


@needs_nvrtc
@pytest.mark.parametrize("kernel", COUNTING_KERNELS)
def test_every_access_says_which_memory_it_is_to(kernel):
    """Otherwise each would be compiled for both kinds of memory, and cubes would be counted far slower."""
    body = read_body(kernel)
    assert re.findall(r"\b(?:ld|st|atom|red)\.(?!global|shared|volatile\.shared|param|local)\S*", body) == []
    assert "cas" not in body


@needs_nvrtc
@pytest.mark.parametrize("kernel", MEASURE_KERNEL_NAMES)
def test_numbers_are_loaded_by_16_bytes(kernel):
    wide_loads = len(re.findall(r"ld\.global(?:\.nc)?\.v[24]\.", read_body(kernel)))
    form = kernel.split("_", 1)[1]
    assert wide_loads >= {"i1": 1, "i2": 2, "i4": 4, "f4": 4}.get(form, 8)
