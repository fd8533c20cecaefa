#pragma once
// The initialisers of zlib's streams are macros that pass its version and the size of the stream.
#include <zlib.h>

static inline int tessera_inflate_init(z_stream *stream, int window_bits) {
  return inflateInit2(stream, window_bits);
}
static inline int tessera_deflate_init(z_stream *stream, int level, int window_bits) {
  return deflateInit2(stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
}
