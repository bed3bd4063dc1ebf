// Swift's Mutex takes and gives back an uncontended lock in code that is compiled into its caller, which the thread
// sanitizer sees, and a contended one in a library that is not instrumented, which it does not: everything that a
// contended lock guards would be reported as a race. The library's two entry points are replaced by these, which call
// them and tell the sanitizer what they did. Both are methods of the lock: it comes in the register of `self`.

#define _GNU_SOURCE
#include "CMutexAnnotations.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *mutex

typedef SWIFT void (*Lock)(uint32_t thread, SELF);
typedef SWIFT void (*Unlock)(SELF);

void __tsan_acquire(void *address);
void __tsan_release(void *address);

static Lock library_lock;
static Unlock library_unlock;

__attribute__((constructor)) static void find(void) {
    library_lock = (Lock)dlsym(RTLD_NEXT, LOCK);
    library_unlock = (Unlock)dlsym(RTLD_NEXT, UNLOCK);
    if (library_lock && library_unlock) return;
    fprintf(stderr, "snapshot-races: this Swift's Mutex has other entry points; adapt CMutexAnnotations.c\n");
    exit(2);
}

SWIFT void annotated_lock(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void annotated_lock(uint32_t thread, SELF) {
    library_lock(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT void annotated_unlock(SELF) __asm__(UNLOCK);
SWIFT void annotated_unlock(SELF) {
    __tsan_release(mutex);
    library_unlock(mutex);
}
