// Exact attention in float32: packing, and the four steps of a strip of six rows (scores, softmax, values; gradients).
#include "attention.h"

KERNEL(void, ck_attention_panels, (const float *x, size_t stride, size_t rows, size_t width, size_t padded,
        float *panels),
       (x, stride, rows, width, padded, panels)) {
  size_t whole = width / 16 * 16;
  for (size_t start = 0; start < rows; start += 64, panels += padded * 64) {
    for (size_t c = 0; c < 64; c += 16) {
      size_t count = rows > start + c ? rows - start - c : 0;
      const float *from = x + (start + c) * stride;
      if (count < 16) {
        for (size_t d = 0; d < padded; d++)
          for (size_t j = 0; j < 16; j++)
            panels[d * 64 + c + j] = j < count && d < width ? from[j * stride + d] : 0.0f;
        continue;
      }
      for (size_t d = 0; d < whole; d += 16) {
        V16 t[16];
        UNROLLED for (int i = 0; i < 16; i++) t[i] = load16(from + (size_t)i * stride + d);
        TRANSPOSE16(t)
        UNROLLED for (int i = 0; i < 16; i++) store16(panels + (d + (size_t)i) * 64 + c, t[i]);
      }
      for (size_t d = whole; d < padded; d++)
        for (size_t j = 0; j < 16; j++) panels[d * 64 + c + j] = d < width ? from[j * stride + d] : 0.0f;
    }
  }
}

KERNEL(void, ck_attention_rows_copy, (const float *x, size_t stride, size_t rows, size_t width, size_t padded,
        float scale, float *y),
       (x, stride, rows, width, padded, scale, y)) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t d = 0; d < width; d++) y[r * padded + d] = scale * x[r * stride + d];
    for (size_t d = width; d < padded; d++) y[r * padded + d] = 0.0f;
  }
}

KERNEL(void, ck_attention_scores, (const float *q, size_t q_stride, const float *panels, size_t width, size_t first,
        size_t last, float *strip, size_t strip_stride),
       (q, q_stride, panels, width, first, last, strip, strip_stride)) {
  for (size_t c = first; c < last;) {
    size_t end = (c / 64 + 1) * 64;
    if (end > last) end = last;
    const float *panel = panels + c / 64 * 64 * width + c % 64;
#define SCORES(PRODUCT, N) \
  PRODUCT(q, q_stride, 1, panel, 64, width, strip + (c - first), strip_stride, NULL, start_zero, N)
    WITH_VECTORS((end - c) / 16, SCORES, product)
    c = end;
  }
}

KERNEL(void, ck_attention_scores_unpacked, (const float *q, size_t q_stride, const float *k, size_t k_stride,
        size_t width, size_t first, size_t last, float *strip, size_t strip_stride),
       (q, q_stride, k, k_stride, width, first, last, strip, strip_stride)) {
  for (size_t c = first; c < last; c++) {
    V16 sum[ROWS];
    UNROLLED for (int r = 0; r < ROWS; r++) sum[r] = (V16)0.0f;
    for (size_t d = 0; d < width; d += 16) {
      V16 right = load16(k + c * k_stride + d);
      UNROLLED for (int r = 0; r < ROWS; r++) sum[r] += load16(q + r * q_stride + d) * right;
    }
    UNROLLED for (int r = 0; r < ROWS; r++) strip[r * strip_stride + c - first] = fold_sum16(&sum[r]);
  }
}

KERNEL(void, ck_attention_softmax, (float *strip, size_t strip_stride, size_t columns, float *m, float *l,
        float *rescale),
       (strip, strip_stride, columns, m, l, rescale)) {
  size_t padded = (columns + 15) / 16 * 16;
  for (int r = 0; r < ROWS; r++) {
    float *s = strip + r * strip_stride;
    for (size_t c = columns; c < padded; c++) s[c] = -INFINITY;
    V16 top[4];
    UNROLLED for (int u = 0; u < 4; u++) top[u] = (V16)-INFINITY;
    size_t c = 0;
    for (; c + 64 <= padded; c += 64) {
      UNROLLED for (int u = 0; u < 4; u++) top[u] = larger(load16(s + c + 16 * u), top[u]);
    }
    for (; c < padded; c += 16) top[0] = larger(load16(s + c), top[0]);
    top[0] = larger(top[0], top[1]);
    top[2] = larger(top[2], top[3]);
    top[0] = larger(top[0], top[2]);
    float row = fold_max(&top[0]);
    float base = next_maximum(m + r, row, rescale + r);
    V16 sum[4];
    UNROLLED for (int u = 0; u < 4; u++) sum[u] = (V16)0.0f;
    for (c = 0; c + 64 <= padded; c += 64) {
      UNROLLED for (int u = 0; u < 4; u++) {
        V16 p = load16(s + c + 16 * u) - base;
        exp2_16(&p);
        store16(s + c + 16 * u, p);
        sum[u] += p;
      }
    }
    for (; c < padded; c += 16) {
      V16 p = load16(s + c) - base;
      exp2_16(&p);
      store16(s + c, p);
      sum[0] += p;
    }
    sum[0] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    l[r] = rescale[r] * l[r] + fold_sum16(&sum[0]);
  }
}

KERNEL(void, ck_attention_values, (const float *p, size_t p_stride, const float *v, size_t v_stride, size_t keys,
        size_t width, const float *rescale, float *o, size_t o_stride),
       (p, p_stride, v, v_stride, keys, width, rescale, o, o_stride)) {
  for (size_t d = 0; d < width; d += 64) {
#define VALUES(PRODUCT, N) PRODUCT(p, p_stride, 1, v + d, v_stride, keys, o + d, o_stride, rescale, start_scaled, N)
    WITH_VECTORS((width - d) >= 64 ? 4 : (width - d) / 16, VALUES, product)
  }
}

KERNEL(void, ck_attention_values_transposed, (const float *p, size_t p_stride, const float *v, size_t v_stride,
        size_t depth, size_t width, float *o, size_t o_stride),
       (p, p_stride, v, v_stride, depth, width, o, o_stride)) {
  for (size_t d = 0; d < width; d += 64) {
#define VALUES_TRANSPOSED(PRODUCT, N) \
  PRODUCT(p, 1, p_stride, v + d, v_stride, depth, o + d, o_stride, NULL, start_accumulate, N)
    WITH_VECTORS((width - d) >= 64 ? 4 : (width - d) / 16, VALUES_TRANSPOSED, product)
  }
}

KERNEL(void, ck_attention_gradient_strip, (float *s, float *dp, size_t stride, size_t columns, const float *lse,
        const float *delta),
       (s, dp, stride, columns, lse, delta)) {
  for (int r = 0; r < ROWS; r++)
    for (size_t c = 0; c < columns; c += 16) {
      float *at = s + r * stride + c, *dat = dp + r * stride + c;
      V16 p = load16(at) - load16(lse + c);
      exp2_16(&p);
      store16(at, p);
      store16(dat, p * (load16(dat) - load16(delta + c)));
    }
}

KERNEL(void, ck_exp2, (const float *x, float *y, size_t n), (x, y, n)) {
  for (size_t i = 0; i < n; i++) y[i] = exp2_1(x[i]);
}
