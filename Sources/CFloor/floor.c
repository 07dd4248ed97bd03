#include "floor.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>

enum { CLASS_BYTES = 16, CLASS_COUNT = 32, SLAB_BYTES = 64 << 10, HOOK_INTERVAL = 1000 };
// Of the registry.
enum { SLOT_HANDLER = 16, SLOT_ROOM };

typedef struct Slab {
    struct Slab *next;
    size_t unused; // keeps the blocks aligned to 16
} Slab;

struct Floor {
    lua_State *L;
    int64_t instructions, left;
    size_t used, limit;
    void *freeBlocks[CLASS_COUNT];
    Slab *slabs;
    uint8_t *cursor, *end;
};

// MARK: Memory

static size_t class_of(size_t bytes) { return (bytes + CLASS_BYTES - 1) / CLASS_BYTES - 1; }

static int is_small(size_t bytes) { return bytes <= CLASS_BYTES * CLASS_COUNT; }

static void *take(Floor *floor, size_t bytes) {
    if (!is_small(bytes)) return malloc(bytes);
    size_t class = class_of(bytes);
    void *block = floor->freeBlocks[class];
    if (block) {
        memcpy(&floor->freeBlocks[class], block, sizeof block);
        return block;
    }
    size_t rounded = (class + 1) * CLASS_BYTES;
    if ((size_t)(floor->end - floor->cursor) < rounded) {
        Slab *slab = malloc(SLAB_BYTES);
        if (!slab) return NULL;
        slab->next = floor->slabs;
        floor->slabs = slab;
        floor->cursor = (uint8_t *)(slab + 1);
        floor->end = (uint8_t *)slab + SLAB_BYTES;
    }
    block = floor->cursor;
    floor->cursor += rounded;
    return block;
}

static void give(Floor *floor, void *block, size_t bytes) {
    if (!is_small(bytes)) {
        free(block);
        return;
    }
    size_t class = class_of(bytes);
    memcpy(block, &floor->freeBlocks[class], sizeof(void *));
    floor->freeBlocks[class] = block;
}

static void *allocate(void *context, void *block, size_t oldBytes, size_t newBytes) {
    Floor *floor = context;
    size_t old = block ? oldBytes : 0;
    if (newBytes == 0) {
        if (block) give(floor, block, old);
        floor->used -= old;
        return NULL;
    }
    if (newBytes > old && floor->used - old + newBytes > floor->limit) return NULL;
    if (block && is_small(old) && is_small(newBytes) && class_of(old) == class_of(newBytes)) {
        floor->used += newBytes - old;
        return block;
    }
    void *fresh = take(floor, newBytes);
    if (!fresh) return NULL;
    if (block) {
        memcpy(fresh, block, old < newBytes ? old : newBytes);
        give(floor, block, old);
    }
    floor->used += newBytes - old;
    return fresh;
}

// MARK: Calls

static void count(lua_State *L, lua_Debug *activation) {
    (void)activation;
    Floor *floor = *(Floor **)lua_getextraspace(L);
    floor->left -= HOOK_INTERVAL;
    if (floor->left < 0) luaL_error(L, "the budget is used up");
}

static int load(lua_State *L) {
    size_t size = 0;
    const char *source = lua_tolstring(L, 1, &size);
    luaL_openlibs(L);
    if (luaL_loadbufferx(L, source, size, "=floor", "t") != LUA_OK) return lua_error(L);
    lua_call(L, 0, 1);
    luaL_checktype(L, -1, LUA_TFUNCTION);
    lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_HANDLER);
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_ROOM);
    return 0;
}

Floor *floor_create(
    const char *source, size_t size, int64_t instructions, size_t memoryBytes) {
    Floor *floor = calloc(1, sizeof *floor);
    if (!floor) return NULL;
    floor->limit = memoryBytes;
    floor->instructions = floor->left = instructions;
    floor->L = lua_newstate(allocate, floor);
    if (floor->L) {
        *(Floor **)lua_getextraspace(floor->L) = floor;
        lua_pushcfunction(floor->L, load);
        lua_pushlstring(floor->L, source, size);
        if (lua_pcall(floor->L, 1, 0, 0) == LUA_OK) return floor;
    }
    floor_destroy(floor);
    return NULL;
}

void floor_destroy(Floor *floor) {
    if (floor->L) lua_close(floor->L);
    while (floor->slabs) {
        Slab *next = floor->slabs->next;
        free(floor->slabs);
        floor->slabs = next;
    }
    free(floor);
}

typedef struct Text {
    const char *at;
    const char *end;
} Text;

// Pushes the text up to the next quote, and goes behind it.
static void push_text(lua_State *L, Text *text) {
    const char *from = ++text->at;
    text->at = memchr(from, '"', (size_t)(text->end - from));
    lua_pushlstring(L, from, (size_t)(text->at - from));
    text->at += 1;
}

static int call(lua_State *L) {
    Text text = *(Text *)lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, SLOT_HANDLER);
    lua_rawgeti(L, LUA_REGISTRYINDEX, SLOT_ROOM);
    lua_createtable(L, 0, 3);
    while (text.at < text.end && *text.at != '}') {
        text.at += 1; // { or ,
        push_text(L, &text);
        text.at += 1; // :
        if (*text.at == '"') {
            push_text(L, &text);
        } else {
            lua_Integer value = 0;
            while (*text.at >= '0' && *text.at <= '9') value = value * 10 + (*text.at++ - '0');
            lua_pushinteger(L, value);
        }
        lua_rawset(L, -3);
    }
    lua_call(L, 2, 0);
    return 0;
}

int floor_call(Floor *floor, const char *event, size_t size) {
    lua_State *L = floor->L;
    Text text = {event, event + size};
    floor->left = floor->instructions;
    lua_sethook(L, count, LUA_MASKCOUNT, HOOK_INTERVAL);
    lua_pushcfunction(L, call);
    lua_pushlightuserdata(L, &text);
    int status = lua_pcall(L, 1, 0, 0);
    lua_settop(L, 0);
    return status;
}
