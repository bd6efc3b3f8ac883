"""The kernels are what NVIDIA's compilers take, for every generation of devices."""

from __future__ import annotations

import re

import pytest

from gpu.cuda import kernel_source
from tests.device import compilers

needs_nvrtc = pytest.mark.skipif(
    not compilers.load_nvrtc(), reason="nvidia-cuda-nvrtc-cu12 is not for this machine"
)


@needs_nvrtc
@pytest.mark.parametrize("architecture", [70, 90, 120])
def test_the_kernels_compile_as_cupy_compiles_them(architecture):
    ptx = compilers.compile_to_ptx(architecture)
    assert set(re.findall(r"\.entry (\w+)", ptx)) == set(kernel_source.KERNEL_NAMES)
    assert f".target sm_{architecture}" in ptx


@needs_nvrtc
def test_tables_of_a_block_are_counted_in_its_shared_memory():
    body = compilers.compile_to_ptx(90).split(".entry count(")[1].split(".entry")[0]
    assert len(re.findall(r"atom\.shared\.add\.u32", body)) >= 16
