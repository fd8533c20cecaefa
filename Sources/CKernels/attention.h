// What the attention kernels are made of: vectors of sixteen lanes, the power of two, and the 6 x 64 product.
#pragma once

#include "CKernelsAttention.h"
#include "vector.h"

typedef float V16 __attribute__((ext_vector_type(16)));
typedef int32_t I16 __attribute__((ext_vector_type(16)));
// A vector at any address of a float, or of a 16-bit number.
typedef V16 V16Unaligned __attribute__((aligned(4)));

#define ROWS 6

// A vector as argument or result would have another calling convention in each instruction set, which the compiler
// refuses even where it inlines: vectors are reached through pointers, or by macros.
#define load16(p) (*(const V16Unaligned *)(p))
#define store16(p, v) (*(V16Unaligned *)(p) = (v))

// 2^z for z <= 127 by a polynomial of degree 5 on [-1/2, 1/2], minimax in the relative error (9e-8, 1.8e-7 with the
// roundings) with the value 1 at 0. The magic number carries the exponent's bias, so that the low bits of t, shifted to
// the exponent, are the power of two itself; below -126.5 that power is 0, and so is the product: exactly, for -infinity
// too. NaN stays NaN, because a comparison with it leaves it in place.
#define EXP2_MAGIC (12582912.0f + 127.0f)
#define EXP2_POLYNOMIAL(f) \
  (((((1.325460267e-3f * (f) + 9.671999142e-3f) * (f) + 5.550779402e-2f) * (f) + 2.402223200e-1f) * (f) + \
    6.931469440e-1f) * (f) + 1.0f)
INLINE void exp2_16(V16 *x) {
  V16 z = *x < -127.0f ? (V16)-127.0f : *x;
  V16 t = z + EXP2_MAGIC;
  V16 f = z - (t - EXP2_MAGIC);
  I16 power = (I16)t << 23;
  *x = EXP2_POLYNOMIAL(f) * (V16)power;
}
INLINE float exp2_1(float z) {
  z = z < -127.0f ? -127.0f : z;
  float t = z + EXP2_MAGIC;
  float f = z - (t - EXP2_MAGIC);
  return EXP2_POLYNOMIAL(f) * bits_to_float((int32_t)((uint32_t)float_to_bits(t) << 23));
}

#define larger(a, b) ((a) > (b) ? (a) : (b))
INLINE float fold_max(const V16 *v) {
  float lanes[16];
  memcpy(lanes, v, sizeof lanes);
  UNROLLED for (int w = 8; w > 0; w >>= 1) {
    UNROLLED for (int j = 0; j < w; j++) lanes[j] = larger(lanes[j], lanes[j + w]);
  }
  return lanes[0];
}
INLINE float fold_sum16(const V16 *v) {
  float lanes[16];
  memcpy(lanes, v, sizeof lanes);
  return fold_sum(lanes);
}

// The new maximum of a row: what to subtract from its scores (0 for a row of -infinity, so that -infinity stays), and
// the factor of all that was summed before.
INLINE float next_maximum(float *m, float row, float *rescale) {
  float next = row > *m ? row : *m;
  if (next == -INFINITY) {
    *rescale = 1.0f;
    return 0.0f;
  }
  *rescale = exp2_1(*m - next);
  *m = next;
  return next;
}

// c[r][0..<16 n] = start + sum over d of a[r * row + d * step] * b[d * b_stride]; the start is 0, c times the factor of its
// row, or c.
enum Start { start_zero, start_scaled, start_accumulate };
INLINE void product(const float *a, size_t row, size_t step, const float *b, size_t b_stride, size_t depth, float *c,
                    size_t c_stride, const float *factor, const enum Start start, const int n) {
  V16 sum[ROWS][4];
  UNROLLED for (int r = 0; r < ROWS; r++) {
    UNROLLED for (int v = 0; v < n; v++) {
      if (start == start_zero)
        sum[r][v] = (V16)0.0f;
      else if (start == start_scaled)
        sum[r][v] = load16(c + r * c_stride + 16 * v) * factor[r];
      else
        sum[r][v] = load16(c + r * c_stride + 16 * v);
    }
  }
  for (size_t d = 0; d < depth; d++) {
    V16 right[4];
    UNROLLED for (int v = 0; v < n; v++) right[v] = load16(b + d * b_stride + 16 * v);
    UNROLLED for (int r = 0; r < ROWS; r++) {
      V16 left = (V16)a[r * row + d * step];
      UNROLLED for (int v = 0; v < n; v++) sum[r][v] += left * right[v];
    }
  }
  UNROLLED for (int r = 0; r < ROWS; r++) {
    UNROLLED for (int v = 0; v < n; v++) store16(c + r * c_stride + 16 * v, sum[r][v]);
  }
}

// `BODY(PRODUCT, n)` with n a constant, for n = 1 … 4.
#define WITH_VECTORS(n, BODY, PRODUCT) \
  switch (n) {                         \
    case 4: BODY(PRODUCT, 4); break;   \
    case 3: BODY(PRODUCT, 3); break;   \
    case 2: BODY(PRODUCT, 2); break;   \
    default: BODY(PRODUCT, 1);         \
  }

// Sixteen rows of sixteen, transposed in four rounds of exchanges.
#define EXCHANGE(t, WIDTH, LOW, HIGH)                               \
  UNROLLED for (int i = 0; i < 16; i++) if (!(i & WIDTH)) {         \
    V16 a = t[i], b = t[i + WIDTH];                                 \
    t[i] = __builtin_shufflevector(a, b, LOW);                      \
    t[i + WIDTH] = __builtin_shufflevector(a, b, HIGH);             \
  }
#define LOW8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define LOW4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define HIGH4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define LOW2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define HIGH2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define LOW1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define HIGH1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#define TRANSPOSE16(t)          \
  EXCHANGE(t, 8, LOW8, HIGH8)   \
  EXCHANGE(t, 4, LOW4, HIGH4)   \
  EXCHANGE(t, 2, LOW2, HIGH2)   \
  EXCHANGE(t, 1, LOW1, HIGH1)
