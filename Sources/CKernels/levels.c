// Products of bytes: the columns of features whose values are rounded to whole numbers.
#include "CKernelsLevels.h"
#include "vector.h"

#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>
#define HAS_BYTES 1
#define VECTORS_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#define TILES_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,amx-tile,amx-int8")))
#else
#define HAS_BYTES 0
#endif

#define STRIP_PANELS (CK_LEVEL_STRIP / CK_LEVEL_PANEL)
// Four levels of zero.
#define NO_LEVELS 0x80808080u

// The byte of a level: the low bits of the sum with 1.5 2^23 are those of the nearest whole number.
INLINE uint32_t level_byte(float x) { return ((uint32_t)float_to_bits(x + ROUNDING_MAGIC) + CK_LEVEL_OFFSET) & 0xFF; }

// Sixteen columns of up to four rows. The counts are known when this is compiled, but at the edges.
INLINE void put_levels(const float *a, size_t s, float shift, const float *factors, uint32_t *to, size_t power_stride,
                       int32_t *sums, size_t sums_stride, const int rows, const int columns) {
  INDEPENDENT
  for (int i = 0; i < columns; i++) {
    uint32_t words[3] = {NO_LEVELS, NO_LEVELS, NO_LEVELS};
    int32_t total[3] = {0, 0, 0};
    UNROLLED for (int r = 0; r < rows; r++) {
      float v = a[(size_t)r * s + i], q = v * v;
      float f[3] = {v, q - shift, q * v};
      UNROLLED for (int power = 0; power < 3; power++) {
        uint32_t byte = level_byte(f[power] * factors[power]);
        words[power] ^= (byte ^ CK_LEVEL_OFFSET) << 8 * r;
        total[power] += (int32_t)byte - CK_LEVEL_OFFSET;
      }
    }
    UNROLLED for (int power = 0; power < 3; power++) {
      to[power * power_stride + i] = words[power];
      sums[power * sums_stride + i] += total[power];
    }
  }
}

KERNEL(void, ck_slice_levels, (const float *a, size_t rows, size_t s, float shift, const float factors[3],
        uint8_t *levels, size_t stride, int32_t *sums),
       (a, rows, s, shift, factors, levels, stride, sums)) {
  size_t panels = (s + CK_LEVEL_PANEL - 1) / CK_LEVEL_PANEL, width = panels * CK_LEVEL_PANEL;
  size_t power_stride = stride * width, quads = (rows + CK_LEVEL_ROWS - 1) / CK_LEVEL_ROWS * (CK_LEVEL_ROWS / 4);
  memset(sums, 0, 3 * width * sizeof *sums);
  for (size_t panel = 0; panel < panels; panel++) {
    size_t c = panel * CK_LEVEL_PANEL;
    int columns = s - c < CK_LEVEL_PANEL ? (int)(s - c) : CK_LEVEL_PANEL;
    for (size_t quad = 0; quad < quads; quad++) {
      uint32_t *to = (uint32_t *)levels + (panel * stride + quad) * CK_LEVEL_PANEL;
      size_t row = 4 * quad;
      int count = row >= rows ? 0 : rows - row < 4 ? (int)(rows - row) : 4;
      if (columns < CK_LEVEL_PANEL || count < 4)
        for (int power = 0; power < 3; power++)
          for (int i = 0; i < CK_LEVEL_PANEL; i++) to[power * power_stride + i] = NO_LEVELS;
      const float *from = a + row * s + c;
      if (columns == CK_LEVEL_PANEL && count == 4)
        put_levels(from, s, shift, factors, to, power_stride, sums + c, width, 4, CK_LEVEL_PANEL);
      else
        for (int r = 0; r < count; r++) {
          for (int i = 0; i < columns; i++) {
            float v = from[(size_t)r * s + i], q = v * v;
            float f[3] = {v, q - shift, q * v};
            for (int power = 0; power < 3; power++) {
              uint32_t byte = level_byte(f[power] * factors[power]);
              to[power * power_stride + i] ^= (byte ^ CK_LEVEL_OFFSET) << 8 * r;
              sums[power * width + c + i] += (int32_t)byte - CK_LEVEL_OFFSET;
            }
          }
        }
    }
  }
}

