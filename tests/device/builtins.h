// CUDA's built-ins for one CPU core. Blocks run one after the other, and the threads of a block in turn, each until it
// waits for the others: forwards in one block, backwards in the next, so that an order they rely on is seen.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ucontext.h>
#include <utility>

#define __device__
#define __global__
#define __shared__
#define __launch_bounds__(...)

struct alignas(16) uint4 {
    unsigned x, y, z, w;
};

struct Index {
    unsigned x;
};
static Index threadIdx, blockIdx, blockDim, gridDim;

template <class T>
static T atomicAdd(T* at, T value) {
    T old = *at;
    *at = old + value;
    return old;
}
template <class T>
static T atomicMin(T* at, T value) {
    T old = *at;
    if (value < old) *at = value;
    return old;
}
template <class T>
static T atomicMax(T* at, T value) {
    T old = *at;
    if (value > old) *at = value;
    return old;
}
static void* __cvta_global_to_generic(unsigned long long address) { return (void*)address; }
static int __popc(unsigned value) { return __builtin_popcount(value); }
static long long __double_as_longlong(double value) {
    long long bits;
    memcpy(&bits, &value, 8);
    return bits;
}
static double __longlong_as_double(long long bits) {
    double value;
    memcpy(&value, &bits, 8);
    return value;
}

// Threads as fibers.

static const unsigned MOST_THREADS = 256, STACK = 64 * 1024, MOST_SHARED = 256 * 1024;
alignas(16) unsigned long long shared[MOST_SHARED / 8];

struct Fiber {
    ucontext_t context;
    bool done;
};
static Fiber fibers[MOST_THREADS];
static char stacks[MOST_THREADS][STACK];
static ucontext_t scheduler;
static unsigned current;
static void (*body)(const unsigned long long*);
static const unsigned long long* given;

static void __syncthreads() { swapcontext(&fibers[current].context, &scheduler); }

static void fiber() {
    body(given);
    fibers[current].done = true;
}

static void begin(unsigned threads) {
    for (unsigned t = 0; t < threads; t++) {
        fibers[t].done = false;
        getcontext(&fibers[t].context);
        fibers[t].context.uc_stack = {stacks[t], 0, STACK};
        fibers[t].context.uc_link = &scheduler;
        makecontext(&fibers[t].context, fiber, 0);
    }
}

// Lets every thread run to the next barrier, or to its end; returns how many have ended.
static unsigned proceed(unsigned threads, bool backwards) {
    unsigned ended = 0;
    for (unsigned i = 0; i < threads; i++) {
        current = threadIdx.x = backwards ? threads - 1 - i : i;
        swapcontext(&scheduler, &fibers[current].context);
        ended += fibers[current].done;
    }
    return ended;
}

// Returns 0; 1 if some threads ended where others wait; 2 if a block wrote past its shared memory.
static int launch(void (*kernel)(const unsigned long long*), const unsigned long long* arguments, unsigned blocks,
                  unsigned threads, unsigned bytes) {
    body = kernel;
    given = arguments;
    gridDim.x = blocks;
    blockDim.x = threads;
    for (unsigned block = 0; block < blocks; block++) {
        blockIdx.x = block;
        memset(shared, 0xa5, bytes + 64);
        begin(threads);
        unsigned ended = 0;
        while (!ended) ended = proceed(threads, block & 1);
        if (ended < threads) return 1;
        for (unsigned i = 0; i < 64; i++) {
            if (((unsigned char*)shared)[bytes + i] != 0xa5) return 2;
        }
    }
    return 0;
}

template <class... A, std::size_t... I>
static void call(void (*kernel)(A...), const unsigned long long* arguments, std::index_sequence<I...>) {
    kernel((A)arguments[I]...);
}
template <class... A>
static void call(void (*kernel)(A...), const unsigned long long* arguments) {
    call(kernel, arguments, std::index_sequence_for<A...>());
}

#define LAUNCHES(name)                                                                                     \
    extern "C" int launch_##name(const unsigned long long* arguments, unsigned blocks, unsigned threads, unsigned bytes) { \
        return launch([](const unsigned long long* these) { call(name, these); }, arguments, blocks, threads, bytes);       \
    }
