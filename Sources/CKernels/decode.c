// Attention of a few queries over a block of stored keys and values. It is bound by memory: every number is read once, in
// the order in which it lies, which is what the panels of a block are for. Measured on two cores, float32, width 128: panels
// 0.94 of the plain read bandwidth with one query and 0.91 with four, rows of 128 numbers 0.85 and 0.37.
#include "CKernelsDecode.h"

#include "half.h"

#pragma clang diagnostic ignored "-Wpsabi"

typedef float lanes __attribute__((vector_size(64)));
typedef float lanes_at __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint16_t halves_at __attribute__((vector_size(32), aligned(2), may_alias));
typedef uint32_t words __attribute__((vector_size(64)));

INLINE size_t bytes_of(int format) { return format == CK_FLOAT32 ? 4 : 2; }

// Sixteen stored numbers.
INLINE lanes load(const char *p, int format) {
  if (format == CK_FLOAT32) return *(const lanes_at *)p;
  words x = __builtin_convertvector(*(const halves_at *)p, words);
  if (format == CK_BFLOAT16) return (lanes)(x << 16);
  words magnitude = (x & 0x7FFF) << 13;
  // As `float16_value`: the product also makes subnormal numbers normal.
  words finite = (words)((lanes)magnitude * 5.192296858534828e33f);
  words special = (words)(magnitude >= 0x0F800000) & (magnitude | 0x7F800000);
  return (lanes)(finite | special | ((x & 0x8000) << 16));
}

INLINE lanes choose(words where, lanes a, lanes b) { return (lanes)(((words)a & where) | ((words)b & ~where)); }

// 2^z for z <= 0: exactly 0 below -126, NaN for NaN. Relative error 1.2e-7.
INLINE lanes exp2_lanes(lanes z) {
  lanes floor = (lanes){0} - 126.0f;
  lanes c = choose((words)(z < floor), floor, z);
  lanes t = c + ROUNDING_MAGIC;
  words n = (words)t - 0x4B400000u;
  lanes x = c - (t - ROUNDING_MAGIC);
  lanes p = (lanes){0} + 1.535336188319500e-4f;
  p = p * x + 1.339887440266574e-3f;
  p = p * x + 9.618437357674640e-3f;
  p = p * x + 5.550332471162809e-2f;
  p = p * x + 2.402264791363012e-1f;
  p = p * x + 6.931472028550421e-1f;
  p = p * x + 1.0f;
  lanes y = (lanes)((words)p + (n << 23));
  y = choose((words)(z < floor), (lanes){0}, y);
  return choose((words)(z != z), z, y);
}
INLINE float exp2_one(float z) { return exp2_lanes((lanes){0} + z)[0]; }

// out[R][16 C] = fade[R] out + left[R][n] panel[n][16 C]; without `fade`, out is not read.
INLINE void product(const float *left, size_t left_stride, const char *panel, size_t n, const int R, const int C,
                    const int format, const float *fade, float *out, size_t out_stride) {
  const size_t step = 16 * bytes_of(format);
  lanes a[24];
  UNROLLED for (int r = 0; r < R; r++)
    UNROLLED for (int i = 0; i < C; i++)
      a[r * C + i] = fade ? *(const lanes_at *)(out + r * out_stride + 16 * i) * fade[r] : (lanes){0};
  for (size_t t = 0; t < n; t++)
    UNROLLED for (int i = 0; i < C; i++) {
      lanes x = load(panel + (t * C + i) * step, format);
      UNROLLED for (int r = 0; r < R; r++) a[r * C + i] += left[r * left_stride + t] * x;
    }
  UNROLLED for (int r = 0; r < R; r++)
    UNROLLED for (int i = 0; i < C; i++) *(lanes_at *)(out + r * out_stride + 16 * i) = a[r * C + i];
}

// Turns one row of scores into 2^(score - m) and returns the factor of what was summed before. Scores from `visible` on
// count as -infinity. Writes multiples of 16 scores.
INLINE float soften(float *scores, size_t visible, size_t count, float *m, float *l) {
  size_t end = (count + 15) / 16 * 16;
  for (size_t j = visible; j < end; j++) scores[j] = -INFINITY;
  lanes top = *(lanes *)scores;
  words nan = {0};
  for (size_t j = 0; j < end; j += 16) {
    lanes x = *(lanes *)(scores + j);
    nan |= (words)(x != x);
    top = choose((words)(x > top), x, top);
  }
  float largest = *m;
  uint32_t any = 0;
  for (int i = 0; i < 16; i++) {
    largest = top[i] > largest ? top[i] : largest;
    any |= nan[i];
  }
  if (any) largest = NAN;
  if (largest == -INFINITY) {
    for (size_t j = 0; j < end; j++) scores[j] = 0;
    return 1;
  }
  float fade = largest == *m ? 1 : exp2_one(*m - largest);
  lanes sum = {0};
  for (size_t j = 0; j < end; j += 16) {
    lanes p = exp2_lanes(*(lanes *)(scores + j) - largest);
    *(lanes *)(scores + j) = p;
    sum += p;
  }
  float parts[16];
  memcpy(parts, &sum, sizeof parts);
  *l = *l * fade + fold_sum(parts);
  *m = largest;
  return fade;
}

