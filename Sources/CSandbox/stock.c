// The distribution's Lua as it comes, without hook, budget or allocator: what the sandbox is measured
// against. Runs only what the measurement itself has written.
#include <time.h>

#include "inside.h"

double sandbox_stock_seconds(SandboxBytes text) {
    lua_State *L = luaL_newstate();
    if (!L) return -1;
    luaL_openlibs(L);
    double seconds = -1;
    if (luaL_loadbufferx(L, (const char *)text.bytes, text.count, "=measured", "t") == LUA_OK) {
        struct timespec start, end;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
        int status = lua_pcall(L, 0, 0, 0);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
        if (status == LUA_OK)
            seconds = (double)(end.tv_sec - start.tv_sec)
                + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    }
    lua_close(L);
    return seconds;
}
