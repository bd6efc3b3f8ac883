// What all kernels share. A thread processes rows in strips of 16: a strip of one-byte codes is one load of 16 bytes,
// and its filter bits are one half-word. Arrays with one element per row are padded to whole words of 64 rows, so every
// strip can be read as a whole. All files of this folder are compiled as one text, beginning with this one. Nothing is
// included, so that NVRTC, nvcc and the tests' host compiler read exactly the same source.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

#define KERNEL extern "C" __global__ void
#define STRIP 16

__device__ inline s64 first_item() { return (s64)blockIdx.x * blockDim.x + threadIdx.x; }
__device__ inline s64 item_stride() { return (s64)gridDim.x * blockDim.x; }

// Returns the number of strips that contain the rows before `stop`.
__device__ inline s64 strip_count(s64 stop) { return (stop + STRIP - 1) / STRIP; }

// Returns the bits of the strip's rows with `start <= row < stop`.
__device__ inline u32 edge_mask(s64 strip, s64 start, s64 stop) {
    s64 row = strip * STRIP;
    u32 mask = 0xffff;
    if (row < start) mask &= 0xffffu << (start - row);
    if (stop - row < STRIP) mask &= 0xffffu >> (STRIP - (stop - row));
    return mask;
}

// Returns the address as a pointer to the device's memory. The compiler has to assume that any other pointer may point
// to shared memory: it then compiles each atomic operation for both, and waits for old values that nobody reads.
template <class T>
__device__ inline T* to_global(u64 address) {
    return (T*)__cvta_global_to_generic(address);
}

// Returns a float, given as its bits, as a double. CuPy compiles with -ftz=true, by which every operation on floats takes
// subnormal numbers for 0. Therefore no kernel has such an operation: this shifts the bits, and multiplies a double by
// 2^896, the difference of the two types in what an exponent of 0 means.
__device__ inline double widen_float(u32 bits) {
    u64 sign = (u64)(bits & 0x80000000u) << 32, magnitude = (u64)(bits & 0x7fffffffu) << 29;
    if ((bits & 0x7f800000u) == 0x7f800000u) return __longlong_as_double((s64)(sign | 0x7ff0000000000000ULL | magnitude));
    return __longlong_as_double((s64)(sign | magnitude)) * __longlong_as_double(0x77f0000000000000LL);
}

// Reads the codes of a strip's rows, of `width` bytes each.
__device__ inline void load_codes(u64 codes, u64 width, s64 strip, u32 (&code)[STRIP]) {
    if (width == 1) {
        uint4 four = to_global<const uint4>(codes)[strip];
        u32 word[4] = {four.x, four.y, four.z, four.w};
#pragma unroll
        for (int i = 0; i < STRIP; i++) code[i] = (word[i >> 2] >> (8 * (i & 3))) & 0xff;
    } else {
        uint4 low = to_global<const uint4>(codes)[2 * strip], high = to_global<const uint4>(codes)[2 * strip + 1];
        u32 word[8] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
#pragma unroll
        for (int i = 0; i < STRIP; i++) code[i] = (word[i >> 1] >> (16 * (i & 1))) & 0xffff;
    }
}

// A part of a cell's number: `lookup[code]`, or `code * stride` if there is no lookup.
struct Term {
    u64 codes, width, lookup, stride;
};

// Adds a term to the cell numbers of a strip's rows.
__device__ inline void add_term(const Term& term, s64 strip, u32 (&cell)[STRIP]) {
    u32 code[STRIP];
    load_codes(term.codes, term.width, strip, code);
    if (term.lookup) {
        const u32* lookup = to_global<const u32>(term.lookup);
#pragma unroll
        for (int i = 0; i < STRIP; i++) cell[i] += lookup[code[i]];
    } else {
        u32 stride = (u32)term.stride;
#pragma unroll
        for (int i = 0; i < STRIP; i++) cell[i] += code[i] * stride;
    }
}

// Returns the bits of the strip's rows that pass every filter.
__device__ inline u32 filter_mask(const u64* filters, s64 count, s64 strip) {
    u32 mask = 0xffff;
    for (s64 f = 0; f < count; f++) mask &= to_global<const u16>(filters[f])[strip];
    return mask;
}
