// table: as the stock library, but every element is paid for, and sort depends on nothing but its
// input (the stock one takes its pivot from the clock).
//
// All access honours metamethods, as 5.4's does, so room.state works like any other table.
#include "inside.h"

enum { UNPACK_MAX = 8192 };

static lua_Integer length_of(lua_State *L, int table) {
    luaL_checktype(L, table, LUA_TTABLE);
    return luaL_len(L, table);
}

static int table_insert(lua_State *L) {
    lua_Integer end = (lua_Integer)((lua_Unsigned)length_of(L, 1) + 1);
    lua_Integer position = end;
    switch (lua_gettop(L)) {
    case 2:
        break;
    case 3:
        position = luaL_checkinteger(L, 2);
        luaL_argcheck(
            L, (lua_Unsigned)position - 1u < (lua_Unsigned)end, 2, "position out of bounds");
        for (lua_Integer index = end; index > position; index -= 1) {
            box_charge(L, 2);
            lua_geti(L, 1, index - 1);
            lua_seti(L, 1, index);
        }
        break;
    default:
        return luaL_error(L, "wrong number of arguments to 'insert'");
    }
    box_charge(L, 1);
    lua_seti(L, 1, position);
    return 0;
}

static int table_remove(lua_State *L) {
    lua_Integer size = length_of(L, 1);
    lua_Integer position = luaL_optinteger(L, 2, size);
    if (position != size)
        luaL_argcheck(
            L, (lua_Unsigned)position - 1u <= (lua_Unsigned)size, 1, "position out of bounds");
    lua_geti(L, 1, position);
    for (; position < size; position += 1) {
        box_charge(L, 2);
        lua_geti(L, 1, position + 1);
        lua_seti(L, 1, position);
    }
    lua_pushnil(L);
    lua_seti(L, 1, position);
    return 1;
}

static int table_move(lua_State *L) {
    lua_Integer from = luaL_checkinteger(L, 2);
    lua_Integer end = luaL_checkinteger(L, 3);
    lua_Integer to = luaL_checkinteger(L, 4);
    int target = lua_isnoneornil(L, 5) ? 1 : 5;
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, target, LUA_TTABLE);
    if (end >= from) {
        luaL_argcheck(L, from > 0 || end < LUA_MAXINTEGER + from, 3, "too many elements to move");
        lua_Integer count = end - from + 1;
        luaL_argcheck(L, to <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
        bool overlaps =
            to > from && to <= end && (target == 1 || lua_compare(L, 1, target, LUA_OPEQ));
        for (lua_Integer step = 0; step < count; step += 1) {
            lua_Integer index = overlaps ? count - 1 - step : step;
            box_charge(L, 2);
            lua_geti(L, 1, from + index);
            lua_seti(L, target, to + index);
        }
    }
    lua_pushvalue(L, target);
    return 1;
}

static void add_element(lua_State *L, luaL_Buffer *buffer, lua_Integer index) {
    lua_geti(L, 1, index);
    if (!lua_isstring(L, -1))
        luaL_error(
            L, "invalid value (%s) at index %I in table for 'concat'", luaL_typename(L, -1),
            (LUAI_UACINT)index);
    box_charge(L, 2 + (int64_t)(lua_rawlen(L, -1) >> 4));
    luaL_addvalue(buffer);
}

static int table_concat(lua_State *L) {
    lua_Integer last = length_of(L, 1);
    size_t separatorLength = 0;
    const char *separator = luaL_optlstring(L, 2, "", &separatorLength);
    lua_Integer index = luaL_optinteger(L, 3, 1);
    last = luaL_optinteger(L, 4, last);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (; index < last; index += 1) {
        add_element(L, &buffer, index);
        luaL_addlstring(&buffer, separator, separatorLength);
    }
    if (index == last) add_element(L, &buffer, index);
    luaL_pushresult(&buffer);
    return 1;
}

static int table_pack(lua_State *L) {
    int count = lua_gettop(L);
    box_charge(L, count);
    lua_createtable(L, count, 1);
    lua_insert(L, 1);
    for (int index = count; index >= 1; index -= 1) lua_seti(L, 1, index);
    lua_pushinteger(L, count);
    lua_setfield(L, 1, "n");
    return 1;
}

static int table_unpack(lua_State *L) {
    lua_Integer first = luaL_optinteger(L, 2, 1);
    lua_Integer last = luaL_opt(L, luaL_checkinteger, 3, luaL_len(L, 1));
    if (first > last) return 0;
    lua_Unsigned count = (lua_Unsigned)last - (lua_Unsigned)first;
    lua_Unsigned most = box_of(L)->isRelaxed ? (lua_Unsigned)1 << 24 : UNPACK_MAX;
    if (count >= most || !lua_checkstack(L, (int)count + 1))
        return luaL_error(L, "too many results to unpack");
    box_charge(L, (int64_t)count + 1);
    for (; first < last; first += 1) lua_geti(L, 1, first);
    lua_geti(L, 1, last);
    return (int)count + 1;
}

// Whether the value at `left` must come before the one at `right`.
static bool comes_before(lua_State *L, int left, int right) {
    box_charge(L, 3);
    if (lua_isnil(L, 2)) return lua_compare(L, left, right, LUA_OPLT);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, left);
    lua_pushvalue(L, right);
    lua_call(L, 2, 1);
    bool result = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return result;
}

// Merges runs of `width` of the table at `from` into the table at `to`.
static void merge_runs(lua_State *L, int from, int to, lua_Integer count, lua_Integer width) {
    for (lua_Integer start = 0; start < count; start += 2 * width) {
        lua_Integer middle = start + width < count ? start + width : count;
        lua_Integer end = middle + width < count ? middle + width : count;
        lua_Integer left = start, right = middle;
        for (lua_Integer target = start; target < end; target += 1) {
            bool takesRight = left >= middle;
            if (!takesRight && right < end) {
                lua_rawgeti(L, from, left + 1);
                lua_rawgeti(L, from, right + 1);
                takesRight = comes_before(L, lua_gettop(L), lua_gettop(L) - 1);
                lua_pop(L, 2);
            }
            box_charge(L, 1);
            lua_rawgeti(L, from, takesRight ? ++right : ++left);
            lua_rawseti(L, to, target + 1);
        }
    }
}

// A merge sort: stable, and a comparator that contradicts itself only spoils the order.
static int table_sort(lua_State *L) {
    lua_Integer count = length_of(L, 1);
    if (count < 2) return 0;
    luaL_argcheck(L, count < INT32_MAX, 1, "array too big");
    if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_newtable(L);
    lua_newtable(L);
    for (lua_Integer index = 1; index <= count; index += 1) {
        box_charge(L, 1);
        lua_geti(L, 1, index);
        lua_rawseti(L, 3, index);
    }
    int from = 3, to = 4;
    for (lua_Integer width = 1; width < count; width *= 2) {
        merge_runs(L, from, to, count, width);
        int swap = from;
        from = to;
        to = swap;
    }
    for (lua_Integer index = 1; index <= count; index += 1) {
        box_charge(L, 1);
        lua_rawgeti(L, from, index);
        lua_seti(L, 1, index);
    }
    return 0;
}

void box_open_table(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"concat", table_concat}, {"insert", table_insert}, {"move", table_move},
        {"pack", table_pack}, {"remove", table_remove}, {"sort", table_sort},
        {"unpack", table_unpack}, {NULL, NULL}};
    luaL_newlib(L, functions);
}
