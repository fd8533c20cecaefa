// Sums over pixels, channel by channel, and maps with numbers of each channel; arrays have their channels innermost.
//
// Sixteen channels are gone through at a time, with their numbers in registers. Fewer channels that divide sixteen are
// repeated: a row of lanes then holds several pixels.
#include "CKernelsImages.h"
#include "lanes.h"

#define LANES 16
// Numbers of the pixels that all channels are gone through for before the next ones: they stay in the first-level cache.
#define CHUNK 4096
// Pixels summed in single precision before they are added up in double.
#define SUMMED 64

INLINE size_t pixels_in_lanes(size_t channels) {
  return channels > 0 && channels < LANES && LANES % channels == 0 ? LANES / channels : 1;
}
INLINE size_t chunk_rows(size_t channels) { return channels < CHUNK ? CHUNK / channels : 1; }
INLINE void repeat_lanes(const float *numbers, size_t channels, float *lanes) {
  for (size_t j = 0; j < LANES; j++) lanes[j] = numbers[j % channels];
}
INLINE void fold_lanes(const double *lanes, size_t channels, double *totals) {
  for (size_t j = 0; j < LANES; j++) totals[j % channels] += lanes[j];
}

// Four rows a turn, so that the additions do not wait for each other. TERM is the summand of row `r`, a vector.
#define SUM_LANES(TERM, TOTALS)                                  \
  for (size_t start = 0; start < rows; start += SUMMED) {        \
    size_t end = rows - start > SUMMED ? start + SUMMED : rows;  \
    size_t r = start;                                            \
    v16 sum[4] = {{0}};                                          \
    for (; r + 4 <= end; r += 4) {                               \
      sum[0] += TERM(r);                                         \
      sum[1] += TERM(r + 1);                                     \
      sum[2] += TERM(r + 2);                                     \
      sum[3] += TERM(r + 3);                                     \
    }                                                            \
    for (; r < end; r++) sum[0] += TERM(r);                      \
    add_lanes(sum, TOTALS);                                      \
  }

INLINE void add_lanes(const v16 *sum, double *totals) {
  float lanes[LANES];
  store16(lanes, (sum[0] + sum[1]) + (sum[2] + sum[3]));
  for (int j = 0; j < LANES; j++) totals[j] += (double)lanes[j];
}

INLINE void sum_lanes(const float *x, size_t rows, size_t stride, double *sums) {
#define TERM(R) load16(x + (R) * stride)
  SUM_LANES(TERM, sums)
#undef TERM
}

INLINE void square_lanes(const float *x, const float *mean, size_t rows, size_t stride, double *squares) {
  const v16 m = load16(mean);
#define DIFFERENCE(R) (load16(x + (R) * stride) - m)
#define TERM(R) (DIFFERENCE(R) * DIFFERENCE(R))
  SUM_LANES(TERM, squares)
#undef TERM
#undef DIFFERENCE
}

// Both sums in one pass.
INLINE void product_lanes(const float *dy, const float *x, const float *mean, size_t rows, size_t stride, double *sums,
                          double *products) {
  const v16 m = load16(mean);
  for (size_t start = 0; start < rows; start += SUMMED) {
    size_t end = rows - start > SUMMED ? start + SUMMED : rows;
    size_t r = start;
    v16 sum[4] = {{0}}, product[4] = {{0}};
    for (; r + 4 <= end; r += 4) {
#pragma clang loop unroll(full)
      for (int k = 0; k < 4; k++) {
        v16 d = load16(dy + (r + k) * stride);
        sum[k] += d;
        product[k] += d * (load16(x + (r + k) * stride) - m);
      }
    }
    for (; r < end; r++) {
      v16 d = load16(dy + r * stride);
      sum[0] += d;
      product[0] += d * (load16(x + r * stride) - m);
    }
    add_lanes(sum, sums);
    add_lanes(product, products);
  }
}

CLONES void ck_channel_sums(const float *x, size_t rows, size_t channels, double *sums) {
  size_t several = pixels_in_lanes(channels);
  if (several > 1) {
    double lanes[LANES] = {0};
    sum_lanes(x, rows / several, LANES, lanes);
    fold_lanes(lanes, channels, sums);
    x += rows / several * LANES;
    rows %= several;
  }
  size_t c = 0;
  for (; c + LANES <= channels; c += LANES) sum_lanes(x + c, rows, channels, sums + c);
  for (size_t r = 0; c < channels && r < rows; r++)
    for (size_t k = c; k < channels; k++) sums[k] += (double)x[r * channels + k];
}

CLONES void ck_channel_squares(const float *x, const float *mean, size_t rows, size_t channels, double *squares) {
  size_t several = pixels_in_lanes(channels);
  if (several > 1) {
    double lanes[LANES] = {0};
    float means[LANES];
    repeat_lanes(mean, channels, means);
    square_lanes(x, means, rows / several, LANES, lanes);
    fold_lanes(lanes, channels, squares);
    x += rows / several * LANES;
    rows %= several;
  }
  size_t c = 0;
  for (; c + LANES <= channels; c += LANES) square_lanes(x + c, mean + c, rows, channels, squares + c);
  for (size_t r = 0; c < channels && r < rows; r++)
    for (size_t k = c; k < channels; k++) {
      float d = x[r * channels + k] - mean[k];
      squares[k] += (double)(d * d);
    }
}

