// The memory pool of tensors. A training step asks for the same sizes again and again; handing freed blocks back to the
// system costs a page fault for each page of each step, so they stay here in free lists by size class (four classes to a
// power of two). One spin lock a class: it is held for a few instructions.
#include "CKernels.h"

#include <stdatomic.h>
#include <stdlib.h>

// The address checker knows the ends of a block of the system's, not those of what was asked of it: it is told.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(START, BYTES) ((void)(BYTES))
#define ASAN_UNPOISON_MEMORY_REGION(START, BYTES) ((void)(BYTES))
#endif

#define CLASSES 192
#define HEADER 64

typedef struct Block {
  struct Block *next;
  size_t bytes;
  int class_index;
} Block;

static struct {
  atomic_flag lock;
  Block *first;
} lists[CLASSES] = {[0 ... CLASSES - 1] = {ATOMIC_FLAG_INIT, NULL}};

static atomic_size_t live, high_water, held;

// The class of a size, and the size of that class in `*rounded`: 256 * 2^k * (4 + j) / 4 for j in 0..<4.
static int class_of(size_t bytes, size_t *rounded) {
  size_t base = 256;
  int index = 0;
  while (1) {
    for (int j = 0; j < 4; j++, index++) {
      size_t size = base + base / 4 * (size_t)j;
      if (size >= bytes) {
        *rounded = size;
        return index;
      }
    }
    base *= 2;
  }
}

static void lock(int c) {
  while (atomic_flag_test_and_set_explicit(&lists[c].lock, memory_order_acquire)) {
  }
}
static void unlock(int c) { atomic_flag_clear_explicit(&lists[c].lock, memory_order_release); }

void *ck_pool_allocate(size_t bytes) {
  // More than any address space of today; it would have no class.
  if (bytes > (size_t)1 << 50) return NULL;
  size_t size;
  int c = class_of(bytes, &size);
  lock(c);
  Block *block = lists[c].first;
  if (block) lists[c].first = block->next;
  unlock(c);
  if (!block) {
    // A new block takes whole multiples of the alignment, as aligned_alloc wants.
    block = aligned_alloc(64, (size + HEADER + 63) / 64 * 64);
    if (!block) {
      ck_pool_trim();
      block = aligned_alloc(64, (size + HEADER + 63) / 64 * 64);
      if (!block) return NULL;
    }
    atomic_fetch_add(&held, size);
    block->bytes = size;
    block->class_index = c;
  }
  size_t now = atomic_fetch_add(&live, size) + size;
  size_t high = atomic_load(&high_water);
  while (now > high && !atomic_compare_exchange_weak(&high_water, &high, now)) {
  }
  ASAN_POISON_MEMORY_REGION((char *)block + HEADER, size);
  ASAN_UNPOISON_MEMORY_REGION((char *)block + HEADER, bytes);
  return (char *)block + HEADER;
}

void ck_pool_release(void *memory) {
  if (!memory) return;
  Block *block = (Block *)((char *)memory - HEADER);
  int c = block->class_index;
  ASAN_POISON_MEMORY_REGION(memory, block->bytes);
  atomic_fetch_sub(&live, block->bytes);
  lock(c);
  block->next = lists[c].first;
  lists[c].first = block;
  unlock(c);
}

void ck_pool_trim(void) {
  for (int c = 0; c < CLASSES; c++) {
    lock(c);
    Block *block = lists[c].first;
    lists[c].first = NULL;
    unlock(c);
    while (block) {
      Block *next = block->next;
      atomic_fetch_sub(&held, block->bytes);
      ASAN_UNPOISON_MEMORY_REGION((char *)block + HEADER, block->bytes);
      free(block);
      block = next;
    }
  }
}

size_t ck_pool_held_bytes(void) { return atomic_load(&held); }
size_t ck_pool_live_bytes(void) { return atomic_load(&live); }
size_t ck_pool_high_water_bytes(void) { return atomic_load(&high_water); }
void ck_pool_reset_high_water(void) { atomic_store(&high_water, atomic_load(&live)); }
