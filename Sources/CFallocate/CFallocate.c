#define _GNU_SOURCE
#include "CFallocate.h"

#include <errno.h>
#include <fcntl.h>

// Glibc's module for Swift leaves fallocate out: it is an extension of GNU's.
static int allocate(int descriptor, int mode, int64_t offset, int64_t bytes) {
    while (fallocate(descriptor, mode, offset, bytes) != 0) {
        if (errno != EINTR) return errno;
    }
    return 0;
}

int vendue_set_aside(int descriptor, int64_t offset, int64_t bytes) {
    return allocate(descriptor, FALLOC_FL_KEEP_SIZE, offset, bytes);
}

int vendue_lengthen(int descriptor, int64_t bytes) { return allocate(descriptor, 0, 0, bytes); }
