// Convolution as an implicit matrix product: patches are read where they lie, never copied into a matrix.
//
// A micro-kernel keeps the outputs of some neighbouring pixels, or the weight gradients of some neighbouring inputs, in
// registers: TILE of them by one or two vectors of sixteen channels. The inner product runs over neighbouring numbers.
// Weights are taken in blocks that stay in the first-level cache while the pixels stream by.
#include "CKernels.h"
#include "lanes.h"

#define PANEL 16
#define LARGEST_TILE 14
// Numbers of a weight block's depth: 144 rows of 32 channels are 18 KB.
#define BLOCK_DEPTH 144
// Pixels whose gradients are summed in registers before they are added to memory.
#define BLOCK_PIXELS 192

// What a tile may take up in registers: the largest tile and the vectors beside each other.
typedef struct {
  int tile, vectors;
} Registers;

static Registers registers(void) {
#if defined(__x86_64__) && defined(__linux__)
  switch (ck_form()) {
    case CK_FORM_V4: return (Registers){LARGEST_TILE, 2};
    case CK_FORM_V3: return (Registers){6, 1};
    default: return (Registers){3, 1};
  }
#else
  return (Registers){6, 1};
#endif
}

// x > 0 ? x : alpha (exp(rate x) - 1); see expm1_negative in vector.h for the split of the exponential.
INLINE void elu16(v16 *value, float alpha, float rate) {
  v16 x = *value;
  v16 t = x * rate;
  t = choose(t > splat(0.0f), splat(0.0f), t);
  t = choose(t < splat(-30.0f), splat(-30.0f), t);
  v16 m = t * 1.44269504088896341f + ROUNDING_MAGIC;
  i16 n = (i16)m - 0x4B400000;
  v16 k = m - ROUNDING_MAGIC;
  v16 r = t - k * 0.693359375f;
  r = r + k * 2.12194440e-4f;
  v16 p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r;
  v16 s = (v16)((n + 127) << 23);
  v16 e = (p * s + (s - 1.0f)) * alpha;
  *value = choose(x > splat(0.0f), x, e);
}

// The part of a tile's work that does not change from tile to tile.
typedef struct {
  ptrdiff_t segments, length;       // of this block
  ptrdiff_t patch_segment, patch_column, output_column;
  const float *weights;             // the block's rows of the first panel
  ptrdiff_t panel_stride;           // to the next panel
  const float *bias;                // sixteen or thirty-two numbers, or null
  int first, last;                  // whether the block starts, or ends, the sum
  int with_elu;
  float alpha, rate;
  int channels;                     // outputs to be stored
} Block;

INLINE void load_outputs(v16 *v, const float *y, int channels) {
  if (channels >= PANEL) {
    *v = load16(y);
  } else {
    float lanes[PANEL] = {0};
    for (int j = 0; j < channels; j++) lanes[j] = y[j];
    *v = load16(lanes);
  }
}
INLINE void store_outputs(float *y, const v16 *v, int channels) {
  if (channels >= PANEL) {
    store16(y, *v);
  } else {
    float lanes[PANEL];
    store16(lanes, *v);
    for (int j = 0; j < channels; j++) y[j] = lanes[j];
  }
}

// `tile` neighbouring pixels by `vectors` panels, both known when this is compiled.
INLINE void convolve_tile(const int tile, const int vectors, const Block *b, const float *x, float *y) {
  v16 sum[LARGEST_TILE][2];
  const ptrdiff_t step = b->output_column;
  UNROLLED for (int v = 0; v < vectors; v++) {
    v16 start = splat(0.0f);
    if (b->bias) start = load16(b->bias + v * PANEL);
    UNROLLED for (int i = 0; i < tile; i++) {
      sum[i][v] = start;
      if (!b->first) load_outputs(&sum[i][v], y + i * step + v * PANEL, b->channels - v * PANEL);
    }
  }
  const ptrdiff_t column = b->patch_column, length = b->length, panel = b->panel_stride;
  const float *w = b->weights;
  for (ptrdiff_t segment = 0; segment < b->segments; segment++) {
    const float *run = x + segment * b->patch_segment;
    UNROLLED_BY(4) for (ptrdiff_t k = 0; k < length; k++) {
      v16 w0 = load16(w);
      v16 w1 = vectors > 1 ? load16(w + panel) : w0;
      w += PANEL;
      UNROLLED for (int i = 0; i < tile; i++) {
        v16 value = splat(run[i * column + k]);
        sum[i][0] += value * w0;
        if (vectors > 1) sum[i][1] += value * w1;
      }
    }
  }
  UNROLLED for (int i = 0; i < tile; i++)
    UNROLLED for (int v = 0; v < vectors; v++) {
      v16 value = sum[i][v];
      if (b->last && b->with_elu) elu16(&value, b->alpha, b->rate);
      store_outputs(y + i * step + v * PANEL, &value, b->channels - v * PANEL);
    }
}

