// Numbers of 16 bits: one at a time, without branches, so that loops over them are vectorised.
#pragma once

#include "vector.h"

INLINE uint16_t bfloat16_bits(float x) {
  uint32_t b = (uint32_t)float_to_bits(x);
  uint32_t rounded = (b + 0x7FFF + ((b >> 16) & 1)) >> 16;
  // Rounding would carry a NaN of small payload into infinity.
  uint32_t quiet = (b >> 16) | 0x40;
  return (uint16_t)((b & 0x7FFFFFFF) > 0x7F800000 ? quiet : rounded);
}
INLINE float bfloat16_value(uint16_t x) { return bits_to_float((int32_t)((uint32_t)x << 16)); }

INLINE uint16_t float16_bits(float x) {
  uint32_t b = (uint32_t)float_to_bits(x);
  uint32_t a = b & 0x7FFFFFFF;
  uint32_t special = a > 0x7F800000 ? 0x7E00 : 0x7C00;
  // Adding 0.5 puts the last bit of a subnormal result at the last bit of the sum, which rounds it.
  uint32_t subnormal = (uint32_t)float_to_bits(bits_to_float((int32_t)a) + 0.5f) - 0x3F000000;
  uint32_t normal = (a + 0xC8000FFF + ((a >> 13) & 1)) >> 13;
  uint32_t magnitude = a >= 0x47800000 ? special : (a < 0x38800000 ? subnormal : normal);
  return (uint16_t)(magnitude | ((b >> 16) & 0x8000));
}
INLINE float float16_value(uint16_t x) {
  uint32_t magnitude = (uint32_t)(x & 0x7FFF) << 13;
  uint32_t sign = (uint32_t)(x & 0x8000) << 16;
  // The product moves the exponent from bias 15 to bias 127, and makes subnormal numbers normal.
  uint32_t finite = (uint32_t)float_to_bits(bits_to_float((int32_t)magnitude) * 5.192296858534828e33f);
  uint32_t value = magnitude >= 0x0F800000 ? (magnitude | 0x7F800000) : finite;
  return bits_to_float((int32_t)(value | sign));
}
