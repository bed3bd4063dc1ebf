// zlib, with the two initialisers that are macros there.
#include <zlib.h>

static inline int vendue_inflate_init_gzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
static inline int vendue_deflate_init_gzip(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
