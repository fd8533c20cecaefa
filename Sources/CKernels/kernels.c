#include "CKernels.h"
#include "vector.h"

#define ELEMENTWISE(NAME, EXPRESSION)                                   \
  KERNEL(void, NAME, (const float *x, float *y, size_t n), (x, y, n)) { \
    INDEPENDENT                                                         \
    for (size_t i = 0; i < n; i++) {                                    \
      float v = x[i];                                                   \
      y[i] = EXPRESSION;                                                \
    }                                                                   \
  }
ELEMENTWISE(ck_exp, exp1(v))
ELEMENTWISE(ck_log, log1_(v))
ELEMENTWISE(ck_tanh, tanh1(v))
ELEMENTWISE(ck_sigmoid, sigmoid1(v))
ELEMENTWISE(ck_softplus, softplus1(v))
ELEMENTWISE(ck_sqrt, square_root(v))

INLINE float sin1(float x) {
  float y = sincos1(x, 0);
  return x == 0.0f ? x : y;
}
INLINE float cos1(float x) { return sincos1(x, 1); }

// Larger angles go to the C library, each by itself: an element's value does not depend on its neighbours.
#define CIRCULAR(NAME, FUNCTION, LIBRARY)                                                           \
  KERNEL(void, NAME, (const float *x, float *y, size_t n), (x, y, n)) {                             \
    for (size_t start = 0; start < n; start += 256) {                                               \
      size_t end = n - start > 256 ? start + 256 : n;                                               \
      if (largest_magnitude(x + start, end - start) <= LARGEST_ANGLE) {                             \
        INDEPENDENT                                                                                 \
        for (size_t i = start; i < end; i++) y[i] = FUNCTION(x[i]);                                 \
      } else {                                                                                      \
        for (size_t i = start; i < end; i++)                                                        \
          y[i] = fabsf(x[i]) > LARGEST_ANGLE ? LIBRARY(x[i]) : FUNCTION(x[i]);                      \
      }                                                                                             \
    }                                                                                               \
  }
CIRCULAR(ck_sin, sin1, sinf)
CIRCULAR(ck_cos, cos1, cosf)

#define BINARY(NAME, OP)                                                                   \
  KERNEL(void, NAME, (const float *x, const float *y, float *z, size_t n), (x, y, z, n)) { \
    INDEPENDENT                                                                            \
    for (size_t i = 0; i < n; i++) z[i] = x[i] OP y[i];                                    \
  }
BINARY(ck_add, +)
BINARY(ck_sub, -)
BINARY(ck_mul, *)
BINARY(ck_div, /)

KERNEL(void, ck_axpy, (float a, const float *x, float *y, size_t n), (a, x, y, n)) {
  INDEPENDENT
  for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}
KERNEL(void, ck_axpby, (float a, const float *x, float b, float *y, size_t n), (a, x, b, y, n)) {
  INDEPENDENT
  for (size_t i = 0; i < n; i++) y[i] = a * x[i] + b * y[i];
}
KERNEL(void, ck_mul_add, (const float *x, const float *y, float *z, size_t n), (x, y, z, n)) {
  INDEPENDENT
  for (size_t i = 0; i < n; i++) z[i] += x[i] * y[i];
}
KERNEL(void, ck_scale_shift, (const float *x, float a, float b, float *z, size_t n), (x, a, b, z, n)) {
  INDEPENDENT
  for (size_t i = 0; i < n; i++) z[i] = a * x[i] + b;
}

KERNEL(float, ck_sum, (const float *x, size_t n), (x, n)) {
  double total = 0;
  size_t i = 0;
  while (i < n) {
    size_t end = n - i > 1024 ? i + 1024 : n;
    float lanes[16] = {0};
    for (; i + 16 <= end; i += 16)
      for (int j = 0; j < 16; j++) lanes[j] += x[i + j];
    for (int j = 0; i < end; i++, j++) lanes[j] += x[i];
    total += fold_sum(lanes);
  }
  return (float)total;
}

