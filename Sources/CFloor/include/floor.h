// What a call of a Lua handler costs at least: written in plain C with nothing around it, for
// `playhouse bench dispatch`. Budgets are on: instructions by a count hook, memory by a quota.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct Floor Floor;

// `source` returns the handler. NULL when it does not load.
Floor *floor_create(
    const char *source, size_t count, int64_t instructions, size_t memoryBytes);
void floor_destroy(Floor *floor);
// Calls the handler with a table of the event's fields; 0 when it ended well. `event` is a JSON object
// of texts and integers, without spaces and escapes, read with no more care than that takes.
int floor_call(Floor *floor, const char *event, size_t count);
