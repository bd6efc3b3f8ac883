// Joined codes: the bins of one axis or two as one number.

// Writes the sum of the terms, of `width` bytes, for the rows `start <= row < stop`.
KERNEL join(const Term* terms, s64 count, u64 out, u64 width, s64 start, s64 stop) {
    for (s64 strip = start / STRIP + first_item(); strip < strips(stop); strip += item_stride()) {
        u32 cell[STRIP] = {}, rows = edge(strip, start, stop);
        for (s64 t = 0; t < count; t++) add(terms[t], strip, cell);
#pragma unroll
        for (int i = 0; i < STRIP; i++) {
            if (!(rows >> i & 1)) continue;
            if (width == 1) ((u8*)out)[strip * STRIP + i] = (u8)cell[i];
            else ((u16*)out)[strip * STRIP + i] = (u16)cell[i];
        }
    }
}
