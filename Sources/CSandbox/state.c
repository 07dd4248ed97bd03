// room.state: a tree of plain data whose writes are tracked.
//
// A table that is put into the tree becomes part of it in place: its contents move behind it
// (proxy.c), so the author's own variable stays valid and later writes through it are seen.
// The first write to a field in a call remembers the field's old value. That record undoes a failed
// call and yields the changes of a good one.
//
// In the tree each table has one place. Whether that holds is judged at the end of a call, because
// a swap or a move has two places for a moment. A table knows its place (`parent`, `key`) as of the
// last judgement; a further place that it was put into since is in SLOT_LINKS. Tables that left the
// tree become plain again at the end of the call, in place.
#include <math.h>
#include <stdio.h>

#include "state.h"

const char state_parent_key = 0, state_place_key = 0, state_old_key = 0, state_absent = 0;

void state_push_slot(lua_State *L, int slot) { lua_rawgeti(L, LUA_REGISTRYINDEX, slot); }

static void append_slot(lua_State *L, int slot, lua_Integer *count, int value) {
    value = lua_absindex(L, value);
    state_push_slot(L, slot);
    lua_pushvalue(L, value);
    lua_rawseti(L, -2, *count + 1);
    lua_pop(L, 1);
    *count += 1;
}

bool state_is_tracked(lua_State *L, int index) {
    return lua_istable(L, index) && box_has_metatable(L, index, box_of(L)->stateMetatable);
}

bool state_is_root(lua_State *L, int index) {
    state_push_slot(L, SLOT_ROOT);
    bool isRoot = lua_rawequal(L, -1, lua_absindex(L, index < 0 ? index - 1 : index));
    lua_pop(L, 1);
    return isRoot;
}

// MARK: Paths

// The place as last judged: good enough for a message, also when it has changed since.
void state_path_to(lua_State *L, PathText *path, int table, int depth) {
    luaL_checkstack(L, 4, NULL);
    if (state_is_root(L, table)) {
        box_path_print(path, "room.state");
        return;
    }
    if (depth > DEPTH_MAX || lua_rawgetp(L, table, &state_parent_key) != LUA_TTABLE) {
        if (depth <= DEPTH_MAX) lua_pop(L, 1);
        box_path_print(path, "(a table that was in room.state)");
        return;
    }
    state_path_to(L, path, lua_gettop(L), depth + 1);
    lua_rawgetp(L, table, &state_place_key);
    box_path_add(L, path, lua_gettop(L));
    lua_pop(L, 2);
}

typedef struct Place {
    int table; // tracked
    int key;
    const PathStep *inside; // below the new value
} Place;

static int refuse(lua_State *L, const Place *place, const char *reason) {
    PathText path = {.count = 0};
    path.text[0] = 0;
    state_path_to(L, &path, place->table, 0);
    box_path_add(L, &path, place->key);
    box_path_add_steps(L, &path, place->inside);
    return luaL_error(L, "%s: %s", path.text, reason);
}

// MARK: Judging what is put in

static void check_text(lua_State *L, const Place *place, int index, const char *reason) {
    size_t length = 0;
    const char *text = lua_tolstring(L, index, &length);
    box_charge(L, (int64_t)(length >> 6));
    if (!box_is_utf8(text, length)) refuse(L, place, reason);
}

static void check_key(lua_State *L, const Place *place, int key) {
    if (lua_type(L, key) == LUA_TSTRING) {
        check_text(L, place, key, "the key is not valid UTF-8");
    } else if (lua_type(L, key) == LUA_TNUMBER) {
        lua_Integer integer = 0;
        bool isIntegral = lua_isinteger(L, key)
            || (lua_numbertointeger(lua_tonumber(L, key), &integer)
                && (lua_Number)integer == lua_tonumber(L, key));
        if (!isIntegral) refuse(L, place, "a key must be a text or an integer, not a fraction");
    } else {
        char reason[80];
        snprintf(
            reason, sizeof reason, "a key must be a text or an integer, not a %s",
            luaL_typename(L, key));
        refuse(L, place, reason);
    }
}

