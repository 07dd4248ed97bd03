// What Swift calls. Every function below that touches Lua does so inside a protected call.
#include "sandbox.h"

#include <stdio.h>

#include "inside.h"

int box_push_file(lua_State *L, const char *name);

// MARK: Birth and death

Sandbox *sandbox_create(SandboxBudget budget, uint32_t seed, SandboxHost host, void *context) {
    Sandbox *box = calloc(1, sizeof *box);
    if (!box) return NULL;
    box->budget = budget;
    box->limit = budget.memoryBytes;
    box->seed = seed;
    box->host = host;
    box->hostContext = context;
    return box;
}

void sandbox_destroy(Sandbox *box) {
    if (!box) return;
    // Not lua_close: nothing in the state has anything to say any more.
    box_free_memory(box);
    Buffer *buffers[] = {
        &box->answerEffect, &box->answerValue, &box->arguments, &box->changes,
        &box->effects, &box->output, &box->scratch};
    for (size_t index = 0; index < sizeof buffers / sizeof *buffers; index += 1)
        box_buffer_free(buffers[index]);
    box_named_free(&box->files);
    box_named_free(&box->hooks);
    free(box);
}

int sandbox_add_file(Sandbox *box, SandboxBytes name, SandboxBytes text) {
    return box_named_add(&box->files, name, text);
}

void sandbox_set_functions(Sandbox *box, SandboxFunctions functions) {
    box->functions = functions;
}

void sandbox_cover(Sandbox *box, SandboxBytes name, uint8_t *lines, size_t count) {
    for (size_t index = 0; index < box->files.count; index += 1) {
        NamedBytes *file = &box->files.items[index];
        if (file->nameCount != name.count || memcmp(file->name, name.bytes, name.count) != 0)
            continue;
        file->lines = lines;
        file->lineCount = count;
        box->covers = true;
    }
}

// MARK: Protected calls

typedef struct Request {
    SandboxBytes hook, arguments, configuration;
    int64_t nowMilliseconds;
    bool isAbsent, isSyntax;
} Request;

// Runs `function` with `argument`. Whatever it raises is in message and trace.
static SandboxStatus run_protected(Sandbox *box, lua_CFunction function, void *argument) {
    lua_State *L = box->L;
    // Its stack is empty: nothing is left on it by whatever ran before.
    lua_pushcfunction(L, box_message_handler);
    lua_pushcfunction(L, function);
    lua_pushlightuserdata(L, argument);
    int status = lua_pcall(L, 1, 0, 1);
    lua_settop(L, 0);
    box->scratch.count = 0;
    box->running = NULL;
    if (box->scratch.capacity > (64 << 10)) box_buffer_free(&box->scratch);
    if (box->killed) return box->killed;
    switch (status) {
    case LUA_OK: return SANDBOX_DONE;
    case LUA_ERRMEM:
        box_note_memory(box);
        return SANDBOX_MEMORY;
    case LUA_ERRERR:
        snprintf(box->message, sizeof box->message, "an error while handling an error");
        return SANDBOX_ERROR;
    default: return box->hostFault ? SANDBOX_HOST : SANDBOX_ERROR;
    }
}

// The same for our own bookkeeping, which has no budget and must not fail.
static void run_unlimited(Sandbox *box, lua_CFunction function) {
    SandboxStatus killed = box->killed;
    int64_t left = box->left;
    box->killed = SANDBOX_DONE;
    box->unlimited = true;
    SandboxStatus status = run_protected(box, function, NULL);
    box->unlimited = false;
    if (status != SANDBOX_DONE) abort();
    // Having succeeded, it has left message and trace alone.
    box->killed = killed;
    box->left = left;
}

// MARK: Loading

