// Before 0.3.25, OpenBLAS answers a processor that is younger than itself with its oldest kernels ("Prescott": SSE3), three
// to four times slower than what the processor can do (OpenBLAS issue 4267). This picks the kernels by the processor's
// instructions instead.
//
// It runs while the process is loaded: after OpenBLAS's own start, before main, when no thread can be inside BLAS. The
// choice is the library's own (`OPENBLAS_CORETYPE`, read by `gotoblas_dynamic_init`); a choice made by the user stands.
#define _GNU_SOURCE
#include "CKernels.h"

#if defined(__x86_64__) && defined(__linux__)
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

static const char *core_of_this_processor(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return "SkylakeX";
  if (__builtin_cpu_supports("x86-64-v3")) return "Haswell";
  return NULL;
}

__attribute__((constructor)) static void choose_openblas_core(void) {
  static const char name[] = "OPENBLAS_CORETYPE";
  const char *core = core_of_this_processor();
  char *(*chosen)(void) = (char *(*)(void))dlsym(RTLD_DEFAULT, "openblas_get_corename");
  void (*quit)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "gotoblas_dynamic_quit");
  void (*init)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "gotoblas_dynamic_init");
  // Builds for one processor have no choice to make.
  if (!core || !chosen || !quit || !init) return;
  if (getenv(name) || strcmp(chosen(), "Prescott") != 0) return;
  if (setenv(name, core, 0) != 0) return;
  quit();
  init();
  // What is started from here chooses for itself.
  unsetenv(name);
}
#endif
