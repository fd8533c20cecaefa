// Conversions between float32 and the two formats of 16 bits, in integer arithmetic that every instruction set vectorises.
#include "CKernelsAttention.h"
#include "half.h"

KERNEL(void, ck_bfloat16_from_float, (const float *x, uint16_t *y, size_t n), (x, y, n)) {
  for (size_t i = 0; i < n; i++) y[i] = bfloat16_bits(x[i]);
}
KERNEL(void, ck_float_from_bfloat16, (const uint16_t *x, float *y, size_t n), (x, y, n)) {
  for (size_t i = 0; i < n; i++) y[i] = bfloat16_value(x[i]);
}
KERNEL(void, ck_float16_from_float, (const float *x, uint16_t *y, size_t n), (x, y, n)) {
  for (size_t i = 0; i < n; i++) y[i] = float16_bits(x[i]);
}
KERNEL(void, ck_float_from_float16, (const uint16_t *x, float *y, size_t n), (x, y, n)) {
  for (size_t i = 0; i < n; i++) y[i] = float16_value(x[i]);
}
