// Activations and sums over pixels, with channels innermost.
#include "CKernelsImages.h"
#include "vector.h"

CLONES void ck_elu(const float *x, float alpha, float rate, float *y, size_t n) {
  INDEPENDENT
  for (size_t i = 0; i < n; i++) {
    float v = x[i];
    float t = rate * v;
    float e = alpha * expm1_negative(t > 0.0f ? 0.0f : t);
    y[i] = v > 0.0f ? v : e;
  }
}
CLONES void ck_elu_backward(const float *y, const float *dy, float alpha, float rate, float *dx, size_t n) {
  INDEPENDENT
  for (size_t i = 0; i < n; i++) {
    float slope = rate * (y[i] + alpha);
    dx[i] = (y[i] > 0.0f ? 1.0f : slope) * dy[i];
  }
}

CLONES void ck_mish(const float *x, float *y, size_t n) {
  INDEPENDENT
  for (size_t i = 0; i < n; i++) {
    float v = x[i];
    float u = exp1(v > 20.0f ? 20.0f : v);
    float p = u * (u + 2.0f);
    y[i] = v * (p / (p + 2.0f));
  }
}
CLONES void ck_mish_backward(const float *x, const float *dy, float *dx, size_t n) {
  INDEPENDENT
  for (size_t i = 0; i < n; i++) {
    float v = x[i];
    float u = exp1(v > 20.0f ? 20.0f : v);
    float p = u * (u + 2.0f);
    float d = p + 2.0f;
    dx[i] = dy[i] * (p / d + v * (4.0f * u * (1.0f + u) / (d * d)));
  }
}

// Sixteen channels at a time, blocks of 64 rows in single precision added up in double; four rows a turn, so that the
// additions do not wait for each other. TERM is the summand of row `r`, lane `j`.
#define LANE_SUMS(TERM, TOTAL)                                                                   \
  for (size_t start = 0; start < rows; start += 64) {                                            \
    size_t end = rows - start > 64 ? start + 64 : rows, r = start;                               \
    float l0[16] = {0}, l1[16] = {0}, l2[16] = {0}, l3[16] = {0};                                \
    for (; r + 4 <= end; r += 4)                                                                 \
      for (int j = 0; j < 16; j++) {                                                             \
        l0[j] += TERM(r, j);                                                                     \
        l1[j] += TERM(r + 1, j);                                                                 \
        l2[j] += TERM(r + 2, j);                                                                 \
        l3[j] += TERM(r + 3, j);                                                                 \
      }                                                                                          \
    for (; r < end; r++)                                                                         \
      for (int j = 0; j < 16; j++) l0[j] += TERM(r, j);                                          \
    for (int j = 0; j < 16; j++) TOTAL[c + j] += (double)((l0[j] + l1[j]) + (l2[j] + l3[j]));    \
  }

CLONES void ck_channel_sums(const float *x, size_t rows, size_t channels, double *sums) {
  size_t c = 0;
#define TERM(R, J) x[(R) * channels + c + (size_t)(J)]
  for (; c + 16 <= channels; c += 16) LANE_SUMS(TERM, sums)
  for (; c < channels; c++)
    for (size_t r = 0; r < rows; r++) sums[c] += (double)TERM(r, 0);
#undef TERM
}

INLINE float square(float d) { return d * d; }

CLONES void ck_channel_squares(const float *x, const float *mean, size_t rows, size_t channels, double *squares) {
  size_t c = 0;
#define TERM(R, J) square(x[(R) * channels + c + (size_t)(J)] - mean[c + (size_t)(J)])
  for (; c + 16 <= channels; c += 16) LANE_SUMS(TERM, squares)
  for (; c < channels; c++)
    for (size_t r = 0; r < rows; r++) squares[c] += (double)TERM(r, 0);
#undef TERM
}

