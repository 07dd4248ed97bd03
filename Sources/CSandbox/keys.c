// The fixed order of a table's keys: numbers by value, then strings by bytes, then false and true.
//
// It is a function of the content alone, so a restored state is iterated like the live one was.
// Keys of other types have only an address, which differs from run to run; they are refused.
#include <math.h>

#include "inside.h"

static int compare_numbers(lua_Integer integer, lua_Number number) {
    // A float key is never integral within the range of the integers: Lua converts those.
    if (number >= 0x1p63) return -1;
    if (number < -0x1p63) return 1;
    return integer <= (lua_Integer)floor(number) ? -1 : 1;
}

static int compare_keys(const Key *a, const Key *b) {
    if (a->kind == KEY_STRING && b->kind == KEY_STRING) {
        size_t common = a->length < b->length ? a->length : b->length;
        int order = memcmp(a->text, b->text, common);
        if (order) return order;
        return (a->length > b->length) - (a->length < b->length);
    }
    if (a->kind == KEY_INTEGER && b->kind == KEY_INTEGER)
        return (a->integer > b->integer) - (a->integer < b->integer);
    if (a->kind == KEY_FLOAT && b->kind == KEY_FLOAT)
        return (a->number > b->number) - (a->number < b->number);
    if (a->kind == KEY_INTEGER && b->kind == KEY_FLOAT)
        return compare_numbers(a->integer, b->number);
    if (a->kind == KEY_FLOAT && b->kind == KEY_INTEGER)
        return -compare_numbers(b->integer, a->number);
    if (a->kind == KEY_BOOLEAN && b->kind == KEY_BOOLEAN)
        return (a->integer > b->integer) - (a->integer < b->integer);
    return (a->kind > b->kind) - (a->kind < b->kind);
}

// Merges runs of twice the width each time, from one array to the other and back. Not qsort: for
// more than a kilobyte that asks the kernel how much memory there is, and in the cage of a stage
// this question ends the process.
static void sort_keys(Key *keys, Key *other, size_t count) {
    enum { RUN = 8 };
    for (size_t start = 0; start < count; start += RUN) {
        size_t end = start + RUN < count ? start + RUN : count;
        for (size_t index = start + 1; index < end; index += 1) {
            Key key = keys[index];
            size_t place = index;
            for (; place > start && compare_keys(&keys[place - 1], &key) > 0; place -= 1)
                keys[place] = keys[place - 1];
            keys[place] = key;
        }
    }
    Key *from = keys, *to = other;
    for (size_t width = RUN; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t middle = start + width < count ? start + width : count;
            size_t end = middle + width < count ? middle + width : count;
            size_t left = start, right = middle;
            for (size_t target = start; target < end; target += 1) {
                bool takesLeft = left < middle
                    && (right >= end || compare_keys(&from[left], &from[right]) <= 0);
                to[target] = takesLeft ? from[left++] : from[right++];
            }
        }
        Key *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys) memcpy(keys, from, count * sizeof *keys);
}

static bool has_order(int type) {
    return type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TBOOLEAN;
}

// Which of several such keys is met first depends on their addresses; the message must not.
static void refuse_key(lua_State *L, int table, int type) {
    if (table) {
        table = lua_absindex(L, table);
        lua_pushnil(L);
        while (lua_next(L, table)) {
            lua_pop(L, 1);
            int other = lua_type(L, -1);
            if (!has_order(other) && other < type) type = other;
        }
    }
    luaL_error(
        L, "a table with a %s as key has no fixed order, so it cannot be iterated",
        lua_typename(L, type));
}

// The key at `index` of the table, or of none for 0. Strings stay valid while the table holds them.
static Key key_at(lua_State *L, int index, int table) {
    Key key = {.kind = KEY_INTEGER};
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) {
            key.integer = lua_tointeger(L, index);
        } else {
            key.kind = KEY_FLOAT;
            key.number = lua_tonumber(L, index);
        }
        break;
    case LUA_TSTRING: {
        size_t length = 0;
        key.kind = KEY_STRING;
        key.text = lua_tolstring(L, index, &length);
        key.length = (uint32_t)length;
        break;
    }
    case LUA_TBOOLEAN:
        key.kind = KEY_BOOLEAN;
        key.integer = lua_toboolean(L, index);
        break;
    default:
        refuse_key(L, table, lua_type(L, index));
    }
    return key;
}

void box_push_key(lua_State *L, const Key *key) {
    switch (key->kind) {
    case KEY_INTEGER: lua_pushinteger(L, key->integer); break;
    case KEY_FLOAT: lua_pushnumber(L, key->number); break;
    case KEY_STRING: lua_pushlstring(L, key->text, key->length); break;
    case KEY_BOOLEAN: lua_pushboolean(L, (int)key->integer); break;
    }
}

