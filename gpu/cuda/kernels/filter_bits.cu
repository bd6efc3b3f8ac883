// Computes and combines filter bits.

// Writes the bits of the rows `start <= row < stop`; with `intersect` only clears the bits of rows that fail. `passes`
// has one bit for each possible code of `width` bytes.
KERNEL write_filter_bits(u64 codes, u64 width, const u32* passes, u16* bits, s64 start, s64 stop, s64 intersect) {
    extern __shared__ u64 shared[];
    u32* table = (u32*)shared;
    int words = width == 1 ? 8 : 2048;
    for (int i = threadIdx.x; i < words; i += blockDim.x) table[i] = passes[i];
    __syncthreads();
    for (s64 strip = start / STRIP + first_item(); strip < strip_count(stop); strip += item_stride()) {
        u32 code[STRIP], found = 0;
        load_codes(codes, width, strip, code);
#pragma unroll
        for (int i = 0; i < STRIP; i++) found |= ((table[code[i] >> 5] >> (code[i] & 31)) & 1) << i;
        u32 old = bits[strip], rows = edge_mask(strip, start, stop);
        if (intersect) found &= old;
        bits[strip] = (u16)((old & ~rows) | (found & rows));
    }
}

// Adds to `passed` how many of the rows `start <= row < stop` pass every filter; writes their bits unless `bits` is 0.
KERNEL intersect_filters(const u64* filters, s64 count, u16* bits, u64* passed, s64 start, s64 stop) {
    extern __shared__ u64 shared[];
    u32* total = (u32*)shared;
    if (threadIdx.x == 0) *total = 0;
    __syncthreads();
    u32 thread_total = 0;
    for (s64 strip = start / STRIP + first_item(); strip < strip_count(stop); strip += item_stride()) {
        u32 mask = filter_mask(filters, count, strip) & edge_mask(strip, start, stop);
        if (bits) bits[strip] = (u16)mask;
        thread_total += __popc(mask);
    }
    atomicAdd(total, thread_total);
    __syncthreads();
    if (threadIdx.x == 0) atomicAdd(passed, (u64)*total);
}

// Sets in `words` the bits that are set in `other`.
KERNEL union_bits(u64* words, const u64* other, s64 start, s64 stop) {
    for (s64 i = start + first_item(); i < stop; i += item_stride()) words[i] |= other[i];
}
