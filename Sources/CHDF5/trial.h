#pragma once
// A damaged file can lead libhdf5 into memory that is not there, into endless loops and into asking for all memory. So a file is
// tried in a child process first: the child walks over all that a reader asks the library for, and the parent learns whether
// it came through. The child runs nothing but the library, writes nothing, and leaves by _exit.
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <malloc.h>
#include <sys/prctl.h>
#endif

enum tessera_h5_verdict {
  // The library came through; it may still have found fault with the file, and will say so again.
  TESSERA_H5_HARMLESS,
  // The library crashed.
  TESSERA_H5_CRASHES,
  // The library took more time than a sound file of the size does.
  TESSERA_H5_ENDLESS,
  // The library asked for more memory than a sound file of the size takes. Told no, it goes on; without a bound, it would take all.
  TESSERA_H5_BOUNDLESS,
  // There is no child to be had here; nothing is known.
  TESSERA_H5_UNTRIED,
};

// Where the child was, and what ended it.
struct tessera_h5_trial {
  int signal;
  // Whether the library was refused memory.
  int wants_memory;
  char place[1024];
};

// The place of an object in its file: the same for all names of the object.
static inline int tessera_h5_address(hid_t object, uint64_t *address) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info1_t info;
  if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0) return -1;
#elif H5_VERSION_GE(1, 10, 3)
  H5O_info_t info;
  if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0) return -1;
#else
  H5O_info_t info;
  if (H5Oget_info(object, &info) < 0) return -1;
#endif
  *address = (uint64_t)info.addr ^ (uint64_t)info.fileno << 48;
  return 0;
}

// Hands every link's or attribute's name to a function, which returns 0 to go on. Asking for the names one by one by their
// number takes the square of their count.
struct tessera_h5_visit {
  int (*visit)(const char *name, void *data);
  void *data;
};

static inline herr_t tessera_h5_visit_link(hid_t group, const char *name, const H5L_info_t *info, void *data) {
  struct tessera_h5_visit *visit = (struct tessera_h5_visit *)data;
  (void)group, (void)info;
  return visit->visit(name, visit->data);
}

static inline herr_t tessera_h5_visit_attribute(hid_t object, const char *name, const H5A_info_t *info, void *data) {
  struct tessera_h5_visit *visit = (struct tessera_h5_visit *)data;
  (void)object, (void)info;
  return visit->visit(name, visit->data);
}

static inline herr_t tessera_h5_links(hid_t group, int (*visit)(const char *name, void *data), void *data) {
  struct tessera_h5_visit all = {visit, data};
  hsize_t next = 0;
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &next, tessera_h5_visit_link, &all);
}

static inline herr_t tessera_h5_attributes(hid_t object, int (*visit)(const char *name, void *data), void *data) {
  struct tessera_h5_visit all = {visit, data};
  hsize_t next = 0;
  return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &next, tessera_h5_visit_attribute, &all);
}

// Whether a data set's chunks have as many axes as the data set. Where they have not, the library counts chunks along axes that
// nobody set.
static inline int tessera_h5_has_sound_chunks(hid_t dataset) {
  hid_t space = H5Dget_space(dataset), creation = H5Dget_create_plist(dataset);
  int is_sound = 1;
  if (space >= 0 && creation >= 0 && H5Pget_layout(creation) == H5D_CHUNKED) {
    hsize_t chunk[H5S_MAX_RANK];
    is_sound = H5Pget_chunk(creation, H5S_MAX_RANK, chunk) == H5Sget_simple_extent_ndims(space);
  }
  if (creation >= 0) H5Pclose(creation);
  if (space >= 0) H5Sclose(space);
  return is_sound;
}

// What the walk of the child shares.
struct tessera_h5_walk {
  char *place;
  uint64_t *groups;
  size_t group_count, group_capacity;
  int depth;
  hid_t truth;
};

// Data up to this size is read whole; of larger data one element, since the filters of common files are sound.
#define TESSERA_H5_SMALL ((hsize_t)4 << 20)
#define TESSERA_H5_LARGE ((hsize_t)64 << 20)

// The type in memory that stands for those that the reader would choose; negative for elements that it does not read.
static inline hid_t tessera_h5_trial_type(struct tessera_h5_walk *walk, hid_t type) {
  switch (H5Tget_class(type)) {
  case H5T_FLOAT: return H5Tcopy(H5T_NATIVE_DOUBLE);
  case H5T_INTEGER: return H5Tcopy(H5T_NATIVE_INT64);
  case H5T_ENUM: return H5Tget_size(type) == 1 && H5Tget_nmembers(type) == 2 ? H5Tcopy(walk->truth) : -1;
  case H5T_STRING: return H5Tcopy(type);
  default: return -1;
  }
}

