"""What the columns of the kernel's matrices mean, and what it may be asked to do with a measure."""

from __future__ import annotations

BLOCK = 8192
"""Rows a block has; places within it are uint16."""

# A group: its parts of the filters, columns and views; whether it counts the rows that don't pass; whether
# measures need the places of the rows; how many rows packed sums have room for, and how many are in them.
(
    FIRST_FILTER,
    LAST_FILTER,
    FIRST_COLUMN,
    LAST_COLUMN,
    FIRST_VIEW,
    LAST_VIEW,
    INVERTED,
    PLACES,
    ROOM,
    PENDING,
    GROUP_WIDTH,
) = range(11)

# A column: the addresses of row 0's code and of the buffer it is compressed into, and the bytes of a code.
CODES, WIDTH, BUFFER, COLUMN_WIDTH = range(4)

# A term of a cell number: the column, and the address of a uint32 lookup or, if that is 0, a factor.
COLUMN, LOOKUP, STRIDE, TERM_WIDTH = range(4)

# A view: its terms; what to do; the distance of the copies of a small table (0: one table); the addresses of
# its counts, totals and packed sums, and their number of cells; where its numbers are and which of NUMBERS
# they are; how far a packed sum is shifted.
(
    FIRST_TERM,
    LAST_TERM,
    KIND,
    SPREAD,
    COUNTS,
    TOTALS,
    PACKED,
    CELLS,
    VALUES,
    NUMBER,
    SHIFT,
    VIEW_WIDTH,
) = range(12)

# A thread's scratch, by address.
WORDS, IOTA, ROWS, NUMBERED, GATHERED, SCRATCH_WIDTH = range(6)

SUM_PACKED = 5
"""A kind of its own: the sum of integers above ``shift`` bits of count, so that a row costs one addition."""
