// The instruction sets of this processor, and the form of the kernels that they allow.
#include "CKernelsProcessor.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "vector.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#define BIT(SET) ((uint32_t)1 << (SET))

static const char *const names[CK_INSTRUCTIONS] = {
  "sse3", "ssse3", "sse4_1", "sse4_2", "popcnt", "cx16", "lahf_lm",
  "avx", "f16c", "fma", "avx2", "bmi1", "bmi2", "lzcnt", "movbe",
  "avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16",
  "amx_tile", "amx_int8", "amx_bf16", "fma4", "3dnow",
};
const char *ck_instructions_name(int instructions) {
  return instructions >= 0 && instructions < CK_INSTRUCTIONS ? names[instructions] : "";
}

ck_processor_registers ck_read_processor(void) {
  ck_processor_registers r = {0};
#if defined(__x86_64__)
  uint32_t eax, ebx, ecx, edx;
  if (__get_cpuid(1, &eax, &ebx, &r.leaf1_ecx, &r.leaf1_edx) && r.leaf1_ecx & bit_OSXSAVE) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    r.saved = low | (uint64_t)high << 32;
  }
  if (__get_cpuid_count(7, 0, &eax, &r.leaf7_ebx, &r.leaf7_ecx, &r.leaf7_edx) && eax >= 1)
    __get_cpuid_count(7, 1, &r.leaf7_1_eax, &ebx, &ecx, &edx);
  __get_cpuid(0x80000001, &eax, &ebx, &r.extended_ecx, &r.extended_edx);
#endif
  return r;
}

// The bits of `xgetbv`: the registers of SSE and AVX, the masks and upper halves of AVX-512, the tiles of AMX.
#define SAVES_AVX 0x6u
#define SAVES_AVX512 0xE6u
#define SAVES_TILES 0x60000u

uint32_t ck_usable_instructions(const ck_processor_registers *r) {
  const struct {
    uint32_t reg;
    int bit, set;
    uint64_t saved;
  } table[] = {
    {r->leaf1_ecx, 0, CK_SSE3, 0}, {r->leaf1_ecx, 9, CK_SSSE3, 0}, {r->leaf1_ecx, 19, CK_SSE4_1, 0},
    {r->leaf1_ecx, 20, CK_SSE4_2, 0}, {r->leaf1_ecx, 23, CK_POPCNT, 0}, {r->leaf1_ecx, 13, CK_CX16, 0},
    {r->extended_ecx, 0, CK_LAHF, 0}, {r->leaf1_ecx, 28, CK_AVX, SAVES_AVX}, {r->leaf1_ecx, 29, CK_F16C, SAVES_AVX},
    {r->leaf1_ecx, 12, CK_FMA, SAVES_AVX}, {r->leaf7_ebx, 5, CK_AVX2, SAVES_AVX}, {r->leaf7_ebx, 3, CK_BMI1, 0},
    {r->leaf7_ebx, 8, CK_BMI2, 0}, {r->extended_ecx, 5, CK_LZCNT, 0}, {r->leaf1_ecx, 22, CK_MOVBE, 0},
    {r->leaf7_ebx, 16, CK_AVX512F, SAVES_AVX512}, {r->leaf7_ebx, 28, CK_AVX512CD, SAVES_AVX512},
    {r->leaf7_ebx, 30, CK_AVX512BW, SAVES_AVX512}, {r->leaf7_ebx, 17, CK_AVX512DQ, SAVES_AVX512},
    {r->leaf7_ebx, 31, CK_AVX512VL, SAVES_AVX512}, {r->leaf7_ecx, 11, CK_AVX512VNNI, SAVES_AVX512},
    {r->leaf7_1_eax, 5, CK_AVX512BF16, SAVES_AVX512}, {r->leaf7_edx, 24, CK_AMX_TILE, SAVES_TILES},
    {r->leaf7_edx, 25, CK_AMX_INT8, SAVES_TILES}, {r->leaf7_edx, 22, CK_AMX_BF16, SAVES_TILES},
    {r->extended_ecx, 16, CK_FMA4, SAVES_AVX}, {r->extended_edx, 31, CK_3DNOW, 0},
  };
  uint32_t usable = 0;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].reg >> table[i].bit & 1 && (r->saved & table[i].saved) == table[i].saved) usable |= BIT(table[i].set);
  // A virtual machine may show a set and hide the one that it builds on.
  if (!(usable & BIT(CK_AVX))) usable &= ~(BIT(CK_F16C) | BIT(CK_FMA) | BIT(CK_AVX2) | BIT(CK_FMA4) | BIT(CK_AVX512F));
  if (!(usable & BIT(CK_AVX512F)))
    usable &= ~(BIT(CK_AVX512CD) | BIT(CK_AVX512BW) | BIT(CK_AVX512DQ) | BIT(CK_AVX512VL) | BIT(CK_AVX512VNNI) |
                BIT(CK_AVX512BF16));
  return usable;
}

