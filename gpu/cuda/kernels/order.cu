// Rows by where they are in the order of a column's values.

// Numbers of `width` bytes, floats if `real`; those whose bit in `valid` is 0 are missing, unless there are no bits.
// They are in the order of their `ranks`, if there are some.
struct Numbers {
    u64 at, width, real, valid, ranks;
};

// A place in the order, which is by kind, key and number of the row.
struct End {
    s64 kind, key, row;
};

__device__ inline s64 bits_of(const Numbers& numbers, s64 row) {
    switch (numbers.width) {
        case 1: return ((const signed char*)numbers.at)[row];
        case 2: return ((const short*)numbers.at)[row];
        case 4: return ((const int*)numbers.at)[row];
        default: return ((const s64*)numbers.at)[row];
    }
}

__device__ inline bool is_present(const Numbers& numbers, s64 row) {
    return !numbers.valid || (((const u64*)numbers.valid)[row >> 6] >> (row & 63) & 1);
}

__device__ inline bool is_finite(const Numbers& numbers, s64 bits) {
    s64 infinite = numbers.width == 4 ? 0x7f800000LL : 0x7ff0000000000000LL;
    return !numbers.real || (bits & infinite) != infinite;
}

// An integer in their order: but for their sign, the bits of floats ascend with them.
__device__ inline s64 key_of(const Numbers& numbers, s64 bits) {
    s64 signless = numbers.width == 4 ? 0x7fffffffLL : 0x7fffffffffffffffLL;
    if (numbers.ranks) return ((const s64*)numbers.ranks)[bits];
    return numbers.real && bits < 0 ? -(bits & signless) : bits;
}

__device__ inline bool before(const End& place, const End& other) {
    if (place.kind != other.kind) return place.kind < other.kind;
    return place.key < other.key || (place.key == other.key && place.row < other.row);
}

__device__ inline End place_of(const Numbers& numbers, s64 row, s64 flip) {
    s64 bits = bits_of(numbers, row);
    bool valued = is_present(numbers, row) && is_finite(numbers, bits);
    return {!valued, valued ? key_of(numbers, bits) ^ flip : 0, row};
}

// What is sought: the bits of keys to flip, and two places.
struct Bounds {
    s64 flip;
    End low, high;
};

// Of the rows `start <= row < stop` that pass every filter, counts in `counts[0]` those before the lower place, in
// `counts[1]` those before the upper one only, and writes these to `found`, which has `room`, in any order.
KERNEL between(const Numbers* numbers, const u64* filters, s64 count, const Bounds* bounds, s64 start, s64 stop,
               s64* found, u64 room, u64* counts) {
    extern __shared__ u64 shared[];
    if (threadIdx.x == 0) *shared = 0;
    __syncthreads();
    u64 earlier = 0;
    for (s64 strip = start / STRIP + first_item(); strip < strips(stop); strip += item_stride()) {
        u32 mask = passing(filters, count, strip) & edge(strip, start, stop);
        for (int i = 0; mask >> i; i++) {
            if (!(mask >> i & 1)) continue;
            End place = place_of(*numbers, strip * STRIP + i, bounds->flip);
            if (before(place, bounds->low)) {
                earlier++;
            } else if (before(place, bounds->high)) {
                u64 at = atomicAdd(counts + 1, (u64)1);
                if (at < room) found[at] = place.row;
            }
        }
    }
    atomicAdd(shared, earlier);
    __syncthreads();
    if (threadIdx.x == 0) atomicAdd(counts, *shared);
}

// Writes the bits of the numbers of some rows, widened as signed integers, and whether there is one.
KERNEL gather(const Numbers* numbers, const s64* rows, s64 count, s64* bits, u8* present) {
    for (s64 i = first_item(); i < count; i += item_stride()) {
        bits[i] = bits_of(*numbers, rows[i]);
        present[i] = is_present(*numbers, rows[i]);
    }
}
