// The basic functions of the allow-list, the globals, and require.
#include <math.h>
#include <stdio.h>

#include "inside.h"

enum { FILE_BYTES_MAX = 256 << 10 };

// MARK: Metered stock functions

static int call_metered(lua_State *L) {
    int64_t work = 1;
    int count = lua_toboolean(L, lua_upvalueindex(2)) ? lua_gettop(L) : 0;
    for (int index = 1; index <= count; index += 1) {
        if (lua_type(L, index) == LUA_TSTRING) work += (int64_t)(lua_rawlen(L, index) >> 4);
    }
    box_charge(L, work);
    int results = lua_tocfunction(L, lua_upvalueindex(1))(L);
    if (results > 1) box_charge(L, results);
    return results;
}

void box_push_metered(lua_State *L, lua_CFunction function, bool readsTexts) {
    lua_pushcfunction(L, function);
    lua_pushboolean(L, readsTexts);
    lua_pushcclosure(L, call_metered, 2);
}

// MARK: Errors that can be caught, and those that cannot

// A budget that is used up ends the call from here as if nothing had caught it.
static int finish_protected(lua_State *L, int status, lua_KContext extra) {
    box_rethrow(L, status == LUA_OK || status == LUA_YIELD ? LUA_OK : status);
    if (status != LUA_OK && status != LUA_YIELD) {
        // Naming the value of a failed operation may have taken long.
        box_poll(L);
        box_of(L)->hostFault = false;
        lua_pushboolean(L, 0);
        lua_pushvalue(L, -2);
        return 2;
    }
    return lua_gettop(L) - (int)extra;
}

static int base_pcall(lua_State *L) {
    luaL_checkany(L, 1);
    Sandbox *box = box_of(L);
    box_charge(L, 5);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    size_t scratch = box->scratch.count;
    int status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_protected);
    if (status != LUA_OK) box->scratch.count = scratch;
    return finish_protected(L, status, 0);
}