// Makes the names of metamethods that must not exist unguessable: the virtual machine looks for the
// strings that it made at birth, whose bytes now differ from what a script can write.
static void hide_metamethods(lua_State *L) {
    // The library's own buffers need __gc; their metatable is made by the first large one.
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    luaL_prepbuffsize(&buffer, 5 * 1024);
    luaL_pushresultsize(&buffer, 0);
    lua_pop(L, 1);
    static const char *const names[] = {"__gc", "__mode", "__concat"};
    for (size_t index = 0; index < sizeof names / sizeof *names; index += 1) {
        size_t length = 0;
        lua_pushstring(L, names[index]);
        char *bytes = (char *)(uintptr_t)lua_tolstring(L, -1, &length);
        // Random, so that no script can write them; nothing depends on them, the hash stays the old
        // one. Above 127, because the library finds strings for C texts in a cache by comparing
        // them up to the first zero: none of ours, and none of its own, may look like these.
        arc4random_buf(bytes, length);
        for (size_t byte = 0; byte < length; byte += 1) bytes[byte] = (char)(bytes[byte] | 0x80);
        lua_pop(L, 1);
    }
}

static int open_state(lua_State *L) {
    const Request *request = lua_touserdata(L, 1);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_pop(L, 1);
    // Reserves the slots as one array.
    for (int slot = 3; slot < SLOT_NAMES_END; slot += 1) {
        lua_pushboolean(L, 0);
        lua_rawseti(L, LUA_REGISTRYINDEX, slot);
    }
    box_state_open(L);
    box_open_globals(L);
    box_open_room(L);
    hide_metamethods(L);
    // So that it is at hand when there is no memory: the library makes it where nothing catches.
    lua_pushliteral(L, "error in error handling");
    lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_LAST_ERROR);
    lua_rawgeti(L, LUA_REGISTRYINDEX, SLOT_ROOM_FIELDS);
    int fields = lua_gettop(L);
    box_read_json(L, request->configuration, JSON_PLAIN, DEPTH_MAX);
    if (!lua_istable(L, -1)) return luaL_error(L, "JSON: the configuration must be an object");
    box_adopt(L, SLOT_CONFIG_METATABLE);
    lua_setfield(L, fields, "config");
    lua_newtable(L);
    box_adopt(L, SLOT_STATE_METATABLE);
    lua_pushvalue(L, -1);
    lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_ROOT);
    lua_setfield(L, fields, "state");
    lua_pushnumber(L, 0);
    lua_setfield(L, fields, "now");
    return 0;
}

static int load_program(lua_State *L) {
    Sandbox *box = box_of(L);
    Request *request = lua_touserdata(L, 1);
    lua_settop(L, 0);
    if (box_push_file(L, "main.lua") != LUA_OK) {
        request->isSyntax = true;
        return lua_error(L);
    }
    lua_call(L, 0, 1);
    if (!lua_istable(L, 1) || box_push_backing(L, 1))
        return luaL_error(L, "main.lua must end with `return` and the table of its hooks");
    lua_newtable(L);
    size_t count = 0;
    bool isList = false;
    size_t start = box_sorted_keys(L, 1, &count, &isList);
    for (size_t index = 0; index < count; index += 1) {
        Key key = *box_key(box, start, index);
        if (key.kind != KEY_STRING) continue;
        box_push_key(L, &key);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, 1) != LUA_TFUNCTION) {
            lua_settop(L, 2);
            continue;
        }
        SandboxBytes name = {(const uint8_t *)key.text, key.length};
        lua_Debug definition;
        lua_pushvalue(L, -1);
        lua_getinfo(L, ">S", &definition);
        char place[160];
        snprintf(place, sizeof place, "%s:%d: ", definition.short_src, definition.linedefined);
        SandboxBytes placeBytes = {(const uint8_t *)place, strlen(place)};
        if (!box_named_add(&box->hooks, name, placeBytes))
            box_kill(L, SANDBOX_MEMORY, "no memory for the names of the hooks");
        lua_rawset(L, 2);
    }
    box->scratch.count = start;
    lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_HOOKS);
    return 0;
}

