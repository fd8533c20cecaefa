// Rows of keys and values into the panels of a block and back, and the memory of blocks.
#include "CKernelsDecode.h"

#include "half.h"

#include <sys/mman.h>

INLINE void put(int format, float x, void *at, size_t i) {
  if (format == CK_FLOAT32) ((float *)at)[i] = x;
  else ((uint16_t *)at)[i] = format == CK_BFLOAT16 ? bfloat16_bits(x) : float16_bits(x);
}
INLINE float take(int format, const void *at, size_t i) {
  if (format == CK_FLOAT32) return ((const float *)at)[i];
  uint16_t bits = ((const uint16_t *)at)[i];
  return format == CK_BFLOAT16 ? bfloat16_value(bits) : float16_value(bits);
}

// The place of element d of token t: in the panels of keys, and in those of values.
INLINE size_t key_place(size_t t, size_t d, size_t width) {
  return t / CK_PANEL * CK_PANEL * width + d * CK_PANEL + t % CK_PANEL;
}
// The first column of the panel of column d, and its columns.
INLINE size_t value_panel(size_t d, size_t padded, size_t *columns) {
  size_t whole = padded / 64 * 64;
  if (d < whole) {
    *columns = 64;
    return d / 64 * 64;
  }
  if (padded - whole >= 32 && d < whole + 32) {
    *columns = 32;
    return whole;
  }
  *columns = 16;
  return padded - 16;
}

INLINE void store_keys(int format, const float *x, size_t stride, size_t count, size_t width, size_t first, void *keys) {
  // One panel at a time, so that the lines it reads and those it writes both stay in the first-level cache.
  for (size_t t = 0; t < count;) {
    size_t column = (first + t) % CK_PANEL, n = CK_PANEL - column;
    n = n < count - t ? n : count - t;
    size_t base = key_place(first + t, 0, width);
    for (size_t d = 0; d < width; d++)
      for (size_t j = 0; j < n; j++) put(format, x[(t + j) * stride + d], keys, base + d * CK_PANEL + j);
    t += n;
  }
}
INLINE void store_values(int format, const float *x, size_t stride, size_t count, size_t width, size_t first,
                         void *values) {
  size_t padded = (width + 15) / 16 * 16, columns;
  for (size_t c = 0; c < padded; c += columns) {
    size_t start = value_panel(c, padded, &columns);
    for (size_t t = 0; t < count; t++) {
      size_t base = start * CK_BLOCK + (first + t) * columns;
      for (size_t i = 0; i < columns; i++)
        put(format, c + i < width ? x[t * stride + c + i] : 0, values, base + i);
    }
  }
}

KERNEL(void, ck_store_keys, (int format, const float *x, size_t stride, size_t count, size_t width, size_t first,
        void *keys),
       (format, x, stride, count, width, first, keys)) {
  if (format == CK_FLOAT32) store_keys(CK_FLOAT32, x, stride, count, width, first, keys);
  else if (format == CK_BFLOAT16) store_keys(CK_BFLOAT16, x, stride, count, width, first, keys);
  else store_keys(CK_FLOAT16, x, stride, count, width, first, keys);
}
KERNEL(void, ck_store_values, (int format, const float *x, size_t stride, size_t count, size_t width, size_t first,
        void *values),
       (format, x, stride, count, width, first, values)) {
  if (format == CK_FLOAT32) store_values(CK_FLOAT32, x, stride, count, width, first, values);
  else if (format == CK_BFLOAT16) store_values(CK_BFLOAT16, x, stride, count, width, first, values);
  else store_values(CK_FLOAT16, x, stride, count, width, first, values);
}

void ck_load_keys(int format, const void *keys, size_t first, size_t count, size_t width, float *y, size_t stride) {
  for (size_t t = 0; t < count; t++)
    for (size_t d = 0; d < width; d++) y[t * stride + d] = take(format, keys, key_place(first + t, d, width));
}
void ck_load_values(int format, const void *values, size_t first, size_t count, size_t width, float *y,
                    size_t stride) {
  size_t padded = (width + 15) / 16 * 16, columns;
  for (size_t t = 0; t < count; t++)
    for (size_t d = 0; d < width; d++) {
      size_t start = value_panel(d, padded, &columns);
      y[t * stride + d] = take(format, values, start * CK_BLOCK + (first + t) * columns + d - start);
    }
}

#define LARGE_PAGE ((size_t)2 << 20)

void *ck_pages_allocate(size_t bytes) {
  // The system aligns to small pages: ask for one large page more, and give back what stands over at both ends.
  char *start = mmap(NULL, bytes + LARGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return NULL;
  char *pages = (char *)(((uintptr_t)start + LARGE_PAGE - 1) & ~(uintptr_t)(LARGE_PAGE - 1));
  if (pages > start) munmap(start, (size_t)(pages - start));
  size_t over = (size_t)(start + LARGE_PAGE - pages);
  if (over) munmap(pages + bytes, over);
#ifdef MADV_HUGEPAGE
  // A wish: a system that refuses it gives small pages.
  (void)madvise(pages, bytes, MADV_HUGEPAGE);
#endif
  return pages;
}
void ck_pages_release(void *pages, size_t bytes) { munmap(pages, bytes); }
