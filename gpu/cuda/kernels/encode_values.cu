// Encodes the values of new rows as codes.

// Returns how many of the ascending thresholds a value has reached, by binary search.
template <class T>
__device__ inline u32 count_reached(T value, const T* thresholds, u32 count) {
    u32 low = 0;
    while (low < count) {
        u32 middle = (low + count) / 2;
        if (thresholds[middle] <= value) low = middle + 1;
        else count = middle;
    }
    return low;
}

// The thresholds of a scale: signed or unsigned integers, or floats. `below_range` is the code of values below the
// first one, `missing` that of missing values.
struct Thresholds {
    u64 values, count, below_range, missing;
};

template <class T, class Kind>
__device__ inline u32 encode_value(const Thresholds& thresholds, const T* values, const u8* valid, s64 i) {
    T value = values[i];
    if ((valid && !valid[i]) || value != value) return (u32)thresholds.missing;
    const Kind* ascending = (const Kind*)thresholds.values;
    return (u32)thresholds.below_range + count_reached<Kind>(value, ascending, (u32)thresholds.count);
}

__device__ inline u32 encode_any(const Thresholds& thresholds, s64 number, u64 values, const u8* valid, s64 i) {
    switch (number) {
        case 0: return encode_value<signed char, s64>(thresholds, (const signed char*)values, valid, i);
        case 1: return encode_value<short, s64>(thresholds, (const short*)values, valid, i);
        case 2: return encode_value<int, s64>(thresholds, (const int*)values, valid, i);
        case 3: return encode_value<s64, s64>(thresholds, (const s64*)values, valid, i);
        case 4: return encode_value<u8, s64>(thresholds, (const u8*)values, valid, i);
        case 5: return encode_value<u16, s64>(thresholds, (const u16*)values, valid, i);
        case 6: return encode_value<u32, s64>(thresholds, (const u32*)values, valid, i);
        case 7: return encode_value<u64, u64>(thresholds, (const u64*)values, valid, i);
        case 8: return encode_value<float, double>(thresholds, (const float*)values, valid, i);
        default: return encode_value<double, double>(thresholds, (const double*)values, valid, i);
    }
}

// Writes the codes, of `width` bytes, of `count` values after the first `row` rows.
KERNEL encode_values(const Thresholds* thresholds, s64 number, u64 values, const u8* valid, s64 count, u64 out, u64 width,
                     s64 row) {
    for (s64 i = first_item(); i < count; i += item_stride()) {
        u32 code = encode_any(*thresholds, number, values, valid, i);
        if (width == 1) ((u8*)out)[row + i] = (u8)code;
        else ((u16*)out)[row + i] = (u16)code;
    }
}