#define EACH_TILE(CASE) \
  CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)

LOCAL_KERNEL(void, convolve_row, (const Block *b, const float *x, float *y, ptrdiff_t columns, int vectors,
              int largest),
             (b, x, y, columns, vectors, largest)) {
  // Tiles of nearly equal size: a short last one would leave the arithmetic units idle.
  ptrdiff_t tiles = (columns + largest - 1) / largest;
  ptrdiff_t start = 0;
  for (ptrdiff_t t = 0; t < tiles; t++) {
    ptrdiff_t end = columns * (t + 1) / tiles;
    const float *patch = x + start * b->patch_column;
    float *out = y + start * b->output_column;
    if (vectors == 2) {
      switch (end - start) {
#define CASE(N) \
  case N: convolve_tile(N, 2, b, patch, out); break;
        EACH_TILE(CASE)
#undef CASE
      }
    } else {
      switch (end - start) {
#define CASE(N) \
  case N: convolve_tile(N, 1, b, patch, out); break;
        EACH_TILE(CASE)
#undef CASE
      }
    }
    start = end;
  }
}

// Few outputs would leave most lanes of a panel empty. Here the lanes run along the patch instead, and are added up at its end.
#define NARROW 4
#define NARROW_WEIGHTS 8192

INLINE void narrow_pixels(const int tile, const int outputs, const ck_patch_grid *g, const float *x, const float *weights,
                          const float *bias, int with_elu, float alpha, float rate, float *y) {
  v16 sum[4][NARROW];
  float rest[4][NARROW];
  for (int i = 0; i < tile; i++)
    for (int c = 0; c < outputs; c++) {
      sum[i][c] = splat(0.0f);
      rest[i][c] = bias ? bias[c] : 0.0f;
    }
  const ptrdiff_t depth = g->segments * g->length, column = g->patch_column;
  for (ptrdiff_t segment = 0; segment < g->segments; segment++) {
    const float *run = x + segment * g->patch_segment;
    const float *w = weights + segment * g->length;
    ptrdiff_t k = 0;
    for (; k + 16 <= g->length; k += 16) {
      v16 values[4];
      UNROLLED for (int i = 0; i < tile; i++) values[i] = load16(run + i * column + k);
      UNROLLED for (int c = 0; c < outputs; c++) {
        v16 factor = load16(w + c * depth + k);
        UNROLLED for (int i = 0; i < tile; i++) sum[i][c] += values[i] * factor;
      }
    }
    for (; k < g->length; k++)
      for (int i = 0; i < tile; i++)
        for (int c = 0; c < outputs; c++) rest[i][c] += run[i * column + k] * w[c * depth + k];
  }
  UNROLLED for (int i = 0; i < tile; i++)
    UNROLLED for (int c = 0; c < outputs; c++) {
      float lanes[16];
      store16(lanes, sum[i][c]);
      float value = rest[i][c] + fold_sum(lanes);
      if (with_elu && value <= 0.0f) value = alpha * expm1f(rate * value);
      y[i * g->output_column + c] = value;
    }
}

LOCAL_KERNEL(void, convolve_narrow, (const ck_patch_grid *g, const float *x, const float *weights, const float *bias,
              int with_elu, float alpha, float rate, float *y),
             (g, x, weights, bias, with_elu, alpha, rate, y)) {
  for (ptrdiff_t line = 0; line < g->images * g->rows; line++) {
    ptrdiff_t image = line / g->rows, row = line % g->rows;
    const float *p = x + image * g->patch_image + row * g->patch_row;
    float *out = y + image * g->output_image + row * g->output_row;
    ptrdiff_t column = 0;
#define PIXELS(TILE, OUTPUTS)                                                                              \
  narrow_pixels(TILE, OUTPUTS, g, p + column * g->patch_column, weights, bias, with_elu, alpha, rate,      \
                out + column * g->output_column)
#define OUTPUTS_CASE(N)                                          \
  case N:                                                        \
    for (; column + 4 <= g->columns; column += 4) PIXELS(4, N);  \
    for (; column < g->columns; column++) PIXELS(1, N);          \
    break;
    switch (g->outputs) {
      OUTPUTS_CASE(1)
      OUTPUTS_CASE(2)
      OUTPUTS_CASE(3)
      OUTPUTS_CASE(4)
    }
#undef OUTPUTS_CASE
#undef PIXELS
  }
}

