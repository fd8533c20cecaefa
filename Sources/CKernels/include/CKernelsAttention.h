// The inner loops of attention. Every function has a plain Swift twin in Attention (`ReferenceAttentionKernels`).
#pragma once

#include <stddef.h>
#include <stdint.h>

// Numbers of 16 bits: bfloat16 and IEEE binary16, rounded to nearest, ties to even; NaN stays NaN.
void ck_bfloat16_from_float(const float *x, uint16_t *y, size_t n);
void ck_float_from_bfloat16(const uint16_t *x, float *y, size_t n);
void ck_float16_from_float(const float *x, uint16_t *y, size_t n);
void ck_float_from_float16(const uint16_t *x, float *y, size_t n);

// Attention works on strips of six rows. `width` is a multiple of 16; strides count elements; sizes of a row that is
// read in the inner loop need no alignment. A panel holds 64 columns: panel[d * 64 + c], d < width, c < 64.
enum { ck_attention_rows = 6, ck_attention_columns = 64 };

// panels[p][d][c] = x[(64 p + c) * stride + d], 0 for rows beyond `rows` and d in width..<padded.
void ck_attention_panels(const float *x, size_t stride, size_t rows, size_t width, size_t padded, float *panels);
// y[r * padded + d] = scale * x[r * stride + d], 0 for d in width..<padded.
void ck_attention_rows_copy(const float *x, size_t stride, size_t rows, size_t width, size_t padded, float scale,
                            float *y);

// strip[r][c - first] = sum over d of q[r][d] * panel column c, for c in first..<last (multiples of 16, counted from the
// first panel).
void ck_attention_scores(const float *q, size_t q_stride, const float *panels, size_t width, size_t first, size_t last,
                         float *strip, size_t strip_stride);
// The same from keys that are not packed: a dot product a score.
void ck_attention_scores_unpacked(const float *q, size_t q_stride, const float *k, size_t k_stride, size_t width,
                                  size_t first, size_t last, float *strip, size_t strip_stride);

// One step of the online softmax in base 2 over strip[r][0..<columns]: the scores become p = 2^(s - m'), exactly 0 for
// -infinity, and 0 from `columns` to the next multiple of 16; m becomes m' = max(m, max s), rescale 2^(m - m'), and
// l = rescale * l + sum p. A row all of whose scores are -infinity leaves m, rescales by 1.
void ck_attention_softmax(float *strip, size_t strip_stride, size_t columns, float *m, float *l, float *rescale);

// o[r][d] = rescale[r] * o[r][d] + sum over j < keys of p[r][j] * v[j][d], for d < width.
void ck_attention_values(const float *p, size_t p_stride, const float *v, size_t v_stride, size_t keys, size_t width,
                         const float *rescale, float *o, size_t o_stride);
// o[r][d] += sum over j < depth of p[j][r] * v[j][d]: the left operand is read by columns.
void ck_attention_values_transposed(const float *p, size_t p_stride, const float *v, size_t v_stride, size_t depth,
                                    size_t width, float *o, size_t o_stride);

// One strip of the backward pass, transposed (six keys by `columns` queries): p[r][c] = 2^(s[r][c] - lse[c]) over s,
// and ds[r][c] = p[r][c] * (dp[r][c] - delta[c]) over dp. `columns` is a multiple of 16.
void ck_attention_gradient_strip(float *s, float *dp, size_t stride, size_t columns, const float *lse,
                                 const float *delta);

// y[i] = 2^x[i] for x <= 127; 0 below -126.5.
void ck_exp2(const float *x, float *y, size_t n);

// The same in bfloat16, summed in float32: products of pairs, VDPBF16PS where the processor has it. `width` and `padded`
// count numbers and are multiples of 16 here too; pairs are neighbours along the summed index.
//
// panels[p][d / 2][c][d % 2] = x[(64 p + c) * stride + d].
void ck_attention_panels_bf16(const uint16_t *x, size_t stride, size_t rows, size_t width, size_t padded,
                              uint16_t *panels);
// y[r / 2][d][r % 2] = x[r * stride + d]; an odd last row is paired with zeros.
void ck_attention_pairs_bf16(const uint16_t *x, size_t stride, size_t rows, size_t width, size_t padded, uint16_t *y);
// strip[r][c - first] = scale * sum over d of q[r][d] * panel column c.
void ck_attention_scores_bf16(const uint16_t *q, size_t q_stride, const uint16_t *panels, size_t width, size_t first,
                              size_t last, float scale, float *strip, size_t strip_stride);
// As `ck_attention_softmax`, with the probabilities rounded to p; l sums the unrounded ones.
void ck_attention_softmax_bf16(float *strip, size_t strip_stride, size_t columns, uint16_t *p, float *m, float *l,
                               float *rescale);
// As `ck_attention_values`, over pairs of rows; an odd last p must be followed by 0.
void ck_attention_values_bf16(const uint16_t *p, size_t p_stride, const uint16_t *v, size_t v_stride, size_t keys,
                              size_t width, const float *rescale, float *o, size_t o_stride);

// Whether the processor multiplies pairs of bfloat16; `ck_attention_emulate_bf16(1)` has tests and benchmarks do
// without.
int ck_attention_has_bf16(void);
void ck_attention_emulate_bf16(int emulate);
