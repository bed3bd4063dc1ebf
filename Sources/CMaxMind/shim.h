// libmaxminddb, as far as IPSignals needs it, and memory that it can open as it opens files.
#include <maxminddb.h>

// Declared in <sys/mman.h> for GNU sources alone, which a module's header cannot ask for.
int memfd_create(const char *name, unsigned int flags);

// A file without a name, which nobody else can open; -1 where there is no memory. It ends with its last descriptor and
// mapping, and no other program inherits it.
static inline int vendue_memory_file(void) { return memfd_create("vendue-geo", 1 /* MFD_CLOEXEC */); }
