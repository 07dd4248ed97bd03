// What the files of this target share. Not visible to Swift.
#pragma once
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox.h"

enum {
    // Deeper data is refused, so that recursion over data is bounded.
    DEPTH_MAX = 32,
    HOOK_INTERVAL = 1000,
    HOOK_INTERVAL_COROUTINE = 100,
    CLASS_BYTES = 16,
    CLASS_COUNT = 32,
    NAME_COUNT = 16, // a power of two
};

// Slots of the registry's array part; the library itself uses 1 to 4.
enum Slot {
    SLOT_ROOT = 16,   // room.state
    SLOT_STATE_METATABLE,
    SLOT_CONFIG_METATABLE,
    SLOT_ORDER,       // tracked tables written in this call, in order of their first write
    SLOT_FRESH,       // tables that became tracked in this call
    SLOT_LINKED,      // tracked tables that were put into a further place in this call
    SLOT_LINKS,       // such a table -> { parent, key, line, parent, key, line, ... }
    SLOT_SEEN,        // visited tables -> number of the search, and whether they are in the tree
    SLOT_HOOKS,       // name -> function
    SLOT_ROOM,        // the first argument of every hook
    SLOT_ROOM_FIELDS, // what is behind it
    SLOT_GLOBALS,     // the _ENV of every chunk: a proxy
    SLOT_GLOBAL_FIELDS,
    SLOT_MODULES,     // file name -> result of require
    SLOT_LAST_HOOK,   // the function of the hook that ran last
    SLOT_IDS,         // object -> number, for tostring
    SLOT_LAST_ERROR,  // the text of an error in an error handler
    SLOT_NAMES,       // short names of fields that were read last
    SLOT_NAMES_END = SLOT_NAMES + NAME_COUNT,
};

typedef struct Buffer {
    uint8_t *bytes;
    size_t count, capacity;
} Buffer;

typedef struct NamedBytes {
    uint8_t *name, *text;
    size_t nameCount, textCount;
    // One byte a line that is set when it runs; NULL when nobody wants to know.
    uint8_t *lines;
    size_t lineCount;
} NamedBytes;

typedef struct NamedList {
    NamedBytes *items;
    size_t count;
} NamedList;

struct Sandbox {
    lua_State *L;
    lua_State *running; // the coroutine under way, for locations

    // Allocator.
    size_t used, peak, limit;
    bool isRelaxed; // for the language's own tests
    bool unlimited; // our own bookkeeping is never refused; the host bounds it
    void *freeBlocks[CLASS_COUNT];
    struct Slab *slabs;
    struct LargeBlock *largeBlocks;
    uint8_t *slabCursor, *slabEnd;
    int allocationCount;
    void *firstBlock;
    size_t firstBlockBytes;
    uint32_t seed;
    bool seedIsSet;
    // The request that was refused last, until Lua has collected and asks again.
    bool isRefused;
    const void *refusedBlock;
    size_t refusedBytes, refusedUsed;
    bool isExhausted; // the call ended because of memory: there is no more
    int vainCollections; // collections at the limit that gave next to nothing back

    // Budget of the call under way.
    SandboxBudget budget;
    int64_t left;
    int64_t hostCallsLeft;
    uint64_t cpuDeadline; // 0 before the first look at the clock
    int instructionsUnpolled;
    SandboxStatus killed; // SANDBOX_DONE: not killed
    int64_t leftAtKill;
    bool loopsAreUnknown; // whether a chunk's loops close what they must could not be seen
    int closings; // calls of coroutine.close inside each other
    bool inHook;
    SandboxBytes hook; // its name, while it runs
    char lastHook[32]; // its name ran last; empty for none
    int64_t nowMilliseconds; // what room.now says
    bool globalsFrozen;
    bool hostFault;
    char denial[256]; // the last message that something is not allowed
    bool isDenied;    // the error that ended the call was that one