static inline herr_t tessera_h5_trial_attribute(hid_t object, const char *name, const H5A_info_t *info, void *data) {
  struct tessera_h5_walk *walk = (struct tessera_h5_walk *)data;
  (void)info;
  if (H5Aexists(object, name) <= 0) return 0;
  hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) return 0;
  hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  hid_t memory = type < 0 ? -1 : tessera_h5_trial_type(walk, type);
  hssize_t points = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
  size_t size = memory < 0 ? 0 : H5Tget_size(memory);
  if (points > 0 && size > 0 && (hsize_t)points <= TESSERA_H5_LARGE / size) {
    void *room = calloc((size_t)points, size);
    if (room && H5Aread(attribute, memory, room) >= 0 && H5Tget_class(memory) == H5T_STRING && H5Tis_variable_str(memory) > 0)
      H5Dvlen_reclaim(memory, space, H5P_DEFAULT, room);
    free(room);
  }
  if (memory >= 0) H5Tclose(memory);
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  H5Aclose(attribute);
  return 0;
}

static inline void tessera_h5_trial_attributes(struct tessera_h5_walk *walk, hid_t object) {
  H5Aget_num_attrs(object);
  hsize_t next = 0;
  H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &next, tessera_h5_trial_attribute, walk);
}

static inline void tessera_h5_trial_dataset(struct tessera_h5_walk *walk, hid_t dataset) {
  if (!tessera_h5_has_sound_chunks(dataset)) return;
  hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset), creation = H5Dget_create_plist(dataset);
  hid_t memory = type < 0 ? -1 : tessera_h5_trial_type(walk, type);
  int is_common = 1;
  hsize_t extents[H5S_MAX_RANK], chunk[H5S_MAX_RANK], ones[H5S_MAX_RANK], zeros[H5S_MAX_RANK], chunk_elements = 1;
  for (int i = 0; i < H5S_MAX_RANK; i++) ones[i] = 1, zeros[i] = 0;
  if (creation >= 0) {
    int filters = H5Pget_nfilters(creation);
    for (int i = 0; i < filters; i++) {
      unsigned flags, configuration;
      size_t values = 0;
      H5Z_filter_t filter = H5Pget_filter2(creation, (unsigned)i, &flags, &values, NULL, 0, NULL, &configuration);
      if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) is_common = 0;
    }
    H5D_layout_t layout = H5Pget_layout(creation);
    if (layout == H5D_CHUNKED) {
      int rank = H5Pget_chunk(creation, H5S_MAX_RANK, chunk);
      for (int i = 0; i < rank; i++) chunk_elements = chunk[i] && chunk_elements > TESSERA_H5_LARGE / chunk[i] ? TESSERA_H5_LARGE + 1 : chunk_elements * chunk[i];
#if H5_VERSION_GE(1, 10, 5)
      hsize_t chunk_count;
      H5Dget_num_chunks(dataset, H5S_ALL, &chunk_count);
#endif
    } else if (layout == H5D_VIRTUAL) {
      is_common = 0;
    }
  }
  int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, extents, NULL);
  hssize_t points = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
  size_t size = memory < 0 ? 0 : H5Tget_size(memory);
  hsize_t stored = H5Dget_storage_size(dataset);
  if (points > 0 && size > 0 && rank >= 0) {
    int is_text = H5Tget_class(memory) == H5T_STRING;
    int is_whole = (hsize_t)points <= TESSERA_H5_LARGE / size && (stored <= TESSERA_H5_SMALL || !is_common || is_text);
    if (is_whole || chunk_elements <= TESSERA_H5_LARGE / size) {
      void *room = calloc(is_whole ? (size_t)points : 1, size);
      hid_t block = is_whole ? H5Scopy(space) : rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, ones, NULL);
      if (!is_whole && rank > 0) H5Sselect_hyperslab(space, H5S_SELECT_SET, zeros, NULL, ones, NULL);
      if (room && block >= 0 && H5Dread(dataset, memory, block, space, H5P_DEFAULT, room) >= 0 && is_text && H5Tis_variable_str(memory) > 0)
        H5Dvlen_reclaim(memory, block, H5P_DEFAULT, room);
      if (block >= 0) H5Sclose(block);
      free(room);
    }
  }
  if (creation >= 0) H5Pclose(creation);
  if (memory >= 0) H5Tclose(memory);
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
}

