// The inner loops of attention. Every function has a plain Swift twin in Attention (`ReferenceAttentionKernels`).
#pragma once

#include <stddef.h>
#include <stdint.h>

// Numbers of 16 bits: bfloat16 and IEEE binary16, rounded to nearest, ties to even; NaN stays NaN.
void ck_bfloat16_from_float(const float *x, uint16_t *y, size_t n);
void ck_float_from_bfloat16(const uint16_t *x, float *y, size_t n);
void ck_float16_from_float(const float *x, uint16_t *y, size_t n);
void ck_float_from_float16(const uint16_t *x, float *y, size_t n);
