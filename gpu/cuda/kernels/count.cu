// Counts the cubes of many views in one pass over the rows.

enum { COUNT, SUM_INTEGER, SUM_REAL, LOW, HIGH };

// The formats of numbers after the types i1, i2, i4, i8, f4 and f8: the halves of an i8, which are added up apart where
// their sum could exceed 64 bits.
enum { LOW_HALF = 6, HIGH_HALF };

// A cube, or the tile of its cells that begins at `low`. If `copies` isn't 0, each block counts in its own tables in
// shared memory, which begin at the byte offsets `counts` and `totals`, with copies a pitch apart. Otherwise all blocks
// count in the cube itself.
struct View {
    u64 first_term, last_term;  // the terms that number the cells of a row of the cube
    u64 cells;                  // the number of cells of such a row
    u64 low, size;              // the tile
    u64 kind, numbers, number;  // the measure: its kind, the address of its numbers and their format
    u64 copies, counts, totals;
    u64 count_out, total_out;  // the addresses of the tile's counts and totals, u64 each
};

// Views over the same rows with the same active axes.
struct Pass {
    u64 filters, filter_count, inverted;
    u64 terms, first_active, last_active;  // the terms of all views; those that number the rows of the cubes
    u64 views, view_count;
};

// Returns a float as an integer in the same order, because minima and maxima are computed with integer atomics.
__device__ inline s64 to_ordered_bits(double value) {
    s64 bits = __double_as_longlong(value);
    return bits < 0 ? bits ^ 0x7fffffffffffffffLL : bits;
}

template <class T>
__device__ inline T read_number(const View& view, s64 row) {
    switch (view.number) {
        case 0: return (T)((const signed char*)view.numbers)[row];
        case 1: return (T)((const short*)view.numbers)[row];
        case 2: return (T)((const int*)view.numbers)[row];
        case 3: return (T)((const s64*)view.numbers)[row];
        case 4: return (T)((const float*)view.numbers)[row];
        case LOW_HALF: return (T)((const u32*)view.numbers)[2 * row];
        case HIGH_HALF: return (T)((const int*)view.numbers)[2 * row + 1];
        default: return (T)((const double*)view.numbers)[row];
    }
}

__device__ inline u64 empty_total(u64 kind) {
    const double infinity = __longlong_as_double(0x7ff0000000000000LL);
    return kind == LOW ? (u64)to_ordered_bits(infinity) : kind == HIGH ? (u64)to_ordered_bits(-infinity) : 0;
}

// Adds a total of `kind` to another: a row's number to a table's total, or a table's total to the cube's.
__device__ inline void accumulate(u64 kind, u64* total, u64 bits) {
    switch (kind) {
        case SUM_INTEGER: atomicAdd(total, bits); break;
        case SUM_REAL: atomicAdd((double*)total, __longlong_as_double((s64)bits)); break;
        case LOW: atomicMin((s64*)total, (s64)bits); break;
        default: atomicMax((s64*)total, (s64)bits);
    }
}

// Returns a row's number as the bits of a total.
__device__ inline u64 total_bits(const View& view, s64 row) {
    switch (view.kind) {
        case SUM_INTEGER: return (u64)read_number<s64>(view, row);
        case SUM_REAL: return (u64)__double_as_longlong(read_number<double>(view, row));
        default: return (u64)to_ordered_bits(read_number<double>(view, row));
    }
}

// Counts the strip's rows whose bit is set and, if the view has a measure, accumulates their numbers.
template <bool measures, class Count>
__device__ inline void count_view(const View& view, Count* counts, u64* totals, u32 mask, const u32 (&cell)[STRIP],
                                  s64 strip) {
    u32 low = (u32)view.low, size = (u32)view.size;
#pragma unroll
    for (int i = 0; i < STRIP; i++) {
        u32 at = cell[i] - low;
        if ((mask >> i & 1) && at < size) {
            atomicAdd(counts + at, (Count)1);
            if (measures) accumulate(view.kind, totals + at, total_bits(view, strip * STRIP + i));
        }
    }
}