static SandboxStatus open_box(Sandbox *box, Request *request) {
    box->L = lua_newstate(box_allocate, box);
    if (!box->L) {
        snprintf(box->message, sizeof box->message, "no memory for a Lua state");
        return SANDBOX_MEMORY;
    }
    *(Sandbox **)lua_getextraspace(box->L) = box;
    // Without a panic function the library would end the process with a line on stderr.
    box_begin(box);
    SandboxStatus status = run_protected(box, open_state, request);
    return status == SANDBOX_ERROR ? SANDBOX_HOST : status;
}

SandboxStatus sandbox_load(Sandbox *box, SandboxBytes configuration) {
    Request request = {.configuration = configuration};
    SandboxStatus status = open_box(box, &request);
    if (status != SANDBOX_DONE) return status;
    box_begin(box);
    box_seed_random(box, 0);
    status = run_protected(box, load_program, &request);
    if (status == SANDBOX_ERROR && request.isSyntax) return SANDBOX_SYNTAX;
    if (status == SANDBOX_DONE) box->globalsFrozen = true;
    return status;
}

// MARK: Operations

SandboxStatus sandbox_restore(Sandbox *box, SandboxBytes state) {
    box_begin(box);
    SandboxStatus status = run_protected(box, box_state_restore, &state);
    return status == SANDBOX_ERROR ? SANDBOX_HOST : status;
}

SandboxStatus sandbox_apply(Sandbox *box, SandboxBytes changes) {
    box_begin(box);
    box->effects.count = 0;
    SandboxStatus status = run_protected(box, box_state_apply, &changes);
    run_unlimited(box, status == SANDBOX_DONE ? box_state_finish : box_state_undo);
    return status == SANDBOX_ERROR ? SANDBOX_HOST : status;
}

SandboxStatus sandbox_state(Sandbox *box) {
    if (!box->L) return SANDBOX_HOST;
    box->running = box->L;
    run_unlimited(box, box_state_write);
    return SANDBOX_DONE;
}

// Pushes the function of a hook, or returns false. Most calls are of the same one as before.
static bool push_hook(lua_State *L, SandboxBytes name) {
    Sandbox *box = box_of(L);
    bool isShort = name.count > 0 && name.count < sizeof box->lastHook;
    if (isShort && memcmp(box->lastHook, name.bytes, name.count) == 0
        && box->lastHook[name.count] == 0) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, SLOT_LAST_HOOK);
        return true;
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, SLOT_HOOKS);
    lua_pushlstring(L, (const char *)name.bytes, name.count);
    if (lua_rawget(L, -2) != LUA_TFUNCTION) return false;
    lua_remove(L, -2);
    if (isShort) {
        lua_pushvalue(L, -1);
        lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_LAST_HOOK);
        memcpy(box->lastHook, name.bytes, name.count);
        box->lastHook[name.count] = 0;
    }
    return true;
}

static int run_hook(lua_State *L) {
    Sandbox *box = box_of(L);
    Request *request = lua_touserdata(L, 1);
    if (box->idCount > 0) {
        box->idCount = 0;
        lua_newtable(L);
        lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_IDS);
    }
    if (!push_hook(L, request->hook)) {
        request->isAbsent = true;
        return 0;
    }
    if (box->nowMilliseconds != request->nowMilliseconds) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, SLOT_ROOM_FIELDS);
        lua_pushliteral(L, "now");
        lua_pushnumber(L, (lua_Number)request->nowMilliseconds / 1000);
        lua_rawset(L, -3);
        lua_pop(L, 1);
        box->nowMilliseconds = request->nowMilliseconds;
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, SLOT_ROOM);
    box->hostFault = true;
    int count = box_read_json_elements(L, request->arguments);
    box->hostFault = false;
    box->inHook = true;
    box->hook = request->hook;
    lua_call(L, count + 1, 0);
    box->inHook = false;
    return box_state_emit(L);
}