#if HAS_BYTES

// The strip's columns of `quads` quads as signed levels side by side: word 64 q + i holds quad q of column i.
VECTORS_TARGET static void pack_words(const uint32_t *panel, size_t panels_left, size_t stride, size_t quads,
                                      uint32_t *words) {
  const __m512i offset = _mm512_set1_epi32((int)NO_LEVELS);
  for (size_t part = 0; part < STRIP_PANELS; part++) {
    const uint32_t *from = panel + part * stride * CK_LEVEL_PANEL;
    for (size_t q = 0; q < quads; q++) {
      __m512i x = _mm512_setzero_si512();
      if (part < panels_left) x = _mm512_xor_si512(_mm512_load_si512(from + q * CK_LEVEL_PANEL), offset);
      _mm512_store_si512(words + q * CK_LEVEL_STRIP + part * CK_LEVEL_PANEL, x);
    }
  }
}

#define VECTOR_ROWS 8
// 8 columns of the strip by `n` panels.
INLINE VECTORS_TARGET void vector_block(const uint32_t *words, const uint32_t *panels, size_t stride, size_t quads,
                                        int32_t *c, size_t width, const int n) {
  __m512i sum[VECTOR_ROWS][3];
  UNROLLED for (int r = 0; r < VECTOR_ROWS; r++) {
    UNROLLED for (int v = 0; v < n; v++) sum[r][v] = _mm512_load_si512(c + r * width + v * CK_LEVEL_PANEL);
  }
  for (size_t q = 0; q < quads; q++) {
    __m512i right[3];
    UNROLLED for (int v = 0; v < n; v++)
      right[v] = _mm512_load_si512(panels + (v * stride + q) * CK_LEVEL_PANEL);
    UNROLLED for (int r = 0; r < VECTOR_ROWS; r++) {
      __m512i left = _mm512_set1_epi32((int)words[q * CK_LEVEL_STRIP + r]);
      UNROLLED for (int v = 0; v < n; v++) sum[r][v] = _mm512_dpbusd_epi32(sum[r][v], right[v], left);
    }
  }
  UNROLLED for (int r = 0; r < VECTOR_ROWS; r++) {
    UNROLLED for (int v = 0; v < n; v++) _mm512_store_si512(c + r * width + v * CK_LEVEL_PANEL, sum[r][v]);
  }
}

// Quads at a time: the strip's words take half of a small first-level cache.
#define VECTOR_QUADS 64
VECTORS_TARGET static void vector_products(const uint32_t *levels, size_t quads, size_t stride, size_t panels,
                                           size_t first, int32_t *products, uint32_t *words) {
  size_t width = panels * CK_LEVEL_PANEL;
  for (size_t start = 0; start < quads; start += VECTOR_QUADS) {
    size_t count = quads - start < VECTOR_QUADS ? quads - start : VECTOR_QUADS;
    const uint32_t *here = levels + start * CK_LEVEL_PANEL;
    pack_words(here + first * stride * CK_LEVEL_PANEL, panels - first, stride, count, words);
    for (size_t j = first; j < panels;) {
      const uint32_t *panel = here + j * stride * CK_LEVEL_PANEL;
      int32_t *c = products + j * CK_LEVEL_PANEL;
      size_t left = panels - j;
      for (int r = 0; r < CK_LEVEL_STRIP; r += VECTOR_ROWS) {
        if (left >= 3) vector_block(words + r, panel, stride, count, c + r * width, width, 3);
        else if (left == 2) vector_block(words + r, panel, stride, count, c + r * width, width, 2);
        else vector_block(words + r, panel, stride, count, c + r * width, width, 1);
      }
      j += left < 3 ? left : 3;
    }
  }
}

