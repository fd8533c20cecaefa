// Normal numbers of counter-based streams.
#include "CKernels.h"
#include "vector.h"

// The pairs of one round: enough for the vectors, few enough for the stack and the cache.
#define PAIRS 64

#if __has_builtin(__builtin_elementwise_sqrt)
INLINE double square_root_double(double x) { return __builtin_elementwise_sqrt(x); }
#else
INLINE double square_root_double(double x) { return __builtin_sqrt(x); }
#endif

INLINE double bits_to_double(int64_t i) {
  double d;
  memcpy(&d, &i, 8);
  return d;
}
INLINE int64_t double_to_bits(double d) {
  int64_t i;
  memcpy(&i, &d, 8);
  return i;
}

// Ten rounds of Philox 4x32 on the counter (index, 0, 0): the block's words as two numbers, low word first.
INLINE void philox_block(uint64_t index, uint64_t key, uint64_t *first, uint64_t *second) {
  uint64_t c0 = index & 0xFFFFFFFFu, c1 = index >> 32, c2 = 0, c3 = 0;
  uint64_t k0 = key & 0xFFFFFFFFu, k1 = key >> 32;
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = c0 * 0xD2511F53u, p1 = c2 * 0xCD9E8D57u;
    c0 = (p1 >> 32) ^ c1 ^ k0;
    c1 = p1 & 0xFFFFFFFFu;
    c2 = (p0 >> 32) ^ c3 ^ k1;
    c3 = p0 & 0xFFFFFFFFu;
    k0 = (k0 + 0x9E3779B9u) & 0xFFFFFFFFu;
    k1 = (k1 + 0xBB67AE85u) & 0xFFFFFFFFu;
  }
  *first = c0 | c1 << 32;
  *second = c2 | c3 << 32;
}

// log x for a normal x > 0, within an ulp: x = 2^k (1 + f), s = f / (2 + f), and a polynomial in s^2 (as in fdlibm).
INLINE double log_double(double x) {
  int64_t bits = double_to_bits(x);
  int64_t shifted = bits - 0x3FE6A09E667F3BCD;
  int64_t e = shifted >> 52;
  double f = bits_to_double((int64_t)((uint64_t)bits - ((uint64_t)e << 52))) - 1.0;
  double k = (double)e;
  double s = f / (2.0 + f), z = s * s;
  double p = 1.479819860511658591e-01;
  p = p * z + 1.531383769920937332e-01;
  p = p * z + 1.818357216161805012e-01;
  p = p * z + 2.222219843214978396e-01;
  p = p * z + 2.857142874366239149e-01;
  p = p * z + 3.999999999940941908e-01;
  p = p * z + 6.666666666666735130e-01;
  p = p * z;
  double half = 0.5 * f * f;
  return k * 6.93147180369123816490e-01 - ((half - (s * (half + p) + k * 1.90821492927058770002e-10)) - f);
}

// cos and sin of 2 pi u for u in [0, 1): 4 u less its nearest whole number is exact, and leaves an angle of at most pi/4.
INLINE void circle(double u, double *cosine, double *sine) {
  double t = 4.0 * u + 6755399441055744.0;  // 1.5 * 2^52
  int64_t q = double_to_bits(t);
  double x = (4.0 * u - (t - 6755399441055744.0)) * 1.57079632679489661923;
  double z = x * x;
  double s = 1.58969099521155010221e-10;
  s = s * z - 2.50507602534068634195e-08;
  s = s * z + 2.75573137070700676789e-06;
  s = s * z - 1.98412698298579493134e-04;
  s = s * z + 8.33333333332248946124e-03;
  s = s * z - 1.66666666666666324348e-01;
  s = s * z * x + x;
  double c = -1.13596475577881948265e-11;
  c = c * z + 2.08757232129817482790e-09;
  c = c * z - 2.75573143513906633035e-07;
  c = c * z + 2.48015872894767294178e-05;
  c = c * z - 1.38888888888741095749e-03;
  c = c * z + 4.16666666666666019037e-02;
  c = c * z * z - 0.5 * z + 1.0;
  double a = (q & 1) ? s : c, b = (q & 1) ? c : s;
  *cosine = ((q + 1) & 2) ? -a : a;
  *sine = (q & 2) ? -b : b;
}

KERNEL(void, ck_normal_pairs, (uint64_t key, uint64_t position, double *pairs, size_t count),
       (key, position, pairs, count)) {
  uint64_t first[PAIRS + 1], second[PAIRS + 1];
  for (size_t start = 0; start < count; start += PAIRS) {
    size_t n = count - start > PAIRS ? PAIRS : count - start;
    uint64_t block = (position >> 2) + start;
    size_t straddles = position >> 1 & 1;
    for (size_t i = 0; i < n + straddles; i++) philox_block(block + i, key, first + i, second + i);
    const uint64_t *radial = straddles ? second : first, *angular = straddles ? first + 1 : second;
    double *out = pairs + 2 * start;
    for (size_t i = 0; i < n; i++) {
      // 1 - u lies in (0, 1], so that the logarithm is finite.
      double u = 1.0 - (double)(radial[i] >> 11) * 0x1p-53;
      double radius = square_root_double(-2.0 * log_double(u));
      double cosine, sine;
      circle((double)(angular[i] >> 11) * 0x1p-53, &cosine, &sine);
      out[2 * i] = radius * cosine;
      out[2 * i + 1] = radius * sine;
    }
  }
}
