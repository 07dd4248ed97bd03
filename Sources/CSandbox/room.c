// The table `room`: what a hook is given, and the host functions on it.
#include <stdio.h>

#include "inside.h"

// Upvalues: the name of the table, the table itself.
static int missing_field(lua_State *L) {
    luaL_Buffer list;
    size_t count = 0;
    bool isList = false;
    Sandbox *box = box_of(L);
    size_t start = box_sorted_keys(L, lua_upvalueindex(2), &count, &isList);
    const char *name = lua_tostring(L, lua_upvalueindex(1));
    char field[64] = "?";
    if (lua_type(L, 2) == LUA_TSTRING) snprintf(field, sizeof field, "%.60s", lua_tostring(L, 2));
    luaL_buffinit(L, &list);
    for (size_t index = 0; index < count; index += 1) {
        Key key = *box_key(box, start, index);
        if (index) luaL_addstring(&list, ", ");
        luaL_addlstring(&list, key.text, key.length);
    }
    luaL_pushresult(&list);
    box->scratch.count = start;
    return box_deny(L, "%s.%s does not exist; there are: %s", name, field, lua_tostring(L, -1));
}

static int refuse_room_write(lua_State *L) {
    if (lua_type(L, 2) == LUA_TSTRING && strcmp(lua_tostring(L, 2), "state") == 0)
        return box_deny(L, "room.state cannot be replaced; set its fields");
    return box_deny(
        L, "%s is read-only; keep state in room.state", lua_tostring(L, lua_upvalueindex(1)));
}

// Upvalue: index of the function. `from`: the first argument.
static int call_host(lua_State *L, int function, int from) {
    Sandbox *box = box_of(L);
    const char *path = box->functions.paths[function];
    box_charge(L, 50);
    if (!box->inHook) return box_deny(L, "%s can only be called in a hook", path);
    if (--box->hostCallsLeft < 0) box_kill(L, SANDBOX_BUDGET, "budget of host calls is used up");
    int top = lua_gettop(L);
    box->arguments.count = 0;
    box_append_byte(L, &box->arguments, '[');
    for (int index = from; index <= top; index += 1) {
        char what[96];
        snprintf(what, sizeof what, "%.60s, argument %d", path, index - from + 1);
        if (index > from) box_append_byte(L, &box->arguments, ',');
        box_write_json(L, &box->arguments, index, JSON_PLAIN, what, 1);
    }
    box_append_byte(L, &box->arguments, ']');
    lua_settop(L, 0);
    box->answered = box->refused = false;
    box->answerEffect.count = box->answerValue.count = 0;
    box->host(
        box->hostContext, box, function,
        (SandboxBytes){box->arguments.bytes, box->arguments.count});
    // The callback has returned; only now may anything be raised.
    if (!box->answered) {
        box->hostFault = true;
        return luaL_error(L, "%s: the host has no memory left for its answer", path);
    }
    if (box->refused) {
        luaL_where(L, 1);
        lua_pushlstring(L, (const char *)box->answerValue.bytes, box->answerValue.count);
        lua_concat(L, 2);
        return box_deny_text(L);
    }
    if (box->answerEffect.count) {
        if (box->effects.count > 1) box_append_byte(L, &box->effects, ',');
        box_append(L, &box->effects, box->answerEffect.bytes, box->answerEffect.count);
        if (box->effects.count > box->budget.outputBytes)
            box_kill(L, SANDBOX_BUDGET, "budget of output bytes is used up");
    }
    if (box->answerValue.count == 0) return 0;
    box->hostFault = true;
    box_read_json(L, (SandboxBytes){box->answerValue.bytes, box->answerValue.count}, JSON_PLAIN,
        DEPTH_MAX);
    box->hostFault = false;
    return 1;
}

int box_host_call(lua_State *L) {
    return call_host(L, (int)lua_tointeger(L, lua_upvalueindex(1)), 1);
}

// A function that also has functions below it is a table with __call, whose first argument is
// itself.
static int host_call_of_table(lua_State *L) {
    return call_host(L, (int)lua_tointeger(L, lua_upvalueindex(1)), 2);
}

