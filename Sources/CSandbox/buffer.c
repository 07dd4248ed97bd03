// Growing byte buffers that belong to the sandbox, so that a Lua error leaks none of them.
#include "inside.h"

// Far above what budgets permit; a state is at most six times as long in JSON as in memory.
static const size_t BUFFER_BYTES_MAX = (size_t)2 << 30;

static bool reserve(Buffer *buffer, size_t more) {
    if (more <= buffer->capacity - buffer->count) return true;
    size_t needed = buffer->count + more;
    if (more > BUFFER_BYTES_MAX || needed > BUFFER_BYTES_MAX) return false;
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity < needed) capacity *= 2;
    uint8_t *moved = realloc(buffer->bytes, capacity);
    if (!moved) return false;
    buffer->bytes = moved;
    buffer->capacity = capacity;
    return true;
}

void box_append(lua_State *L, Buffer *buffer, const void *bytes, size_t count) {
    if (!reserve(buffer, count)) box_kill(L, SANDBOX_MEMORY, "text is too large");
    memcpy(buffer->bytes + buffer->count, bytes, count);
    buffer->count += count;
}

bool box_buffer_set(Buffer *buffer, SandboxBytes bytes) {
    buffer->count = 0;
    if (!reserve(buffer, bytes.count)) return false;
    if (bytes.count) memcpy(buffer->bytes, bytes.bytes, bytes.count);
    buffer->count = bytes.count;
    return true;
}

void box_buffer_free(Buffer *buffer) {
    free(buffer->bytes);
    *buffer = (Buffer){0};
}

uint8_t *box_scratch(lua_State *L, size_t count) {
    Buffer *scratch = &box_of(L)->scratch;
    if (!reserve(scratch, count)) box_kill(L, SANDBOX_MEMORY, "text or table is too large");
    return scratch->bytes + scratch->count;
}

static uint8_t *copy(SandboxBytes bytes) {
    uint8_t *result = malloc(bytes.count + 1);
    if (!result) return NULL;
    if (bytes.count) memcpy(result, bytes.bytes, bytes.count);
    result[bytes.count] = 0;
    return result;
}

bool box_named_add(NamedList *list, SandboxBytes name, SandboxBytes text) {
    NamedBytes *items = realloc(list->items, (list->count + 1) * sizeof *items);
    if (!items) return false;
    list->items = items;
    NamedBytes *item = &items[list->count];
    *item = (NamedBytes){copy(name), copy(text), name.count, text.count};
    if (!item->name || !item->text) {
        free(item->name);
        free(item->text);
        return false;
    }
    list->count += 1;
    return true;
}

void box_named_free(NamedList *list) {
    for (size_t index = 0; index < list->count; index += 1) {
        free(list->items[index].name);
        free(list->items[index].text);
    }
    free(list->items);
    *list = (NamedList){0};
}