static void check_value(lua_State *L, const Place *place, int value, int depth) {
    char reason[80];
    switch (lua_type(L, value)) {
    case LUA_TNIL:
    case LUA_TBOOLEAN:
        return;
    case LUA_TNUMBER:
        if (!lua_isinteger(L, value) && !isfinite(lua_tonumber(L, value)))
            refuse(L, place, "not a finite number");
        return;
    case LUA_TSTRING:
        check_text(L, place, value, "the text is not valid UTF-8");
        return;
    case LUA_TTABLE:
        break;
    default:
        snprintf(
            reason, sizeof reason,
            "a %s is not plain data; only texts, numbers, booleans and tables",
            luaL_typename(L, value));
        refuse(L, place, reason);
    }
    if (state_is_tracked(L, value)) return;
    luaL_checkstack(L, 6, NULL);
    if (box_push_backing(L, value))
        refuse(L, place, "this table is read-only and cannot become part of room.state; copy it");
    if (lua_getmetatable(L, value)) refuse(L, place, "a table with a metatable is not plain data");
    if (depth > DEPTH_MAX)
        refuse(L, &(Place){place->table, place->key, NULL},
               "is nested deeper than 32 tables, or contains itself");
    int top = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, value)) {
        box_charge(L, 4);
        PathStep step = {place->inside, top + 1};
        Place inner = {place->table, place->key, &step};
        check_key(L, &inner, top + 1);
        check_value(L, &inner, top + 2, depth + 1);
        lua_pop(L, 1);
    }
}

// MARK: Becoming tracked

void state_remember_place(lua_State *L, int child, int parent, int key) {
    lua_pushvalue(L, parent);
    lua_rawsetp(L, child, &state_parent_key);
    lua_pushvalue(L, key);
    lua_rawsetp(L, child, &state_place_key);
}

static void link(lua_State *L, int child, int parent, int key) {
    Sandbox *box = box_of(L);
    luaL_checkstack(L, 6, NULL);
    box_charge(L, 30);
    state_push_slot(L, SLOT_LINKS);
    int links = lua_gettop(L);
    lua_pushvalue(L, child);
    if (lua_rawget(L, links) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, child);
        lua_pushvalue(L, -2);
        lua_rawset(L, links);
        append_slot(L, SLOT_LINKED, &box->linkedCount, child);
    }
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    lua_pushvalue(L, parent);
    lua_rawseti(L, -2, count + 1);
    lua_pushvalue(L, key);
    lua_rawseti(L, -2, count + 2);
    char where[160];
    box_where(L, where, sizeof where);
    lua_pushstring(L, where);
    lua_rawseti(L, -2, count + 3);
    lua_settop(L, links - 1);
}

// Moves the contents of a plain, checked table behind it, and so on downwards.
static void track(lua_State *L, int table) {
    Sandbox *box = box_of(L);
    luaL_checkstack(L, 10, NULL);
    lua_Integer count = 0;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        count += 1;
        lua_pop(L, 1);
    }
    lua_Integer inList = (lua_Integer)lua_rawlen(L, table);
    if (inList > count) inList = count;
    lua_createtable(L, (int)inList, (int)(count - inList));
    int contents = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, contents);
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, table); // clearing a field is allowed while iterating
    }
    lua_pushvalue(L, contents);
    lua_rawsetp(L, table, &box_backing_key);
    state_push_slot(L, SLOT_STATE_METATABLE);
    lua_setmetatable(L, table);
    append_slot(L, SLOT_FRESH, &box->freshCount, table);
    lua_pushnil(L);
    while (lua_next(L, contents)) {
        int key = lua_gettop(L) - 1, child = key + 1;
        if (lua_istable(L, child)) {
            if (state_is_tracked(L, child)) {
                link(L, child, table, key);
            } else {
                track(L, child);
                state_remember_place(L, child, table, key);
            }
        }
        lua_pop(L, 1);
    }
    lua_settop(L, contents - 1);
}

// Puts a proxy with the metatable in front of the table on top of the stack and the tables below
// it. Like track, but for tables that nobody else holds yet.
void box_adopt(lua_State *L, int metatableSlot) {
    int contents = lua_gettop(L);
    luaL_checkstack(L, 10, NULL);
    lua_createtable(L, 0, metatableSlot == SLOT_STATE_METATABLE ? 3 : 1);
    int proxy = contents + 1;
    lua_pushvalue(L, contents);
    lua_rawsetp(L, proxy, &box_backing_key);
    state_push_slot(L, metatableSlot);
    lua_setmetatable(L, proxy);
    lua_pushnil(L);
    while (lua_next(L, contents)) {
        int key = proxy + 1, child = proxy + 2;
        if (lua_istable(L, child)) {
            box_adopt(L, metatableSlot);
            if (metatableSlot == SLOT_STATE_METATABLE) state_remember_place(L, child, proxy, key);
            lua_pushvalue(L, key);
            lua_pushvalue(L, child);
            lua_rawset(L, contents); // an existing field, so the iteration stays valid
        }
        lua_settop(L, key);
    }
    lua_replace(L, contents);
}

