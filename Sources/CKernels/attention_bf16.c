// Exact attention over bfloat16 operands: the instruction that multiplies pairs where the processor has it, and the same
// sums in float32 elsewhere.
#include <stdatomic.h>

#include "attention.h"
#include "half.h"

#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>
#define PAIRS_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")))
#define HAS_PAIRS 1
#else
#define HAS_PAIRS 0
#endif

static atomic_int emulated;
void ck_attention_emulate_bf16(int emulate) { atomic_store_explicit(&emulated, emulate, memory_order_relaxed); }

int ck_attention_has_bf16(void) {
#if HAS_PAIRS
  return ck_form() == CK_FORM_V4 && !atomic_load_explicit(&emulated, memory_order_relaxed) &&
         ck_processor_instructions() >> CK_AVX512BF16 & 1;
#else
  return 0;
#endif
}

// Packing.

KERNEL(void, ck_attention_panels_bf16, (const uint16_t *x, size_t stride, size_t rows, size_t width, size_t padded,
        uint16_t *panels),
       (x, stride, rows, width, padded, panels)) {
  // Two numbers of a row are one of 32 bits, and the panel of those is the panel of pairs; a last odd one is alone.
  for (size_t start = 0; start < rows; start += 64, panels += padded * 64)
    for (size_t c = 0; c < 64; c += 16) {
      size_t count = rows > start + c ? rows - start - c : 0;
      const uint16_t *from = x + (start + c) * stride;
      size_t whole = count < 16 ? 0 : width / 32 * 32;
      for (size_t d = 0; d < whole; d += 32) {
        V16 t[16];
        UNROLLED for (int i = 0; i < 16; i++) memcpy(&t[i], from + (size_t)i * stride + d, 64);
        TRANSPOSE16(t)
        UNROLLED for (int i = 0; i < 16; i++) memcpy(panels + ((d / 2 + (size_t)i) * 64 + c) * 2, &t[i], 64);
      }
      for (size_t d = whole; d < padded; d++)
        for (size_t j = 0; j < 16; j++)
          panels[(d / 2 * 64 + c + j) * 2 + d % 2] = j < count && d < width ? from[j * stride + d] : 0;
    }
}

KERNEL(void, ck_attention_pairs_bf16, (const uint16_t *x, size_t stride, size_t rows, size_t width, size_t padded,
        uint16_t *y),
       (x, stride, rows, width, padded, y)) {
  for (size_t r = 0; r < rows; r += 2) {
    const uint16_t *even = x + r * stride;
    if (r + 1 < rows) {
      const uint16_t *odd = even + stride;
      for (size_t d = 0; d < width; d++) {
        uint32_t pair = (uint32_t)even[d] | (uint32_t)odd[d] << 16;
        memcpy(y + r * padded + 2 * d, &pair, 4);
      }
    } else {
      for (size_t d = 0; d < width; d++) {
        y[r * padded + 2 * d] = even[d];
        y[r * padded + 2 * d + 1] = 0;
      }
    }
    for (size_t d = 2 * width; d < 2 * padded; d++) y[r * padded + d] = 0;
  }
}

// The sums of pairs in float32: a pair is a number of 32 bits, whose halves become float32 by a shift and a mask.

typedef uint32_t U16 __attribute__((ext_vector_type(16)));
typedef U16 U16Unaligned __attribute__((aligned(2)));

INLINE uint32_t pair_at(const uint16_t *x) {
  uint32_t pair;
  memcpy(&pair, x, 4);
  return pair;
}

INLINE void emulated_product(const uint16_t *a, size_t row, const uint16_t *b, size_t b_stride, size_t pairs, float *c,
                             size_t c_stride, float scale, const float *factor, const int n) {
  V16 sum[ROWS][4];
  UNROLLED for (int r = 0; r < ROWS; r++) {
    UNROLLED for (int v = 0; v < n; v++)
      sum[r][v] = factor ? load16(c + r * c_stride + 16 * v) * factor[r] : (V16)0.0f;
  }
  for (size_t d = 0; d < pairs; d++) {
    V16 low[4], high[4];
    UNROLLED for (int v = 0; v < n; v++) {
      U16 pair = *(const U16Unaligned *)(b + d * b_stride + 32 * v);
      low[v] = (V16)(pair << 16);
      high[v] = (V16)(pair & 0xFFFF0000u);
    }
    UNROLLED for (int r = 0; r < ROWS; r++) {
      uint32_t pair = pair_at(a + r * row + 2 * d);
      V16 even = (V16)bits_to_float((int32_t)(pair << 16)), odd = (V16)bits_to_float((int32_t)(pair & 0xFFFF0000u));
      UNROLLED for (int v = 0; v < n; v++) {
        sum[r][v] += odd * high[v];
        sum[r][v] += even * low[v];
      }
    }
  }
  UNROLLED for (int r = 0; r < ROWS; r++) {
    UNROLLED for (int v = 0; v < n; v++) store16(c + r * c_stride + 16 * v, factor ? sum[r][v] : sum[r][v] * scale);
  }
}

