// Products of the features of slices with a few vectors. The features are made of the slices on the way: a third of the memory
// that holds them all is read.
#include "CKernels.h"
#include "vector.h"

typedef float V16 __attribute__((ext_vector_type(16)));
typedef V16 V16Unaligned __attribute__((aligned(4)));
#define load16(p) (*(const V16Unaligned *)(p))
#define store16(p, v) (*(V16Unaligned *)(p) = (v))

// Vectors at a time, and rows at a time: a group is read twice while the first-level cache holds it.
#define MOST_VECTORS 4
#define GROUP 8

// p[r, v] = sum_k w1 a + w2 a^2 + w3 a^3 - constants[v] for a few rows.
INLINE void values(const float *a, size_t s, const float *weights, const float *constants, float *p, size_t stride,
                   const int rows, const int vectors) {
  V16 sum[4][MOST_VECTORS];
  UNROLLED for (int r = 0; r < rows; r++) {
    UNROLLED for (int v = 0; v < vectors; v++) sum[r][v] = (V16)0.0f;
  }
  size_t k = 0;
  for (; k + 16 <= s; k += 16) {
    V16 x[4];
    UNROLLED for (int r = 0; r < rows; r++) x[r] = load16(a + (size_t)r * s + k);
    UNROLLED for (int v = 0; v < vectors; v++) {
      const float *w = weights + (size_t)(3 * v) * s + k;
      V16 w1 = load16(w), w2 = load16(w + s), w3 = load16(w + 2 * s);
      UNROLLED for (int r = 0; r < rows; r++) sum[r][v] += ((w3 * x[r] + w2) * x[r] + w1) * x[r];
    }
  }
  UNROLLED for (int r = 0; r < rows; r++) {
    UNROLLED for (int v = 0; v < vectors; v++) {
      float lanes[16];
      memcpy(lanes, &sum[r][v], sizeof lanes);
      const float *w = weights + (size_t)(3 * v) * s, *x = a + (size_t)r * s;
      for (size_t i = k; i < s; i++) lanes[i - k] += ((w[2 * s + i] * x[i] + w[s + i]) * x[i] + w[i]) * x[i];
      p[(size_t)r * stride + v] = fold_sum(lanes) - constants[v];
    }
  }
}

// g[v] += sum_r p[r, v] (a, a^2 - shift, a^3) for a few rows.
INLINE void gather(const float *a, size_t s, float shift, const float *p, size_t stride, float *g, size_t rows,
                   const int vectors) {
  size_t k = 0;
  for (; k + 16 <= s; k += 16) {
    V16 sum[MOST_VECTORS][3];
    UNROLLED for (int v = 0; v < vectors; v++) {
      UNROLLED for (int power = 0; power < 3; power++) sum[v][power] = load16(g + (size_t)(3 * v + power) * s + k);
    }
    for (size_t r = 0; r < rows; r++) {
      V16 x = load16(a + r * s + k), q = x * x, c = q * x;
      q -= shift;
      UNROLLED for (int v = 0; v < vectors; v++) {
        float f = p[r * stride + v];
        sum[v][0] += x * f;
        sum[v][1] += q * f;
        sum[v][2] += c * f;
      }
    }
    UNROLLED for (int v = 0; v < vectors; v++) {
      UNROLLED for (int power = 0; power < 3; power++) store16(g + (size_t)(3 * v + power) * s + k, sum[v][power]);
    }
  }
  for (; k < s; k++)
    for (size_t r = 0; r < rows; r++) {
      float x = a[r * s + k], q = x * x;
      UNROLLED for (int v = 0; v < vectors; v++) {
        float f = p[r * stride + v], *to = g + (size_t)(3 * v) * s + k;
        to[0] += x * f;
        to[s] += (q - shift) * f;
        to[2 * s] += q * x * f;
      }
    }
}

INLINE void gather_all(const float *a, size_t rows, size_t s, float shift, const float *p, size_t stride, float *g,
                       const int vectors) {
  for (size_t r = 0; r < rows; r += GROUP)
    gather(a + r * s, s, shift, p + r * stride, stride, g, rows - r < GROUP ? rows - r : GROUP, vectors);
}

KERNEL(void, ck_slice_transposed, (const float *a, size_t rows, size_t s, float shift, const float *p, size_t vectors,
        float *g),
       (a, rows, s, shift, p, vectors, g)) {
  memset(g, 0, vectors * 3 * s * sizeof *g);
  for (size_t v = 0; v < vectors; v += MOST_VECTORS) {
    float *own = g + 3 * v * s;
    switch (vectors - v) {
      case 1: gather_all(a, rows, s, shift, p + v, vectors, own, 1); break;
      case 2: gather_all(a, rows, s, shift, p + v, vectors, own, 2); break;
      case 3: gather_all(a, rows, s, shift, p + v, vectors, own, 3); break;
      default: gather_all(a, rows, s, shift, p + v, vectors, own, 4);
    }
  }
}

INLINE void normal(const float *a, size_t rows, size_t s, float shift, const float *weights, const float *constants,
                   float *g, float *sums, const int vectors) {
  float p[GROUP * MOST_VECTORS];
  for (size_t r = 0; r < rows; r += GROUP) {
    size_t count = rows - r < GROUP ? rows - r : GROUP, i = 0;
    const float *group = a + r * s;
    for (; i + 4 <= count; i += 4)
      values(group + i * s, s, weights, constants, p + i * (size_t)vectors, (size_t)vectors, 4, vectors);
    for (; i < count; i++)
      values(group + i * s, s, weights, constants, p + i * (size_t)vectors, (size_t)vectors, 1, vectors);
    for (i = 0; i < count; i++)
      for (int v = 0; v < vectors; v++) sums[v] += p[i * (size_t)vectors + (size_t)v];
    gather(group, s, shift, p, (size_t)vectors, g, count, vectors);
  }
}

KERNEL(void, ck_slice_normal, (const float *a, size_t rows, size_t s, float shift, const float *weights,
        const float *constants, size_t vectors, float *g, float *sums),
       (a, rows, s, shift, weights, constants, vectors, g, sums)) {
  memset(g, 0, vectors * 3 * s * sizeof *g);
  memset(sums, 0, vectors * sizeof *sums);
  for (size_t v = 0; v < vectors; v += MOST_VECTORS) {
    const float *w = weights + 3 * v * s, *c = constants + v;
    float *own = g + 3 * v * s, *total = sums + v;
    switch (vectors - v) {
      case 1: normal(a, rows, s, shift, w, c, own, total, 1); break;
      case 2: normal(a, rows, s, shift, w, c, own, total, 2); break;
      case 3: normal(a, rows, s, shift, w, c, own, total, 3); break;
      default: normal(a, rows, s, shift, w, c, own, total, 4);
    }
  }
}
