// Activations, and pooling with channels innermost.
#include "CKernelsImages.h"
#include "vector.h"

KERNEL(void, ck_elu, (const float *x, float alpha, float rate, float *y, size_t n), (x, alpha, rate, y, n)) {
  INDEPENDENT
  for (size_t i = 0; i < n; i++) {
    float v = x[i];
    float t = rate * v;
    float e = alpha * expm1_negative(t > 0.0f ? 0.0f : t);
    y[i] = v > 0.0f ? v : e;
  }
}
KERNEL(void, ck_elu_backward, (const float *y, const float *dy, float alpha, float rate, float *dx, size_t n),
       (y, dy, alpha, rate, dx, n)) {
  INDEPENDENT
  for (size_t i = 0; i < n; i++) {
    float slope = rate * (y[i] + alpha);
    dx[i] = (y[i] > 0.0f ? 1.0f : slope) * dy[i];
  }
}

KERNEL(void, ck_mish, (const float *x, float *y, size_t n), (x, y, n)) {
  INDEPENDENT
  for (size_t i = 0; i < n; i++) {
    float v = x[i];
    float u = exp1(v > 20.0f ? 20.0f : v);
    float p = u * (u + 2.0f);
    y[i] = v * (p / (p + 2.0f));
  }
}
KERNEL(void, ck_mish_backward, (const float *x, const float *dy, float *dx, size_t n), (x, dy, dx, n)) {
  INDEPENDENT
  for (size_t i = 0; i < n; i++) {
    float v = x[i];
    float u = exp1(v > 20.0f ? 20.0f : v);
    float p = u * (u + 2.0f);
    float d = p + 2.0f;
    dx[i] = dy[i] * (p / d + v * (4.0f * u * (1.0f + u) / (d * d)));
  }
}

// The larger of two numbers, the first if they are equal; NaN is larger than all others.
#define EXCEEDS(B, A) ((B) > (A) || ((B) != (B) && (A) == (A)))

KERNEL(void, ck_max_pool, (const float *x, ptrdiff_t pairs, ptrdiff_t columns, ptrdiff_t channels, float *y),
       (x, pairs, columns, channels, y)) {
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

KERNEL(void, ck_max_pool_backward, (const float *x, const float *dy, ptrdiff_t pairs, ptrdiff_t columns,
        ptrdiff_t channels, float *dx),
       (x, dy, pairs, columns, channels, dx)) {
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
