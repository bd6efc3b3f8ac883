// New rows: from numbers to codes.

// How many of ascending thresholds a value has reached.
template <class T>
__device__ inline u32 reached(T value, const T* thresholds, u32 count) {
    u32 low = 0;
    while (low < count) {
        u32 middle = (low + count) / 2;
        if (thresholds[middle] <= value) low = middle + 1;
        else count = middle;
    }
    return low;
}

// What is compared with thresholds of its own kind: signed or unsigned integers, or floats.
struct Ladder {
    u64 thresholds, count, passed, missing;
};

template <class T, class Kind>
__device__ inline u32 coded(const Ladder& ladder, const T* values, const u8* valid, s64 i) {
    T value = values[i];
    if ((valid && !valid[i]) || value != value) return (u32)ladder.missing;
    return (u32)ladder.passed + reached<Kind>(value, (const Kind*)ladder.thresholds, (u32)ladder.count);
}

__device__ inline u32 code_of(const Ladder& ladder, s64 number, u64 values, const u8* valid, s64 i) {
    switch (number) {
        case 0: return coded<signed char, s64>(ladder, (const signed char*)values, valid, i);
        case 1: return coded<short, s64>(ladder, (const short*)values, valid, i);
        case 2: return coded<int, s64>(ladder, (const int*)values, valid, i);
        case 3: return coded<s64, s64>(ladder, (const s64*)values, valid, i);
        case 4: return coded<u8, s64>(ladder, (const u8*)values, valid, i);
        case 5: return coded<u16, s64>(ladder, (const u16*)values, valid, i);
        case 6: return coded<u32, s64>(ladder, (const u32*)values, valid, i);
        case 7: return coded<u64, u64>(ladder, (const u64*)values, valid, i);
        case 8: return coded<float, double>(ladder, (const float*)values, valid, i);
        default: return coded<double, double>(ladder, (const double*)values, valid, i);
    }
}

// Writes the codes, of `width` bytes, of `count` values behind the first `row` rows.
KERNEL append(const Ladder* ladder, s64 number, u64 values, const u8* valid, s64 count, u64 out, u64 width, s64 row) {
    for (s64 i = first_item(); i < count; i += item_stride()) {
        u32 code = code_of(*ladder, number, values, valid, i);
        if (width == 1) ((u8*)out)[row + i] = (u8)code;
        else ((u16*)out)[row + i] = (u16)code;
    }
}
