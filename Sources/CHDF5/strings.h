#pragma once
// Strings of variable length lie in heaps of a file, which the library walks without looking where they end: on a damaged file it
// may overwrite its own memory, and what comes of it differs from process to process, so that a trial may not show it. Such
// strings are therefore always read in a child process, which hands on nothing but their bytes.

// The strings one after the other, each behind its length as eight bytes; TESSERA_H5_NO_STRING stands for none.
struct tessera_h5_strings {
  // To be freed; NULL where nothing was read.
  unsigned char *bytes;
  size_t size;
  // What ended the child.
  int signal;
  // The library's reason where it refused; empty where it did not.
  char reason[2048];
};

#define TESSERA_H5_NO_STRING UINT64_MAX
// What a child ends with where the library refuses, and where the bytes cannot be handed on.
enum { TESSERA_H5_REFUSED = 4, TESSERA_H5_NOT_HANDED_ON = 5 };

struct tessera_h5_strings_task {
  hid_t object, type;
  size_t count;
  int descriptor;
};

static inline int tessera_h5_put(int descriptor, const void *bytes, size_t count) {
  const char *next = (const char *)bytes;
  while (count > 0) {
    ssize_t put = write(descriptor, next, count);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return -1;
    next += put;
    count -= (size_t)put;
  }
  return 0;
}

static inline void tessera_h5_strings_body(void *data, struct tessera_h5_bounds bounds) {
  struct tessera_h5_strings_task *task = (struct tessera_h5_strings_task *)data;
  (void)bounds;
  char **strings = (char **)calloc(task->count, sizeof *strings);
  if (!strings) _exit(TESSERA_H5_NOT_HANDED_ON);
  herr_t code = H5Iget_type(task->object) == H5I_ATTR
                    ? H5Aread(task->object, task->type, strings)
                    : H5Dread(task->object, task->type, H5S_ALL, H5S_ALL, H5P_DEFAULT, strings);
  if (code < 0) {
    char reason[2048];
    tessera_h5_message(reason, sizeof reason);
    tessera_h5_put(task->descriptor, reason, strlen(reason));
    _exit(TESSERA_H5_REFUSED);
  }
  // Small pieces go together: a call for each would take most of the time.
  enum { ROOM = 1 << 16 };
  unsigned char *room = (unsigned char *)malloc(ROOM);
  size_t used = 0;
  if (!room) _exit(TESSERA_H5_NOT_HANDED_ON);
  for (size_t i = 0; i < task->count; i++) {
    size_t length = strings[i] ? strlen(strings[i]) : 0;
    uint64_t stated = strings[i] ? (uint64_t)length : TESSERA_H5_NO_STRING;
    if (used + sizeof stated + length > ROOM) {
      if (tessera_h5_put(task->descriptor, room, used)) _exit(TESSERA_H5_NOT_HANDED_ON);
      used = 0;
    }
    memcpy(room + used, &stated, sizeof stated);
    used += sizeof stated;
    if (used + length <= ROOM) {
      if (length > 0) memcpy(room + used, strings[i], length);
      used += length;
    } else {
      if (tessera_h5_put(task->descriptor, room, used) || tessera_h5_put(task->descriptor, strings[i], length))
        _exit(TESSERA_H5_NOT_HANDED_ON);
      used = 0;
    }
  }
  if (tessera_h5_put(task->descriptor, room, used)) _exit(TESSERA_H5_NOT_HANDED_ON);
}

// A file without a name for what a child hands on.
static inline int tessera_h5_nameless(void) {
#ifdef MFD_CLOEXEC
  return memfd_create("strings", MFD_CLOEXEC);
#else
  FILE *file = tmpfile();
  int descriptor = file ? dup(fileno(file)) : -1;
  if (file) fclose(file);
  return descriptor;
#endif
}

// All bytes of a file, from its first on; NULL where they cannot be had.
static inline unsigned char *tessera_h5_all_bytes(int descriptor, size_t *size) {
  off_t end = lseek(descriptor, 0, SEEK_END);
  if (end < 0) return NULL;
  unsigned char *bytes = (unsigned char *)malloc((size_t)end + 1);
  for (*size = 0; bytes && *size < (size_t)end;) {
    ssize_t got = pread(descriptor, bytes + *size, (size_t)end - *size, (off_t)*size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      free(bytes);
      return NULL;
    }
    *size += (size_t)got;
  }
  return bytes;
}

// The descriptor of an object's file; negative where it has none.
static inline int tessera_h5_descriptor(hid_t object) {
  hid_t file = H5Iget_file_id(object);
  void *handle = NULL;
  int descriptor = -1;
  if (file >= 0) {
    if (H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 && handle) descriptor = *(int *)handle;
    H5Fclose(file);
  }
  return descriptor;
}

// Reads strings of a variable-length type, of an attribute or a whole data set, in a child process.
static inline enum tessera_h5_verdict tessera_h5_read_strings(
    hid_t object, hid_t type, size_t count, size_t most_memory, unsigned most_seconds, struct tessera_h5_strings *strings) {
  memset(strings, 0, sizeof *strings);
  struct tessera_h5_strings_task task = {object, type, count, tessera_h5_nameless()};
  if (task.descriptor < 0) return TESSERA_H5_UNTRIED;
  // Where the library reads from the place that the file stands at, parent and child share that place.
  int file = tessera_h5_descriptor(object);
  off_t place = file >= 0 ? lseek(file, 0, SEEK_CUR) : -1;
  struct tessera_h5_ending ending = tessera_h5_apart(tessera_h5_strings_body, &task, most_memory, most_seconds);
  if (place >= 0) lseek(file, place, SEEK_SET);
  enum tessera_h5_verdict verdict = TESSERA_H5_UNTRIED;
  if (ending.is_known && (ending.signal || ending.code == 0 || ending.code == TESSERA_H5_REFUSED)) {
    strings->signal = ending.signal;
    verdict = tessera_h5_verdict_of(ending);
    if (!ending.signal) strings->bytes = tessera_h5_all_bytes(task.descriptor, &strings->size);
    if (!ending.signal && !strings->bytes) verdict = TESSERA_H5_UNTRIED;
    if (strings->bytes && ending.code == TESSERA_H5_REFUSED) {
      size_t length = strings->size < sizeof strings->reason - 1 ? strings->size : sizeof strings->reason - 1;
      memcpy(strings->reason, strings->bytes, length);
      if (length == 0) snprintf(strings->reason, sizeof strings->reason, "HDF5 gives no reason");
      free(strings->bytes);
      strings->bytes = NULL;
    }
  }
  close(task.descriptor);
  return verdict;
}