static inline void tessera_h5_trial_group(struct tessera_h5_walk *walk, hid_t group);

static inline herr_t tessera_h5_trial_link(hid_t group, const char *name, const H5L_info_t *info, void *data) {
  struct tessera_h5_walk *walk = (struct tessera_h5_walk *)data;
  (void)info;
  snprintf(walk->place, sizeof ((struct tessera_h5_trial *)0)->place, "%s", name);
  if (H5Lexists(group, name, H5P_DEFAULT) <= 0) return 0;
  hid_t object = H5Oopen(group, name, H5P_DEFAULT);
  if (object < 0) return 0;
  H5I_type_t kind = H5Iget_type(object);
  if (kind != H5I_DATATYPE) tessera_h5_trial_attributes(walk, object);
  if (kind == H5I_DATASET) tessera_h5_trial_dataset(walk, object);
  if (kind == H5I_GROUP) tessera_h5_trial_group(walk, object);
  H5Oclose(object);
  return 0;
}

// Walks over all links of a group; each group once, by whatever name it is met first.
static inline void tessera_h5_trial_group(struct tessera_h5_walk *walk, hid_t group) {
  uint64_t address;
  if (walk->depth >= 64 || tessera_h5_address(group, &address) < 0) return;
  for (size_t i = 0; i < walk->group_count; i++)
    if (walk->groups[i] == address) return;
  if (walk->group_count == walk->group_capacity) {
    size_t capacity = walk->group_capacity * 2 + 64;
    uint64_t *groups = (uint64_t *)realloc(walk->groups, capacity * sizeof *groups);
    if (!groups) return;
    walk->groups = groups;
    walk->group_capacity = capacity;
  }
  walk->groups[walk->group_count++] = address;
  walk->depth++;
  hsize_t next = 0;
  H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &next, tessera_h5_trial_link, walk);
  walk->depth--;
}

static inline herr_t tessera_h5_trial_reason(unsigned number, const H5E_error2_t *error, void *data) {
  (void)number;
  if (error->min_num == H5E_NOSPACE || error->min_num == H5E_CANTALLOC) *(int *)data = 1;
  return 0;
}

// Called by the library when one of its functions fails.
static inline herr_t tessera_h5_trial_failure(hid_t stack, void *data) {
  struct tessera_h5_trial *trial = (struct tessera_h5_trial *)data;
  if (!trial->wants_memory) H5Ewalk2(stack, H5E_WALK_UPWARD, tessera_h5_trial_reason, &trial->wants_memory);
  return 0;
}

static inline void tessera_h5_trial_run(const char *path, struct tessera_h5_trial *trial) {
  char *place = trial->place;
  struct tessera_h5_walk walk = {place, NULL, 0, 0, 0, -1};
  H5Eset_auto2(H5E_DEFAULT, tessera_h5_trial_failure, trial);
  signed char values[2] = {0, 1};
  walk.truth = H5Tenum_create(H5T_NATIVE_INT8);
  H5Tenum_insert(walk.truth, "FALSE", &values[0]);
  H5Tenum_insert(walk.truth, "TRUE", &values[1]);
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  tessera_h5_without_locks(access);
  snprintf(place, sizeof ((struct tessera_h5_trial *)0)->place, "opening");
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
  if (file < 0) return;
  snprintf(place, sizeof ((struct tessera_h5_trial *)0)->place, "/");
  hid_t root = H5Oopen(file, "/", H5P_DEFAULT);
  if (root >= 0) {
    tessera_h5_trial_attributes(&walk, root);
    tessera_h5_trial_group(&walk, root);
    H5Oclose(root);
  }
  H5Fclose(file);
}

// A number of kilobytes that the system keeps of this process, such as "VmSize:", in bytes; 0 where it does not say.
static inline size_t tessera_h5_status(const char *name) {
  char text[4096] = {0};
  int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  const char *place = count > 0 ? strstr(text, name) : NULL;
  return place ? (size_t)strtoull(place + strlen(name), NULL, 10) << 10 : 0;
}

// Sets a limit, unless a lower one is set; whether it did.
static inline int tessera_h5_limit(int resource, rlim_t most) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) < 0) return 0;
  if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur <= most) return 0;
  limit.rlim_cur = most;
  return setrlimit(resource, &limit) == 0;
}

