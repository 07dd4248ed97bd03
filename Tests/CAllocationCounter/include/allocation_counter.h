// Counts the heap allocations of each thread, for tests that hold a path to a number of them.

#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Whether allocations are counted here: on Linux with glibc, without a sanitizer, whose own
/// allocator must not be stood in for.
bool allocation_counter_works(void);

/// The allocations that the calling thread has made so far; 0 where they are not counted.
uint64_t allocation_counter_count(void);

#endif