CLONES void ck_channel_products(const float *dy, const float *x, const float *mean, size_t rows, size_t channels,
                                double *sums, double *products) {
  size_t several = pixels_in_lanes(channels);
  if (several > 1) {
    double sum[LANES] = {0}, product[LANES] = {0};
    float means[LANES];
    repeat_lanes(mean, channels, means);
    product_lanes(dy, x, means, rows / several, LANES, sum, product);
    fold_lanes(sum, channels, sums);
    fold_lanes(product, channels, products);
    dy += rows / several * LANES;
    x += rows / several * LANES;
    rows %= several;
  }
  size_t c = 0;
  for (; c + LANES <= channels; c += LANES)
    product_lanes(dy + c, x + c, mean + c, rows, channels, sums + c, products + c);
  for (size_t r = 0; c < channels && r < rows; r++)
    for (size_t k = c; k < channels; k++) {
      size_t i = r * channels + k;
      sums[k] += (double)dy[i];
      products[k] += (double)(dy[i] * (x[i] - mean[k]));
    }
}

INLINE void affine_lanes(const float *x, const float *mean, const float *scale, const float *shift, float *y, size_t rows,
                         size_t stride) {
  const v16 m = load16(mean), a = load16(scale), b = load16(shift);
  for (size_t r = 0; r < rows; r++) store16(y + r * stride, (load16(x + r * stride) - m) * a + b);
}

CLONES void ck_channel_affine(const float *x, const float *mean, const float *scale, const float *shift, float *y,
                              size_t rows, size_t channels) {
  size_t several = pixels_in_lanes(channels);
  if (several > 1) {
    float numbers[3][LANES];
    repeat_lanes(mean, channels, numbers[0]);
    repeat_lanes(scale, channels, numbers[1]);
    repeat_lanes(shift, channels, numbers[2]);
    affine_lanes(x, numbers[0], numbers[1], numbers[2], y, rows / several, LANES);
    x += rows / several * LANES;
    y += rows / several * LANES;
    rows %= several;
  }
  size_t chunk = chunk_rows(channels);
  for (size_t start = 0; start < rows; start += chunk) {
    size_t count = rows - start < chunk ? rows - start : chunk, c = 0;
    const float *p = x + start * channels;
    float *q = y + start * channels;
    for (; c + LANES <= channels; c += LANES) affine_lanes(p + c, mean + c, scale + c, shift + c, q + c, count, channels);
    for (size_t r = 0; c < channels && r < count; r++)
      for (size_t k = c; k < channels; k++) {
        size_t i = r * channels + k;
        q[i] = (p[i] - mean[k]) * scale[k] + shift[k];
      }
  }
}

// With `elu`, `x` is the output of the exponential unit, by whose derivative the result is multiplied.
typedef struct {
  int with_elu;
  float alpha, rate;
} Slope;

INLINE void combine_lanes(const int with_elu, const Slope *slope, const float *dy, const float *a, const float *x,
                          const float *mean, const float *b, const float *shift, float *dx, size_t rows, size_t stride) {
  const v16 m = load16(mean), factor = load16(a), part = load16(b), constant = load16(shift);
  const v16 alpha = splat(slope->alpha), rate = splat(slope->rate);
  for (size_t r = 0; r < rows; r++) {
    v16 y = load16(x + r * stride);
    v16 d = factor * load16(dy + r * stride) + part * (y - m) + constant;
    if (with_elu) d *= choose(y > splat(0.0f), splat(1.0f), rate * (y + alpha));
    store16(dx + r * stride, d);
  }
}

INLINE void combine(const int with_elu, const Slope *slope, const float *dy, const float *a, const float *x,
                    const float *mean, const float *b, const float *shift, float *dx, size_t rows, size_t channels) {
  size_t several = pixels_in_lanes(channels);
  if (several > 1) {
    float numbers[4][LANES];
    repeat_lanes(a, channels, numbers[0]);
    repeat_lanes(mean, channels, numbers[1]);
    repeat_lanes(b, channels, numbers[2]);
    repeat_lanes(shift, channels, numbers[3]);
    combine_lanes(with_elu, slope, dy, numbers[0], x, numbers[1], numbers[2], numbers[3], dx, rows / several, LANES);
    dy += rows / several * LANES;
    x += rows / several * LANES;
    dx += rows / several * LANES;
    rows %= several;
  }
  size_t chunk = chunk_rows(channels);
  for (size_t start = 0; start < rows; start += chunk) {
    size_t count = rows - start < chunk ? rows - start : chunk, c = 0, first = start * channels;
    for (; c + LANES <= channels; c += LANES)
      combine_lanes(with_elu, slope, dy + first + c, a + c, x + first + c, mean + c, b + c, shift + c, dx + first + c,
                    count, channels);
    for (size_t r = 0; c < channels && r < count; r++)
      for (size_t k = c; k < channels; k++) {
        size_t i = first + r * channels + k;
        float d = a[k] * dy[i] + b[k] * (x[i] - mean[k]) + shift[k];
        if (with_elu) d *= x[i] > 0.0f ? 1.0f : slope->rate * (x[i] + slope->alpha);
        dx[i] = d;
      }
  }
}

CLONES void ck_channel_combine(const float *dy, const float *a, const float *x, const float *mean, const float *b,
                               const float *shift, int with_elu, float alpha, float rate, float *dx, size_t rows,
                               size_t channels) {
  Slope slope = {with_elu, alpha, rate};
  if (with_elu)
    combine(1, &slope, dy, a, x, mean, b, shift, dx, rows, channels);
  else
    combine(0, &slope, dy, a, x, mean, b, shift, dx, rows, channels);
}
