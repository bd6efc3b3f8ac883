// Filter bits of codes.

// Writes the bits of the rows `start <= row < stop`, or clears those that fail where `narrow`. `passes` has a bit for each
// code that a row of `width` bytes could have.
KERNEL choose(u64 codes, u64 width, const u32* passes, u16* bits, s64 start, s64 stop, s64 narrow) {
    extern __shared__ u64 shared[];
    u32* table = (u32*)shared;
    int words = width == 1 ? 8 : 2048;
    for (int i = threadIdx.x; i < words; i += blockDim.x) table[i] = passes[i];
    __syncthreads();
    for (s64 strip = start / STRIP + first_item(); strip < strips(stop); strip += item_stride()) {
        u32 code[STRIP], found = 0;
        load(codes, width, strip, code);
#pragma unroll
        for (int i = 0; i < STRIP; i++) found |= ((table[code[i] >> 5] >> (code[i] & 31)) & 1) << i;
        u32 old = bits[strip], rows = edge(strip, start, stop);
        if (narrow) found &= old;
        bits[strip] = (u16)((old & ~rows) | (found & rows));
    }
}

// Counts in `passed` the rows `start <= row < stop` that pass every filter; writes their bits too, unless `bits` is 0.
KERNEL conjoin(const u64* filters, s64 count, u16* bits, u64* passed, s64 start, s64 stop) {
    extern __shared__ u64 shared[];
    u32* total = (u32*)shared;
    if (threadIdx.x == 0) *total = 0;
    __syncthreads();
    u32 own = 0;
    for (s64 strip = start / STRIP + first_item(); strip < strips(stop); strip += item_stride()) {
        u32 mask = passing(filters, count, strip) & edge(strip, start, stop);
        if (bits) bits[strip] = (u16)mask;
        own += __popc(mask);
    }
    atomicAdd(total, own);
    __syncthreads();
    if (threadIdx.x == 0) atomicAdd(passed, (u64)*total);
}

// Sets the bits of `words` that `other` has too.
KERNEL widen(u64* words, const u64* other, s64 start, s64 stop) {
    for (s64 i = start + first_item(); i < stop; i += item_stride()) words[i] |= other[i];
}
