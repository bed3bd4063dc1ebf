#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CAllocations.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

// Reached without a call: the default model may allocate at first use, which malloc would not survive.
static _Thread_local vendue_memory_counts counts __attribute__((tls_model("initial-exec")));

vendue_memory_counts vendue_memory_counts_now(void) { return counts; }

// MARK: Allocations

// A sanitizer replaces the same functions and must win.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define VENDUE_SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(VENDUE_SANITIZED)

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

static inline void count_allocation(size_t size) {
    counts.allocations += 1;
    counts.bytes += size;
}

void *malloc(size_t size) {
    count_allocation(size);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    // An overflow of the product fails below and counts for whatever it wraps to.
    count_allocation(count * size);
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
    count_allocation(size);
    return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
    count_allocation(size);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count_allocation(size);
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    count_allocation(size);
    // The error is the result; errno is to stay as it was.
    int error = errno;
    void *aligned = __libc_memalign(alignment, size);
    errno = error;
    if (!aligned) return ENOMEM;
    *block = aligned;
    return 0;
}

void free(void *block) {
    if (block) counts.frees += 1;
    __libc_free(block);
}

#endif

// MARK: Retains and releases

typedef void *(*one_retain)(void *);
typedef void *(*many_retains)(void *, uint32_t);
typedef void (*one_release)(void *);
typedef void (*many_releases)(void *, uint32_t);

// What the runtime's pointers held before; they lead to the real functions.
static one_retain real_retain;
static many_retains real_retain_n;
static one_release real_release;
static many_releases real_release_n;

static void *counted_retain(void *object) {
    counts.retains += 1;
    return real_retain(object);
}

static void *counted_retain_n(void *object, uint32_t count) {
    counts.retains += 1;
    return real_retain_n(object, count);
}

static void counted_release(void *object) {
    counts.releases += 1;
    real_release(object);
}

static void counted_release_n(void *object, uint32_t count) {
    counts.releases += 1;
    real_release_n(object, count);
}

bool vendue_count_retains(bool on) {
    // By name at run time, so that this links with a runtime that has them not, and writes to the runtime's own.
    one_retain *retain = dlsym(RTLD_DEFAULT, "_swift_retain");
    many_retains *retain_n = dlsym(RTLD_DEFAULT, "_swift_retain_n");
    one_release *release = dlsym(RTLD_DEFAULT, "_swift_release");
    many_releases *release_n = dlsym(RTLD_DEFAULT, "_swift_release_n");
    // While this is false the runtime does not look at the pointers: it is how Instruments attaches to it.
    _Atomic bool *looked_at =
        dlsym(RTLD_DEFAULT, "_swift_enableSwizzlingOfAllocationAndRefCountingFunctions_forInstrumentsOnly");
    if (!retain || !retain_n || !release || !release_n || !looked_at) return false;
    if (!real_retain) {
        real_retain = *retain;
        real_retain_n = *retain_n;
        real_release = *release;
        real_release_n = *release_n;
    }
    *retain = on ? counted_retain : real_retain;
    *retain_n = on ? counted_retain_n : real_retain_n;
    *release = on ? counted_release : real_release;
    *release_n = on ? counted_release_n : real_release_n;
    *looked_at = on;
    return true;
}
