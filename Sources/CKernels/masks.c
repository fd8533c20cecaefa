#include "CKernelsMasks.h"

#include <float.h>

#include "vector.h"

KERNEL(int, ck_mask_kept_flags, (const float *kept, size_t n), (kept, n)) {
  uint32_t seen = 0;
  for (size_t i = 0; i < n; i++) seen += kept[i] != 0.0f;
  return (seen > 0) | (seen == n) << 1;
}

KERNEL(int, ck_mask_bias_flags, (const float *bias, size_t n), (bias, n)) {
  uint32_t seen = 0, zero = 0, usable = 0;
  for (size_t i = 0; i < n; i++) {
    seen += bias[i] > -INFINITY;
    zero += bias[i] == 0.0f;
    usable += bias[i] < INFINITY;
  }
  return (seen > 0) | (zero == n) << 1 | (usable < n) << 2;
}

KERNEL(void, ck_mask_keep, (float *s, size_t step, const float *kept, size_t n), (s, step, kept, n)) {
  if (step == 1) {
    for (size_t i = 0; i < n; i++) s[i] = kept[i] != 0.0f ? s[i] : -INFINITY;
  } else {
    for (size_t i = 0; i < n; i++) s[i * step] = kept[i] != 0.0f ? s[i * step] : -INFINITY;
  }
}

// A bias for scores that are kept times `scale`: the product up to 2^125, and from there on a line that ends at the largest
// number, so that no bias becomes infinite and the largest ones keep their order. Scores beside such a bias are lost in
// rounding in any unit.
typedef struct {
  float scale, slope, offset;
} BiasUnit;
INLINE BiasUnit bias_unit(float scale) {
  float slope = (8.0f - scale) / 7.0f;
  return (BiasUnit){scale, slope, (scale - slope) * 0x1p125f};
}

// The sum of a score and something finite: finite if the score is.
INLINE float finite_sum(float s, float sum) {
  float cut = sum < -FLT_MAX ? -FLT_MAX : sum;
  cut = cut > FLT_MAX ? FLT_MAX : cut;
  return fabsf(s) <= FLT_MAX ? cut : sum;
}

// -infinity where the bias is; a finite score with a finite bias stays finite.
INLINE float biased(float s, float bias, BiasUnit unit) {
  float near = s + unit.scale * bias;
  // A large bias is rounded before the score is added, in a statement of its own: in a fused sum a small score would choose
  // between two neighbours of the product, and take a row that is all at one bias for one with a winner.
  float product = unit.scale * bias;
  float line = unit.slope * bias + copysignf(unit.offset, bias);
  product = fabsf(bias) > 0x1p125f ? line : product;
  float far = s + product;
  float sum = finite_sum(s, fabsf(bias) > 65536.0f ? far : near);
  return bias == -INFINITY ? bias : sum;
}

KERNEL(void, ck_mask_add_bias, (float *s, size_t step, const float *bias, float scale, size_t n),
       (s, step, bias, scale, n)) {
  BiasUnit unit = bias_unit(scale);
  if (step == 1) {
    for (size_t i = 0; i < n; i++) s[i] = biased(s[i], bias[i], unit);
  } else {
    for (size_t i = 0; i < n; i++) s[i * step] = biased(s[i * step], bias[i], unit);
  }
}

// One expression for all forms: whether it becomes a fused multiply-add depends on the processor alone.
INLINE float receded(float s, float slope, int32_t distance) {
  return finite_sum(s, s + slope * (float)(distance < 0 ? -distance : distance));
}

KERNEL(void, ck_mask_add_distances, (float *s, float slope, int32_t first, size_t n), (s, slope, first, n)) {
  for (size_t i = 0; i < n; i++) s[i] = receded(s[i], slope, first - (int32_t)i);
}

KERNEL(void, ck_mask_add_distances_read, (float *s, float slope, const int16_t *distances, ptrdiff_t by, int32_t rest,
        size_t n),
       (s, slope, distances, by, rest, n)) {
  if (by == 1) {
    for (size_t i = 0; i < n; i++) s[i] = receded(s[i], slope, distances[i] + rest);
  } else {
    for (size_t i = 0; i < n; i++) s[i] = receded(s[i], slope, distances[-(ptrdiff_t)i] + rest);
  }
}

KERNEL(void, ck_mask_add_table, (float *s, const float *table, ptrdiff_t radius, ptrdiff_t first, ptrdiff_t by,
        size_t n),
       (s, table, radius, first, by, n)) {
  const float *middle = table + radius + first;
  BiasUnit unit = bias_unit(1.0f);
  ptrdiff_t count = (ptrdiff_t)n;
  // The scores before `begin` have the bias of one end of the table, those from `end` on that of the other.
  ptrdiff_t begin = by == 1 ? -radius - first : first - radius;
  ptrdiff_t end = by == 1 ? radius - first + 1 : first + radius + 1;
  begin = begin < 0 ? 0 : begin > count ? count : begin;
  end = end < begin ? begin : end > count ? count : end;
  float before = by == 1 ? table[0] : table[2 * radius];
  float after = by == 1 ? table[2 * radius] : table[0];
  for (ptrdiff_t i = 0; i < begin; i++) s[i] = biased(s[i], before, unit);
  if (by == 1) {
    for (ptrdiff_t i = begin; i < end; i++) s[i] = biased(s[i], middle[i], unit);
  } else {
    for (ptrdiff_t i = begin; i < end; i++) s[i] = biased(s[i], middle[-i], unit);
  }
  for (ptrdiff_t i = end; i < count; i++) s[i] = biased(s[i], after, unit);
}

KERNEL(void, ck_mask_window, (float *s, const uint8_t *upper, const uint8_t *lower, ptrdiff_t by, size_t n),
       (s, upper, lower, by, n)) {
  if (by == 1) {
    for (size_t i = 0; i < n; i++) s[i] = upper[i] > lower[i] ? s[i] : -INFINITY;
  } else {
    for (size_t i = 0; i < n; i++)
      s[i] = upper[-(ptrdiff_t)i] > lower[-(ptrdiff_t)i] ? s[i] : -INFINITY;
  }
}