void ck_convolve(const ck_patch_grid *g, const float *x, const float *packed, ptrdiff_t packed_depth,
                 const float *bias, int with_elu, float alpha, float rate, int accumulate, float *y) {
  Registers r = registers();
  ptrdiff_t depth = g->segments * g->length;
  if (g->outputs <= NARROW && g->length >= PANEL && depth * g->outputs <= NARROW_WEIGHTS && !accumulate) {
    float weights[NARROW_WEIGHTS];
    for (ptrdiff_t k = 0; k < depth; k++)
      for (ptrdiff_t c = 0; c < g->outputs; c++) weights[c * depth + k] = packed[k * PANEL + c];
    convolve_narrow(g, x, weights, bias, with_elu, alpha, rate, y);
    return;
  }
  // Blocks of depth: several short runs together, or parts of a long one.
  ptrdiff_t runs = g->length < BLOCK_DEPTH ? BLOCK_DEPTH / g->length : 1;
  ptrdiff_t parts = (g->length + BLOCK_DEPTH - 1) / BLOCK_DEPTH;
  for (ptrdiff_t c = 0; c < g->outputs;) {
    int vectors = r.vectors == 2 && g->outputs - c > PANEL ? 2 : 1;
    ptrdiff_t channels = g->outputs - c < vectors * PANEL ? g->outputs - c : vectors * PANEL;
    float biases[2 * PANEL] = {0};
    if (bias) memcpy(biases, bias + c, (size_t)channels * sizeof(float));
    for (ptrdiff_t segment = 0; segment < g->segments; segment += runs)
      for (ptrdiff_t part = 0; part < parts; part++) {
        ptrdiff_t from = g->length * part / parts, to = g->length * (part + 1) / parts;
        Block b = {
            .segments = g->segments - segment < runs ? g->segments - segment : runs,
            .length = to - from,
            .patch_segment = g->patch_segment,
            .patch_column = g->patch_column,
            .output_column = g->output_column,
            .weights = packed + c * packed_depth + (segment * g->length + from) * PANEL,
            .panel_stride = packed_depth * PANEL,
            .bias = bias ? biases : NULL,
            .first = segment == 0 && part == 0 && !accumulate,
            .last = segment + runs >= g->segments && part + 1 == parts,
            .with_elu = with_elu,
            .alpha = alpha,
            .rate = rate,
            .channels = (int)channels,
        };
        const float *patches = x + segment * g->patch_segment + from;
        for (ptrdiff_t image = 0; image < g->images; image++)
          for (ptrdiff_t row = 0; row < g->rows; row++)
            convolve_row(&b, patches + image * g->patch_image + row * g->patch_row,
                         y + c + image * g->output_image + row * g->output_row, g->columns, vectors, r.tile);
      }
    c += channels;
  }
}

// `tile` neighbouring rows of the weights by `vectors` panels, over `rows` lines of `columns` pixels.
INLINE void gradient_tile(const int tile, const int vectors, const ck_patch_grid *g, const float *x, const float *dy,
                          ptrdiff_t first, ptrdiff_t lines, ptrdiff_t columns, float *dw) {
  v16 sum[LARGEST_TILE][2];
  UNROLLED for (int i = 0; i < tile; i++) sum[i][0] = sum[i][1] = splat(0.0f);
  for (ptrdiff_t line = first; line < first + lines; line++) {
    ptrdiff_t image = line / g->rows, row = line % g->rows;
    const float *p = x + image * g->patch_image + row * g->patch_row;
    const float *d = dy + image * g->output_image + row * g->output_row;
    UNROLLED_BY(2) for (ptrdiff_t column = 0; column < columns; column++) {
      v16 d0 = load16(d);
      v16 d1 = vectors > 1 ? load16(d + PANEL) : d0;
      UNROLLED for (int i = 0; i < tile; i++) {
        v16 value = splat(p[i]);
        sum[i][0] += value * d0;
        if (vectors > 1) sum[i][1] += value * d1;
      }
      p += g->patch_column;
      d += g->output_column;
    }
  }
  UNROLLED for (int i = 0; i < tile; i++)
    UNROLLED for (int v = 0; v < vectors; v++) {
      float *target = dw + i * g->outputs + v * PANEL;
      store16(target, load16(target) + sum[i][v]);
    }
}

