// Sums over pixels, channel by channel, and maps with numbers of each channel; arrays have their channels innermost.
//
// Sixteen channels are taken at a time. Fewer channels that divide sixteen are repeated: a row of lanes then holds several
// pixels.
#include "CKernelsImages.h"
#include "lanes.h"

#define LANES 16
// Pixels summed in single precision before they are added up in double.
#define SUMMED 64

INLINE size_t pixels_in_lanes(size_t channels) {
  return channels > 0 && channels < LANES && LANES % channels == 0 ? LANES / channels : 1;
}
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
      UNROLLED for (int k = 0; k < 4; k++) {
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

KERNEL(void, ck_channel_sums, (const float *x, size_t rows, size_t channels, double *sums), (x, rows, channels, sums)) {
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

KERNEL(void, ck_channel_squares, (const float *x, const float *mean, size_t rows, size_t channels, double *squares),
       (x, mean, rows, channels, squares)) {
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

KERNEL(void, ck_channel_products, (const float *dy, const float *x, const float *mean, size_t rows, size_t channels,
        double *sums, double *products),
       (dy, x, mean, rows, channels, sums, products)) {
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

// For the pixels' numbers from `C` on, calls ROWS with four, two or one times sixteen channels, whose own numbers stay in
// registers while the pixels stream by; `C` ends at the channels that are left.
#define MOST 4
#define EACH_LANES(C, ROWS)                                 \
  for (; C + 4 * LANES <= channels; C += 4 * LANES) ROWS(4) \
  for (; C + 2 * LANES <= channels; C += 2 * LANES) ROWS(2) \
  for (; C + LANES <= channels; C += LANES) ROWS(1)

INLINE void affine_lanes(const size_t vectors, const float *x, const float *mean, const float *scale, const float *shift,
                         float *y, size_t rows, size_t stride) {
  v16 m[MOST], a[MOST], b[MOST];
  for (size_t v = 0; v < vectors; v++) {
    m[v] = load16(mean + v * LANES);
    a[v] = load16(scale + v * LANES);
    b[v] = load16(shift + v * LANES);
  }
  for (size_t r = 0; r < rows; r++) {
    UNROLLED for (size_t v = 0; v < vectors; v++) {
      size_t i = r * stride + v * LANES;
      store16(y + i, (load16(x + i) - m[v]) * a[v] + b[v]);
    }
  }
}

KERNEL(void, ck_channel_affine, (const float *x, const float *mean, const float *scale, const float *shift, float *y,
        size_t rows, size_t channels),
       (x, mean, scale, shift, y, rows, channels)) {
  size_t several = pixels_in_lanes(channels);
  if (several > 1) {
    float numbers[3][LANES];
    repeat_lanes(mean, channels, numbers[0]);
    repeat_lanes(scale, channels, numbers[1]);
    repeat_lanes(shift, channels, numbers[2]);
    affine_lanes(1, x, numbers[0], numbers[1], numbers[2], y, rows / several, LANES);
    x += rows / several * LANES;
    y += rows / several * LANES;
    rows %= several;
  }
  size_t c = 0;
#define ROWS(V) affine_lanes(V, x + c, mean + c, scale + c, shift + c, y + c, rows, channels);
  EACH_LANES(c, ROWS)
#undef ROWS
  for (size_t r = 0; c < channels && r < rows; r++) {
    INDEPENDENT
    for (size_t k = c; k < channels; k++) {
      size_t i = r * channels + k;
      y[i] = (x[i] - mean[k]) * scale[k] + shift[k];
    }
  }
}

// The slope of the exponential unit whose output is `y`.
typedef struct {
  float alpha, rate;
} Slope;

INLINE void combine_lanes(const int with_elu, const size_t vectors, const Slope *s, const float *dy, const float *a,
                          const float *x, const float *mean, const float *b, const float *shift, float *dx, size_t rows,
                          size_t stride) {
  v16 m[MOST], factor[MOST], part[MOST], constant[MOST];
  for (size_t v = 0; v < vectors; v++) {
    m[v] = load16(mean + v * LANES);
    factor[v] = load16(a + v * LANES);
    part[v] = load16(b + v * LANES);
    constant[v] = load16(shift + v * LANES);
  }
  for (size_t r = 0; r < rows; r++) {
    UNROLLED for (size_t v = 0; v < vectors; v++) {
      size_t i = r * stride + v * LANES;
      v16 y = load16(x + i);
      v16 d = factor[v] * load16(dy + i) + part[v] * (y - m[v]) + constant[v];
      if (with_elu) d *= choose(y > splat(0.0f), splat(1.0f), s->rate * (y + s->alpha));
      store16(dx + i, d);
    }
  }
}

INLINE void combine(const int with_elu, const Slope *s, const float *dy, const float *a, const float *x,
                    const float *mean, const float *b, const float *shift, float *dx, size_t rows, size_t channels) {
  size_t several = pixels_in_lanes(channels);
  if (several > 1) {
    float numbers[4][LANES];
    repeat_lanes(a, channels, numbers[0]);
    repeat_lanes(mean, channels, numbers[1]);
    repeat_lanes(b, channels, numbers[2]);
    repeat_lanes(shift, channels, numbers[3]);
    combine_lanes(with_elu, 1, s, dy, numbers[0], x, numbers[1], numbers[2], numbers[3], dx, rows / several, LANES);
    dy += rows / several * LANES;
    x += rows / several * LANES;
    dx += rows / several * LANES;
    rows %= several;
  }
  size_t c = 0;
#define ROWS(V) combine_lanes(with_elu, V, s, dy + c, a + c, x + c, mean + c, b + c, shift + c, dx + c, rows, channels);
  EACH_LANES(c, ROWS)
#undef ROWS
  const float alpha = s->alpha, rate = s->rate;
  for (size_t r = 0; c < channels && r < rows; r++) {
    INDEPENDENT
    for (size_t k = c; k < channels; k++) {
      size_t i = r * channels + k;
      float d = a[k] * dy[i] + b[k] * (x[i] - mean[k]) + shift[k];
      float slope = x[i] > 0.0f ? 1.0f : rate * (x[i] + alpha);
      dx[i] = with_elu ? d * slope : d;
    }
  }
}

KERNEL(void, ck_channel_combine, (const float *dy, const float *a, const float *x, const float *mean, const float *b,
        const float *shift, int with_elu, float alpha, float rate, float *dx, size_t rows, size_t channels),
       (dy, a, x, mean, b, shift, with_elu, alpha, rate, dx, rows, channels)) {
  Slope s = {alpha, rate};
  if (with_elu)
    combine(1, &s, dy, a, x, mean, b, shift, dx, rows, channels);
  else
    combine(0, &s, dy, a, x, mean, b, shift, dx, rows, channels);
}
