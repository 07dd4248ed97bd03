// Tables whose contents are behind them: room.state, room.config, room, the globals, the libraries.
//
// The table that a script holds has no fields of its own but one under a key that no script can
// name: the table with the contents. So every read and write of a field meets a metamethod, and the
// library functions that would go around it (rawset, next, ...) are ours and know of it.
#include "inside.h"

const char box_backing_key = 0;

bool box_push_backing(lua_State *L, int index) {
    if (lua_type(L, index) != LUA_TTABLE) return false;
    if (lua_rawgetp(L, index, &box_backing_key) == LUA_TTABLE) {
        // Whoever looks behind it may look at all of it.
        const void *incomplete = box_of(L)->incompleteRoom;
        if (incomplete && lua_topointer(L, -1) == incomplete) box_complete_room(L);
        return true;
    }
    lua_pop(L, 1);
    return false;
}

void box_push_contents(lua_State *L, int index) {
    if (!box_push_backing(L, index)) lua_pushvalue(L, index);
}

bool box_has_metatable(lua_State *L, int index, const void *metatable) {
    if (!lua_getmetatable(L, index)) return false;
    bool isSame = lua_topointer(L, -1) == metatable;
    lua_pop(L, 1);
    return isSame;
}

int box_refuse_write(lua_State *L) {
    return box_deny(L, "%s is read-only", lua_tostring(L, lua_upvalueindex(1)));
}

void box_push_fixed(
    lua_State *L, const char *name, lua_CFunction missing, lua_CFunction refusal) {
    int contents = lua_gettop(L);
    luaL_checkstack(L, 8, NULL);
    if (missing) {
        lua_createtable(L, 0, 1);
        lua_pushstring(L, name);
        lua_pushvalue(L, contents);
        lua_pushcclosure(L, missing, 2);
        lua_setfield(L, -2, "__index");
        lua_setmetatable(L, contents);
    }
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, contents);
    lua_rawsetp(L, -2, &box_backing_key);
    lua_createtable(L, 0, 4);
    lua_pushvalue(L, contents);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_pushcclosure(L, refusal, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_remove(L, contents);
}

// A border of the table that is a function of its content; lua_rawlen also depends on its history.
lua_Integer box_length(lua_State *L, int table) {
    table = lua_absindex(L, table);
    lua_Integer present = 0, absent = 1;
    for (;;) {
        bool isNil = lua_rawgeti(L, table, absent) == LUA_TNIL;
        lua_pop(L, 1);
        if (isNil) break;
        present = absent;
        if (absent > LUA_MAXINTEGER / 2) return present;
        absent *= 2;
    }
    while (absent - present > 1) {
        lua_Integer middle = present + (absent - present) / 2;
        bool isNil = lua_rawgeti(L, table, middle) == LUA_TNIL;
        lua_pop(L, 1);
        if (isNil) absent = middle;
        else present = middle;
    }
    return present;
}
