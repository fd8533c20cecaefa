// What a process knows of itself without /proc, and work whose end by a signal is an answer, not the end of the program.
#define _GNU_SOURCE
#include "CKernelsProcessor.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__GLIBC__)
// The C library hands a constructor what it hands main.
static int argument_count;
static char **arguments;
__attribute__((constructor)) static void keep_arguments(int count, char **values) {
  argument_count = count;
  arguments = values;
}
const char *ck_argument(int index) { return index >= 0 && index < argument_count ? arguments[index] : NULL; }
#else
const char *ck_argument(int index) {
  (void)index;
  return NULL;
}
#endif

int ck_allowed_processors(void) {
  // A machine may have more processors than a set of the usual size has room for.
  for (int room = 1024; room <= 1 << 20; room *= 4) {
    cpu_set_t *set = CPU_ALLOC(room);
    if (!set) return 0;
    size_t bytes = CPU_ALLOC_SIZE(room);
    int answered = sched_getaffinity(0, bytes, set) == 0, count = answered ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (answered || errno != EINVAL) return count;
  }
  return 0;
}

int ck_in_child(void (*work)(void *), void *context) {
  fflush(NULL);
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    // The parent tells what happened; no trace, no core file.
    const int ends[] = {SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGTRAP};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) signal(ends[i], SIG_DFL);
    work(context);
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}
