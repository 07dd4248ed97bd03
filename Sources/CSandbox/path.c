// Writes where in a tree of data something is: `room.state.guests["li wei"][3]`.
#include <stdio.h>

#include "inside.h"

void box_path_print(PathText *path, const char *text) {
    size_t rest = sizeof path->text - path->count;
    int added = snprintf(path->text + path->count, rest, "%s", text);
    if (added > 0) path->count += (size_t)added < rest ? (size_t)added : rest - 1;
}

static bool is_name(const char *text, size_t length) {
    if (length == 0 || length > 40 || (text[0] >= '0' && text[0] <= '9')) return false;
    for (size_t index = 0; index < length; index += 1) {
        char c = text[index];
        bool isWord = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || c == '_';
        if (!isWord) return false;
    }
    return true;
}

void box_path_add(lua_State *L, PathText *path, int key) {
    char step[64];
    if (lua_type(L, key) == LUA_TSTRING) {
        size_t length = 0;
        const char *text = lua_tolstring(L, key, &length);
        if (is_name(text, length)) snprintf(step, sizeof step, ".%s", text);
        else snprintf(step, sizeof step, "[\"%.40s\"]", text);
    } else if (lua_isinteger(L, key)) {
        snprintf(step, sizeof step, "[%lld]", (long long)lua_tointeger(L, key));
    } else {
        snprintf(step, sizeof step, "[a %s]", luaL_typename(L, key));
    }
    box_path_print(path, step);
}

void box_path_add_steps(lua_State *L, PathText *path, const PathStep *steps) {
    if (!steps) return;
    box_path_add_steps(L, path, steps->up);
    box_path_add(L, path, steps->key);
}
