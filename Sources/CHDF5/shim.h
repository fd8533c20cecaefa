#pragma once
// HDF5's constants are macros that call a function or cast, which Swift does not import.
#include <hdf5.h>
#include <stdio.h>
#include <string.h>

static inline hid_t tessera_h5_default(void) { return H5P_DEFAULT; }
static inline hid_t tessera_h5_all(void) { return H5S_ALL; }
static inline unsigned tessera_h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned tessera_h5_exclusive(void) { return H5F_ACC_EXCL; }
static inline hid_t tessera_h5_every_file(void) { return (hid_t)H5F_OBJ_ALL; }
static inline unsigned tessera_h5_every_kind(void) { return H5F_OBJ_ALL; }

static inline hid_t tessera_h5_dataset_creation(void) { return H5P_DATASET_CREATE; }
static inline hid_t tessera_h5_link_creation(void) { return H5P_LINK_CREATE; }
static inline hid_t tessera_h5_attribute_creation(void) { return H5P_ATTRIBUTE_CREATE; }
static inline hid_t tessera_h5_file_access(void) { return H5P_FILE_ACCESS; }

static inline hid_t tessera_h5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t tessera_h5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t tessera_h5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t tessera_h5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t tessera_h5_native_int16(void) { return H5T_NATIVE_INT16; }
static inline hid_t tessera_h5_native_int8(void) { return H5T_NATIVE_INT8; }
static inline hid_t tessera_h5_native_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t tessera_h5_native_uint32(void) { return H5T_NATIVE_UINT32; }
static inline hid_t tessera_h5_native_uint16(void) { return H5T_NATIVE_UINT16; }
static inline hid_t tessera_h5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t tessera_h5_float32_le(void) { return H5T_IEEE_F32LE; }
static inline hid_t tessera_h5_c_string(void) { return H5T_C_S1; }
static inline size_t tessera_h5_variable(void) { return H5T_VARIABLE; }

// Files are written aside and renamed, so the library's locks guard nothing; yet a child process that was started while a
// file was open holds its lock, and opening the file then fails.
static inline herr_t tessera_h5_without_locks(hid_t access) {
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
  return H5Pset_file_locking(access, 0, 1);
#else
  (void)access;
  return 0;
#endif
}

// What a name in a group is: 0 the object itself, 1 a soft link, 2 an external one, 3 another; below 0 if there is none.
static inline int tessera_h5_link_kind(hid_t group, const char *name) {
  H5L_info_t info;
  if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0) return -1;
  switch (info.type) {
    case H5L_TYPE_HARD: return 0;
    case H5L_TYPE_SOFT: return 1;
    case H5L_TYPE_EXTERNAL: return 2;
    default: return 3;
  }
}

// Where a link leads, as text: a path, or a file, a colon and a path.
static inline int tessera_h5_link_target(hid_t group, const char *name, char *text, size_t capacity) {
  char value[4096];
  H5L_info_t info;
  if (capacity == 0) return -1;
  text[0] = 0;
  if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0 || info.u.val_size > sizeof value) return -1;
  if (H5Lget_val(group, name, value, sizeof value, H5P_DEFAULT) < 0) return -1;
  value[sizeof value - 1] = 0;
  if (info.type == H5L_TYPE_SOFT) {
    snprintf(text, capacity, "%s", value);
    return 0;
  }
  unsigned flags;
  const char *file, *path;
  if (H5Lunpack_elink_val(value, info.u.val_size, &flags, &file, &path) < 0) return -1;
  snprintf(text, capacity, "%s:%s", file, path);
  return 0;
}

// The place of an object: the number of its file and its address there. The same object has the same place by every name.
static inline herr_t tessera_h5_place(hid_t object, unsigned long long *file, unsigned long long *address) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info1_t info;
  herr_t code = H5Oget_info1(object, &info);
#elif H5_VERSION_GE(1, 10, 3)
  H5O_info_t info;
  herr_t code = H5Oget_info2(object, &info, H5O_INFO_BASIC);
#else
  H5O_info_t info;
  herr_t code = H5Oget_info(object, &info);
#endif
  if (code < 0) return code;
  *file = info.fileno;
  *address = info.addr;
  return code;
}

// The error stack is one per thread, and so is the switch that prints it.
static inline herr_t tessera_h5_silence(void) { return H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }
static inline herr_t tessera_h5_clear_errors(void) { return H5Eclear2(H5E_DEFAULT); }

typedef struct {
  char *text;
  size_t capacity, used;
} tessera_h5_text;

static herr_t tessera_h5_collect(unsigned n, const H5E_error2_t *error, void *data) {
  tessera_h5_text *out = (tessera_h5_text *)data;
  if (error->desc == NULL || out->used + 1 >= out->capacity) return 0;
  int put = snprintf(out->text + out->used, out->capacity - out->used, "%s%s", n ? "; " : "", error->desc);
  if (put > 0) {
    out->used += (size_t)put;
    if (out->used >= out->capacity) out->used = out->capacity - 1;
  }
  return 0;
}

// Fills text with the descriptions on the error stack, the deepest first, and empties the stack.
static inline void tessera_h5_message(char *text, size_t capacity) {
  tessera_h5_text out = {text, capacity, 0};
  if (capacity == 0) return;
  text[0] = 0;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, tessera_h5_collect, &out);
  H5Eclear2(H5E_DEFAULT);
}

#include "trial.h"
