#include "CKernels.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

const char *ck_instruction_set(void) {
#if defined(__x86_64__) && defined(__linux__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return "x86-64-v4";
  if (__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
#endif
  return "baseline";
}

// The square root without errno, which sqrtf would set: a loop that must set errno cannot be vectorised.
#if __has_builtin(__builtin_elementwise_sqrt)
INLINE float square_root(float x) { return __builtin_elementwise_sqrt(x); }
#else
INLINE float square_root(float x) { return __builtin_sqrtf(x); }
#endif

INLINE float bits_to_float(int32_t i) {
  float f;
  memcpy(&f, &i, 4);
  return f;
}
INLINE int32_t float_to_bits(float f) {
  int32_t i;
  memcpy(&i, &f, 4);
  return i;
}

// 1.5 * 2^23: adding and subtracting it rounds to the nearest integer, and the sum's low bits hold that integer.
#define ROUNDING_MAGIC 12582912.0f

// exp x = 2^n exp r with n = round(x / ln 2), |r| <= ln 2 / 2; 2^n is applied in two halves so that subnormal results
// come out right. Largest error 1.1 ulp.
INLINE float exp1(float x) {
  float c = x;
  c = c > 89.0f ? 89.0f : c;
  c = c < -104.5f ? -104.5f : c;
  float t = c * 1.44269504088896341f + ROUNDING_MAGIC;
  int32_t n = float_to_bits(t) - 0x4B400000;
  float k = t - ROUNDING_MAGIC;
  float r = c - k * 0.693359375f;
  r = r + k * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  int32_t half = n >> 1;
  float s1 = bits_to_float((half + 127) << 23);
  float s2 = bits_to_float((n - half + 127) << 23);
  float y = p * s1 * s2;
  return x != x ? x : y;
}

// log x for x = 2^e m, m in [sqrt 1/2, sqrt 2) (Cephes' polynomial).
INLINE float log1_(float x) {
  int subnormal = x < 1.17549435e-38f;
  float c = subnormal ? x * 8388608.0f : x;
  int32_t bits = float_to_bits(c);
  int32_t shifted = bits - 0x3F3504F3;
  int32_t e = shifted >> 23;
  float m = bits_to_float(bits - (e << 23)) - 1.0f;
  float k = (float)e - (subnormal ? 23.0f : 0.0f);
  float z = m * m;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  float y = p * m * z;
  y = y - 2.12194440e-4f * k;
  y = y - 0.5f * z;
  y = m + y + 0.693359375f * k;
  y = x > 3.4028234e38f ? x : y;
  y = x == 0.0f ? -INFINITY : y;
  y = x < 0.0f ? NAN : y;
  return x != x ? x : y;
}

INLINE float tanh1(float x) {
  float a = fabsf(x);
  float z = x * x;
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  // The sum of two zeros of different sign is +0, so the sign is put back for x = -0.
  float small = copysignf(p * z * x + x, x);
  float large = 1.0f - 2.0f / (exp1(2.0f * a) + 1.0f);
  large = copysignf(large, x);
  float y = a < 0.625f ? small : large;
  return x != x ? x : y;
}

INLINE float sigmoid1(float x) {
  // exp of a value <= 0 never overflows.
  float e = exp1(-fabsf(x));
  float q = 1.0f / (1.0f + e);
  float y = x >= 0.0f ? q : e * q;
  return x != x ? x : y;
}

INLINE float softplus1(float x) {
  float e = exp1(-fabsf(x));
  float u = 1.0f + e;
  float d = u - 1.0f;
  float l = d == 0.0f ? e : log1_(u) * (e / (d == 0.0f ? 1.0f : d));
  float y = (x > 0.0f ? x : 0.0f) + l;
  return x != x ? x : y;
}

// sin and cos by a three-part reduction to [-pi/4, pi/4]; good for |x| <= LARGEST_ANGLE.
#define LARGEST_ANGLE 8192.0f
INLINE float sincos1(float x, int32_t quadrantShift) {
  float t = x * 0.636619772367581343f + ROUNDING_MAGIC;
  int32_t q = float_to_bits(t) - 0x4B400000;
  float k = t - ROUNDING_MAGIC;
  float r = x - k * 1.5703125f;
  r = r - k * 4.83751296997e-4f;
  r = r - k * 7.54978995489e-8f;
  q += quadrantShift;
  float z = r * r;
  float s = -1.9515295891e-4f;
  s = s * z + 8.3321608736e-3f;
  s = s * z - 1.6666654611e-1f;
  s = s * z * r + r;
  float c = 2.443315711809948e-5f;
  c = c * z - 1.388731625493765e-3f;
  c = c * z + 4.166664568298827e-2f;
  c = c * z * z - 0.5f * z + 1.0f;
  float y = (q & 1) ? c : s;
  return (q & 2) ? -y : y;
}

INLINE float largest_magnitude(const float *x, size_t n) {
  float lanes[16] = {0};
  size_t i = 0;
  for (; i + 16 <= n; i += 16)
    for (int j = 0; j < 16; j++) {
      float a = fabsf(x[i + j]);
      lanes[j] = a > lanes[j] ? a : lanes[j];
    }
  float m = 0;
  for (; i < n; i++) m = fabsf(x[i]) > m ? fabsf(x[i]) : m;
  for (int j = 0; j < 16; j++) m = lanes[j] > m ? lanes[j] : m;
  return m;
}

#define ELEMENTWISE(NAME, EXPRESSION)                  \
  CLONES void NAME(const float *x, float *y, size_t n) { \
    for (size_t i = 0; i < n; i++) {                   \
      float v = x[i];                                  \
      y[i] = EXPRESSION;                               \
    }                                                  \
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
  CLONES void NAME(const float *x, float *y, size_t n) {                                            \
    for (size_t start = 0; start < n; start += 256) {                                               \
      size_t end = n - start > 256 ? start + 256 : n;                                               \
      if (largest_magnitude(x + start, end - start) <= LARGEST_ANGLE) {                             \
        for (size_t i = start; i < end; i++) y[i] = FUNCTION(x[i]);                                 \
      } else {                                                                                      \
        for (size_t i = start; i < end; i++)                                                        \
          y[i] = fabsf(x[i]) > LARGEST_ANGLE ? LIBRARY(x[i]) : FUNCTION(x[i]);                      \
      }                                                                                             \
    }                                                                                               \
  }
CIRCULAR(ck_sin, sin1, sinf)
CIRCULAR(ck_cos, cos1, cosf)

#define BINARY(NAME, OP)                                              \
  CLONES void NAME(const float *x, const float *y, float *z, size_t n) { \
    for (size_t i = 0; i < n; i++) z[i] = x[i] OP y[i];               \
  }
BINARY(ck_add, +)
BINARY(ck_sub, -)
BINARY(ck_mul, *)
BINARY(ck_div, /)

CLONES void ck_axpy(float a, const float *x, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}
CLONES void ck_axpby(float a, const float *x, float b, float *y, size_t n) {
  for (size_t i = 0; i < n; i++) y[i] = a * x[i] + b * y[i];
}
CLONES void ck_mul_add(const float *x, const float *y, float *z, size_t n) {
  for (size_t i = 0; i < n; i++) z[i] += x[i] * y[i];
}
CLONES void ck_scale_shift(const float *x, float a, float b, float *z, size_t n) {
  for (size_t i = 0; i < n; i++) z[i] = a * x[i] + b;
}

// Sixteen lanes folded in the order 8, 4, 2, 1.
INLINE float fold_sum(float *lanes) {
  for (int w = 8; w > 0; w >>= 1)
    for (int j = 0; j < w; j++) lanes[j] += lanes[j + w];
  return lanes[0];
}

CLONES float ck_sum(const float *x, size_t n) {
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

CLONES float ck_dot(const float *x, const float *y, size_t n) {
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
CLONES float ck_max(const float *x, size_t n) { return max1(x, n); }

CLONES void ck_softmax_rows(const float *x, float *y, size_t rows, size_t columns) {
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

CLONES void ck_leaky_relu(const float *x, float slope, float *y, size_t n) {
  if (slope == 0.0f) {
    // Not a product with zero, which would make NaN of -infinity.
    for (size_t i = 0; i < n; i++) y[i] = x[i] <= 0.0f ? 0.0f : x[i];
    return;
  }
  for (size_t i = 0; i < n; i++) y[i] = x[i] > 0.0f ? x[i] : slope * x[i];
}
CLONES void ck_leaky_relu_backward(const float *y, const float *dy, float slope, float *dx, size_t n) {
  for (size_t i = 0; i < n; i++) dx[i] = y[i] > 0.0f ? dy[i] : slope * dy[i];
}

CLONES void ck_adam(float *p, float *m, float *v, const float *g, float stepSize, float beta1, float beta2,
                    float correction2, float epsilon, float weightDecay, size_t n) {
  float a = 1.0f - beta1, b = 1.0f - beta2, inverse = 1.0f / correction2;
  for (size_t i = 0; i < n; i++) {
    float gi = g[i] + weightDecay * p[i];
    float mi = m[i] + a * (gi - m[i]);
    float vi = beta2 * v[i] + b * gi * gi;
    m[i] = mi;
    v[i] = vi;
    p[i] -= stepSize * mi / (square_root(vi) * inverse + epsilon);
  }
}

CLONES float ck_slice_forward(float *u, const float *w1, const float *w2, const float *w3, size_t s) {
  float lanes[16] = {0};
  size_t i = 0;
  for (; i + 16 <= s; i += 16)
    for (int j = 0; j < 16; j++) {
      float a = tanh1(u[i + j]);
      u[i + j] = a;
      lanes[j] += ((w3[i + j] * a + w2[i + j]) * a + w1[i + j]) * a;
    }
  for (int j = 0; i < s; i++, j++) {
    float a = tanh1(u[i]);
    u[i] = a;
    lanes[j] += ((w3[i] * a + w2[i]) * a + w1[i]) * a;
  }
  return fold_sum(lanes);
}

CLONES void ck_slice_backward(const float *a, float delta, const float *w1, const float *w2, const float *w3,
                              float *e, size_t s) {
  for (size_t i = 0; i < s; i++) {
    float v = a[i];
    e[i] = delta * ((3.0f * w3[i] * v + 2.0f * w2[i]) * v + w1[i]) * (1.0f - v * v);
  }
}

CLONES float ck_distance_row(float ni, const float *n, const float *g, float *d, size_t count) {
  float lanes[16] = {0};
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int j = 0; j < 16; j++) {
      float q = ni + n[i + j] - 2.0f * g[i + j];
      float v = square_root(q > 0.0f ? q : 0.0f);
      d[i + j] = v;
      lanes[j] += v;
    }
  for (int j = 0; i < count; i++, j++) {
    float q = ni + n[i] - 2.0f * g[i];
    float v = square_root(q > 0.0f ? q : 0.0f);
    d[i] = v;
    lanes[j] += v;
  }
  return fold_sum(lanes);
}

CLONES void ck_centred_products_row(const float *a, const float *b, float alpha, float beta, const float *alphas,
                                    const float *betas, size_t count, float *uv, float *uu, float *vv) {
  float l1[16] = {0}, l2[16] = {0}, l3[16] = {0};
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int j = 0; j < 16; j++) {
      float u = a[i + j] - alpha - alphas[i + j];
      float v = b[i + j] - beta - betas[i + j];
      l1[j] += u * v;
      l2[j] += u * u;
      l3[j] += v * v;
    }
  for (int j = 0; i < count; i++, j++) {
    float u = a[i] - alpha - alphas[i];
    float v = b[i] - beta - betas[i];
    l1[j] += u * v;
    l2[j] += u * u;
    l3[j] += v * v;
  }
  *uv = fold_sum(l1);
  *uu = fold_sum(l2);
  *vv = fold_sum(l3);
}

CLONES float ck_distance_gradient_row(const float *a, const float *b, float alpha, float beta, float kappa,
                                      const float *alphas, const float *betas, const float *kappas, float c1,
                                      float c2, float *h, size_t count) {
  float lanes[16] = {0};
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int j = 0; j < 16; j++) {
      float k = c1 * (b[i + j] - beta - betas[i + j]) - c2 * (a[i + j] - alpha - alphas[i + j]);
      float d = a[i + j];
      float v = d == 0.0f ? 0.0f : (k - kappa - kappas[i + j]) / (d == 0.0f ? 1.0f : d);
      h[i + j] = v;
      lanes[j] += v;
    }
  for (int j = 0; i < count; i++, j++) {
    float k = c1 * (b[i] - beta - betas[i]) - c2 * (a[i] - alpha - alphas[i]);
    float v = a[i] == 0.0f ? 0.0f : (k - kappa - kappas[i]) / a[i];
    h[i] = v;
    lanes[j] += v;
  }
  return fold_sum(lanes);
}