// R rows of queries over a block.
INLINE void attend_rows(const int R, const int format, const float *q, const char *keys, const char *values,
                        size_t width, size_t count, const size_t *visible, float *m, float *l, float *o) {
  const size_t e = bytes_of(format), padded = (width + 15) / 16 * 16;
  size_t seen = 0;
  for (int r = 0; r < R; r++) {
    size_t v = visible ? (visible[r] < count ? visible[r] : count) : count;
    seen = v > seen ? v : seen;
  }
  if (!seen) return;
  float scores[R * CK_BLOCK] __attribute__((aligned(64)));
  float fade[R];
  for (size_t j = 0; j < seen; j += CK_PANEL)
    product(q, width, keys + j * width * e, width, R, 4, format, NULL, scores + j, CK_BLOCK);
  for (int r = 0; r < R; r++) {
    size_t v = visible && visible[r] < seen ? visible[r] : seen;
    fade[r] = soften(scores + r * CK_BLOCK, v, seen, m + r, l + r);
  }
  size_t c = 0;
  for (; c + 64 <= padded; c += 64)
    product(scores, CK_BLOCK, values + c * CK_BLOCK * e, seen, R, 4, format, fade, o + c, padded);
  if (padded - c >= 32) {
    product(scores, CK_BLOCK, values + c * CK_BLOCK * e, seen, R, 2, format, fade, o + c, padded);
    c += 32;
  }
  if (c < padded) product(scores, CK_BLOCK, values + c * CK_BLOCK * e, seen, R, 1, format, fade, o + c, padded);
}

#define ATTEND(NAME, FORMAT)                                                                                         \
  LOCAL_KERNEL(void, NAME, (const float *q, size_t rows, const char *keys, const char *values, size_t width,         \
                size_t count, const size_t *visible, float *m, float *l, float *o),                                  \
               (q, rows, keys, values, width, count, visible, m, l, o)) {                                            \
    const size_t padded = (width + 15) / 16 * 16;                                                                    \
    for (size_t r = 0; r < rows;) {                                                                                  \
      size_t left = rows - r;                                                                                        \
      size_t take = left >= 6 && left != 8 ? 6 : left >= 4 ? 4 : left >= 2 ? 2 : 1;                                  \
      const size_t *v = visible ? visible + r : NULL;                                                                \
      if (take == 6)                                                                                                 \
        attend_rows(6, FORMAT, q, keys, values, width, count, v, m + r, l + r, o + r * padded);                      \
      else if (take == 4)                                                                                            \
        attend_rows(4, FORMAT, q, keys, values, width, count, v, m + r, l + r, o + r * padded);                      \
      else if (take == 2)                                                                                            \
        attend_rows(2, FORMAT, q, keys, values, width, count, v, m + r, l + r, o + r * padded);                      \
      else                                                                                                           \
        attend_rows(1, FORMAT, q, keys, values, width, count, v, m + r, l + r, o + r * padded);                      \
      r += take;                                                                                                     \
      q += take * width;                                                                                             \
    }                                                                                                                \
  }
ATTEND(attend_float32, CK_FLOAT32)
ATTEND(attend_bfloat16, CK_BFLOAT16)
ATTEND(attend_float16, CK_FLOAT16)

void ck_attend_block(int format, const float *q, size_t rows, const void *keys, const void *values, size_t width,
                     size_t count, const size_t *visible, float *m, float *l, float *o) {
  switch (format) {
    case CK_FLOAT32: attend_float32(q, rows, keys, values, width, count, visible, m, l, o); break;
    case CK_BFLOAT16: attend_bfloat16(q, rows, keys, values, width, count, visible, m, l, o); break;
    default: attend_float16(q, rows, keys, values, width, count, visible, m, l, o); break;
  }
}

KERNEL(float, ck_read, (const float *x, size_t n), (x, n)) {
  lanes a[4] = {0};
  size_t i = 0;
  for (; i + 64 <= n; i += 64)
    UNROLLED for (int k = 0; k < 4; k++) a[k] += *(const lanes_at *)(x + i + 16 * k);
  float rest = 0;
  for (; i < n; i++) rest += x[i];
  lanes sum = a[0] + a[1] + (a[2] + a[3]);
  float parts[16];
  memcpy(parts, &sum, sizeof parts);
  return fold_sum(parts) + rest;
}
