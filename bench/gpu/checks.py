"""What the kernels are asked in random cases, each a judgement by plain NumPy."""

from __future__ import annotations

from bench.gpu.random_cases import check_appending, check_counting, check_joining
from bench.gpu.random_orders import check_order

CHECKS = {
    "cubes and masks": check_counting,
    "codes": check_appending,
    "joined codes": check_joining,
    "rows in order": check_order,
}