// print(...) is the host function `log` at the level `info` with the texts joined.
int box_print(lua_State *L) {
    int count = lua_gettop(L);
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    for (int index = 1; index <= count; index += 1) {
        if (index > 1) luaL_addchar(&text, '\t');
        box_push_text(L, index, NULL);
        luaL_addvalue(&text);
    }
    luaL_pushresult(&text);
    lua_insert(L, 1);
    lua_settop(L, 1);
    lua_pushliteral(L, "info");
    lua_insert(L, 1);
    call_host(L, (int)lua_tointeger(L, lua_upvalueindex(1)), 1);
    return 0;
}

// A node of the tree of names: `name` is its path with "room." in front. Pushes its value.
static void push_node(lua_State *L, const char *name) {
    Sandbox *box = box_of(L);
    luaL_checkstack(L, 16, NULL);
    const char *path = name + strlen("room.");
    size_t prefix = strlen(path);
    int function = -1;
    lua_newtable(L);
    int fields = lua_gettop(L);
    bool hasFields = false;
    for (size_t index = 0; index < box->functions.count; index += 1) {
        const char *candidate = box->functions.paths[index];
        if (strcmp(candidate, path) == 0) function = (int)index;
        if (strncmp(candidate, path, prefix) != 0 || candidate[prefix] != '.') continue;
        const char *rest = candidate + prefix + 1;
        hasFields = true;
        lua_pushlstring(L, rest, strcspn(rest, "."));
        lua_pushvalue(L, -1);
        if (lua_rawget(L, fields) == LUA_TNIL) {
            lua_pop(L, 1);
            const char *child = lua_pushfstring(L, "%s.%s", name, lua_tostring(L, -1));
            push_node(L, child);
            lua_remove(L, -2);
            lua_rawset(L, fields);
        }
        lua_settop(L, fields);
    }
    if (!hasFields) {
        lua_pop(L, 1);
        lua_pushinteger(L, function);
        lua_pushcclosure(L, box_host_call, 1);
        return;
    }
    box_push_fixed(L, name, missing_field, refuse_room_write);
    if (function < 0) return;
    lua_getmetatable(L, -1);
    lua_pushinteger(L, function);
    lua_pushcclosure(L, host_call_of_table, 1);
    lua_setfield(L, -2, "__call");
    lua_pop(L, 1);
}

// Puts what a name stands for into the fields of room at `fields`, and pushes it; false and nothing
// pushed if it stands for nothing. `name` is the first part of a path, of this length.
static bool push_member(lua_State *L, int fields, const char *name, size_t length) {
    const Sandbox *box = box_of(L);
    for (size_t index = 0; index < box->functions.count; index += 1) {
        const char *path = box->functions.paths[index];
        if (strncmp(path, name, length) != 0 || (path[length] && path[length] != '.')) continue;
        lua_pushlstring(L, name, length);
        push_node(L, lua_pushfstring(L, "room.%s", lua_tostring(L, -1)));
        lua_remove(L, -2);
        lua_pushvalue(L, -1);
        lua_insert(L, -3);
        lua_rawset(L, fields);
        return true;
    }
    return false;
}

void box_complete_room(lua_State *L) {
    Sandbox *box = box_of(L);
    luaL_checkstack(L, 8, NULL);
    lua_rawgeti(L, LUA_REGISTRYINDEX, SLOT_ROOM_FIELDS);
    int fields = lua_gettop(L);
    for (size_t index = 0; index < box->functions.count; index += 1) {
        const char *path = box->functions.paths[index];
        size_t length = strcspn(path, ".");
        lua_pushlstring(L, path, length);
        if (lua_rawget(L, fields) == LUA_TNIL) push_member(L, fields, path, length);
        lua_settop(L, fields);
    }
    lua_pop(L, 1);
    box->incompleteRoom = NULL;
}

// A plugin uses a few of the functions, and thousands of plugins wait: so each part of room is made
// when it is first asked for. Upvalues as of missing_field.
static int find_member(lua_State *L) {
    size_t length = 0;
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &length) : NULL;
    bool isPart = name && length > 0 && strcspn(name, ".") == length;
    if (isPart && push_member(L, lua_upvalueindex(2), name, length)) return 1;
    box_complete_room(L);
    return missing_field(L);
}

void box_open_room(lua_State *L) {
    lua_newtable(L);
    box_of(L)->incompleteRoom = lua_topointer(L, -1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_ROOM_FIELDS);
    box_push_fixed(L, "room", find_member, refuse_room_write);
    lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_ROOM);
}
