// Counts the cubes of views with a measure: one kernel for each kind of measure and format of its numbers, because the
// operations on shared memory that a device has differ. Sums of integers are two sums of 32 bits with a carry, and minima
// and maxima of numbers of up to 32 bits are one operation. The rest are loops of compare-and-swap.

enum { SUM_INTEGER, SUM_REAL, LOW, HIGH };

// The formats of numbers. The halves of an I8 are added up apart where their sum could exceed 64 bits.
enum { I1, I2, I4, I8, F4, F8, LOW_HALF, HIGH_HALF };

// 16 bytes of numbers.
template <int format>
struct NumberLane {
    static const int SIZE = format == I1 ? 16 : format == I2 ? 8 : format == I4 || format == F4 ? 4 : 2;
    u32 word[4];

    // Returns a number, sign-extended; floats as their bits.
    __device__ s64 read_bits(int i) const {
        if (format == I1) return (signed char)(word[i >> 2] >> (8 * (i & 3)));
        if (format == I2) return (short)(word[i >> 1] >> (16 * (i & 1)));
        if (format == I4) return (int)word[i];
        if (format == F4) return word[i];
        if (format == LOW_HALF) return word[2 * (i & 1)];
        if (format == HIGH_HALF) return (int)word[2 * (i & 1) + 1];
        return (s64)((u64)word[2 * (i & 1) + 1] << 32 | word[2 * (i & 1)]);
    }

    __device__ double read_real(int i) const {
        return format == F4 ? widen_float((u32)read_bits(i)) : __longlong_as_double(read_bits(i));
    }
};

// Returns the bits of a float as an integer in the same order; and, given such an integer, the bits again.
__device__ inline int order_float(u32 bits) { return (int)bits < 0 ? (int)(bits ^ 0x7fffffffu) : (int)bits; }
__device__ inline s64 order_double(s64 bits) { return bits < 0 ? bits ^ 0x7fffffffffffffffLL : bits; }

// A total of integers: the lower and the upper halves of the sums, in two tables.
template <int format>
struct IntegerSum {
    typedef NumberLane<format> Lane;

    __device__ static void clear_total(const Tables& tables, u64 at) {
        ((u32*)tables.totals)[at] = ((u32*)tables.totals)[tables.entries + at] = 0;
    }
    // Most numbers are small, and then nothing is left to add to the upper half: that of -1 and a carry is 0 too.
    __device__ static void add_number(const Tables& tables, u64 at, const Lane& lane, int i) {
        s64 bits = lane.read_bits(i);
        u32 low = (u32)bits, *total = (u32*)tables.totals + at;
        u32 old = atomicAdd(total, low), high = (u32)((u64)bits >> 32) + (old + low < old);
        if (high) atomicAdd(total + tables.entries, high);
    }
    __device__ static void add_to_cube(u64 out, u64 at, const Lane& lane, int i) {
        atomicAdd(to_global<u64>(out) + at, (u64)lane.read_bits(i));
    }
    __device__ static void add_total_to_cube(const Tables& tables, u64 at, u64 out, u64 cell) {
        const u32* total = (const u32*)tables.totals + at;
        atomicAdd(to_global<u64>(out) + cell, (u64)total[tables.entries] << 32 | total[0]);
    }
};

template <int format>
struct RealSum {
    typedef NumberLane<format> Lane;

    __device__ static void clear_total(const Tables& tables, u64 at) { ((double*)tables.totals)[at] = 0; }
    __device__ static void add_number(const Tables& tables, u64 at, const Lane& lane, int i) {
        atomicAdd((double*)tables.totals + at, lane.read_real(i));
    }
    __device__ static void add_to_cube(u64 out, u64 at, const Lane& lane, int i) {
        atomicAdd(to_global<double>(out) + at, lane.read_real(i));
    }
    __device__ static void add_total_to_cube(const Tables& tables, u64 at, u64 out, u64 cell) {
        atomicAdd(to_global<double>(out) + cell, ((const double*)tables.totals)[at]);
    }
};

// A minimum or maximum. Tables have integers in the order of the numbers, of 32 bits if that is enough for them; cubes
// have integers in the order of the numbers as doubles.
template <int kind, int format>
struct Extreme {
    typedef NumberLane<format> Lane;
    static const bool IS_NARROW = NumberLane<format>::SIZE >= 4;

