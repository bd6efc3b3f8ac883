// The masked cubes of many views in one reading of the rows.

enum { COUNT, SUM_INTEGER, SUM_REAL, LOW, HIGH };

// A cube, or the slice of its cells that begins at `low`. Where `copies` isn't 0, each block counts in tables of its own in
// shared memory, `counts` and `totals` bytes from its beginning, a pitch apart; else all count in the cube itself.
struct View {
    u64 first_term, last_term;  // what numbers the cells of a row of the cube
    u64 cells;                  // how many cells such a row has
    u64 low, size;              // the slice
    u64 kind, numbers, number;  // the measure: what to do, with which numbers of which type
    u64 copies, counts, totals;
    u64 count_out, total_out;  // where the slice is in memory: u64 each
};

// Views over the same rows of the same active axes.
struct Pass {
    u64 filters, filter_count, inverted;
    u64 terms, first_active, last_active;  // the terms of all; those that number a cube's rows
    u64 views, view_count;
};

// Floats as integers in the same order, so that least and most are found by integer atomics.
__device__ inline s64 ordered(double value) {
    s64 bits = __double_as_longlong(value);
    return bits < 0 ? bits ^ 0x7fffffffffffffffLL : bits;
}

template <class T>
__device__ inline T number(const View& view, s64 row) {
    switch (view.number) {
        case 0: return (T)((const signed char*)view.numbers)[row];
        case 1: return (T)((const short*)view.numbers)[row];
        case 2: return (T)((const int*)view.numbers)[row];
        case 3: return (T)((const s64*)view.numbers)[row];
        case 4: return (T)((const float*)view.numbers)[row];
        default: return (T)((const double*)view.numbers)[row];
    }
}

__device__ inline u64 empty_total(u64 kind) {
    const double infinity = __longlong_as_double(0x7ff0000000000000LL);
    return kind == LOW ? (u64)ordered(infinity) : kind == HIGH ? (u64)ordered(-infinity) : 0;
}

// Folds a total of `kind` into another: a row's number into a table's, or a table's into the cube's.
__device__ inline void fold(u64 kind, u64* total, u64 bits) {
    switch (kind) {
        case SUM_INTEGER: atomicAdd(total, bits); break;
        case SUM_REAL: atomicAdd((double*)total, __longlong_as_double((s64)bits)); break;
        case LOW: atomicMin((s64*)total, (s64)bits); break;
        default: atomicMax((s64*)total, (s64)bits);
    }
}

// A row's number as the bits of a total.
__device__ inline u64 total_of(const View& view, s64 row) {
    switch (view.kind) {
        case SUM_INTEGER: return (u64)number<s64>(view, row);
        case SUM_REAL: return (u64)__double_as_longlong(number<double>(view, row));
        default: return (u64)ordered(number<double>(view, row));
    }
}

// Counts the rows of a strip whose bit is set, and folds their numbers where the view measures.
template <bool measures, class Count>
__device__ inline void tally(const View& view, Count* counts, u64* totals, u32 mask, const u32 (&cell)[STRIP], s64 strip) {
    u32 low = (u32)view.low, size = (u32)view.size;
#pragma unroll
    for (int i = 0; i < STRIP; i++) {
        u32 at = cell[i] - low;
        if ((mask >> i & 1) && at < size) {
            atomicAdd(counts + at, (Count)1);
            if (measures) fold(view.kind, totals + at, total_of(view, strip * STRIP + i));
        }
    }
}

// Copies of a table begin in different banks.
__device__ inline u64 pitch(const View& view) { return view.size | 1; }

__device__ inline void clear(const View& view, u64* shared) {
    u32* counts = (u32*)((u8*)shared + view.counts);
    u64* totals = (u64*)((u8*)shared + view.totals);
    for (u64 i = threadIdx.x; i < pitch(view) * view.copies; i += blockDim.x) {
        counts[i] = 0;
        if (view.kind != COUNT) totals[i] = empty_total(view.kind);
    }
}

__device__ inline void flush(const View& view, u64* shared) {
    u32* counts = (u32*)((u8*)shared + view.counts);
    u64* totals = (u64*)((u8*)shared + view.totals);
    for (u64 i = threadIdx.x; i < view.size; i += blockDim.x) {
        u64 count = 0;
        for (u64 at = i; at < pitch(view) * view.copies; at += pitch(view)) {
            if (counts[at] && view.kind != COUNT) fold(view.kind, (u64*)view.total_out + i, totals[at]);
            count += counts[at];
        }
        if (count) atomicAdd((u64*)view.count_out + i, count);
    }
}

template <bool measures>
__device__ inline void count_strip(const Pass& pass, u32 mask, s64 strip, u64* shared) {
    const Term* terms = (const Term*)pass.terms;
    u32 row[STRIP] = {};
    for (u64 t = pass.first_active; t < pass.last_active; t++) add(terms[t], strip, row);
    for (u64 v = 0; v < pass.view_count; v++) {
        const View& view = ((const View*)pass.views)[v];
        u32 cell[STRIP];
#pragma unroll
        for (int i = 0; i < STRIP; i++) cell[i] = row[i] * (u32)view.cells;
        for (u64 t = view.first_term; t < view.last_term; t++) add(terms[t], strip, cell);
        if (view.copies) {
            u64 own = (threadIdx.x & (view.copies - 1)) * pitch(view);
            u32* counts = (u32*)((u8*)shared + view.counts) + own;
            u64* totals = (u64*)((u8*)shared + view.totals) + own;
            tally<measures>(view, counts, totals, mask, cell, strip);
        } else {
            tally<measures>(view, (u64*)view.count_out, (u64*)view.total_out, mask, cell, strip);
        }
    }
}

template <bool measures>
__device__ inline void count_rows(const Pass& pass, s64 start, s64 stop, u64* shared) {
    const View* views = (const View*)pass.views;
    for (u64 v = 0; v < pass.view_count; v++) clear(views[v], shared);
    __syncthreads();
    for (s64 strip = start / STRIP + first_item(); strip < strips(stop); strip += item_stride()) {
        u32 mask = passing((const u64*)pass.filters, pass.filter_count, strip);
        if (pass.inverted) mask ^= 0xffff;
        mask &= edge(strip, start, stop);
        if (mask) count_strip<measures>(pass, mask, strip, shared);
    }
    __syncthreads();
    for (u64 v = 0; v < pass.view_count; v++) flush(views[v], shared);
}

// Counts the rows `start <= row < stop` of a pass whose views all count rows. 64 registers a thread are enough for it.
KERNEL __launch_bounds__(1024) count(const Pass* pass, s64 start, s64 stop) {
    extern __shared__ u64 shared[];
    count_rows<false>(*pass, start, stop, shared);
}

// The same where views measure numbers, in blocks half as large, as it takes more registers.
KERNEL __launch_bounds__(512, 1) measure(const Pass* pass, s64 start, s64 stop) {
    extern __shared__ u64 shared[];
    count_rows<true>(*pass, start, stop, shared);
}
