// Sixteen numbers at a time, in whatever registers the instruction set has for them.
#pragma once

#include "vector.h"

typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t i16 __attribute__((vector_size(64), aligned(4), may_alias));

// Macros and pointers, for a function that takes or returns such a vector would not be the same function in each clone.
#define load16(P) (*(const v16 *)(P))
#define store16(P, V) (*(v16 *)(P) = (V))
// Minus zero, which the compiler drops; plus zero it must work out, for it turns -0 into 0.
#define splat(X) ((X) - (v16){0})
#define choose(MASK, A, B) ((v16)(((MASK) & (i16)(A)) | (~(MASK) & (i16)(B))))
