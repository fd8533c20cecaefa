#pragma once
// libpng's full interface reports errors by longjmp, which must not cross Swift; only the simplified one, which returns codes, is used.
#include <png.h>

// A bound on the bytes of an image as a file: a macro of casts that Swift does not import.
static inline size_t tessera_png_bound(png_image image) { return PNG_IMAGE_PNG_SIZE_MAX(image); }

// The library's text for what went wrong, ended by a zero also where it fills its place.
static inline void tessera_png_message(const png_image *image, char text[65]) {
  for (int i = 0; i < 64; i++) text[i] = image->message[i];
  text[64] = 0;
}