static bool begin_effects(Sandbox *box) {
    static const uint8_t bracket = '[';
    if (box->effects.capacity == 0)
        return box_buffer_set(&box->effects, (SandboxBytes){&bracket, 1});
    box->effects.bytes[0] = bracket;
    box->effects.count = 1;
    return true;
}

static void close_effects(Sandbox *box) {
    uint8_t end = ']';
    Buffer *effects = &box->effects;
    if (effects->count == effects->capacity) {
        uint8_t *moved = realloc(effects->bytes, effects->capacity + 16);
        if (!moved) abort();
        effects->bytes = moved;
        effects->capacity += 16;
    }
    effects->bytes[effects->count++] = end;
}

SandboxStatus sandbox_call(
    Sandbox *box, SandboxBytes hook, SandboxBytes arguments, int64_t nowMilliseconds,
    uint64_t seed) {
    Request request = {
        .hook = hook, .arguments = arguments, .nowMilliseconds = nowMilliseconds};
    box_begin(box);
    box->peak = box->used;
    box_seed_random(box, seed);
    if (!begin_effects(box)) return SANDBOX_MEMORY;
    SandboxStatus status = run_protected(box, run_hook, &request);
    box->inHook = false;
    if (status == SANDBOX_DONE && request.isAbsent) return SANDBOX_ABSENT;
    if (status != SANDBOX_DONE) {
        run_unlimited(box, box_state_undo);
        box->changes.count = box->effects.count = 0;
        return status;
    }
    if (box->orderCount || box->freshCount || box->linkedCount)
        run_unlimited(box, box_state_finish);
    close_effects(box);
    return SANDBOX_DONE;
}

// MARK: A chunk on its own

static int write_plain(lua_State *L) {
    Sandbox *box = box_of(L);
    box->output.count = 0;
    box_write_json(L, &box->output, 1, JSON_PLAIN, "value", 1);
    if (box->output.count > box->budget.outputBytes) return luaL_error(L, "too large");
    return 0;
}

// Of what cannot be written as it is. Raw: a __tostring of the author's must not run now.
static void write_name(lua_State *L) {
    Sandbox *box = box_of(L);
    enum { TEXT_MAX = 4096 };
    size_t length = 0;
    const char *text = lua_typename(L, lua_type(L, 1));
    if (lua_type(L, 1) == LUA_TSTRING) text = lua_tolstring(L, 1, &length);
    else if (lua_type(L, 1) == LUA_TNUMBER) text = box_push_text(L, 1, &length);
    else length = strlen(text);
    box->output.count = 0;
    box_append_byte(L, &box->output, '"');
    for (size_t index = 0; index < length && index < TEXT_MAX; index += 1) {
        uint8_t byte = (uint8_t)text[index];
        if (byte >= 0x80) box_append(L, &box->output, "\xEF\xBF\xBD", 3);
        else if (byte < 0x20 || byte == '"' || byte == '\\') box_append_byte(L, &box->output, '?');
        else box_append_byte(L, &box->output, byte);
    }
    box_append_byte(L, &box->output, '"');
}

static int evaluate(lua_State *L) {
    Sandbox *box = box_of(L);
    Request *request = lua_touserdata(L, 1);
    lua_settop(L, 0);
    char name[128];
    snprintf(name, sizeof name, "%.*s", (int)request->hook.count, (const char *)request->hook.bytes);
    if (box_push_file(L, name) != LUA_OK) {
        request->isSyntax = true;
        return lua_error(L);
    }
    if (box->globalsFrozen) lua_rawgeti(L, LUA_REGISTRYINDEX, SLOT_ROOM);
    // At a top level too, so that print can be called; nothing is done about it.
    box->inHook = true;
    lua_call(L, box->globalsFrozen ? 1 : 0, 1);
    box->inHook = false;
    // What a handler does to the state is judged at its end.
    if (box->globalsFrozen) {
        lua_pushcfunction(L, box_state_emit);
        lua_call(L, 0, 0);
    }
    lua_pushcfunction(L, write_plain);
    lua_pushvalue(L, 1);
    int status = lua_pcall(L, 1, 0, 0);
    box_rethrow(L, status);
    if (status != LUA_OK) write_name(L);
    return 0;
}