CLONES void ck_channel_products(const float *dy, const float *x, const float *mean, size_t rows, size_t channels,
                                double *sums, double *products) {
  size_t c = 0;
#define GRADIENT(R, J) dy[(R) * channels + c + (size_t)(J)]
#define TERM(R, J) (GRADIENT(R, J) * (x[(R) * channels + c + (size_t)(J)] - mean[c + (size_t)(J)]))
  for (; c + 16 <= channels; c += 16) {
    LANE_SUMS(GRADIENT, sums)
    LANE_SUMS(TERM, products)
  }
  for (; c < channels; c++)
    for (size_t r = 0; r < rows; r++) {
      sums[c] += (double)GRADIENT(r, 0);
      products[c] += (double)TERM(r, 0);
    }
#undef TERM
#undef GRADIENT
}

CLONES void ck_channel_affine(const float *x, const float *mean, const float *scale, const float *shift, float *y,
                              size_t rows, size_t channels) {
  for (size_t r = 0; r < rows; r++) {
    INDEPENDENT
    for (size_t c = 0; c < channels; c++) {
      size_t i = r * channels + c;
      y[i] = (x[i] - mean[c]) * scale[c] + shift[c];
    }
  }
}

CLONES void ck_channel_combine(const float *dy, const float *a, const float *x, const float *mean, const float *b,
                               const float *shift, float *dx, size_t rows, size_t channels) {
  for (size_t r = 0; r < rows; r++) {
    INDEPENDENT
    for (size_t c = 0; c < channels; c++) {
      size_t i = r * channels + c;
      dx[i] = a[c] * dy[i] + b[c] * (x[i] - mean[c]) + shift[c];
    }
  }
}

// The larger of two numbers, the first if they are equal; NaN is larger than all others.
#define EXCEEDS(B, A) ((B) > (A) || ((B) != (B) && (A) == (A)))

CLONES void ck_max_pool(const float *x, ptrdiff_t pairs, ptrdiff_t columns, ptrdiff_t channels, float *y) {
  for (ptrdiff_t pair = 0; pair < pairs; pair++)
    for (ptrdiff_t column = 0; column + 1 < columns; column += 2) {
      const float *a = x + (2 * pair * columns + column) * channels, *b = a + channels;
      const float *c = a + columns * channels, *d = c + channels;
      INDEPENDENT
      for (ptrdiff_t i = 0; i < channels; i++) {
        float m = a[i];
        m = EXCEEDS(b[i], m) ? b[i] : m;
        m = EXCEEDS(c[i], m) ? c[i] : m;
        m = EXCEEDS(d[i], m) ? d[i] : m;
        y[i] = m;
      }
      y += channels;
    }
}

CLONES void ck_max_pool_backward(const float *x, const float *dy, ptrdiff_t pairs, ptrdiff_t columns, ptrdiff_t channels,
                                 float *dx) {
  for (ptrdiff_t pair = 0; pair < pairs; pair++) {
    ptrdiff_t lower = columns * channels;
    for (ptrdiff_t column = 0; column + 1 < columns; column += 2) {
      ptrdiff_t first = (2 * pair * columns + column) * channels;
      const float *a = x + first, *b = a + channels, *c = a + lower, *d = c + channels;
      float *out = dx + first;
      INDEPENDENT
      for (ptrdiff_t i = 0; i < channels; i++) {
        float m = a[i];
        int32_t k = 0;
        k = EXCEEDS(b[i], m) ? 1 : k;
        m = EXCEEDS(b[i], m) ? b[i] : m;
        k = EXCEEDS(c[i], m) ? 2 : k;
        m = EXCEEDS(c[i], m) ? c[i] : m;
        k = EXCEEDS(d[i], m) ? 3 : k;
        out[i] = k == 0 ? dy[i] : 0.0f;
        out[channels + i] = k == 1 ? dy[i] : 0.0f;
        out[lower + i] = k == 2 ? dy[i] : 0.0f;
        out[lower + channels + i] = k == 3 ? dy[i] : 0.0f;
      }
      dy += channels;
    }
    if (columns % 2)
      for (ptrdiff_t i = 0; i < channels; i++)
        dx[((2 * pair + 1) * columns - 1) * channels + i] = dx[((2 * pair + 2) * columns - 1) * channels + i] = 0.0f;
  }
}