// In a coroutine the handler runs when the stack has been unwound. While a handler is set, a thread
// holds its place in the stack; this version of Lua keeps using that place when the thread is closed
// and the stack is gone.
static int finish_handled(lua_State *L, int status, lua_KContext extra) {
    enum { HANDLERS_MAX = 10 };
    int count = finish_protected(L, status, extra);
    if (status == LUA_OK || status == LUA_YIELD) return count;
    // As in the stock function an error in the handler is given to the handler.
    for (int tries = 0; tries < HANDLERS_MAX; tries += 1) {
        lua_pushvalue(L, 2);
        lua_insert(L, -2);
        status = lua_pcall(L, 1, 1, 0);
        box_rethrow(L, status);
        if (status == LUA_OK) break;
        box_charge(L, 5);
    }
    if (status != LUA_OK) {
        lua_pop(L, 1);
        lua_pushliteral(L, "error in error handling");
    }
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static int base_xpcall(lua_State *L) {
    Sandbox *box = box_of(L);
    int count = lua_gettop(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    box_charge(L, 5);
    lua_pushboolean(L, 1);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);
    size_t scratch = box->scratch.count;
    bool isMain = L == box->L;
    lua_KFunction finish = isMain ? finish_protected : finish_handled;
    int status = lua_pcallk(L, count - 2, LUA_MULTRET, isMain ? 2 : 0, 2, finish);
    if (status != LUA_OK) box->scratch.count = scratch;
    return finish(L, status, 2);
}

// MARK: Metatables

static int base_getmetatable(lua_State *L) {
    luaL_checkany(L, 1);
    // What is behind a proxy is not the script's business; to it the table has no metatable.
    if (box_push_backing(L, 1) || !lua_getmetatable(L, 1)) {
        lua_pushnil(L);
        return 1;
    }
    luaL_getmetafield(L, 1, "__metatable");
    return 1;
}

static int base_setmetatable(lua_State *L) {
    int type = lua_type(L, 2);
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    if (box_push_backing(L, 1))
        return box_deny(
            L, "this table belongs to the room or a library; it cannot have a metatable");
    lua_settop(L, 2);
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
        return box_deny(L, "cannot change a protected metatable");
    // They make results depend on the collector (gc, mode), run outside the budget (gc) or crash
    // this version of Lua (concat).
    static const char *const refused[] = {"__gc", "__mode", "__concat"};
    if (type == LUA_TTABLE) {
        if (box_push_backing(L, 2))
            return box_deny(
                L, "this table belongs to the room or a library; it cannot be a metatable");
        for (size_t index = 0; index < sizeof refused / sizeof *refused; index += 1) {
            lua_pushstring(L, refused[index]);
            if (lua_rawget(L, 2) != LUA_TNIL)
                return box_deny(
                    L, "the metamethod %s is not available to plugins", refused[index]);
            lua_pop(L, 1);
        }
        lua_pushliteral(L, "__close");
        if (box_of(L)->loopsAreUnknown && lua_rawget(L, 2) != LUA_TNIL)
            return box_deny(L, "the metamethod __close is not available with this version of Lua");
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

// MARK: Raw access, which knows of proxies

static int base_rawget(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    lua_settop(L, 2);
    box_push_contents(L, 1);
    lua_pushvalue(L, 2);
    lua_rawget(L, 3);
    return 1;
}

static int base_rawset(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    if (box_push_backing(L, 1)) {
        lua_settop(L, 3);
        // The proxy's own rules apply; there is no way around them.
        lua_settable(L, 1);
        lua_settop(L, 1);
        return 1;
    }
    lua_settop(L, 3);
    lua_rawset(L, 1);
    return 1;
}

static int base_rawlen(lua_State *L) {
    int type = lua_type(L, 1);
    luaL_argexpected(L, type == LUA_TTABLE || type == LUA_TSTRING, 1, "table or string");
    if (box_push_backing(L, 1)) lua_pushinteger(L, box_length(L, -1));
    else lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
    return 1;
}

// MARK: Texts

// A number that stands for the object within one call: no address, and the same in every run.
lua_Integer box_identity(lua_State *L, int index) {
    Sandbox *box = box_of(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, SLOT_IDS);
    lua_pushvalue(L, index);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_pushvalue(L, index);
        lua_pushinteger(L, ++box->idCount);
        lua_rawset(L, -3);
        lua_pop(L, 1);
        return box->idCount;
    }
    lua_Integer id = lua_tointeger(L, -1);
    lua_pop(L, 2);
    return id;
}

const char *box_push_text(lua_State *L, int index, size_t *length) {
    index = lua_absindex(L, index);
    if (luaL_callmeta(L, index, "__tostring")) {
        if (!lua_isstring(L, -1)) luaL_error(L, "'__tostring' must return a string");
        return lua_tolstring(L, -1, length);
    }
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        if (!lua_isinteger(L, index) && isnan(lua_tonumber(L, index))) {
            lua_pushliteral(L, "nan"); // printf's sign of a NaN differs between machines
            break;
        }
        // fall through
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TSTRING:
        return luaL_tolstring(L, index, length);
    default: {
        const char *type = luaL_typename(L, index);
        int top = lua_gettop(L);
        bool isNamed = luaL_getmetafield(L, index, "__name") == LUA_TSTRING;
        char id[24];
        snprintf(id, sizeof id, ": 0x%08llx", (unsigned long long)box_identity(L, index));
        lua_pushfstring(L, "%s%s", isNamed ? lua_tostring(L, -1) : type, id);
        // One value: buffers rely on what is below it.
        lua_copy(L, -1, top + 1);
        lua_settop(L, top + 1);
    }
    }
    return lua_tolstring(L, -1, length);
}

static int base_tostring(lua_State *L) {
    luaL_checkany(L, 1);
    box_charge(L, 1);
    box_push_text(L, 1, NULL);
    return 1;
}

// MARK: Globals

static int assign_global(lua_State *L) {
    if (box_of(L)->globalsFrozen) {
        if (lua_type(L, 2) == LUA_TSTRING)
            return box_deny(
                L, "assignment to global '%s': keep state in room.state", lua_tostring(L, 2));
        return box_deny(L, "assignment to a global: keep state in room.state");
    }
    lua_settop(L, 3);
    lua_rawset(L, lua_upvalueindex(1));
    return 0;
}

// As the stock interpreter: a mark of the byte order, and a first line that begins with '#'.
static void skip_head(const uint8_t **text, const uint8_t *end) {
    if (end - *text >= 3 && memcmp(*text, "\xEF\xBB\xBF", 3) == 0) *text += 3;
    if (*text < end && **text == '#')
        while (*text < end && **text != '\n') *text += 1;
}

static int push_file(lua_State *L, const NamedBytes *file) {
    Sandbox *box = box_of(L);
    char name[200];
    snprintf(name, sizeof name, "@%s", (const char *)file->name);
    int line = 0;
    if (file->textCount > FILE_BYTES_MAX && !box->isRelaxed) {
        lua_pushfstring(L, "%s:1: the file is larger than 256 KiB", file->name);
        return LUA_ERRSYNTAX;
    }
    const char *problem = box_scan(file->text, file->textCount, &line);
    if (problem) {
        lua_pushfstring(L, "%s:%d: %s", file->name, line, problem);
        return LUA_ERRSYNTAX;
    }
    box_charge(L, (int64_t)file->textCount);
    const uint8_t *text = file->text, *end = text + file->textCount;
    skip_head(&text, end);
    int status = luaL_loadbufferx(L, (const char *)text, (size_t)(end - text), name, "t");
    if (status != LUA_OK) {
        if (box->killed || status == LUA_ERRMEM) box_rethrow(L, status);
        return status;
    }
    box_mend_loops(L, name);
    lua_rawgeti(L, LUA_REGISTRYINDEX, SLOT_GLOBALS);
    if (!lua_setupvalue(L, -2, 1)) lua_pop(L, 1);
    return LUA_OK;
}

// require "lib.cards" runs lib/cards.lua of the same program, once.
int box_require(lua_State *L) {
    Sandbox *box = box_of(L);
    size_t length = 0;
    const char *name = luaL_checklstring(L, 1, &length);
    box_charge(L, 20);
    char path[128];
    if (length == 0 || length > 100 || strlen(name) != length)
        return box_deny(L, "require: not a module name");
    for (size_t index = 0; index <= length; index += 1)
        path[index] = name[index] == '.' ? '/' : name[index];
    memcpy(path + length, ".lua", 5);
    const NamedBytes *file = NULL;
    for (size_t index = 0; index < box->files.count && !file; index += 1)
        if (strcmp((const char *)box->files.items[index].name, path) == 0)
            file = &box->files.items[index];
    if (!file) return box_deny(L, "require: there is no '%s' in this plugin", name);
    lua_settop(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, SLOT_MODULES);
    int type = lua_getfield(L, 2, path);
    if (type == LUA_TLIGHTUSERDATA) return luaL_error(L, "require: '%s' requires itself", name);
    if (type != LUA_TNIL) return 1;
    lua_pushlightuserdata(L, box);
    lua_setfield(L, 2, path);
    if (push_file(L, file) != LUA_OK) {
        lua_pushnil(L);
        lua_setfield(L, 2, path);
        return lua_error(L);
    }
    // Protected only so that a failed file can be required again.
    int status = lua_pcall(L, 0, 1, 0);
    box_rethrow(L, status);
    if (status == LUA_OK && lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    if (status == LUA_OK) lua_pushvalue(L, -1);
    else lua_pushnil(L);
    lua_setfield(L, 2, path);
    return status == LUA_OK ? 1 : lua_error(L);
}

// Pushes the chunk of a file, or the message, and returns Lua's status.
int box_push_file(lua_State *L, const char *name) {
    Sandbox *box = box_of(L);
    for (size_t index = 0; index < box->files.count; index += 1)
        if (strcmp((const char *)box->files.items[index].name, name) == 0)
            return push_file(L, &box->files.items[index]);
    lua_pushfstring(L, "%s:1: the program has no %s", name, name);
    return LUA_ERRSYNTAX;
}

static void copy_stock(lua_State *L, int from, int to, const char *const *names) {
    for (; *names; names += 1) {
        lua_getfield(L, from, *names);
        lua_setfield(L, to, *names);
    }
}

static void add_library(lua_State *L, int globals, const char *name) {
    // The registry's table of libraries gives functions their names in messages.
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
    box_push_fixed(L, name, NULL, box_refuse_write);
    lua_setfield(L, globals, name);
}

void box_open_globals(lua_State *L) {
    Sandbox *box = box_of(L);
    static const char *const names[] = {
        "assert", "error", "ipairs", "rawequal", "select", "tonumber", "type", "_VERSION", NULL};
    static const luaL_Reg own[] = {
        {"getmetatable", base_getmetatable}, {"next", box_next}, {"pairs", box_pairs},
        {"pcall", base_pcall}, {"rawget", base_rawget}, {"rawlen", base_rawlen},
        {"rawset", base_rawset}, {"require", box_require}, {"setmetatable", base_setmetatable},
        {"tostring", base_tostring}, {"xpcall", base_xpcall}, {NULL, NULL}};
    lua_newtable(L);
    int globals = lua_gettop(L);
    // The stock functions land in the registry's globals, which no chunk ever sees.
    lua_pushcfunction(L, luaopen_base);
    lua_call(L, 0, 1);
    copy_stock(L, globals + 1, globals, names);
    lua_getfield(L, globals + 1, "tonumber");
    box_push_metered(L, lua_tocfunction(L, -1), true);
    lua_setfield(L, globals, "tonumber");
    lua_settop(L, globals);
    luaL_setfuncs(L, own, 0);
    if (box->isRelaxed) {
        lua_pushcfunction(L, box_load);
        lua_setfield(L, globals, "load");
    }
    for (size_t index = 0; index < box->functions.count; index += 1) {
        if (strcmp(box->functions.paths[index], "log") != 0) continue;
        lua_pushinteger(L, (lua_Integer)index);
        lua_pushcclosure(L, box_print, 1);
        lua_setfield(L, globals, "print");
    }
    box_open_string(L);
    add_library(L, globals, "string");
    box_open_table(L);
    add_library(L, globals, "table");
    box_open_math(L);
    add_library(L, globals, "math");
    box_open_coroutine(L);
    add_library(L, globals, "coroutine");
    lua_pushcfunction(L, luaopen_utf8);
    lua_call(L, 0, 1);
    static const char *const metered[] = {"char", "codepoint", "len", "offset", NULL};
    for (const char *const *name = metered; *name; name += 1) {
        lua_getfield(L, globals + 1, *name);
        lua_CFunction function = lua_tocfunction(L, -1);
        lua_pop(L, 1);
        box_push_metered(L, function, true);
        lua_setfield(L, globals + 1, *name);
    }
    add_library(L, globals, "utf8");
    lua_pushvalue(L, globals);
    lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_GLOBAL_FIELDS);
    // So that messages know the names of the basic functions too.
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_pushvalue(L, globals);
    lua_setfield(L, -2, "_G");
    lua_pop(L, 1);
    lua_pushvalue(L, globals);
    box_push_fixed(L, "_ENV", NULL, box_refuse_write);
    lua_pushvalue(L, -1);
    lua_setfield(L, globals, "_G");
    lua_getmetatable(L, -1);
    lua_pushvalue(L, globals);
    lua_pushcclosure(L, assign_global, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pop(L, 1);
    lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_GLOBALS);
    lua_settop(L, globals - 1);
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_MODULES);
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_IDS);
}