SandboxStatus sandbox_evaluate(Sandbox *box, SandboxBytes name, int isHandler, uint64_t seed) {
    static const uint8_t empty[] = "{}";
    Request request = {.hook = name, .configuration = {empty, 2}};
    SandboxStatus status = open_box(box, &request);
    if (status != SANDBOX_DONE) return status;
    box->globalsFrozen = isHandler != 0;
    box_begin(box);
    box_seed_random(box, seed);
    if (!begin_effects(box)) return SANDBOX_MEMORY;
    status = run_protected(box, evaluate, &request);
    box->inHook = false;
    close_effects(box);
    return status == SANDBOX_ERROR && request.isSyntax ? SANDBOX_SYNTAX : status;
}

int sandbox_was_denied(const Sandbox *box) { return box->isDenied; }

// MARK: Answers and results

void sandbox_accept(Sandbox *box, SandboxBytes effect, SandboxBytes value) {
    box->answered =
        box_buffer_set(&box->answerEffect, effect) && box_buffer_set(&box->answerValue, value);
    box->refused = false;
}

void sandbox_refuse(Sandbox *box, SandboxBytes message) {
    box->answered = box_buffer_set(&box->answerValue, message);
    box->refused = true;
}

static SandboxBytes text_bytes(const char *text) {
    return (SandboxBytes){(const uint8_t *)text, strlen(text)};
}

SandboxBytes sandbox_message(const Sandbox *box) { return text_bytes(box->message); }
SandboxBytes sandbox_trace(const Sandbox *box) { return text_bytes(box->trace); }
SandboxBytes sandbox_output(const Sandbox *box) {
    return (SandboxBytes){box->output.bytes, box->output.count};
}
static int64_t instructions(const Sandbox *box) {
    int64_t budget = box->budget.instructions;
    // What was too much for the budget has not been done. And where the processor time decides,
    // the count of instructions up to there would differ between runs.
    if (box->killed == SANDBOX_BUDGET) return budget;
    return budget - (box->killed ? box->leftAtKill : box->left);
}
size_t sandbox_memory(const Sandbox *box) { return box->used; }
SandboxResult sandbox_result(const Sandbox *box) {
    return (SandboxResult){
        .changes = {box->changes.bytes, box->changes.count},
        .effects = {box->effects.bytes, box->effects.count},
        .instructions = instructions(box),
        .hostCalls = box->budget.hostCalls - (box->hostCallsLeft < 0 ? 0 : box->hostCallsLeft),
        .peakBytes = box->peak,
    };
}
size_t sandbox_hook_count(const Sandbox *box) { return box->hooks.count; }
SandboxBytes sandbox_hook(const Sandbox *box, size_t index) {
    return (SandboxBytes){box->hooks.items[index].name, box->hooks.items[index].nameCount};
}

int sandbox_seed_is_set(const Sandbox *box) { return box->seedIsSet; }

static int key_order(lua_State *L) {
    uint64_t *order = lua_touserdata(L, 1);
    lua_createtable(L, 0, 64);
    for (int index = 0; index < 64; index += 1) {
        lua_pushfstring(L, "key %d", index);
        lua_pushinteger(L, index);
        lua_rawset(L, 2);
    }
    *order = 14695981039346656037u;
    lua_pushnil(L);
    while (lua_next(L, 2)) {
        *order = (*order ^ (uint64_t)lua_tointeger(L, -1)) * 1099511628211u;
        lua_pop(L, 1);
    }
    return 0;
}

uint64_t sandbox_key_order(Sandbox *box) {
    uint64_t order = 0;
    box_begin(box);
    run_protected(box, key_order, &order);
    return order;
}