LOCAL_KERNEL(void, gradient_run, (const ck_patch_grid *g, const float *x, const float *dy, ptrdiff_t first,
              ptrdiff_t lines, ptrdiff_t columns, float *dw, int vectors, int largest),
             (g, x, dy, first, lines, columns, dw, vectors, largest)) {
  ptrdiff_t tiles = (g->length + largest - 1) / largest;
  ptrdiff_t start = 0;
  for (ptrdiff_t t = 0; t < tiles; t++) {
    ptrdiff_t end = g->length * (t + 1) / tiles;
    const float *patch = x + start;
    float *target = dw + start * g->outputs;
    if (vectors == 2) {
      switch (end - start) {
#define CASE(N) \
  case N: gradient_tile(N, 2, g, patch, dy, first, lines, columns, target); break;
        EACH_TILE(CASE)
#undef CASE
      }
    } else {
      switch (end - start) {
#define CASE(N) \
  case N: gradient_tile(N, 1, g, patch, dy, first, lines, columns, target); break;
        EACH_TILE(CASE)
#undef CASE
      }
    }
    start = end;
  }
}

void ck_convolve_weights(const ck_patch_grid *g, const float *x, const float *dy, float *dw) {
  Registers r = registers();
  // Blocks of pixels whose gradients stay in the first-level cache while all weights are gone through.
  ptrdiff_t lines = g->columns < BLOCK_PIXELS ? BLOCK_PIXELS / g->columns : 1;
  ptrdiff_t pieces = (g->columns + BLOCK_PIXELS - 1) / BLOCK_PIXELS;
  ptrdiff_t total = g->images * g->rows;
  for (ptrdiff_t line = 0; line < total; line += lines)
    for (ptrdiff_t piece = 0; piece < pieces; piece++) {
      ptrdiff_t from = g->columns * piece / pieces, to = g->columns * (piece + 1) / pieces;
      ptrdiff_t count = total - line < lines ? total - line : lines;
      for (ptrdiff_t c = 0; c < g->outputs;) {
        int vectors = r.vectors == 2 && g->outputs - c > PANEL ? 2 : 1;
        for (ptrdiff_t segment = 0; segment < g->segments; segment++)
          gradient_run(g, x + segment * g->patch_segment + from * g->patch_column,
                       dy + c + from * g->output_column, line, count, to - from,
                       dw + segment * g->length * g->outputs + c, vectors, r.tile);
        c += vectors * PANEL;
      }
    }
}

KERNEL(void, ck_pack_weights, (const float *w, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t row_stride,
        ptrdiff_t column_stride, float *packed, ptrdiff_t first_row, ptrdiff_t depth),
       (w, rows, columns, row_stride, column_stride, packed, first_row, depth)) {
  for (ptrdiff_t start = 0; start < columns; start += PANEL) {
    float *target = packed + start * depth + first_row * PANEL;
    ptrdiff_t width = columns - start < PANEL ? columns - start : PANEL;
    const float *source = w + start * column_stride;
    if (column_stride == 1 && width == PANEL) {
      for (ptrdiff_t i = 0; i < rows; i++) store16(target + i * PANEL, load16(source + i * row_stride));
      continue;
    }
    if (width < PANEL) memset(target, 0, (size_t)(rows * PANEL) * sizeof(float));
    // Sixteen rows at a time, so that a line of the source is read whole while it is at hand.
    for (ptrdiff_t i = 0; i < rows; i += PANEL) {
      ptrdiff_t end = rows - i < PANEL ? rows : i + PANEL;
      for (ptrdiff_t j = 0; j < width; j++)
        for (ptrdiff_t k = i; k < end; k++) target[k * PANEL + j] = source[k * row_stride + j * column_stride];
    }
  }
}