#if HAS_PAIRS
INLINE PAIRS_TARGET void paired_product(const uint16_t *a, size_t row, const uint16_t *b, size_t b_stride, size_t pairs,
                                        float *c, size_t c_stride, float scale, const float *factor, const int n) {
  __m512 sum[ROWS][4];
  UNROLLED for (int r = 0; r < ROWS; r++) {
    UNROLLED for (int v = 0; v < n; v++)
      sum[r][v] = factor ? _mm512_mul_ps(_mm512_loadu_ps(c + r * c_stride + 16 * v), _mm512_set1_ps(factor[r]))
                         : _mm512_setzero_ps();
  }
  for (size_t d = 0; d < pairs; d++) {
    __m512bh right[4];
    UNROLLED for (int v = 0; v < n; v++) right[v] = (__m512bh)_mm512_loadu_si512(b + d * b_stride + 32 * v);
    UNROLLED for (int r = 0; r < ROWS; r++) {
      __m512bh left = (__m512bh)_mm512_set1_epi32((int)pair_at(a + r * row + 2 * d));
      UNROLLED for (int v = 0; v < n; v++) sum[r][v] = _mm512_dpbf16_ps(sum[r][v], left, right[v]);
    }
  }
  UNROLLED for (int r = 0; r < ROWS; r++) {
    UNROLLED for (int v = 0; v < n; v++)
      _mm512_storeu_ps(c + r * c_stride + 16 * v,
                       factor ? sum[r][v] : _mm512_mul_ps(sum[r][v], _mm512_set1_ps(scale)));
  }
}
#endif

// The kernels, written once for either product.

#define SCORES(PRODUCT, N) \
  PRODUCT(q, q_stride, panel, 128, width / 2, strip + (c - first), strip_stride, scale, NULL, N)
#define SCORES_BODY(PRODUCT)                                           \
  for (size_t c = first; c < last;) {                                  \
    size_t end = (c / 64 + 1) * 64;                                    \
    if (end > last) end = last;                                        \
    const uint16_t *panel = panels + c / 64 * 64 * width + c % 64 * 2; \
    WITH_VECTORS((end - c) / 16, SCORES, PRODUCT)                      \
    c = end;                                                           \
  }

#define VALUES(PRODUCT, N) \
  PRODUCT(p, p_stride, v + 2 * d, 2 * v_stride, (keys + 1) / 2, o + d, o_stride, 1, rescale, N)
#define VALUES_BODY(PRODUCT)             \
  for (size_t d = 0; d < width; d += 64) \
    WITH_VECTORS(width - d >= 64 ? 4 : (width - d) / 16, VALUES, PRODUCT)

#define SOFTMAX_BODY(ROUNDED)                                                                    \
  size_t padded = (columns + 15) / 16 * 16;                                                      \
  for (int r = 0; r < ROWS; r++) {                                                               \
    float *s = strip + r * strip_stride;                                                         \
    uint16_t *to = p + r * strip_stride;                                                         \
    for (size_t c = columns; c < padded; c++) s[c] = -INFINITY;                                  \
    V16 top[4];                                                                                  \
    UNROLLED for (int u = 0; u < 4; u++) top[u] = (V16)-INFINITY;                                \
    size_t c = 0;                                                                                \
    for (; c + 64 <= padded; c += 64) {                                                          \
      UNROLLED for (int u = 0; u < 4; u++) top[u] = larger(load16(s + c + 16 * u), top[u]);      \
    }                                                                                            \
    for (; c < padded; c += 16) top[0] = larger(load16(s + c), top[0]);                          \
    top[0] = larger(top[0], top[1]);                                                             \
    top[2] = larger(top[2], top[3]);                                                             \
    top[0] = larger(top[0], top[2]);                                                             \
    float row = fold_max(&top[0]);                                                               \
    float base = next_maximum(m + r, row, rescale + r);                                          \
    V16 sum[4];                                                                                  \
    UNROLLED for (int u = 0; u < 4; u++) sum[u] = (V16)0.0f;                                     \
    for (c = 0; c + 64 <= padded; c += 64) {                                                     \
      UNROLLED for (int u = 0; u < 4; u++) {                                                     \
        V16 e = load16(s + c + 16 * u) - base;                                                   \
        exp2_16(&e);                                                                             \
        ROUNDED(to + c + 16 * u, e);                                                             \
        sum[u] += e;                                                                             \
      }                                                                                          \
    }                                                                                            \
    for (; c < padded; c += 16) {                                                                \
      V16 e = load16(s + c) - base;                                                              \
      exp2_16(&e);                                                                               \
      ROUNDED(to + c, e);                                                                        \
      sum[0] += e;                                                                               \
    }                                                                                            \
    sum[0] = (sum[0] + sum[1]) + (sum[2] + sum[3]);                                              \
    l[r] = rescale[r] * l[r] + fold_sum16(&sum[0]);                                              \
  }

