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

template <class T>
__device__ inline u32 encode_value(const Thresholds& thresholds, T value) {
    if (value != value) return (u32)thresholds.missing;
    const T* ascending = to_global<const T>(thresholds.values);
    return (u32)thresholds.below_range + count_reached(value, ascending, (u32)thresholds.count);
}

__device__ inline u32 encode_any(const Thresholds& thresholds, s64 number, u64 values, s64 i) {
    switch (number) {
        case 0: return encode_value<s64>(thresholds, to_global<const signed char>(values)[i]);
        case 1: return encode_value<s64>(thresholds, to_global<const short>(values)[i]);
        case 2: return encode_value<s64>(thresholds, to_global<const int>(values)[i]);
        case 3: return encode_value<s64>(thresholds, to_global<const s64>(values)[i]);
        case 4: return encode_value<s64>(thresholds, to_global<const u8>(values)[i]);
        case 5: return encode_value<s64>(thresholds, to_global<const u16>(values)[i]);
        case 6: return encode_value<s64>(thresholds, to_global<const u32>(values)[i]);
        case 7: return encode_value<u64>(thresholds, to_global<const u64>(values)[i]);
        case 8: return encode_value<double>(thresholds, widen_float(to_global<const u32>(values)[i]));
        default: return encode_value<double>(thresholds, to_global<const double>(values)[i]);
    }
}

// Writes the codes, of `width` bytes, of `count` values after the first `row` rows.
KERNEL encode_values(const Thresholds* thresholds, s64 number, u64 values, const u8* valid, s64 count, u64 out, u64 width,
                     s64 row) {
    for (s64 i = first_item(); i < count; i += item_stride()) {
        bool present = !valid || valid[i];
        u32 code = present ? encode_any(*thresholds, number, values, i) : (u32)thresholds->missing;
        if (width == 1) ((u8*)out)[row + i] = (u8)code;
        else ((u16*)out)[row + i] = (u16)code;
    }
}
