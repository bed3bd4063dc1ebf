// Counts what the program asks of memory: allocations by replacing glibc's allocator entry points in the executable,
// reference counting by replacing the functions that the Swift runtime calls through pointers.
//
// Whatever links this target is counted, the C++ and C libraries that it loads included. Outside glibc and
// under a sanitizer nothing is replaced and the counters stay at zero: whoever reports them proves each on a function
// known to allocate first.
#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What one thread has asked for since it started. Only differences mean something.
typedef struct {
    // Calls of malloc, calloc, realloc and their aligned kin. A realloc is one, whether or not the block moved.
    uint64_t allocations;
    // Bytes asked for in those calls; of a realloc, its whole new size.
    uint64_t bytes;
    // Calls of free with something to free.
    uint64_t frees;
    // Calls of swift_retain and swift_release and their bridged and counted variants, while counting is on.
    uint64_t retains;
    uint64_t releases;
} vendue_memory_counts;

// Those of the calling thread.
vendue_memory_counts vendue_memory_counts_now(void);

// Puts a counting function before each retain and release, or takes it away; nothing is timed meanwhile, as it slows
// every one of them. Only while no other thread runs.
// False where the runtime has no such pointers; then nothing was changed.
bool vendue_count_retains(bool on);

#ifdef __cplusplus
}
#endif

#endif
