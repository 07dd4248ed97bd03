// Coroutines: each resume pays for a whole hook interval, because the interval of a coroutine
// starts anew, and nothing that was killed inside one can be caught outside.
#include "inside.h"

enum { CLOSINGS_MAX = 8 };

static lua_State *coroutine_at(lua_State *L, int index) {
    lua_State *thread = lua_tothread(L, index);
    luaL_argexpected(L, thread, index, "coroutine");
    return thread;
}

// Returns the number of results on top of L, or -1 with the error there.
static int resume(lua_State *L, lua_State *thread, int count) {
    Sandbox *box = box_of(L);
    box_charge(L, HOOK_INTERVAL_COROUTINE);
    if (!lua_checkstack(thread, count)) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    box_install_hook(thread, HOOK_INTERVAL_COROUTINE);
    lua_xmove(L, thread, count);
    size_t scratch = box->scratch.count;
    lua_State *before = box->running;
    box->running = thread;
    int results = 0;
    int status = lua_resume(thread, L, count, &results);
    box->running = before;
    if (status != LUA_OK && status != LUA_YIELD) {
        box->scratch.count = scratch;
        box_rethrow(L, status);
        box_poll(L);
        box->hostFault = false;
        lua_xmove(thread, L, 1);
        return -1;
    }
    box_rethrow(L, LUA_OK);
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(thread, results);
        lua_pushliteral(L, "too many results to resume");
        return -1;
    }
    lua_xmove(thread, L, results);
    return results;
}

static int coroutine_resume(lua_State *L) {
    lua_State *thread = coroutine_at(L, 1);
    int results = resume(L, thread, lua_gettop(L) - 1);
    if (results < 0) {
        lua_pushboolean(L, 0);
        lua_insert(L, -2);
        return 2;
    }
    lua_pushboolean(L, 1);
    lua_insert(L, -(results + 1));
    return results + 1;
}

// Runs what is to be closed in a coroutine that has died or is never to go on. Pushes nothing.
static int close_thread(lua_State *L, lua_State *thread) {
    Sandbox *box = box_of(L);
    box_charge(L, HOOK_INTERVAL_COROUTINE);
    // This version of Lua counts the nesting of C calls anew in each thread that it closes.
    if (box->closings >= CLOSINGS_MAX) luaL_error(L, "C stack overflow");
    box_install_hook(thread, HOOK_INTERVAL_COROUTINE);
    size_t scratch = box->scratch.count;
    lua_State *before = box->running;
    box->running = thread;
    box->closings += 1;
    int status = lua_resetthread(thread);
    box->closings -= 1;
    box->running = before;
    box->scratch.count = scratch;
    box_rethrow(L, status);
    return status;
}

static int wrapped(lua_State *L) {
    lua_State *thread = lua_tothread(L, lua_upvalueindex(1));
    int results = resume(L, thread, lua_gettop(L));
    if (results >= 0) return results;
    int status = lua_status(thread);
    if (status != LUA_OK && status != LUA_YIELD) {
        close_thread(L, thread);
        // The error that it ended with, or one of its __close.
        lua_xmove(thread, L, 1);
    }
    if (lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int coroutine_close(lua_State *L) {
    lua_State *thread = coroutine_at(L, 1);
    lua_Debug activation;
    if (thread == L) return luaL_error(L, "cannot close a running coroutine");
    if (lua_status(thread) == LUA_OK && lua_getstack(thread, 0, &activation))
        return luaL_error(L, "cannot close a normal coroutine");
    int status = close_thread(L, thread);
    lua_pushboolean(L, status == LUA_OK);
    if (status == LUA_OK) return 1;
    lua_xmove(thread, L, 1);
    return 2;
}

static int coroutine_create(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    box_charge(L, 20);
    lua_State *thread = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, thread, 1);
    return 1;
}

static int coroutine_wrap(lua_State *L) {
    coroutine_create(L);
    lua_pushcclosure(L, wrapped, 1);
    return 1;
}

void box_open_coroutine(lua_State *L) {
    static const char *const names[] = {"isyieldable", "running", "status", "yield", NULL};
    static const luaL_Reg own[] = {
        {"close", coroutine_close}, {"create", coroutine_create}, {"resume", coroutine_resume}, {"wrap", coroutine_wrap},
        {NULL, NULL}};
    lua_newtable(L);
    int library = lua_gettop(L);
    lua_pushcfunction(L, luaopen_coroutine);
    lua_call(L, 0, 1);
    for (const char *const *name = names; *name; name += 1) {
        lua_getfield(L, library + 1, *name);
        lua_setfield(L, library, *name);
    }
    lua_settop(L, library);
    luaL_setfuncs(L, own, 0);
}
