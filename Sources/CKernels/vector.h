// What every kernel is made of: the macro that compiles each function for several instruction sets, the functions of one
// number that vector loops inline, and the fold of sixteen lanes.
#pragma once

#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "CKernelsProcessor.h"

#define INLINE static inline __attribute__((always_inline))

// The form of the kernels in use.
extern atomic_int ck_form_now;
INLINE int ck_form(void) { return atomic_load_explicit(&ck_form_now, memory_order_relaxed); }

// A kernel, `KERNEL(void, ck_exp, (const float *x, float *y, size_t n), (x, y, n)) { ... }`, is compiled once a form, and a
// call goes to the form in use (processor.c). A LOCAL_KERNEL is one that its file alone calls.
#if defined(__x86_64__) && defined(__linux__)
#define FORM_V4 __attribute__((target("arch=x86-64-v4,tune=x86-64")))
#define FORM_V3 __attribute__((target("arch=x86-64-v3,tune=x86-64")))
#define FORMS(SCOPE, RESULT, NAME, PARAMETERS, ARGUMENTS)                       \
  INLINE RESULT NAME##_body PARAMETERS;                                         \
  FORM_V4 static RESULT NAME##_v4 PARAMETERS { return NAME##_body ARGUMENTS; }  \
  FORM_V3 static RESULT NAME##_v3 PARAMETERS { return NAME##_body ARGUMENTS; }  \
  static RESULT NAME##_baseline PARAMETERS { return NAME##_body ARGUMENTS; }    \
  SCOPE RESULT NAME PARAMETERS {                                                \
    switch (ck_form()) {                                                        \
      case CK_FORM_V4: return NAME##_v4 ARGUMENTS;                              \
      case CK_FORM_V3: return NAME##_v3 ARGUMENTS;                              \
      default: return NAME##_baseline ARGUMENTS;                                \
    }                                                                           \
  }                                                                             \
  INLINE RESULT NAME##_body PARAMETERS
#else
#define FORMS(SCOPE, RESULT, NAME, PARAMETERS, ARGUMENTS) SCOPE RESULT NAME PARAMETERS
#endif
#define KERNEL(RESULT, NAME, PARAMETERS, ARGUMENTS) FORMS(, RESULT, NAME, PARAMETERS, ARGUMENTS)
#define LOCAL_KERNEL(RESULT, NAME, PARAMETERS, ARGUMENTS) FORMS(static, RESULT, NAME, PARAMETERS, ARGUMENTS)

// Before a loop whose iterations do not touch each other's elements, also where results overwrite arguments: without it the
// compiler asks at run time whether the arrays overlap, and takes the plain loop when they are the same.
#if defined(__clang__)
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define INDEPENDENT _Pragma("GCC ivdep")
#else
#define INDEPENDENT
#endif

// Before a loop that is written out: in full, or so many times over. Not where a sanitizer puts a check before every access:
// the compiler would take minutes for one file.
#if defined(__clang__)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(undefined_behavior_sanitizer)
#define UNROLLED
#define UNROLLED_BY(COUNT)
#else
#define UNROLLED _Pragma("clang loop unroll(full)")
#define UNROLLED_BY(COUNT) UNROLL_PRAGMA(clang loop unroll_count(COUNT))
#define UNROLL_PRAGMA(WORDS) _Pragma(#WORDS)
#endif
#else
#define UNROLLED
#define UNROLLED_BY(COUNT)
#endif

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

// 2^n for -127 < n < 128. For other n, and for that of a NaN, some number: the shift is of bits, which C leaves undefined for
// a signed number.
INLINE float power_of_two(int32_t n) { return bits_to_float((int32_t)((uint32_t)(n + 127) << 23)); }

// 1.5 * 2^23: adding and subtracting it rounds to the nearest integer, and the sum's low bits hold that integer.
#define ROUNDING_MAGIC 12582912.0f

// exp x = 2^n exp r with n = round(x / ln 2), |r| <= ln 2 / 2: n, and exp r - 1 without cancellation. For |x| <= 10^6.
typedef struct {
  int32_t power;
  float minus_one;
} ReducedExp;
INLINE ReducedExp reduced_exp(float x) {
  float t = x * 1.44269504088896341f + ROUNDING_MAGIC;
  int32_t n = float_to_bits(t) - 0x4B400000;
  float k = t - ROUNDING_MAGIC;
  float r = x - k * 0.693359375f;
  r = r + k * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r;
  return (ReducedExp){n, p};
}

// 2^n exp r, where 2^n is applied in two halves so that subnormal results come out right. Largest error 1.1 ulp.
INLINE float exp1(float x) {
  float c = x;
  c = c > 89.0f ? 89.0f : c;
  c = c < -104.5f ? -104.5f : c;
  ReducedExp e = reduced_exp(c);
  float p = e.minus_one + 1.0f;
  int32_t half = e.power >> 1;
  float s1 = power_of_two(half);
  float s2 = power_of_two(e.power - half);
  float y = p * s1 * s2;
  return x != x ? x : y;
}

// exp x - 1 for x <= 0, without cancellation near 0: with exp x = 2^n exp r it is 2^n (exp r - 1) + (2^n - 1).
INLINE float expm1_negative(float x) {
  float c = x < -30.0f ? -30.0f : x;
  ReducedExp e = reduced_exp(c);
  float s = power_of_two(e.power);
  float y = e.minus_one * s + (s - 1.0f);
  return x != x ? x : y;
}

// log x for x = 2^e m, m in [sqrt 1/2, sqrt 2) (Cephes' polynomial).
INLINE float log1_(float x) {
  int subnormal = x < 1.17549435e-38f;
  float c = subnormal ? x * 8388608.0f : x;
  int32_t bits = float_to_bits(c);
  // Wraps for a negative x, whose logarithm is not taken from here.
  int32_t shifted = (int32_t)((uint32_t)bits - 0x3F3504F3u);
  int32_t e = shifted >> 23;
  float m = bits_to_float((int32_t)((uint32_t)bits - ((uint32_t)e << 23))) - 1.0f;
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

// Sixteen lanes folded in the order 8, 4, 2, 1.
INLINE float fold_sum(float *lanes) {
  for (int w = 8; w > 0; w >>= 1)
    for (int j = 0; j < w; j++) lanes[j] += lanes[j + w];
  return lanes[0];
}
