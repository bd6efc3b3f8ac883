"""The meaning of the columns of the kernel's matrices."""

from __future__ import annotations

BLOCK = 8192
"""The number of rows of a block. Places in a block are uint16."""

# A group: its ranges of the filters, columns and views; whether it counts the rows that fail; whether
# measures need the places of the rows; how many rows packed sums have room for, and how many they contain.
(
    FIRST_FILTER,
    LAST_FILTER,
    FIRST_COLUMN,
    LAST_COLUMN,
    FIRST_VIEW,
    LAST_VIEW,
    INVERTED,
    NEEDS_PLACES,
    PACKED_ROOM,
    PACKED_PENDING,
    GROUP_WIDTH,
) = range(11)

# A column: the address of row 0's code, the bytes of a code, the address of the buffer for compressed codes.
CODES, WIDTH, BUFFER, COLUMN_WIDTH = range(4)

# A term of a cell number: the column, the address of a uint32 lookup, the factor to use if that is 0.
COLUMN, LOOKUP, STRIDE, TERM_WIDTH = range(4)

# A view: its range of terms; the kind of measure; the distance of the copies of a small table (0: one
# table); the addresses of its counts, totals and packed sums, and their number of cells; the address of its
# numbers and their format, as in measure_kinds; how far a packed sum is shifted.
(
    FIRST_TERM,
    LAST_TERM,
    KIND,
    COPY_STRIDE,
    COUNTS,
    TOTALS,
    PACKED,
    CELLS,
    VALUES,
    NUMBER,
    SHIFT,
    VIEW_WIDTH,
) = range(12)

# The addresses of the parts of a thread's scratch memory.
WORDS, IOTA, ROWS, CELL_NUMBERS, GATHERED_NUMBERS, SCRATCH_WIDTH = range(6)

SUM_PACKED = 5
"""A further kind of measure: sums of integers above ``shift`` bits of count, so that a row is one addition.
"""
