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

#include "inside.h"

static const char parent_key = 0, place_key = 0, old_key = 0;
static const char absent = 0; // stands for nil among old values

static void push_slot(lua_State *L, int slot) { lua_rawgeti(L, LUA_REGISTRYINDEX, slot); }

static void append_slot(lua_State *L, int slot, lua_Integer *count, int value) {
    value = lua_absindex(L, value);
    push_slot(L, slot);
    lua_pushvalue(L, value);
    lua_rawseti(L, -2, *count + 1);
    lua_pop(L, 1);
    *count += 1;
}

static bool is_tracked(lua_State *L, int index) {
    return lua_istable(L, index) && box_has_metatable(L, index, box_of(L)->stateMetatable);
}

static bool is_root(lua_State *L, int index) {
    push_slot(L, SLOT_ROOT);
    bool isRoot = lua_rawequal(L, -1, lua_absindex(L, index < 0 ? index - 1 : index));
    lua_pop(L, 1);
    return isRoot;
}

// MARK: Paths

// The place as last judged: good enough for a message, also when it has changed since.
static void path_to(lua_State *L, PathText *path, int table, int depth) {
    luaL_checkstack(L, 4, NULL);
    if (is_root(L, table)) {
        box_path_print(path, "room.state");
        return;
    }
    if (depth > DEPTH_MAX || lua_rawgetp(L, table, &parent_key) != LUA_TTABLE) {
        if (depth <= DEPTH_MAX) lua_pop(L, 1);
        box_path_print(path, "(a table that was in room.state)");
        return;
    }
    path_to(L, path, lua_gettop(L), depth + 1);
    lua_rawgetp(L, table, &place_key);
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
    path_to(L, &path, place->table, 0);
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
            reason, sizeof reason, "a %s is not plain data; only texts, numbers, booleans and tables",
            luaL_typename(L, value));
        refuse(L, place, reason);
    }
    if (is_tracked(L, value)) return;
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

static void remember_place(lua_State *L, int child, int parent, int key) {
    lua_pushvalue(L, parent);
    lua_rawsetp(L, child, &parent_key);
    lua_pushvalue(L, key);
    lua_rawsetp(L, child, &place_key);
}

static void link(lua_State *L, int child, int parent, int key) {
    Sandbox *box = box_of(L);
    luaL_checkstack(L, 6, NULL);
    box_charge(L, 30);
    push_slot(L, SLOT_LINKS);
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
    push_slot(L, SLOT_STATE_METATABLE);
    lua_setmetatable(L, table);
    append_slot(L, SLOT_FRESH, &box->freshCount, table);
    lua_pushnil(L);
    while (lua_next(L, contents)) {
        int key = lua_gettop(L) - 1, child = key + 1;
        if (lua_istable(L, child)) {
            if (is_tracked(L, child)) {
                link(L, child, table, key);
            } else {
                track(L, child);
                remember_place(L, child, table, key);
            }
        }
        lua_pop(L, 1);
    }
    lua_settop(L, contents - 1);
}

// Puts a proxy with the metatable in front of the table on top of the stack and the tables below it.
// Like track, but for tables that nobody else holds yet.
void box_adopt(lua_State *L, int metatableSlot) {
    int contents = lua_gettop(L);
    luaL_checkstack(L, 10, NULL);
    lua_createtable(L, 0, metatableSlot == SLOT_STATE_METATABLE ? 3 : 1);
    int proxy = contents + 1;
    lua_pushvalue(L, contents);
    lua_rawsetp(L, proxy, &box_backing_key);
    push_slot(L, metatableSlot);
    lua_setmetatable(L, proxy);
    lua_pushnil(L);
    while (lua_next(L, contents)) {
        int key = proxy + 1, child = proxy + 2;
        if (lua_istable(L, child)) {
            box_adopt(L, metatableSlot);
            if (metatableSlot == SLOT_STATE_METATABLE) remember_place(L, child, proxy, key);
            lua_pushvalue(L, key);
            lua_pushvalue(L, child);
            lua_rawset(L, contents); // an existing field, so the iteration stays valid
        }
        lua_settop(L, key);
    }
    lua_replace(L, contents);
}