    __device__ static s64 to_key(s64 bits) {
        return format == F4 ? order_float((u32)bits) : format == F8 ? order_double(bits) : bits;
    }
    // The functions that put floats in order are their own inverse.
    __device__ static s64 to_cube_key(s64 key) {
        if (format == F8) return key;
        double value = format == F4 ? widen_float((u32)order_float((u32)key)) : (double)key;
        return order_double(__double_as_longlong(value));
    }
    template <class Key>
    __device__ static void fold_key(Key* total, Key key) {
        if (kind == LOW) atomicMin(total, key);
        else atomicMax(total, key);
    }

    __device__ static void clear_total(const Tables& tables, u64 at) {
        if (IS_NARROW) ((int*)tables.totals)[at] = kind == LOW ? 0x7fffffff : -0x7fffffff - 1;
        else ((s64*)tables.totals)[at] = kind == LOW ? 0x7fffffffffffffffLL : -0x7fffffffffffffffLL - 1;
    }
    // 64 bits are compared before they are exchanged, as few numbers are the least or the greatest so far.
    __device__ static void add_number(const Tables& tables, u64 at, const Lane& lane, int i) {
        s64 key = to_key(lane.read_bits(i));
        if (IS_NARROW) {
            fold_key((int*)tables.totals + at, (int)key);
        } else {
            s64* total = (s64*)tables.totals + at;
            s64 known = *(volatile s64*)total;
            if (kind == LOW ? key < known : key > known) fold_key(total, key);
        }
    }
    __device__ static void add_to_cube(u64 out, u64 at, const Lane& lane, int i) {
        fold_key(to_global<s64>(out) + at, to_cube_key(to_key(lane.read_bits(i))));
    }
    __device__ static void add_total_to_cube(const Tables& tables, u64 at, u64 out, u64 cell) {
        s64 key = IS_NARROW ? ((const int*)tables.totals)[at] : ((const s64*)tables.totals)[at];
        fold_key(to_global<s64>(out) + cell, to_cube_key(key));
    }
};

// A measure: its total, and how its numbers are loaded.
template <class Total>
struct Measured : Total {
    typedef typename Total::Lane Lane;
    static const int LANE = Lane::SIZE;

    __device__ static Lane load_lane(const View& view, s64 index) {
        uint4 four = to_global<const uint4>(view.numbers)[index];
        return {{four.x, four.y, four.z, four.w}};
    }
};

COUNTING_KERNEL(sum_i1, Measured<IntegerSum<I1>>)
COUNTING_KERNEL(sum_i2, Measured<IntegerSum<I2>>)
COUNTING_KERNEL(sum_i4, Measured<IntegerSum<I4>>)
COUNTING_KERNEL(sum_i8, Measured<IntegerSum<I8>>)
COUNTING_KERNEL(sum_low_half, Measured<IntegerSum<LOW_HALF>>)
COUNTING_KERNEL(sum_high_half, Measured<IntegerSum<HIGH_HALF>>)
COUNTING_KERNEL(sum_f4, Measured<RealSum<F4>>)
COUNTING_KERNEL(sum_f8, Measured<RealSum<F8>>)
COUNTING_KERNEL(low_i1, Measured<Extreme<LOW, I1>>)
COUNTING_KERNEL(low_i2, Measured<Extreme<LOW, I2>>)
COUNTING_KERNEL(low_i4, Measured<Extreme<LOW, I4>>)
COUNTING_KERNEL(low_i8, Measured<Extreme<LOW, I8>>)
COUNTING_KERNEL(low_f4, Measured<Extreme<LOW, F4>>)
COUNTING_KERNEL(low_f8, Measured<Extreme<LOW, F8>>)
COUNTING_KERNEL(high_i1, Measured<Extreme<HIGH, I1>>)
COUNTING_KERNEL(high_i2, Measured<Extreme<HIGH, I2>>)
COUNTING_KERNEL(high_i4, Measured<Extreme<HIGH, I4>>)
COUNTING_KERNEL(high_i8, Measured<Extreme<HIGH, I8>>)
COUNTING_KERNEL(high_f4, Measured<Extreme<HIGH, F4>>)
COUNTING_KERNEL(high_f8, Measured<Extreme<HIGH, F8>>)