size_t box_sorted_keys(lua_State *L, int table, size_t *count, bool *isList) {
    Sandbox *box = box_of(L);
    box_charge(L, 1); // before the work too: after a kill there is none
    table = lua_absindex(L, table);
    luaL_checkstack(L, 4, NULL);
    // Aligned for Key.
    size_t start = (box->scratch.count + 15) & ~(size_t)15;
    box_scratch(L, start - box->scratch.count);
    box->scratch.count = start;
    size_t found = 0;
    bool inOrder = true;
    lua_pushnil(L);
    while (lua_next(L, table)) {
        lua_pop(L, 1);
        Key key = key_at(L, -1, table);
        if (key.kind != KEY_INTEGER || key.integer != (lua_Integer)found + 1) inOrder = false;
        memcpy(box_scratch(L, sizeof key), &key, sizeof key);
        box->scratch.count += sizeof key;
        found += 1;
    }
    box_charge(L, (int64_t)found);
    if (!inOrder) {
        box_scratch(L, found * sizeof(Key));
        sort_keys(box_key(box, start, 0), box_key(box, start, found), found);
    }
    *count = found;
    const Key *keys = box_key(box, start, 0);
    *isList = found > 0 && keys[0].kind == KEY_INTEGER && keys[0].integer == 1
        && keys[found - 1].kind == KEY_INTEGER && keys[found - 1].integer == (lua_Integer)found;
    return start;
}

// Upvalues: sorted keys, or nil for 1...count; count; how many have been visited.
static int next_pair(lua_State *L) {
    lua_Integer count = lua_tointeger(L, lua_upvalueindex(2));
    lua_Integer position = lua_tointeger(L, lua_upvalueindex(3));
    bool isList = lua_isnil(L, lua_upvalueindex(1));
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    box_push_contents(L, 1);
    while (position < count) {
        position += 1;
        if (isList) lua_pushinteger(L, position);
        else lua_rawgeti(L, lua_upvalueindex(1), position);
        lua_pushvalue(L, -1);
        // A key that was removed on the way is left out.
        if (lua_rawget(L, 2) != LUA_TNIL) {
            lua_pushinteger(L, position);
            lua_replace(L, lua_upvalueindex(3));
            return 2;
        }
        lua_pop(L, 2);
    }
    lua_pushinteger(L, position);
    lua_replace(L, lua_upvalueindex(3));
    lua_pushnil(L);
    return 1;
}

// After a __pairs that yielded.
static int finish_pairs(lua_State *L, int status, lua_KContext extra) {
    (void)L, (void)status, (void)extra;
    return 3;
}

int box_pairs(lua_State *L) {
    luaL_checkany(L, 1);
    Sandbox *box = box_of(L);
    bool isProxy = box_push_backing(L, 1);
    if (!isProxy) {
        if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
            lua_pushvalue(L, 1);
            lua_callk(L, 1, 3, 0, finish_pairs);
            return 3;
        }
        luaL_checktype(L, 1, LUA_TTABLE);
        lua_pushvalue(L, 1);
    }
    int contents = lua_gettop(L);
    size_t count = 0;
    bool isList = false;
    size_t start = box_sorted_keys(L, contents, &count, &isList);
    if (isList || count == 0) {
        lua_pushnil(L);
    } else {
        lua_createtable(L, (int)count, 0);
        for (size_t index = 0; index < count; index += 1) {
            box_push_key(L, box_key(box, start, index));
            lua_rawseti(L, -2, (lua_Integer)index + 1);
        }
    }
    box->scratch.count = start;
    lua_pushinteger(L, (lua_Integer)count);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_pair, 3);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

// The smallest key greater than the given one: a function of the content, at the price of one pass.
int box_next(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    box_charge(L, 1);
    lua_settop(L, 2);
    bool isFirst = lua_isnil(L, 2);
    Key after = isFirst ? (Key){.kind = KEY_INTEGER} : key_at(L, 2, 0);
    if (after.kind == KEY_FLOAT) {
        lua_Integer integer = 0;
        if (lua_numbertointeger(after.number, &integer) && (lua_Number)integer == after.number)
            after = (Key){.kind = KEY_INTEGER, .integer = integer};
    }
    box_push_contents(L, 1);
    Key best = {.kind = KEY_INTEGER};
    bool found = false;
    int64_t visited = 0;
    lua_pushnil(L);
    while (lua_next(L, 3)) {
        lua_pop(L, 1);
        visited += 1;
        Key key = key_at(L, -1, 3);
        if (!isFirst && compare_keys(&key, &after) <= 0) continue;
        if (found && compare_keys(&key, &best) >= 0) continue;
        best = key;
        found = true;
    }
    box_charge(L, visited);
    if (!found) {
        lua_pushnil(L);
        return 1;
    }
    box_push_key(L, &best);
    lua_pushvalue(L, -1);
    lua_rawget(L, 3);
    return 2;
}