// Gives a table its contents back and lets go of it.
static void untrack(lua_State *L, int table) {
    luaL_checkstack(L, 6, NULL);
    if (!box_push_backing(L, table)) return;
    int contents = lua_gettop(L);
    const char *keys[] = {&box_backing_key, &parent_key, &place_key};
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
static bool is_same(lua_State *L, int left, int right) {
    if (lua_type(L, left) != lua_type(L, right)) return false;
    if (lua_type(L, left) != LUA_TNUMBER) return lua_rawequal(L, left, right);
    if (lua_isinteger(L, left) != lua_isinteger(L, right)) return false;
    if (lua_isinteger(L, left)) return lua_tointeger(L, left) == lua_tointeger(L, right);
    lua_Number a = lua_tonumber(L, left), b = lua_tonumber(L, right);
    return a == b && signbit(a) == signbit(b);
}

static void remember_old(lua_State *L, int table, int key, int old) {
    Sandbox *box = box_of(L);
    if (lua_rawgetp(L, table, &old_key) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        append_slot(L, SLOT_ORDER, &box->orderCount, table);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, table, &old_key);
    }
    lua_pushvalue(L, key);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pushvalue(L, key);
        if (lua_isnil(L, old)) lua_pushlightuserdata(L, (void *)&absent);
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
    if (!is_same(L, top + 2, value)) {
        remember_old(L, table, key, top + 2);
        if (lua_istable(L, value)) {
            if (is_tracked(L, value)) {
                link(L, value, table, key);
            } else {
                track(L, value);
                remember_place(L, value, table, key);
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

static int config_new_index(lua_State *L) { return luaL_error(L, "room.config is read-only"); }

static void clear_seen(lua_State *L) {
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_SEEN);
}

static void forget_call(lua_State *L) {
    Sandbox *box = box_of(L);
    if (box->orderCount == 0 && box->freshCount == 0 && box->linkedCount == 0) return;
    box->orderCount = box->freshCount = box->linkedCount = 0;
    for (int slot = SLOT_ORDER; slot <= SLOT_LINKS; slot += 1) {
        lua_newtable(L);
        lua_rawseti(L, LUA_REGISTRYINDEX, slot);
    }
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
    push_slot(L, SLOT_STATE_METATABLE);
    box->stateMetatable = lua_topointer(L, -1);
    push_slot(L, SLOT_CONFIG_METATABLE);
    box->configMetatable = lua_topointer(L, -1);
    lua_pop(L, 2);
    box->orderCount = 1;
    forget_call(L);
    clear_seen(L);
}

// MARK: Places

static bool holds(lua_State *L, int parent, int key, int child) {
    if (!is_tracked(L, parent) || !box_push_backing(L, parent)) return false;
    lua_pushvalue(L, key);
    lua_rawget(L, -2);
    bool isHeld = lua_rawequal(L, -1, child);
    lua_pop(L, 2);
    return isHeld;
}

// Calls `visit` for the places that the table has or was put into, as long as it returns true.
typedef struct Search {
    bool (*visit)(lua_State *L, struct Search *search, int child, int parent, int key, int line);
    int depth;
    bool found;
    int where; // stack index of parent, key, line of the place found
} Search;

static void search_places(lua_State *L, Search *search, int child) {
    Sandbox *box = box_of(L);
    int top = lua_gettop(L);
    luaL_checkstack(L, 12, NULL);
    lua_rawgetp(L, child, &parent_key);
    lua_rawgetp(L, child, &place_key);
    lua_pushnil(L);
    bool goesOn = !lua_istable(L, top + 1)
        || search->visit(L, search, child, top + 1, top + 2, top + 3);
    lua_settop(L, top);
    if (!goesOn || box->linkedCount == 0) return;
    push_slot(L, SLOT_LINKS);
    lua_pushvalue(L, child);
    if (lua_rawget(L, -2) == LUA_TTABLE) {
        int list = lua_gettop(L);
        for (lua_Integer index = 1; goesOn && lua_rawgeti(L, list, index) != LUA_TNIL; index += 3) {
            lua_rawgeti(L, list, index + 1);
            lua_rawgeti(L, list, index + 2);
            box_charge(L, 4);
            goesOn = search->visit(L, search, child, list + 1, list + 2, list + 3);
            lua_settop(L, list);
        }
    }
    lua_settop(L, top);
}

static bool is_reachable(lua_State *L, int table, int depth);

static bool visit_until_reachable(
    lua_State *L, Search *search, int child, int parent, int key, int line) {
    (void)line;
    if (!holds(L, parent, key, child) || !is_reachable(L, parent, search->depth + 1)) return true;
    search->found = true;
    return false;
}

static void mark_seen(lua_State *L, int table, bool isReachable) {
    push_slot(L, SLOT_SEEN);
    lua_pushvalue(L, table);
    lua_pushboolean(L, isReachable);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

// Whether there is a way from the table up to room.state.
//
// SLOT_SEEN keeps tables that have been visited, so a web of links costs one visit each. While the
// tree is being judged a `false` in it holds for one search only; once each table is known to have
// one place (box_state_finish) it holds for good.
static bool is_reachable(lua_State *L, int table, int depth) {
    Sandbox *box = box_of(L);
    luaL_checkstack(L, 6, NULL);
    if (is_root(L, table)) return true;
    if (depth > 2 * DEPTH_MAX) {
        // A judged tree is not that deep, so there the way leads nowhere.
        if (!box->unlimited) luaL_error(L, "room.state is nested deeper than 32 tables, or contains itself");
        return false;
    }
    if (box->linkedCount > 0) {
        push_slot(L, SLOT_SEEN);
        lua_pushvalue(L, table);
        int type = lua_rawget(L, -2);
        bool isReachable = lua_toboolean(L, -1);
        lua_pop(L, 2);
        if (type == LUA_TBOOLEAN) return isReachable;
        mark_seen(L, table, false);
    }
    Search search = {.visit = visit_until_reachable, .depth = depth};
    search_places(L, &search, table);
    if (search.found && box->linkedCount > 0) mark_seen(L, table, true);
    return search.found;
}

static bool visit_places(lua_State *L, Search *search, int child, int parent, int key, int line) {
    if (!holds(L, parent, key, child)) return true;
    if (!box_of(L)->unlimited) clear_seen(L);
    if (!is_reachable(L, parent, 1)) return true;
    if (!search->found) {
        search->found = true;
        lua_pushvalue(L, parent);
        lua_replace(L, search->where);
        lua_pushvalue(L, key);
        lua_replace(L, search->where + 1);
        return true;
    }
    bool isSamePlace = lua_rawequal(L, search->where, parent) && lua_rawequal(L, search->where + 1, key);
    if (isSamePlace || search->depth == 0) return true;
    PathText first = {.count = 0}, second = {.count = 0};
    if (is_root(L, search->where) && lua_isnil(L, search->where + 1)) {
        box_path_print(&first, "room.state");
    } else {
        path_to(L, &first, search->where, 0);
        box_path_add(L, &first, search->where + 1);
    }
    path_to(L, &second, parent, 0);
    box_path_add(L, &second, key);
    luaL_error(
        L, "%s%s: this table is already at %s; a table has one place in room.state, copy it",
        lua_isstring(L, line) ? lua_tostring(L, line) : "", second.text, first.text);
    return false;
}

// Pushes parent and key of the table's place, or returns false. Raises for two places if `judges`.
// Without links the parent need not be reachable; push_path sees that on its way.
static bool push_place(lua_State *L, int child, bool judges) {
    luaL_checkstack(L, 8, NULL);
    if (box_of(L)->linkedCount == 0) {
        int top = lua_gettop(L);
        lua_rawgetp(L, child, &parent_key);
        lua_rawgetp(L, child, &place_key);
        if (lua_istable(L, top + 1) && holds(L, top + 1, top + 2, child)) return true;
        lua_settop(L, top);
        return false;
    }
    lua_pushnil(L);
    lua_pushnil(L);
    Search search = {
        .visit = visit_places, .depth = judges ? 1 : 0, .where = lua_gettop(L) - 1};
    if (is_root(L, child)) {
        if (!judges) {
            lua_pop(L, 2);
            return false;
        }
        // The root has its place already; any other is one too many.
        lua_pushvalue(L, child);
        lua_replace(L, search.where);
        search.found = true;
    }
    search_places(L, &search, child);
    if (!search.found) lua_pop(L, 2);
    return search.found;
}

// MARK: The end of a call

static bool is_changed(lua_State *L, int table, int key) {
    int top = lua_gettop(L);
    luaL_checkstack(L, 5, NULL);
    bool changed = false;
    if (lua_rawgetp(L, table, &old_key) == LUA_TTABLE) {
        lua_pushvalue(L, key);
        if (lua_rawget(L, top + 1) != LUA_TNIL) {
            box_push_backing(L, table);
            lua_pushvalue(L, key);
            lua_rawget(L, -2);
            bool wasAbsent = lua_touserdata(L, top + 2) == &absent;
            changed = wasAbsent ? !lua_isnil(L, -1) : !is_same(L, top + 2, lua_gettop(L));
        }
    }
    lua_settop(L, top);
    return changed;
}

// Pushes the keys from room.state down to the table and returns their number, or -1 when the table
// has left the tree or comes with a change further up.
static int push_path(lua_State *L, int table) {
    int top = lua_gettop(L);
    luaL_checkstack(L, 2 * DEPTH_MAX + 10, NULL);
    lua_pushvalue(L, table);
    int count = 0;
    while (!is_root(L, -1)) {
        int child = lua_gettop(L);
        if (count > DEPTH_MAX || !push_place(L, child, false) || is_changed(L, child + 1, child + 2)) {
            lua_settop(L, top);
            return -1;
        }
        lua_replace(L, child); // its key stays below, its parent is next
        count += 1;
    }
    lua_pop(L, 1);
    // The deepest key was pushed first.
    for (int low = top + 1, high = top + count; low < high; low += 1, high -= 1) {
        lua_pushvalue(L, low);
        lua_copy(L, high, low);
        lua_replace(L, high);
    }
    return count;
}

static void write_path_key(lua_State *L, int index) {
    Key key = {.kind = KEY_INTEGER};
    if (lua_type(L, index) == LUA_TSTRING) {
        size_t length = 0;
        key.kind = KEY_STRING;
        key.text = lua_tolstring(L, index, &length);
        key.length = (uint32_t)length;
    } else {
        key.integer = lua_tointeger(L, index);
    }
    box_write_key(L, &box_of(L)->changes, &key);
}

static void write_change(
    lua_State *L, int table, int firstKey, int keyCount, const Key *key, bool removals) {
    Sandbox *box = box_of(L);
    Buffer *changes = &box->changes;
    int top = lua_gettop(L);
    box_charge(L, 10);
    box_push_key(L, key);
    box_push_backing(L, table);
    lua_pushvalue(L, top + 1);
    lua_rawget(L, top + 2);
    int value = top + 3;
    if (lua_isnil(L, value) == removals && is_changed(L, table, top + 1)) {
        if (changes->count > 1) box_append_byte(L, changes, ',');
        box_append(L, changes, "[[", 2);
        for (int index = 0; index < keyCount; index += 1) {
            write_path_key(L, firstKey + index);
            box_append_byte(L, changes, ',');
        }
        write_path_key(L, top + 1);
        box_append_byte(L, changes, ']');
        if (!removals) {
            box_append_byte(L, changes, ',');
            PathText path = {.count = 0};
            path_to(L, &path, table, 0);
            box_path_add(L, &path, top + 1);
            box_write_json(L, changes, value, JSON_STATE, path.text, keyCount + 2);
        }
        box_append_byte(L, changes, ']');
        if (changes->count + box->effects.count > box->budget.outputBytes)
            box_kill(L, SANDBOX_BUDGET, "budget of output bytes is used up");
    }
    lua_settop(L, top);
}

static void emit_table(lua_State *L, int table) {
    Sandbox *box = box_of(L);
    int top = lua_gettop(L);
    int keyCount = push_path(L, table);
    if (keyCount >= 0) {
        lua_rawgetp(L, table, &old_key);
        size_t count = 0;
        bool isList = false;
        size_t start = box_sorted_keys(L, -1, &count, &isList);
        // Removals first and from the end, then the rest from the front: so a list that is changed
        // step by step stays a list.
        for (size_t index = count; index > 0; index -= 1) {
            Key key = *box_key(box, start, index - 1);
            write_change(L, table, top + 1, keyCount, &key, true);
        }
        for (size_t index = 0; index < count; index += 1) {
            Key key = *box_key(box, start, index);
            write_change(L, table, top + 1, keyCount, &key, false);
        }
        box->scratch.count = start;
    }
    lua_settop(L, top);
}

// Judges the tree and writes the changes of the call. Changes nothing itself.
int box_state_emit(lua_State *L) {
    Sandbox *box = box_of(L);
    lua_settop(L, 0);
    push_slot(L, SLOT_LINKED);
    for (lua_Integer index = 1; index <= box->linkedCount; index += 1) {
        lua_rawgeti(L, 1, index);
        push_place(L, 2, true);
        lua_settop(L, 1);
    }
    box->changes.count = 0;
    box_append_byte(L, &box->changes, '[');
    lua_settop(L, 0);
    push_slot(L, SLOT_ORDER);
    for (lua_Integer index = 1; index <= box->orderCount; index += 1) {
        lua_rawgeti(L, 1, index);
        emit_table(L, 2);
        lua_settop(L, 1);
    }
    box_append_byte(L, &box->changes, ']');
    return 0;
}

// Lets go of the tables at and below `table` that are no longer in the tree.
static void detach(lua_State *L, int table) {
    int top = lua_gettop(L);
    lua_newtable(L); // those still to be looked at; a list, since the data may be deep
    lua_pushvalue(L, table);
    lua_rawseti(L, top + 1, 1);
    lua_Integer count = 1;
    while (count > 0) {
        lua_rawgeti(L, top + 1, count);
        lua_pushnil(L);
        lua_rawseti(L, top + 1, count);
        count -= 1;
        if (is_tracked(L, top + 2) && !is_reachable(L, top + 2, 1)) {
            box_push_backing(L, top + 2);
            lua_pushnil(L);
            while (lua_next(L, top + 3)) {
                if (lua_istable(L, -1)) lua_rawseti(L, top + 1, ++count);
                else lua_pop(L, 1);
            }
            untrack(L, top + 2);
        }
        lua_settop(L, top + 1);
    }
    lua_settop(L, top);
}

static void detach_all(lua_State *L, int slot, lua_Integer count) {
    push_slot(L, slot);
    int list = lua_gettop(L);
    for (lua_Integer index = 1; index <= count; index += 1) {
        lua_rawgeti(L, list, index);
        detach(L, list + 1);
        lua_settop(L, list);
    }
    lua_settop(L, list - 1);
}

// Makes the changes of the call final. Runs without limits, after box_state_emit.
int box_state_finish(lua_State *L) {
    Sandbox *box = box_of(L);
    lua_settop(L, 0);
    clear_seen(L);
    push_slot(L, SLOT_LINKED);
    for (lua_Integer index = 1; index <= box->linkedCount; index += 1) {
        lua_rawgeti(L, 1, index);
        if (push_place(L, 2, false)) remember_place(L, 2, 3, 4);
        lua_settop(L, 1);
    }
    lua_settop(L, 0);
    detach_all(L, SLOT_LINKED, box->linkedCount);
    detach_all(L, SLOT_FRESH, box->freshCount);
    push_slot(L, SLOT_ORDER);
    for (lua_Integer index = 1; index <= box->orderCount; index += 1) {
        lua_rawgeti(L, 1, index);
        lua_rawgetp(L, 2, &old_key);
        lua_pushnil(L);
        while (lua_next(L, 3)) {
            if (lua_istable(L, 5)) detach(L, 5);
            lua_settop(L, 4);
        }
        lua_settop(L, 1);
    }
    for (lua_Integer index = 1; index <= box->orderCount; index += 1) {
        lua_rawgeti(L, 1, index);
        lua_pushnil(L);
        lua_rawsetp(L, 2, &old_key);
        lua_settop(L, 1);
    }
    forget_call(L);
    return 0;
}

// Puts everything back as it was before the call. Runs without limits.
int box_state_undo(lua_State *L) {
    Sandbox *box = box_of(L);
    lua_settop(L, 0);
    push_slot(L, SLOT_ORDER);
    for (lua_Integer index = 1; index <= box->orderCount; index += 1) {
        lua_rawgeti(L, 1, index);
        if (lua_rawgetp(L, 2, &old_key) == LUA_TTABLE && box_push_backing(L, 2)) {
            lua_pushnil(L);
            while (lua_next(L, 3)) {
                if (lua_touserdata(L, 6) == &absent) {
                    lua_pop(L, 1);
                    lua_pushnil(L);
                }
                lua_pushvalue(L, 5);
                lua_insert(L, 6);
                lua_rawset(L, 4);
            }
        }
        lua_settop(L, 2);
        lua_pushnil(L);
        lua_rawsetp(L, 2, &old_key);
        lua_settop(L, 1);
    }
    lua_settop(L, 0);
    push_slot(L, SLOT_FRESH);
    for (lua_Integer index = 1; index <= box->freshCount; index += 1) {
        lua_rawgeti(L, 1, index);
        untrack(L, 2);
        lua_settop(L, 1);
    }
    forget_call(L);
    return 0;
}

// MARK: As a whole

int box_state_write(lua_State *L) {
    Sandbox *box = box_of(L);
    box->output.count = 0;
    push_slot(L, SLOT_ROOT);
    box_write_json(L, &box->output, -1, JSON_STATE, "room.state", 1);
    return 0;
}

// Argument: the JSON text as a light userdata to SandboxBytes.
int box_state_restore(lua_State *L) {
    const SandboxBytes *text = lua_touserdata(L, 1);
    box_read_json(L, *text, JSON_STATE, DEPTH_MAX);
    if (!lua_istable(L, 2)) luaL_error(L, "JSON: room.state must be an object");
    box_adopt(L, SLOT_STATE_METATABLE);
    push_slot(L, SLOT_ROOM_FIELDS);
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
    push_slot(L, SLOT_ROOT);
    for (lua_Integer index = 1; index < count; index += 1) {
        if (!box_push_backing(L, -1)) luaL_error(L, "JSON: a change has a path that does not exist");
        lua_rawgeti(L, path, index);
        lua_rawget(L, -2);
        lua_replace(L, path + 1);
        lua_settop(L, path + 1);
    }
    if (!is_tracked(L, path + 1)) luaL_error(L, "JSON: a change has a path that does not exist");
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