KERNEL(float, ck_dot, (const float *x, const float *y, size_t n), (x, y, n)) {
  double total = 0;
  size_t i = 0;
  while (i < n) {
    size_t end = n - i > 1024 ? i + 1024 : n;
    float lanes[16] = {0};
    for (; i + 16 <= end; i += 16)
      for (int j = 0; j < 16; j++) lanes[j] += x[i + j] * y[i + j];
    for (int j = 0; i < end; i++, j++) lanes[j] += x[i] * y[i];
    total += fold_sum(lanes);
  }
  return (float)total;
}

INLINE float max1(const float *x, size_t n) {
  float lanes[16];
  for (int j = 0; j < 16; j++) lanes[j] = -INFINITY;
  size_t i = 0;
  int nan = 0;
  for (; i + 16 <= n; i += 16)
    for (int j = 0; j < 16; j++) {
      float v = x[i + j];
      lanes[j] = v > lanes[j] ? v : lanes[j];
      nan |= v != v;
    }
  for (int j = 0; i < n; i++, j++) {
    lanes[j] = x[i] > lanes[j] ? x[i] : lanes[j];
    nan |= x[i] != x[i];
  }
  for (int w = 8; w > 0; w >>= 1)
    for (int j = 0; j < w; j++) lanes[j] = lanes[j + w] > lanes[j] ? lanes[j + w] : lanes[j];
  return nan ? NAN : lanes[0];
}
KERNEL(float, ck_max, (const float *x, size_t n), (x, n)) { return max1(x, n); }

KERNEL(void, ck_softmax_rows, (const float *x, float *y, size_t rows, size_t columns), (x, y, rows, columns)) {
  for (size_t r = 0; r < rows; r++) {
    const float *in = x + r * columns;
    float *out = y + r * columns;
    float m = max1(in, columns);
    float lanes[16] = {0};
    size_t i = 0;
    for (; i + 16 <= columns; i += 16)
      for (int j = 0; j < 16; j++) {
        float e = exp1(in[i + j] - m);
        out[i + j] = e;
        lanes[j] += e;
      }
    for (int j = 0; i < columns; i++, j++) {
      float e = exp1(in[i] - m);
      out[i] = e;
      lanes[j] += e;
    }
    float inverse = 1.0f / fold_sum(lanes);
    for (size_t k = 0; k < columns; k++) out[k] *= inverse;
  }
}

KERNEL(void, ck_leaky_relu, (const float *x, float slope, float *y, size_t n), (x, slope, y, n)) {
  if (slope == 0.0f) {
    // Not a product with zero, which would make NaN of -infinity.
    INDEPENDENT
    for (size_t i = 0; i < n; i++) y[i] = x[i] <= 0.0f ? 0.0f : x[i];
    return;
  }
  INDEPENDENT
  for (size_t i = 0; i < n; i++) y[i] = x[i] > 0.0f ? x[i] : slope * x[i];
}
KERNEL(void, ck_leaky_relu_backward, (const float *y, const float *dy, float slope, float *dx, size_t n),
       (y, dy, slope, dx, n)) {
  INDEPENDENT
  for (size_t i = 0; i < n; i++) dx[i] = y[i] > 0.0f ? dy[i] : slope * dy[i];
}

KERNEL(void, ck_adam, (float *p, float *m, float *v, const float *g, float stepSize, float beta1, float beta2,
        float correction2, float epsilon, float weightDecay, size_t n),
       (p, m, v, g, stepSize, beta1, beta2, correction2, epsilon, weightDecay, n)) {
  float a = 1.0f - beta1, b = 1.0f - beta2, inverse = 1.0f / correction2;
  INDEPENDENT
  for (size_t i = 0; i < n; i++) {
    float gi = g[i] + weightDecay * p[i];
    float mi = m[i] + a * (gi - m[i]);
    float vi = beta2 * v[i] + b * gi * gi;
    m[i] = mi;
    v[i] = vi;
    p[i] -= stepSize * mi / (square_root(vi) * inverse + epsilon);
  }
}