uint32_t ck_processor_instructions(void) {
  // Kept, for a virtual machine answers `cpuid` slowly. Two threads that read them at once read the same.
  static atomic_uint known;
  uint32_t instructions = atomic_load_explicit(&known, memory_order_relaxed);
  if (!instructions) {
    ck_processor_registers registers = ck_read_processor();
    instructions = ck_usable_instructions(&registers);
    atomic_store_explicit(&known, instructions, memory_order_relaxed);
  }
  return instructions;
}

const char *ck_processor_name(void) {
  static char name[49];
#if defined(__x86_64__)
  uint32_t words[12] = {0};
  for (uint32_t i = 0; i < 3; i++)
    if (!__get_cpuid(0x80000002 + i, words + 4 * i, words + 4 * i + 1, words + 4 * i + 2, words + 4 * i + 3)) return "";
  char raw[49] = {0};
  memcpy(raw, words, 48);
  size_t start = strspn(raw, " "), end = strlen(raw);
  while (end > start && raw[end - 1] == ' ') end--;
  // Two threads that write it at once write the same.
  memcpy(name, raw + start, end - start);
#endif
  return name;
}

uint32_t ck_form_needs(int form) {
  uint32_t v3 = BIT(CK_SSE3) | BIT(CK_SSSE3) | BIT(CK_SSE4_1) | BIT(CK_SSE4_2) | BIT(CK_POPCNT) | BIT(CK_CX16) |
                BIT(CK_LAHF) | BIT(CK_AVX) | BIT(CK_F16C) | BIT(CK_FMA) | BIT(CK_AVX2) | BIT(CK_BMI1) | BIT(CK_BMI2) |
                BIT(CK_LZCNT) | BIT(CK_MOVBE);
  uint32_t v4 = v3 | BIT(CK_AVX512F) | BIT(CK_AVX512CD) | BIT(CK_AVX512BW) | BIT(CK_AVX512DQ) | BIT(CK_AVX512VL);
  return form == CK_FORM_V4 ? v4 : form == CK_FORM_V3 ? v3 : 0;
}
static int fits(uint32_t needs, uint32_t instructions) { return (needs & ~instructions) == 0; }
int ck_best_form(uint32_t instructions) {
  return fits(ck_form_needs(CK_FORM_V4), instructions)   ? CK_FORM_V4
         : fits(ck_form_needs(CK_FORM_V3), instructions) ? CK_FORM_V3
                                                         : CK_FORM_BASELINE;
}

int ck_form_named(const char *name) {
  static const char prefix[] = "x86-64-";
  if (strncasecmp(name, prefix, sizeof prefix - 1) == 0) name += sizeof prefix - 1;
  if (strcasecmp(name, "v4") == 0) return CK_FORM_V4;
  if (strcasecmp(name, "v3") == 0) return CK_FORM_V3;
  return strcasecmp(name, "baseline") == 0 ? CK_FORM_BASELINE : -1;
}

// What is called before `choose_form` has run is the form that every processor has.
atomic_int ck_form_now = CK_FORM_BASELINE;
int ck_form_in_use(void) { return ck_form(); }
int ck_use_form(int form) {
  if (form < CK_FORM_BASELINE || form > CK_FORM_V4 || !fits(ck_form_needs(form), ck_processor_instructions())) return 0;
  atomic_store_explicit(&ck_form_now, form, memory_order_relaxed);
  return 1;
}
__attribute__((constructor)) static void choose_form(void) {
  const char *asked = getenv("TESSERA_KERNELS");
  // A word that is none, or a form that the processor lacks, is left to the program to report.
  if (asked && ck_use_form(ck_form_named(asked))) return;
  ck_use_form(ck_best_form(ck_processor_instructions()));
}