    char message[2048];
    char trace[2048];
    char refusedWhere[160]; // where and why the allocator last said no
    const char *refusal;

    SandboxHost host;
    void *hostContext;
    bool answered, refused;
    Buffer answerEffect, answerValue;

    Buffer arguments, changes, effects, output;
    Buffer scratch; // a stack: users take from the end and give back

    NamedList files, hooks;
    SandboxFunctions functions;
    const void *incompleteRoom; // what is behind room, until all of it is there
    bool covers; // some file has lines to note
    const void *stateMetatable, *configMetatable;
    lua_Integer orderCount, freshCount, linkedCount, searchCount;
    lua_Integer idCount;
    // The texts in SLOT_NAMES, padded with zeros; the last byte is the length, and 0 for none.
    uint64_t names[NAME_COUNT][2];
    uint64_t random[4], randomSeed;
    bool isRandomReady; // whether `random` has been made from the seed of this call
};

static inline Sandbox *box_of(lua_State *L) { return *(Sandbox **)lua_getextraspace(L); }

// allocator.c
void *box_allocate(void *box, void *block, size_t oldBytes, size_t newBytes);
void box_free_memory(Sandbox *box);

// budget.c
_Noreturn void box_kill(lua_State *L, SandboxStatus status, const char *what);
// Raises again what cannot be caught. Called by everything that catches errors.
void box_rethrow(lua_State *L, int status);
void box_note_memory(Sandbox *box);
// Makes the end of the call certain; the error that ends it is raised by whoever calls this.
void box_mark_killed(Sandbox *box, SandboxStatus status);
// Kills when the processor time is used up. For what may be slow and is seldom.
void box_poll(lua_State *L);
bool box_is_late(Sandbox *box);
void box_charge_slow(lua_State *L);
void box_install_hook(lua_State *L, int interval);
void box_begin(Sandbox *box);
// Writes "main.lua:12: " of the innermost author's line, or nothing.
void box_where(lua_State *L, char *text, size_t capacity);
void box_record_trace(lua_State *L);
int box_message_handler(lua_State *L);
// Raises an error that says that something is not allowed.
int box_deny(lua_State *L, const char *format, ...);
// Raises the text on top as one.
int box_deny_text(lua_State *L);

static inline void box_charge(lua_State *L, int64_t amount) {
    Sandbox *box = box_of(L);
    box->left -= amount;
    if (box->left < 0) box_charge_slow(L);
}

// buffer.c
void box_append(lua_State *L, Buffer *buffer, const void *bytes, size_t count);
static inline void box_append_byte(lua_State *L, Buffer *buffer, uint8_t byte) {
    if (buffer->count < buffer->capacity) buffer->bytes[buffer->count++] = byte;
    else box_append(L, buffer, &byte, 1);
}
bool box_buffer_set(Buffer *buffer, SandboxBytes bytes);
void box_buffer_free(Buffer *buffer);
// Makes room for `count` more bytes of scratch; the memory may move.
uint8_t *box_scratch(lua_State *L, size_t count);
bool box_named_add(NamedList *list, SandboxBytes name, SandboxBytes text);
void box_named_free(NamedList *list);

// keys.c
typedef struct Key {
    enum { KEY_INTEGER, KEY_FLOAT, KEY_STRING, KEY_BOOLEAN } kind;
    uint32_t length; // of a string
    union {
        lua_Integer integer;
        lua_Number number;
        const char *text;
    };
} Key;
// Collects the keys of the table in their fixed order on the scratch stack, at the returned offset;
// give back by setting scratch.count to it. `isList`: the keys are exactly 1...count.
size_t box_sorted_keys(lua_State *L, int table, size_t *count, bool *isList);
static inline Key *box_key(Sandbox *box, size_t offset, size_t index) {
    return (Key *)(void *)(box->scratch.bytes + offset) + index;
}
void box_push_key(lua_State *L, const Key *key);
int box_pairs(lua_State *L);
int box_next(lua_State *L);

