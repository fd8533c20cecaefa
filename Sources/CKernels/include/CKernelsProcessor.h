// What this processor and its system can run, and what is chosen from that: by instructions, never by names of models.
#pragma once

#include <stdint.h>

// The registers that say so: what `cpuid` answers, and the state that the system saves (`xgetbv`; 0 where it saves none).
typedef struct {
  uint32_t leaf1_ecx, leaf1_edx, leaf7_ebx, leaf7_ecx, leaf7_edx, leaf7_1_eax, extended_ecx, extended_edx;
  uint64_t saved;
} ck_processor_registers;
// All zero on other processors than x86-64.
ck_processor_registers ck_read_processor(void);

// One bit an instruction set that a choice depends on, in the order of `ck_instructions_name`.
enum {
  CK_SSE3, CK_SSSE3, CK_SSE4_1, CK_SSE4_2, CK_POPCNT, CK_CX16, CK_LAHF,
  CK_AVX, CK_F16C, CK_FMA, CK_AVX2, CK_BMI1, CK_BMI2, CK_LZCNT, CK_MOVBE,
  CK_AVX512F, CK_AVX512CD, CK_AVX512BW, CK_AVX512DQ, CK_AVX512VL, CK_AVX512VNNI, CK_AVX512BF16,
  CK_AMX_TILE, CK_AMX_INT8, CK_AMX_BF16, CK_FMA4, CK_3DNOW,
  CK_INSTRUCTIONS
};
// As Linux names them; "" for other numbers.
const char *ck_instructions_name(int instructions);
// The sets that may be used: those that the processor has and whose registers the system saves.
uint32_t ck_usable_instructions(const ck_processor_registers *registers);
// The same of this machine.
uint32_t ck_processor_instructions(void);
// The processor's name for itself, without spaces around it; "" where it has none.
const char *ck_processor_name(void);

// The forms in which each kernel is compiled, and what one needs beyond x86-64.
enum { CK_FORM_BASELINE = 0, CK_FORM_V3 = 1, CK_FORM_V4 = 2 };
uint32_t ck_form_needs(int form);
int ck_best_form(uint32_t instructions);
// The form in use: the best, unless TESSERA_KERNELS (baseline, v3 or v4) or `ck_use_form` names another. A form that the
// processor lacks is refused with 0.
int ck_form_in_use(void);
int ck_use_form(int form);
// The form of that name, with or without "x86-64-" before it; -1 for other words.
int ck_form_named(const char *name);

// The cores of OpenBLAS. What a core needs beyond x86-64, read off the instructions in its kernels; 0 for a name that is not
// known here.
uint32_t ck_blas_core_needs(const char *core);
// The core to run with where OpenBLAS itself chose `chosen`: that one if the processor has what it needs and nothing faster
// is known, or another; NULL where the processor can run none.
const char *ck_blas_core(uint32_t instructions, const char *chosen);

// What became of the choice of OpenBLAS's core.
enum {
  // OpenBLAS runs with a core that this processor has.
  CK_CORE_FITS,
  // The user's OPENBLAS_CORETYPE names a core whose instructions the processor lacks.
  CK_CORE_ASKED_UNFIT,
  // OpenBLAS was built for a processor that has more than this one.
  CK_CORE_FIXED_UNFIT,
  // The processor lacks what the oldest core needs.
  CK_CORE_NONE
};
int ck_blas_core_verdict(void);
// The core that runs, and what OPENBLAS_CORETYPE asked for ("" for nothing).
const char *ck_blas_core_chosen(void);
const char *ck_blas_core_asked(void);

// The arguments of the program, its name the first; NULL beyond the last, and where the C library does not tell.
const char *ck_argument(int index);
// The processors that this process may run on; 0 where the system does not tell.
int ck_allowed_processors(void);

// Runs `work` in a child process, a copy of this one with a single thread: the signal that ended it, -1 if there can be no
// child, otherwise 0.
int ck_in_child(void (*work)(void *), void *context);
