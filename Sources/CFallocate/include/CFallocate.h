#ifndef CFALLOCATE_H
#define CFALLOCATE_H

#include <stdint.h>

/// Has the disk set bytes aside for a file without making the file longer, which POSIX has no call for.
///
/// Returns 0, or what errno says: EOPNOTSUPP where the file system cannot.
int vendue_set_aside(int descriptor, int64_t offset, int64_t bytes);

/// Makes a file so long, with blocks of its own. Returns as the other does.
int vendue_lengthen(int descriptor, int64_t bytes);

#endif
