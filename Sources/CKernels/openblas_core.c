// The core that OpenBLAS runs with. OpenBLAS picks it by tables of processor models: a virtual machine that masks instructions
// of its model is given kernels that it cannot run, and a processor younger than the library the oldest ones, three to
// four times slower than what it can do (OpenBLAS issue 4267). This looks at the instructions instead.
//
// It runs while the process is loaded: after OpenBLAS's own start, before main, when no thread can be inside BLAS. The
// choice is the library's own (`OPENBLAS_CORETYPE`, read by `gotoblas_dynamic_init`); one made by the user stands.
#define _GNU_SOURCE
#include "CKernelsProcessor.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BIT(SET) ((uint32_t)1 << (SET))
#define SSSE3 (BIT(CK_SSE3) | BIT(CK_SSSE3))
#define SSE4 (SSSE3 | BIT(CK_SSE4_1))
#define AVX (BIT(CK_SSE3) | BIT(CK_AVX))
#define AVX2 (AVX | BIT(CK_AVX2) | BIT(CK_FMA))
#define AVX512 (AVX2 | BIT(CK_BMI2) | BIT(CK_AVX512F) | BIT(CK_AVX512CD) | BIT(CK_AVX512BW) | BIT(CK_AVX512DQ) | BIT(CK_AVX512VL))

// Cores of one speed have one rank. `chosen` marks the one that is taken of them where OpenBLAS's own choice is not.
static const struct {
  const char *name;
  uint32_t needs;
  int rank, chosen;
} cores[] = {
  {"SkylakeX", AVX512, 6, 1},
  {"Cooperlake", AVX512 | BIT(CK_AVX512BF16), 6, 0},
  {"SapphireRapids", AVX512 | BIT(CK_AVX512BF16) | BIT(CK_AMX_TILE) | BIT(CK_AMX_BF16), 6, 0},
  {"Haswell", AVX2, 5, 1},
  {"Zen", AVX2, 5, 0},
  {"Excavator", AVX2 | BIT(CK_FMA4), 5, 0},
  {"Sandybridge", AVX, 4, 1},
  {"Bulldozer", AVX | BIT(CK_FMA4), 4, 0},
  {"Piledriver", AVX | BIT(CK_FMA) | BIT(CK_FMA4), 4, 0},
  {"Steamroller", AVX | BIT(CK_FMA) | BIT(CK_FMA4), 4, 0},
  {"Nehalem", SSE4, 3, 1},
  {"Dunnington", SSE4, 3, 0},
  {"Penryn", SSE4, 3, 0},
  {"Core2", SSSE3, 2, 1},
  {"Atom", SSSE3, 2, 0},
  {"Nano", SSSE3, 2, 0},
  {"Bobcat", SSSE3, 2, 0},
  {"Prescott", BIT(CK_SSE3), 1, 1},
  {"Barcelona", BIT(CK_SSE3), 1, 0},
  {"Opteron_SSE3", BIT(CK_SSE3) | BIT(CK_3DNOW), 1, 0},
  {"Opteron", BIT(CK_SSE3) | BIT(CK_3DNOW), 1, 0},
};
#define CORES (sizeof cores / sizeof *cores)

static int row_of(const char *core) {
  for (size_t i = 0; i < CORES; i++)
    if (strcasecmp(cores[i].name, core) == 0) return (int)i;
  return -1;
}
uint32_t ck_blas_core_needs(const char *core) {
  int row = row_of(core);
  return row < 0 ? 0 : cores[row].needs;
}

const char *ck_blas_core(uint32_t instructions, const char *chosen) {
  int row = row_of(chosen);
  for (size_t i = 0; i < CORES; i++) {
    int fits = (cores[i].needs & ~instructions) == 0;
    // From the fastest down: what OpenBLAS chose stands among its equals.
    if (fits && (int)i == row) return cores[i].name;
    if (!fits || !cores[i].chosen) continue;
    if (row >= 0 && cores[row].rank == cores[i].rank && (cores[row].needs & ~instructions) == 0) return cores[row].name;
    return cores[i].name;
  }
  return NULL;
}

// Written once, before main.
static int verdict = CK_CORE_FITS;
static char running[32], asked[32];
int ck_blas_core_verdict(void) { return verdict; }
const char *ck_blas_core_chosen(void) { return running; }
const char *ck_blas_core_asked(void) { return asked; }

#if defined(__x86_64__) && defined(__linux__)
static void copy(char *to, const char *from, size_t room) {
  strncpy(to, from, room - 1);
  to[room - 1] = 0;
}

__attribute__((constructor)) static void choose_openblas_core(void) {
  static const char name[] = "OPENBLAS_CORETYPE";
  char *(*chosen)(void) = (char *(*)(void))dlsym(RTLD_DEFAULT, "openblas_get_corename");
  void (*quit)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "gotoblas_dynamic_quit");
  void (*init)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "gotoblas_dynamic_init");
  const char *wish = getenv(name);
  if (wish) copy(asked, wish, sizeof asked);
  if (!chosen) return;
  copy(running, chosen(), sizeof running);
  uint32_t instructions = ck_processor_instructions();
  // A wish that OpenBLAS does not know it passes over, and so does this.
  if (*asked && strcasecmp(asked, running) == 0) {
    if (ck_blas_core_needs(running) & ~instructions) verdict = CK_CORE_ASKED_UNFIT;
    return;
  }
  const char *core = ck_blas_core(instructions, running);
  if (!core) {
    verdict = CK_CORE_NONE;
    return;
  }
  if (strcasecmp(core, running) == 0) return;
  // Builds for one processor have no choice to make.
  if (quit && init && setenv(name, core, 1) == 0) {
    quit();
    init();
    // What is started from here chooses for itself.
    if (*asked) setenv(name, asked, 1);
    else unsetenv(name);
    copy(running, chosen(), sizeof running);
  }
  if (ck_blas_core_needs(running) & ~instructions) verdict = CK_CORE_FIXED_UNFIT;
}
#endif