// proxy.c
extern const char box_backing_key;
// Pushes the table with the contents of the proxy at `index`; false and nothing pushed if it is
// none.
bool box_push_backing(lua_State *L, int index);
// The table at `index`, or what is behind it, on top.
void box_push_contents(lua_State *L, int index);
bool box_has_metatable(lua_State *L, int index, const void *metatable);
// Pops the contents, pushes a read-only table in front of them. `missing` is NULL or raises for an
// absent field; it gets `name` and the contents as its upvalues. `refusal` raises for a write; it
// gets `name`.
void box_push_fixed(lua_State *L, const char *name, lua_CFunction missing, lua_CFunction refusal);
int box_refuse_write(lua_State *L);
lua_Integer box_length(lua_State *L, int table);

// state.c
void box_state_open(lua_State *L);
void box_state_set(lua_State *L, int table, int key, int value);
int box_state_emit(lua_State *L);
int box_state_finish(lua_State *L);
int box_state_undo(lua_State *L);
int box_state_write(lua_State *L);
int box_state_restore(lua_State *L);
int box_state_apply(lua_State *L);
void box_adopt(lua_State *L, int metatableSlot);

// json-writer.c, json-reader.c
typedef enum JSONMode { JSON_PLAIN, JSON_STATE } JSONMode;
// Appends the value, a table of which would be `depth` tables deep. Raises with `what` and the path
// when it is no plain data.
void box_write_json(
    lua_State *L, Buffer *buffer, int index, JSONMode mode, const char *what, int depth);
void box_write_key(lua_State *L, Buffer *buffer, const Key *key);
void box_write_string(lua_State *L, Buffer *buffer, const char *text, size_t length);
bool box_is_utf8(const char *text, size_t length);
// Pushes the value of a JSON text. Raises when it is none, or has more than `depthMax` tables
// inside each other.
void box_read_json(lua_State *L, SandboxBytes text, JSONMode mode, int depthMax);
// The same, but pushes the elements of the array that the text must be, and returns their number.
int box_read_json_elements(lua_State *L, SandboxBytes text);

// path.c
typedef struct PathStep {
    const struct PathStep *up;
    int key; // stack index
} PathStep;
typedef struct PathText {
    char text[240];
    size_t count;
} PathText;
void box_path_add(lua_State *L, PathText *path, int key);
void box_path_add_steps(lua_State *L, PathText *path, const PathStep *steps);
void box_path_print(PathText *path, const char *text);

// room.c
void box_open_room(lua_State *L);
// Makes the parts of room that nobody has asked for yet.
void box_complete_room(lua_State *L);
int box_host_call(lua_State *L);
int box_print(lua_State *L);

// scan.c
// NULL, or what is wrong with a source text that the library could not bear, with its line.
const char *box_scan(const uint8_t *text, size_t count, int *line);

// conformance.c
int box_load(lua_State *L);

// loops.c
// Replaces the chunk on top by one whose loops close what they have to close.
void box_mend_loops(lua_State *L, const char *name);

// Libraries: each leaves one table on the stack.
void box_open_globals(lua_State *L);
void box_open_string(lua_State *L);
void box_open_table(lua_State *L);
void box_open_math(lua_State *L);
void box_open_coroutine(lua_State *L);
void box_open_patterns(lua_State *L); // adds to the table on top
int box_require(lua_State *L);
// Pushes a function that does as the stock one and charges for its results, and for the length of
// its text arguments if it reads them whole.
void box_push_metered(lua_State *L, lua_CFunction function, bool readsTexts);
// Pushes the text that tostring gives for the value, which may run a metamethod.
const char *box_push_text(lua_State *L, int index, size_t *length);
// A number that stands for the object within one call: no address, and the same in every run.
lua_Integer box_identity(lua_State *L, int index);
void box_seed_random(Sandbox *box, uint64_t seed);