// Returns the distance of two copies of a table, which is odd so that they begin in different banks.
__device__ inline u64 table_pitch(const View& view) { return view.size | 1; }

// Clears the tables of this block.
__device__ inline void clear_tables(const View& view, u64* shared) {
    u32* counts = (u32*)((u8*)shared + view.counts);
    u64* totals = (u64*)((u8*)shared + view.totals);
    for (u64 i = threadIdx.x; i < table_pitch(view) * view.copies; i += blockDim.x) {
        counts[i] = 0;
        if (view.kind != COUNT) totals[i] = empty_total(view.kind);
    }
}

// Adds up the copies of this block's tables, and adds the sums to the cube.
__device__ inline void add_tables(const View& view, u64* shared) {
    u32* counts = (u32*)((u8*)shared + view.counts);
    u64* totals = (u64*)((u8*)shared + view.totals);
    for (u64 i = threadIdx.x; i < view.size; i += blockDim.x) {
        u64 count = 0;
        for (u64 at = i; at < table_pitch(view) * view.copies; at += table_pitch(view)) {
            if (counts[at] && view.kind != COUNT) accumulate(view.kind, (u64*)view.total_out + i, totals[at]);
            count += counts[at];
        }
        if (count) atomicAdd((u64*)view.count_out + i, count);
    }
}

// Counts a strip for all views; the rows of their cubes are numbered once, as all have the same active axes.
template <bool measures>
__device__ inline void count_strip(const Pass& pass, u32 mask, s64 strip, u64* shared) {
    const Term* terms = (const Term*)pass.terms;
    u32 row[STRIP] = {};
    for (u64 t = pass.first_active; t < pass.last_active; t++) add_term(terms[t], strip, row);
    for (u64 v = 0; v < pass.view_count; v++) {
        const View& view = ((const View*)pass.views)[v];
        u32 cell[STRIP];
#pragma unroll
        for (int i = 0; i < STRIP; i++) cell[i] = row[i] * (u32)view.cells;
        for (u64 t = view.first_term; t < view.last_term; t++) add_term(terms[t], strip, cell);
        if (view.copies) {
            u64 copy = (threadIdx.x & (view.copies - 1)) * table_pitch(view);
            u32* counts = (u32*)((u8*)shared + view.counts) + copy;
            u64* totals = (u64*)((u8*)shared + view.totals) + copy;
            count_view<measures>(view, counts, totals, mask, cell, strip);
        } else {
            count_view<measures>(view, (u64*)view.count_out, (u64*)view.total_out, mask, cell, strip);
        }
    }
}

template <bool measures>
__device__ inline void count_rows(const Pass& pass, s64 start, s64 stop, u64* shared) {
    const View* views = (const View*)pass.views;
    for (u64 v = 0; v < pass.view_count; v++) clear_tables(views[v], shared);
    __syncthreads();
    for (s64 strip = start / STRIP + first_item(); strip < strip_count(stop); strip += item_stride()) {
        u32 mask = filter_mask((const u64*)pass.filters, pass.filter_count, strip);
        if (pass.inverted) mask ^= 0xffff;
        mask &= edge_mask(strip, start, stop);
        if (mask) count_strip<measures>(pass, mask, strip, shared);
    }
    __syncthreads();
    for (u64 v = 0; v < pass.view_count; v++) add_tables(views[v], shared);
}

// Counts the rows `start <= row < stop` of a pass whose views have no measure. 64 registers per thread are enough.
KERNEL __launch_bounds__(1024) count(const Pass* pass, s64 start, s64 stop) {
    extern __shared__ u64 shared[];
    count_rows<false>(*pass, start, stop, shared);
}

// Does the same for views with measures, in blocks half as large, because it needs more registers.
KERNEL __launch_bounds__(512, 1) measure(const Pass* pass, s64 start, s64 stop) {
    extern __shared__ u64 shared[];
    count_rows<true>(*pass, start, stop, shared);
}
