#pragma once
// libjpeg reports errors through a function that must not return, so the way out is longjmp, which must not cross Swift.
// Therefore a whole decoding stands here, between one setjmp and its longjmp, and Swift sees return codes.
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

enum tessera_jpeg_outcome {
  TESSERA_JPEG_SOUND,
  TESSERA_JPEG_DAMAGED,
  TESSERA_JPEG_CUT_SHORT,
  TESSERA_JPEG_UNSUPPORTED,
};

// The extents of a picture, and the library's words where something is wrong.
struct tessera_jpeg {
  int height, width, channels;
  char message[JMSG_LENGTH_MAX];
};

// The library's error manager must be first: the library hands back a pointer to it.
struct tessera_jpeg_trouble {
  struct jpeg_error_mgr manager;
  jmp_buf way_out;
};

static inline void tessera_jpeg_fail(j_common_ptr info) {
  longjmp(((struct tessera_jpeg_trouble *)info->err)->way_out, 1);
}

// After a warning (a level below 0) the library would go on and make up what is missing; here that is a failure.
static inline void tessera_jpeg_warn(j_common_ptr info, int level) {
  if (level < 0) tessera_jpeg_fail(info);
}

static inline void tessera_jpeg_be_silent(j_common_ptr info) { (void)info; }

// Layers of a progressive file are each a pass over the whole picture, and a few bytes in the file. Usual are some ten.
static inline void tessera_jpeg_watch(j_common_ptr common) {
  j_decompress_ptr info = (j_decompress_ptr)common;
  double samples = (double)info->image_width * info->image_height * info->num_components;
  double most = 4294967296.0 / samples;
  most = most < 20 ? 20 : most > 200 ? 200 : most;
  if (common->is_decompressor && info->input_scan_number > most)
    longjmp(((struct tessera_jpeg_trouble *)common->err)->way_out, 2);
}

// Reads the extents and, unless `samples` is null, the picture into it: rows of grey, or of red, green and blue.
static inline enum tessera_jpeg_outcome tessera_jpeg_decode(
    const unsigned char *file, size_t size, struct tessera_jpeg *picture, unsigned char *samples) {
  struct jpeg_decompress_struct info;
  struct tessera_jpeg_trouble trouble;
  struct jpeg_progress_mgr watch;
  memset(&watch, 0, sizeof watch);
  watch.progress_monitor = tessera_jpeg_watch;
  memset(&info, 0, sizeof info);
  info.err = jpeg_std_error(&trouble.manager);
  trouble.manager.error_exit = tessera_jpeg_fail;
  trouble.manager.emit_message = tessera_jpeg_warn;
  trouble.manager.output_message = tessera_jpeg_be_silent;
  int way = setjmp(trouble.way_out);
  if (way == 2) {
    snprintf(picture->message, sizeof picture->message, "too many layers for its size");
    jpeg_destroy_decompress(&info);
    return TESSERA_JPEG_DAMAGED;
  }
  if (way) {
    trouble.manager.format_message((j_common_ptr)&info, picture->message);
    int code = trouble.manager.msg_code;
    jpeg_destroy_decompress(&info);
    return code == JWRN_JPEG_EOF || code == JERR_INPUT_EOF || code == JERR_INPUT_EMPTY
               ? TESSERA_JPEG_CUT_SHORT : TESSERA_JPEG_DAMAGED;
  }
  jpeg_create_decompress(&info);
  info.progress = &watch;
  jpeg_mem_src(&info, (unsigned char *)file, size);
  jpeg_read_header(&info, TRUE);
  if (info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK) {
    jpeg_destroy_decompress(&info);
    return TESSERA_JPEG_UNSUPPORTED;
  }
  info.out_color_space = info.jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_calc_output_dimensions(&info);
  picture->height = (int)info.output_height;
  picture->width = (int)info.output_width;
  picture->channels = info.out_color_components;
  if (samples) {
    jpeg_start_decompress(&info);
    while (info.output_scanline < info.output_height) {
      JSAMPROW row = samples + (size_t)info.output_scanline * info.output_width * info.output_components;
      jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
  }
  jpeg_destroy_decompress(&info);
  return TESSERA_JPEG_SOUND;
}
