// Composite codes: the bins of one or two axes as one number.

// Writes the sum of the terms as codes of `width` bytes, for the rows `start <= row < stop`.
KERNEL write_composite_codes(const Term* terms, s64 count, u64 out, u64 width, s64 start, s64 stop) {
    for (s64 strip = start / STRIP + first_item(); strip < strip_count(stop); strip += item_stride()) {
        u32 cell[STRIP] = {}, rows = edge_mask(strip, start, stop);
        for (s64 t = 0; t < count; t++) add_term(terms[t], strip, cell);
#pragma unroll
        for (int i = 0; i < STRIP; i++) {
            if (!(rows >> i & 1)) continue;
            if (width == 1) ((u8*)out)[strip * STRIP + i] = (u8)cell[i];
            else ((u16*)out)[strip * STRIP + i] = (u16)cell[i];
        }
    }
}