// What a child may take: bytes of addresses, and whether that is a limit of its own.
struct tessera_h5_bounds {
  rlim_t space;
  int is_limited;
};

// How a child ended: with an exit code, by a signal, or not at all where there is none to be had.
struct tessera_h5_ending {
  int is_known, code, signal;
};

// Runs a task in a child process of at most so much more memory and so many seconds of the processor, and waits for it.
static inline struct tessera_h5_ending tessera_h5_apart(
    void (*task)(void *data, struct tessera_h5_bounds bounds), void *data, size_t most_memory, unsigned most_seconds) {
  struct tessera_h5_ending ending = {0, 0, 0};
  // No handler of this process may run in the child, and no signal for the group may end it before its time.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t fatal;
    sigemptyset(&fatal);
    int numbers[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGXCPU, SIGALRM};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaddset(&fatal, numbers[i]);
    sigprocmask(SIG_UNBLOCK, &fatal, NULL);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(0);
    // Freed and fresh memory hold rubbish, so that using them shows.
    mallopt(M_PERTURB, 0xa5);
    // The library keeps blocks of its own, whose old contents may happen to be sound: it must ask the system for each.
    H5set_free_list_limits(0, 0, 0, 0, 0, 0);
    H5garbage_collect();
#else
    (void)parent;
#endif
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) {
      dup2(nothing, 1);
      dup2(nothing, 2);
    }
    size_t space = tessera_h5_status("VmSize:");
    struct tessera_h5_bounds bounds = {(rlim_t)space + most_memory, 0};
    bounds.is_limited = space > 0 && tessera_h5_limit(RLIMIT_AS, bounds.space);
    tessera_h5_limit(RLIMIT_CORE, 0);
    tessera_h5_limit(RLIMIT_CPU, most_seconds);
    // For a file that waits for what never comes; a busy machine may take its time.
    alarm(600 + most_seconds * 20);
    task(data, bounds);
    _exit(0);
  }
  if (child > 0) {
    int status = 0;
    pid_t ended;
    do ended = waitpid(child, &status, 0);
    while (ended < 0 && errno == EINTR);
    ending.is_known = ended == child && (WIFEXITED(status) || WIFSIGNALED(status));
    if (ending.is_known && WIFEXITED(status)) ending.code = WEXITSTATUS(status);
    if (ending.is_known && WIFSIGNALED(status)) ending.signal = WTERMSIG(status);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return ending;
}

// What a child's end says of the file; it is to be known.
static inline enum tessera_h5_verdict tessera_h5_verdict_of(struct tessera_h5_ending ending) {
  if (ending.signal == 0) return TESSERA_H5_HARMLESS;
  return ending.signal == SIGXCPU || ending.signal == SIGALRM ? TESSERA_H5_ENDLESS : TESSERA_H5_CRASHES;
}

struct tessera_h5_trial_task {
  const char *path;
  struct tessera_h5_trial *shared;
};

static inline void tessera_h5_trial_body(void *data, struct tessera_h5_bounds bounds) {
  struct tessera_h5_trial_task *task = (struct tessera_h5_trial_task *)data;
  tessera_h5_trial_run(task->path, task->shared);
  // The library does not say so each time, for it lacks the memory. Of small pieces, all but the last megabyte is taken.
  if (tessera_h5_status("VmPeak:") + ((size_t)2 << 20) > bounds.space) task->shared->wants_memory = 1;
  if (!bounds.is_limited) task->shared->wants_memory = 0;
}

// Tries a file in a child process of at most so much more memory and so many seconds of the processor.
static inline enum tessera_h5_verdict tessera_h5_try(
    const char *path, size_t most_memory, unsigned most_seconds, struct tessera_h5_trial *trial) {
  struct tessera_h5_trial *shared = (struct tessera_h5_trial *)mmap(
      NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return TESSERA_H5_UNTRIED;
  struct tessera_h5_trial_task task = {path, shared};
  struct tessera_h5_ending ending = tessera_h5_apart(tessera_h5_trial_body, &task, most_memory, most_seconds);
  enum tessera_h5_verdict verdict = TESSERA_H5_UNTRIED;
  if (ending.is_known && ending.code == 0) {
    *trial = *shared;
    trial->signal = ending.signal;
    verdict = tessera_h5_verdict_of(ending);
    if (verdict == TESSERA_H5_HARMLESS && trial->wants_memory) verdict = TESSERA_H5_BOUNDLESS;
  }
  munmap(shared, sizeof *shared);
  return verdict;
}

#include "strings.h"
