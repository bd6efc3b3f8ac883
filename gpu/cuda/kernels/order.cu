// Finds rows by their position in the order of a column's values.

// Numbers of `width` bytes, floats if `real`. Those whose bit in `valid` is 0 are missing; without `valid` none are.
// With `ranks` they are sorted by their rank.
struct Numbers {
    u64 at, width, real, valid, ranks;
};

// A position in the order, which is by kind, key and row number.
struct Position {
    s64 kind, key, row;
};

__device__ inline s64 read_bits(const Numbers& numbers, s64 row) {
    switch (numbers.width) {
        case 1: return to_global<const signed char>(numbers.at)[row];
        case 2: return to_global<const short>(numbers.at)[row];
        case 4: return to_global<const int>(numbers.at)[row];
        default: return to_global<const s64>(numbers.at)[row];
    }
}

__device__ inline bool is_present(const Numbers& numbers, s64 row) {
    return !numbers.valid || (to_global<const u64>(numbers.valid)[row >> 6] >> (row & 63) & 1);
}

__device__ inline bool is_finite(const Numbers& numbers, s64 bits) {
    s64 infinite = numbers.width == 4 ? 0x7f800000LL : 0x7ff0000000000000LL;
    return !numbers.real || (bits & infinite) != infinite;
}

// Returns an integer in the order of the numbers. Apart from the sign, the bits of floats are ascending.
__device__ inline s64 to_key(const Numbers& numbers, s64 bits) {
    s64 signless = numbers.width == 4 ? 0x7fffffffLL : 0x7fffffffffffffffLL;
    if (numbers.ranks) return to_global<const s64>(numbers.ranks)[bits];
    return numbers.real && bits < 0 ? -(bits & signless) : bits;
}

__device__ inline bool is_before(const Position& position, const Position& other) {
    if (position.kind != other.kind) return position.kind < other.kind;
    return position.key < other.key || (position.key == other.key && position.row < other.row);
}

__device__ inline Position to_position(const Numbers& numbers, s64 row, s64 flip) {
    s64 bits = read_bits(numbers, row);
    bool valued = is_present(numbers, row) && is_finite(numbers, bits);
    return {!valued, valued ? to_key(numbers, bits) ^ flip : 0, row};
}

// The bits of keys to invert, and two positions.
struct Bounds {
    s64 flip;
    Position low, high;
};

// Of the rows `start <= row < stop` that pass every filter, counts those before the lower position in `counts[0]` and
// those between both positions in `counts[1]`, and writes the latter to `found`, as far as there is `room`, in any order.
KERNEL find_rows_between(const Numbers* numbers, const u64* filters, s64 count, const Bounds* bounds, s64 start, s64 stop,
                         s64* found, u64 room, u64* counts) {
    extern __shared__ u64 shared[];
    if (threadIdx.x == 0) *shared = 0;
    __syncthreads();
    u64 earlier = 0;
    for (s64 strip = start / STRIP + first_item(); strip < strip_count(stop); strip += item_stride()) {
        u32 mask = filter_mask(filters, count, strip) & edge_mask(strip, start, stop);
        for (int i = 0; mask >> i; i++) {
            if (!(mask >> i & 1)) continue;
            Position position = to_position(*numbers, strip * STRIP + i, bounds->flip);
            if (is_before(position, bounds->low)) {
                earlier++;
            } else if (is_before(position, bounds->high)) {
                u64 at = atomicAdd(counts + 1, (u64)1);
                if (at < room) found[at] = position.row;
            }
        }
    }
    atomicAdd(shared, earlier);
    __syncthreads();
    if (threadIdx.x == 0) atomicAdd(counts, *shared);
}

// Writes the bits of the numbers of some rows, widened as signed integers, and which numbers are present.
KERNEL gather_values(const Numbers* numbers, const s64* rows, s64 count, s64* bits, u8* present) {
    for (s64 i = first_item(); i < count; i += item_stride()) {
        bits[i] = read_bits(*numbers, rows[i]);
        present[i] = is_present(*numbers, rows[i]);
    }
}