// Sixteen quads of sixteen columns, turned: row i holds the 64 levels of column i.
INLINE TILES_TARGET void turn_tile(const uint32_t *from, uint32_t *to) {
  __m512i x[16], y[16];
  const __m512i offset = _mm512_set1_epi32((int)NO_LEVELS);
  UNROLLED for (int i = 0; i < 16; i++) x[i] = _mm512_xor_si512(_mm512_load_si512(from + i * 16), offset);
  UNROLLED for (int i = 0; i < 16; i += 2) {
    y[i] = _mm512_unpacklo_epi32(x[i], x[i + 1]);
    y[i + 1] = _mm512_unpackhi_epi32(x[i], x[i + 1]);
  }
  UNROLLED for (int i = 0; i < 16; i += 4) {
    x[i] = _mm512_unpacklo_epi64(y[i], y[i + 2]);
    x[i + 1] = _mm512_unpackhi_epi64(y[i], y[i + 2]);
    x[i + 2] = _mm512_unpacklo_epi64(y[i + 1], y[i + 3]);
    x[i + 3] = _mm512_unpackhi_epi64(y[i + 1], y[i + 3]);
  }
  // x[4 g + k] holds columns k, k + 4, k + 8, k + 12 of quads 4 g to 4 g + 3.
  UNROLLED for (int k = 0; k < 4; k++) {
    __m512i a = _mm512_shuffle_i32x4(x[k], x[4 + k], 0x88), b = _mm512_shuffle_i32x4(x[k], x[4 + k], 0xDD);
    __m512i c = _mm512_shuffle_i32x4(x[8 + k], x[12 + k], 0x88), d = _mm512_shuffle_i32x4(x[8 + k], x[12 + k], 0xDD);
    _mm512_store_si512(to + k * 16, _mm512_shuffle_i32x4(a, c, 0x88));
    _mm512_store_si512(to + (k + 8) * 16, _mm512_shuffle_i32x4(a, c, 0xDD));
    _mm512_store_si512(to + (k + 4) * 16, _mm512_shuffle_i32x4(b, d, 0x88));
    _mm512_store_si512(to + (k + 12) * 16, _mm512_shuffle_i32x4(b, d, 0xDD));
  }
}

// Words of a tile: sixteen rows of 64 bytes.
#define TILE_WORDS 256
// Quads at a time: the strip's turned levels take 128 KiB, and those of two panels beside it 64.
#define TILE_QUADS 512

// Two panels of the strip by two others, or one by one.
INLINE TILES_TARGET void tile_block(const uint32_t *turned, const uint32_t *panel, size_t panel_words, size_t steps,
                                    int32_t *c, size_t width, const int n) {
  size_t bytes = width * 4;
  _tile_loadd(0, c, bytes);
  if (n == 2) {
    _tile_loadd(1, c + 16, bytes);
    _tile_loadd(2, c + 16 * width, bytes);
    _tile_loadd(3, c + 16 * width + 16, bytes);
  }
  for (size_t step = 0; step < steps; step++) {
    const uint32_t *left = turned + step * STRIP_PANELS * TILE_WORDS, *right = panel + step * TILE_WORDS;
    _tile_loadd(4, left, 64);
    _tile_loadd(6, right, 64);
    _tile_dpbsud(0, 4, 6);
    if (n == 2) {
      _tile_loadd(7, right + panel_words, 64);
      _tile_dpbsud(1, 4, 7);
      _tile_loadd(5, left + TILE_WORDS, 64);
      _tile_dpbsud(2, 5, 6);
      _tile_dpbsud(3, 5, 7);
    }
  }
  _tile_stored(0, c, bytes);
  if (n == 2) {
    _tile_stored(1, c + 16, bytes);
    _tile_stored(2, c + 16 * width, bytes);
    _tile_stored(3, c + 16 * width + 16, bytes);
  }
}

