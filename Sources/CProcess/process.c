#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void let_go(int number) { (void)number; }

static void handle(int number, void (*handler)(int), int flags) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(number, &action, NULL);
}

static void open_missing_streams(void) {
  for (int descriptor = 0; descriptor <= 2; descriptor++) {
    if (fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free number is this one. An input that cannot be read and outputs that cannot be written are refused when
    // they are used; text for people, on 2, is let go.
    int opened = open("/dev/null", descriptor == 0 ? O_WRONLY : descriptor == 1 ? O_RDONLY : O_RDWR);
    if (opened != -1 && opened != descriptor) close(opened);
  }
}

static void crashed(int number) {
  static const char text[] =
      "tessera: a fault of the program, not of what it was given, has ended it; what the last checkpoint saved is kept. "
      "SWIFT_BACKTRACE=enable=yes shows where it was\n";
  if (write(STDERR_FILENO, text, sizeof text - 1) < 0) {
  }
  // The handler is gone (SA_RESETHAND): the signal now ends the process, as whoever waits for it expects.
  raise(number);
}

static void install_crash_handlers(void) {
  if (getenv("SWIFT_BACKTRACE")) return;
  // A stack that has run over has no room for a handler.
  enum { SIZE = 1 << 16 };
  stack_t stack;
  memset(&stack, 0, sizeof stack);
  stack.ss_sp = malloc(SIZE);
  stack.ss_size = SIZE;
  if (stack.ss_sp) sigaltstack(&stack, NULL);
  const int numbers[] = {SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    handle(numbers[i], crashed, SA_RESETHAND | SA_ONSTACK | SA_NODEFER);
  }
}

#if defined(__linux__)
enum { LEAST_SPACE = 1024 };

// OpenBLAS starts its threads while it is loaded, and raises SIGINT where the system refuses them (`ulimit -u`), though it
// would be used with one thread. This runs before any library's start.
static void keep_on(int number, siginfo_t *information, void *context) {
  (void)context;
  if (information->si_code != SI_TKILL) _exit(128 + number);
}

static void before_libraries(int count, char **arguments, char **environment) {
  (void)count, (void)arguments, (void)environment;
  // OpenBLAS asks for 128 MiB a thread while it is loaded, and asks for ever where they are refused.
  struct rlimit rule;
  if (getrlimit(RLIMIT_AS, &rule) == 0 && rule.rlim_cur != RLIM_INFINITY && rule.rlim_cur < (rlim_t)LEAST_SPACE << 20) {
    static const char text[] =
        "tessera: out of memory: expected room for addresses of at least 1024 MiB, which the libraries take, found a lower "
        "limit; raise it (ulimit -v 2000000, or the job's memory)\n";
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0) {
    }
    _exit(1);
  }
  struct sigaction present, action;
  if (sigaction(SIGINT, NULL, &present) != 0 || present.sa_handler != SIG_DFL) return;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = keep_on;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGINT, &action, NULL);
}

__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = before_libraries;

static void end_of_loading(void) {
  struct sigaction present;
  if (sigaction(SIGINT, NULL, &present) == 0 && present.sa_sigaction == keep_on) handle(SIGINT, SIG_DFL, 0);
}
#else
static void end_of_loading(void) {}
#endif

void cp_settle(void) {
  end_of_loading();
  open_missing_streams();
  handle(SIGPIPE, let_go, SA_RESTART);
  handle(SIGXFSZ, let_go, SA_RESTART);
  install_crash_handlers();
}
