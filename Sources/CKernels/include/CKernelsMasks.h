// What masks do to scores. `step` is the distance from one score to the next of a row; a row of scores runs over keys, or,
// in a transposed tile, over queries. The definitions in Attention (`AttentionMask.offset`) are their test oracle.
#pragma once

#include <stddef.h>
#include <stdint.h>

// What a row of a dense mask says: bit 0, a key is seen; bit 1, nothing changes; bit 2 (biases only), NaN or +infinity.
int ck_mask_kept_flags(const float *kept, size_t n);
int ck_mask_bias_flags(const float *bias, size_t n);

// s[i] becomes -infinity where kept[i] is 0.
void ck_mask_keep(float *s, size_t step, const float *kept, size_t n);
// s[i] += scale * bias[i]; -infinity where the bias is, whatever s[i] was. A finite score with a finite bias stays finite: from
// 2^125 on, the scaled bias goes on along a line that ends at the largest number (Attention's `BaseTwo` is the same map).
void ck_mask_add_bias(float *s, size_t step, const float *bias, float scale, size_t n);
// s[i] += slope * |first - i|; and the same with the distances read: |distances[i * by] + rest|, `by` 1 or -1.
void ck_mask_add_distances(float *s, float slope, int32_t first, size_t n);
void ck_mask_add_distances_read(float *s, float slope, const int16_t *distances, ptrdiff_t by, int32_t rest, size_t n);
// s[i] += table[clamp(first + i * by, -radius, radius) + radius], `by` 1 or -1; -infinity where the table is, and
// finite otherwise.
void ck_mask_add_table(float *s, const float *table, ptrdiff_t radius, ptrdiff_t first, ptrdiff_t by, size_t n);
// s[i] becomes -infinity unless upper[i * by] is 1 and lower[i * by] is 0, `by` 1 or -1.
void ck_mask_window(float *s, const uint8_t *upper, const uint8_t *lower, ptrdiff_t by, size_t n);