#define ROUNDED_LANES(y, x) \
  UNROLLED for (int j = 0; j < 16; j++) (y)[j] = bfloat16_bits((x)[j]);
#define ROUNDED_PAIRS(y, x) _mm256_storeu_si256((__m256i *)(y), (__m256i)_mm512_cvtneps_pbh((__m512)(x)));

LOCAL_KERNEL(void, emulated_scores, (const uint16_t *q, size_t q_stride, const uint16_t *panels, size_t width,
              size_t first, size_t last, float scale, float *strip, size_t strip_stride),
             (q, q_stride, panels, width, first, last, scale, strip, strip_stride)) {
  SCORES_BODY(emulated_product)
}
LOCAL_KERNEL(void, emulated_values, (const uint16_t *p, size_t p_stride, const uint16_t *v, size_t v_stride,
              size_t keys, size_t width, const float *rescale, float *o, size_t o_stride),
             (p, p_stride, v, v_stride, keys, width, rescale, o, o_stride)) {
  VALUES_BODY(emulated_product)
}
LOCAL_KERNEL(void, emulated_softmax, (float *strip, size_t strip_stride, size_t columns, uint16_t *p, float *m,
              float *l, float *rescale),
             (strip, strip_stride, columns, p, m, l, rescale)) {
  SOFTMAX_BODY(ROUNDED_LANES)
}

#if HAS_PAIRS
static PAIRS_TARGET void paired_scores(const uint16_t *q, size_t q_stride, const uint16_t *panels, size_t width,
                                       size_t first, size_t last, float scale, float *strip, size_t strip_stride) {
  SCORES_BODY(paired_product)
}
static PAIRS_TARGET void paired_values(const uint16_t *p, size_t p_stride, const uint16_t *v, size_t v_stride,
                                       size_t keys, size_t width, const float *rescale, float *o, size_t o_stride) {
  VALUES_BODY(paired_product)
}
static PAIRS_TARGET void paired_softmax(float *strip, size_t strip_stride, size_t columns, uint16_t *p, float *m,
                                        float *l, float *rescale) {
  SOFTMAX_BODY(ROUNDED_PAIRS)
}
#define CHOOSE(PAIRED, EMULATED) (ck_attention_has_bf16() ? (PAIRED) : (EMULATED))
#else
#define CHOOSE(PAIRED, EMULATED) (EMULATED)
#endif

void ck_attention_scores_bf16(const uint16_t *q, size_t q_stride, const uint16_t *panels, size_t width, size_t first,
                              size_t last, float scale, float *strip, size_t strip_stride) {
  CHOOSE(paired_scores, emulated_scores)(q, q_stride, panels, width, first, last, scale, strip, strip_stride);
}
void ck_attention_softmax_bf16(float *strip, size_t strip_stride, size_t columns, uint16_t *p, float *m, float *l,
                               float *rescale) {
  CHOOSE(paired_softmax, emulated_softmax)(strip, strip_stride, columns, p, m, l, rescale);
}
void ck_attention_values_bf16(const uint16_t *p, size_t p_stride, const uint16_t *v, size_t v_stride, size_t keys,
                              size_t width, const float *rescale, float *o, size_t o_stride) {
  CHOOSE(paired_values, emulated_values)(p, p_stride, v, v_stride, keys, width, rescale, o, o_stride);
}
