// Counts the cubes of many views in one pass over the rows.

// A cube, or the tile of its cells that begins at `low`. If `copies` isn't 0, each block counts in its own tables in
// shared memory, which begin at the byte offsets `counts` and `totals`, with copies a pitch apart. Otherwise all blocks
// count in the cube itself.
struct View {
    u64 first_term, last_term;  // the terms that number the cells of a row of the cube
    u64 cells;                  // the number of cells of such a row
    u64 low, size;              // the tile
    u64 numbers;                // the address of the measure's numbers
    u64 copies, counts, totals;
    u64 count_out, total_out;  // the addresses of the tile's counts and totals, u64 each
};

// Views over the same rows with the same active axes, and with measures of the same kind over numbers of the same format.
struct Pass {
    u64 filters, filter_count, inverted;
    u64 terms, first_active, last_active;  // the terms of all views; those that number the rows of the cubes
    u64 views, view_count;
};

// The tables of a block for one view: counts, and totals as the measure keeps them, each with so many entries.
struct Tables {
    u32* counts;
    u8* totals;
    u64 entries;
};

// Returns the distance of two copies of a table, which is odd so that they begin in different banks.
__device__ inline u64 table_pitch(const View& view) { return view.size | 1; }

__device__ inline Tables find_tables(const View& view, u64* shared) {
    return {(u32*)((u8*)shared + view.counts), (u8*)shared + view.totals, table_pitch(view) * view.copies};
}

// The measure of views that only count. Measures with totals are in measure.cu.
struct NoMeasure {
    static const int LANE = STRIP;  // how many rows' numbers are loaded at a time
    struct Lane {};
    __device__ static Lane load_lane(const View&, s64) { return {}; }
    __device__ static void clear_total(const Tables&, u64) {}
    __device__ static void add_number(const Tables&, u64, const Lane&, int) {}
    __device__ static void add_to_cube(u64, u64, const Lane&, int) {}
    __device__ static void add_total_to_cube(const Tables&, u64, u64, u64) {}
};

// Counts the strip's rows whose bit is set in the tables that begin with entry `copy`, or in the cube.
template <class Measure, bool in_tables>
__device__ inline void count_view(const View& view, const Tables& tables, u64 copy, u32 mask, const u32 (&cell)[STRIP],
                                  s64 strip) {
    u32 low = (u32)view.low, size = (u32)view.size;
#pragma unroll
    for (int first = 0; first < STRIP; first += Measure::LANE) {
        if (!(mask >> first & ((1u << Measure::LANE) - 1))) continue;
        typename Measure::Lane numbers = Measure::load_lane(view, (strip * STRIP + first) / Measure::LANE);
#pragma unroll
        for (int i = 0; i < Measure::LANE; i++) {
            u32 at = cell[first + i] - low;
            if (!(mask >> (first + i) & 1) || at >= size) continue;
            if (in_tables) {
                atomicAdd(tables.counts + copy + at, 1u);
                Measure::add_number(tables, copy + at, numbers, i);
            } else {
                atomicAdd(to_global<u64>(view.count_out) + at, (u64)1);
                Measure::add_to_cube(view.total_out, at, numbers, i);
            }
        }
    }
}

// Clears the tables of this block.
template <class Measure>
__device__ inline void clear_tables(const View& view, u64* shared) {
    Tables tables = find_tables(view, shared);
    for (u64 i = threadIdx.x; i < tables.entries; i += blockDim.x) {
        tables.counts[i] = 0;
        Measure::clear_total(tables, i);
    }
}

// Adds up the copies of this block's tables, and adds the sums to the cube.
template <class Measure>
__device__ inline void add_tables(const View& view, u64* shared) {
    Tables tables = find_tables(view, shared);
    for (u64 i = threadIdx.x; i < view.size; i += blockDim.x) {
        u64 count = 0;
        for (u64 at = i; at < tables.entries; at += table_pitch(view)) {
            if (tables.counts[at]) Measure::add_total_to_cube(tables, at, view.total_out, i);
            count += tables.counts[at];
        }
        if (count) atomicAdd(to_global<u64>(view.count_out) + i, count);
    }
}

// Counts a strip for all views; the rows of their cubes are numbered once, as all have the same active axes.
template <class Measure>
__device__ inline void count_strip(const Pass& pass, u32 mask, s64 strip, u64* shared) {
    const Term* terms = to_global<const Term>(pass.terms);
    u32 row[STRIP] = {};
    for (u64 t = pass.first_active; t < pass.last_active; t++) add_term(terms[t], strip, row);
    for (u64 v = 0; v < pass.view_count; v++) {
        const View& view = to_global<const View>(pass.views)[v];
        u32 cell[STRIP];
#pragma unroll
        for (int i = 0; i < STRIP; i++) cell[i] = row[i] * (u32)view.cells;
        for (u64 t = view.first_term; t < view.last_term; t++) add_term(terms[t], strip, cell);
        Tables tables = find_tables(view, shared);
        if (view.copies) {
            u64 copy = (threadIdx.x & (view.copies - 1)) * table_pitch(view);
            count_view<Measure, true>(view, tables, copy, mask, cell, strip);
        } else {
            count_view<Measure, false>(view, tables, 0, mask, cell, strip);
        }
    }
}

template <class Measure>
__device__ inline void count_rows(const Pass& pass, s64 start, s64 stop, u64* shared) {
    const View* views = to_global<const View>(pass.views);
    for (u64 v = 0; v < pass.view_count; v++) clear_tables<Measure>(views[v], shared);
    __syncthreads();
    for (s64 strip = start / STRIP + first_item(); strip < strip_count(stop); strip += item_stride()) {
        u32 mask = filter_mask(to_global<const u64>(pass.filters), pass.filter_count, strip);
        if (pass.inverted) mask ^= 0xffff;
        mask &= edge_mask(strip, start, stop);
        if (mask) count_strip<Measure>(pass, mask, strip, shared);
    }
    __syncthreads();
    for (u64 v = 0; v < pass.view_count; v++) add_tables<Measure>(views[v], shared);
}

// Counts the rows `start <= row < stop` of a pass whose views have the same kind of measure.
#define COUNTING_KERNEL(name, ...)                                              \
    KERNEL __launch_bounds__(1024) name(const Pass* pass, s64 start, s64 stop) { \
        extern __shared__ u64 shared[];                                         \
        count_rows<__VA_ARGS__>(*pass, start, stop, shared);                    \
    }

COUNTING_KERNEL(count, NoMeasure)