TILES_TARGET static void tile_products(const uint32_t *levels, size_t quads, size_t stride, size_t panels, size_t first,
                                       int32_t *products, uint32_t *turned) {
  struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t columns[16];
    uint8_t rows[16];
  } __attribute__((aligned(64))) shape = {.palette = 1};
  for (int tile = 0; tile < 8; tile++) {
    shape.columns[tile] = 64;
    shape.rows[tile] = 16;
  }
  _tile_loadconfig(&shape);
  size_t width = panels * CK_LEVEL_PANEL, panel_words = stride * CK_LEVEL_PANEL;
  size_t parts = panels - first < STRIP_PANELS ? panels - first : STRIP_PANELS;
  for (size_t start = 0; start < quads; start += TILE_QUADS) {
    size_t steps = (quads - start < TILE_QUADS ? quads - start : TILE_QUADS) / 16;
    const uint32_t *here = levels + start * CK_LEVEL_PANEL;
    for (size_t part = 0; part < parts; part++)
      for (size_t step = 0; step < steps; step++)
        turn_tile(here + (first + part) * panel_words + step * TILE_WORDS,
                  turned + (STRIP_PANELS * step + part) * TILE_WORDS);
    for (size_t j = first; j < panels; j += 2)
      for (size_t part = 0; part < parts; part += 2) {
        const uint32_t *left = turned + part * TILE_WORDS, *right = here + j * panel_words;
        int32_t *c = products + part * CK_LEVEL_PANEL * width + j * CK_LEVEL_PANEL;
        if (parts - part >= 2 && panels - j >= 2) {
          tile_block(left, right, panel_words, steps, c, width, 2);
        } else {
          // The last panel, on either side or both.
          for (size_t i = 0; i < 2 && part + i < parts; i++)
            for (size_t k = 0; k < 2 && j + k < panels; k++)
              tile_block(left + i * TILE_WORDS, right + k * panel_words, panel_words, steps,
                         c + i * CK_LEVEL_PANEL * width + k * CK_LEVEL_PANEL, width, 1);
        }
      }
  }
  _tile_release();
}

// Linux lets a process use the data of tiles only after it has asked.
#define REQUEST_PERMISSION 0x1023
#define TILE_DATA 18

static int find_instructions(void) {
  uint32_t has = ck_processor_instructions(), tiles = 1u << CK_AMX_TILE | 1u << CK_AMX_INT8;
  if (!(has >> CK_AVX512VNNI & 1)) return CK_LEVELS_NONE;
  if ((has & tiles) == tiles && syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0) return CK_LEVELS_TILES;
  return CK_LEVELS_VECTORS;
}
#endif

int ck_level_instructions(void) {
#if HAS_BYTES
  // Two threads that find them at once find the same.
  static atomic_int found = -1;
  if (ck_form() != CK_FORM_V4) return CK_LEVELS_NONE;
  int instructions = atomic_load_explicit(&found, memory_order_relaxed);
  if (instructions < 0) {
    instructions = find_instructions();
    atomic_store_explicit(&found, instructions, memory_order_relaxed);
  }
  return instructions;
#else
  return CK_LEVELS_NONE;
#endif
}

void ck_level_products(int instructions, const uint8_t *levels, size_t quads, size_t stride, size_t panels, size_t first,
                       int32_t *products, void *work) {
#if HAS_BYTES
  size_t width = panels * CK_LEVEL_PANEL, start = first * CK_LEVEL_PANEL;
  for (size_t r = 0; r < CK_LEVEL_STRIP; r++) memset(products + r * width + start, 0, (width - start) * 4);
  if (instructions == CK_LEVELS_TILES)
    tile_products((const uint32_t *)levels, quads, stride, panels, first, products, work);
  else if (instructions == CK_LEVELS_VECTORS)
    vector_products((const uint32_t *)levels, quads, stride, panels, first, products, work);
#endif
}