// Gives a table its contents back and lets go of it.
void state_untrack(lua_State *L, int table) {
    luaL_checkstack(L, 6, NULL);
    if (!box_push_backing(L, table)) return;
    int contents = lua_gettop(L);
    const char *keys[] = {&box_backing_key, &state_parent_key, &state_place_key};
    for (size_t index = 0; index < sizeof keys / sizeof *keys; index += 1) {
        lua_pushnil(L);
        lua_rawsetp(L, table, keys[index]);
    }
    lua_pushnil(L);
    lua_setmetatable(L, table);
    lua_pushnil(L);
    while (lua_next(L, contents)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, table);
    }
    lua_settop(L, contents - 1);
}

// MARK: Reading and writing

// Integer 1 and float 1.0 are equal in Lua but not the same data.
bool state_is_same(lua_State *L, int left, int right) {
    if (lua_type(L, left) != lua_type(L, right)) return false;
    if (lua_type(L, left) != LUA_TNUMBER) return lua_rawequal(L, left, right);
    if (lua_isinteger(L, left) != lua_isinteger(L, right)) return false;
    if (lua_isinteger(L, left)) return lua_tointeger(L, left) == lua_tointeger(L, right);
    lua_Number a = lua_tonumber(L, left), b = lua_tonumber(L, right);
    return a == b && signbit(a) == signbit(b);
}

static void remember_old(lua_State *L, int table, int key, int old) {
    Sandbox *box = box_of(L);
    if (lua_rawgetp(L, table, &state_old_key) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        append_slot(L, SLOT_ORDER, &box->orderCount, table);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, table, &state_old_key);
    }
    lua_pushvalue(L, key);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pushvalue(L, key);
        if (lua_isnil(L, old)) lua_pushlightuserdata(L, (void *)&state_absent);
        else lua_pushvalue(L, old);
        lua_rawset(L, -4);
    }
    lua_pop(L, 2);
}

void box_state_set(lua_State *L, int table, int key, int value) {
    luaL_checkstack(L, 16, NULL);
    int top = lua_gettop(L);
    box_charge(L, 8);
    Place place = {table, key, NULL};
    check_key(L, &place, key);
    if (lua_type(L, key) == LUA_TNUMBER && !lua_isinteger(L, key)) {
        lua_pushinteger(L, (lua_Integer)lua_tonumber(L, key));
        lua_replace(L, key);
    }
    check_value(L, &place, value, 1);
    box_push_backing(L, table);
    lua_pushvalue(L, key);
    lua_rawget(L, top + 1);
    if (!state_is_same(L, top + 2, value)) {
        remember_old(L, table, key, top + 2);
        if (lua_istable(L, value)) {
            if (state_is_tracked(L, value)) {
                link(L, value, table, key);
            } else {
                track(L, value);
                state_remember_place(L, value, table, key);
            }
        }
        lua_pushvalue(L, key);
        lua_pushvalue(L, value);
        lua_rawset(L, top + 1);
    }
    lua_settop(L, top);
}

static int state_index(lua_State *L) {
    if (!box_push_backing(L, 1)) return 0;
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    return 1;
}

static int state_new_index(lua_State *L) {
    box_state_set(L, 1, 2, 3);
    return 0;
}

static int contents_length(lua_State *L) {
    box_push_contents(L, 1);
    lua_pushinteger(L, box_length(L, -1));
    return 1;
}

static int config_new_index(lua_State *L) { return box_deny(L, "room.config is read-only"); }

static void renew_slots(lua_State *L, int first, int last) {
    for (int slot = first; slot <= last; slot += 1) {
        lua_newtable(L);
        lua_rawseti(L, LUA_REGISTRYINDEX, slot);
    }
}

void state_forget_call(lua_State *L) {
    Sandbox *box = box_of(L);
    // Most calls write to one known table, and leave nothing else behind.
    if (box->orderCount == 1) {
        state_push_slot(L, SLOT_ORDER);
        lua_pushnil(L);
        lua_rawseti(L, -2, 1);
        lua_pop(L, 1);
    } else if (box->orderCount > 1) {
        renew_slots(L, SLOT_ORDER, SLOT_ORDER);
    }
    if (box->freshCount > 0) renew_slots(L, SLOT_FRESH, SLOT_FRESH);
    // Without links nothing is searched for.
    if (box->linkedCount > 0) renew_slots(L, SLOT_LINKED, SLOT_SEEN);
    box->orderCount = box->freshCount = box->linkedCount = 0;
}

static void make_metatable(lua_State *L, int slot, lua_CFunction newIndex) {
    lua_createtable(L, 0, 4);
    lua_pushcfunction(L, state_index);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, newIndex);
    lua_setfield(L, -2, "__newindex");
    lua_pushcfunction(L, contents_length);
    lua_setfield(L, -2, "__len");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_rawseti(L, LUA_REGISTRYINDEX, slot);
}

void box_state_open(lua_State *L) {
    Sandbox *box = box_of(L);
    make_metatable(L, SLOT_STATE_METATABLE, state_new_index);
    make_metatable(L, SLOT_CONFIG_METATABLE, config_new_index);
    state_push_slot(L, SLOT_STATE_METATABLE);
    box->stateMetatable = lua_topointer(L, -1);
    state_push_slot(L, SLOT_CONFIG_METATABLE);
    box->configMetatable = lua_topointer(L, -1);
    lua_pop(L, 2);
    renew_slots(L, SLOT_ORDER, SLOT_SEEN);
    box->searchCount = 1;
}

// MARK: As a whole

int box_state_write(lua_State *L) {
    Sandbox *box = box_of(L);
    box->output.count = 0;
    state_push_slot(L, SLOT_ROOT);
    box_write_json(L, &box->output, -1, JSON_STATE, "room.state", 1);
    return 0;
}

// Argument: the JSON text as a light userdata to SandboxBytes.
int box_state_restore(lua_State *L) {
    const SandboxBytes *text = lua_touserdata(L, 1);
    box_read_json(L, *text, JSON_STATE, DEPTH_MAX);
    if (!lua_istable(L, 2)) luaL_error(L, "JSON: room.state must be an object");
    box_adopt(L, SLOT_STATE_METATABLE);
    state_push_slot(L, SLOT_ROOM_FIELDS);
    lua_pushliteral(L, "state");
    lua_pushvalue(L, 2);
    lua_rawset(L, 3);
    lua_pushvalue(L, 2);
    lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_ROOT);
    return 0;
}

// Sets one `[path, value]` or `[path]`, both on top of the stack as a table.
static void apply_change(lua_State *L, int change) {
    if (!lua_istable(L, change) || lua_rawgeti(L, change, 1) != LUA_TTABLE)
        luaL_error(L, "JSON: a change must be [path] or [path, value]");
    int path = lua_gettop(L);
    lua_Integer count = (lua_Integer)lua_rawlen(L, path);
    if (count < 1) luaL_error(L, "JSON: a change has an empty path");
    state_push_slot(L, SLOT_ROOT);
    for (lua_Integer index = 1; index < count; index += 1) {
        if (!box_push_backing(L, -1))
            luaL_error(L, "JSON: a change has a path that does not exist");
        lua_rawgeti(L, path, index);
        lua_rawget(L, -2);
        lua_replace(L, path + 1);
        lua_settop(L, path + 1);
    }
    if (!state_is_tracked(L, path + 1))
        luaL_error(L, "JSON: a change has a path that does not exist");
    lua_rawgeti(L, path, count);
    lua_rawgeti(L, change, 2);
    box_state_set(L, path + 1, path + 2, path + 3);
    lua_settop(L, change);
}

int box_state_apply(lua_State *L) {
    const SandboxBytes *text = lua_touserdata(L, 1);
    box_read_json(L, *text, JSON_STATE, DEPTH_MAX + 2);
    if (!lua_istable(L, 2)) luaL_error(L, "JSON: changes must be an array");
    lua_Integer count = (lua_Integer)lua_rawlen(L, 2);
    for (lua_Integer index = 1; index <= count; index += 1) {
        lua_rawgeti(L, 2, index);
        apply_change(L, 3);
        lua_settop(L, 2);
    }
    return box_state_emit(L);
}
