// string.find, match, gmatch, gsub over our own matcher.
#include <ctype.h>

#include "matcher.h"

// MARK: Captures as values

static void push_capture(Matcher *m, int index, const char *start, const char *end) {
    if (index >= m->captureCount) {
        if (index != 0) luaL_error(m->L, "invalid capture index %%%d", index + 1);
        lua_pushlstring(m->L, start, (size_t)(end - start));
        return;
    }
    ptrdiff_t length = m->captures[index].length;
    if (length == CAPTURE_UNFINISHED) luaL_error(m->L, "unfinished capture");
    if (length == CAPTURE_POSITION)
        lua_pushinteger(m->L, m->captures[index].start - m->text + 1);
    else
        lua_pushlstring(m->L, m->captures[index].start, (size_t)length);
}

// `start` NULL: only real captures, not the whole match.
static int push_captures(Matcher *m, const char *start, const char *end) {
    int count = m->captureCount == 0 && start ? 1 : m->captureCount;
    luaL_checkstack(m->L, count, "too many captures");
    box_charge(m->L, count);
    for (int index = 0; index < count; index += 1) push_capture(m, index, start, end);
    return count;
}

// MARK: find and match

static size_t start_position(lua_Integer position, size_t length) {
    if (position > 0) return (size_t)position;
    if (position == 0 || position < -(lua_Integer)length) return 1;
    return length + (size_t)position + 1;
}

static const char *find_plain(
    lua_State *L, const char *text, size_t length, const char *part, size_t count) {
    if (count == 0) return text;
    const char *end = text + length;
    while ((size_t)(end - text) >= count) {
        text = memchr(text, part[0], (size_t)(end - text) - count + 1);
        if (!text) return NULL;
        // The last byte first: most places where the first one fits are ruled out by it.
        if (text[count - 1] == part[count - 1] && memcmp(text, part, count) == 0) return text;
        box_charge(L, 1 + (int64_t)(count >> 5));
        text += 1;
    }
    return NULL;
}

static bool has_specials(const char *pattern, size_t length) {
    for (size_t index = 0; index < length; index += 1) {
        switch (pattern[index]) {
        case '^': case '$': case '*': case '+': case '?':
        case '.': case '(': case '[': case '%': case '-': return true;
        default: break;
        }
    }
    return false;
}

static int find_or_match(lua_State *L, bool isFind) {
    size_t length = 0, count = 0;
    const char *text = luaL_checklstring(L, 1, &length);
    const char *p = luaL_checklstring(L, 2, &count);
    size_t start = start_position(luaL_optinteger(L, 3, 1), length) - 1;
    box_charge(L, 2 + (int64_t)((length - (start < length ? start : length)) >> 6));
    if (start > length) {
        lua_pushnil(L);
        return 1;
    }
    if (isFind && (lua_toboolean(L, 4) || !has_specials(p, count))) {
        const char *found = find_plain(L, text + start, length - start, p, count);
        if (found) {
            lua_pushinteger(L, found - text + 1);
            lua_pushinteger(L, found - text + (ptrdiff_t)count);
            return 2;
        }
        lua_pushnil(L);
        return 1;
    }
    Matcher m;
    bool isAnchored = count > 0 && *p == '^';
    if (isAnchored) p += 1, count -= 1;
    matcher_prepare(&m, L, text, length, p, count);
    for (const char *s = text + start; s <= m.textEnd; s += 1) {
        if (!isAnchored) s = matcher_skip(&m, s, p);
        matcher_rewind(&m);
        const char *end = matcher_match(&m, s, p);
        if (end) {
            box_charge(L, STEPS_PER_CHARGE - m.steps);
            if (!isFind) return push_captures(&m, s, end);
            lua_pushinteger(L, s - text + 1);
            lua_pushinteger(L, end - text);
            return push_captures(&m, NULL, NULL) + 2;
        }
        if (isAnchored) break;
    }
    box_charge(L, STEPS_PER_CHARGE - m.steps);
    lua_pushnil(L);
    return 1;
}

static int string_find(lua_State *L) { return find_or_match(L, true); }
static int string_match(lua_State *L) { return find_or_match(L, false); }

// MARK: gmatch

typedef struct Iteration {
    Matcher matcher;
    const char *position, *pattern, *lastMatch;
} Iteration;

// Upvalues: text and pattern, so that they live; the iteration.
static int next_match(lua_State *L) {
    Iteration *iteration = lua_touserdata(L, lua_upvalueindex(3));
    Matcher *m = &iteration->matcher;
    m->L = L;
    m->steps = STEPS_PER_CHARGE;
    box_charge(L, 2);
    for (const char *s = iteration->position; s <= m->textEnd; s += 1) {
        s = matcher_skip(m, s, iteration->pattern);
        matcher_rewind(m);
        const char *end = matcher_match(m, s, iteration->pattern);
        if (end && end != iteration->lastMatch) {
            iteration->position = iteration->lastMatch = end;
            box_charge(L, STEPS_PER_CHARGE - m->steps);
            return push_captures(m, s, end);
        }
    }
    iteration->position = m->textEnd + 1;
    box_charge(L, STEPS_PER_CHARGE - m->steps);
    return 0;
}

static int string_gmatch(lua_State *L) {
    size_t length = 0, count = 0;
    const char *text = luaL_checklstring(L, 1, &length);
    const char *p = luaL_checklstring(L, 2, &count);
    size_t start = start_position(luaL_optinteger(L, 3, 1), length) - 1;
    box_charge(L, 20);
    lua_settop(L, 2);
    if (start > length) start = length + 1;
    Iteration *iteration = lua_newuserdatauv(L, sizeof *iteration, 0);
    matcher_prepare(&iteration->matcher, L, text, length, p, count);
    iteration->position = text + start;
    iteration->pattern = p;
    iteration->lastMatch = NULL;
    lua_pushcclosure(L, next_match, 3);
    return 1;
}

// MARK: gsub

static void add_replacement_text(Matcher *m, luaL_Buffer *buffer, const char *s, const char *end) {
    lua_State *L = m->L;
    size_t length = 0;
    const char *text = lua_tolstring(L, 3, &length), *percent = NULL;
    box_charge(L, 1 + (int64_t)(length >> 4));
    while ((percent = memchr(text, '%', length)) != NULL) {
        luaL_addlstring(buffer, text, (size_t)(percent - text));
        percent += 1;
        if (*percent == '%') {
            luaL_addchar(buffer, '%');
        } else if (*percent == '0') {
            luaL_addlstring(buffer, s, (size_t)(end - s));
        } else if (isdigit((unsigned char)*percent)) {
            push_capture(m, *percent - '1', s, end);
            luaL_addvalue(buffer);
        } else {
            luaL_error(L, "invalid use of '%%' in replacement string");
        }
        length -= (size_t)(percent + 1 - text);
        text = percent + 1;
    }
    luaL_addlstring(buffer, text, length);
}

// Returns whether the match was replaced by something else.
static bool add_replacement(
    Matcher *m, luaL_Buffer *buffer, const char *s, const char *end, int type) {
    lua_State *L = m->L;
    if (type == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(m, s, end), 1);
    } else if (type == LUA_TTABLE) {
        push_capture(m, 0, s, end);
        lua_gettable(L, 3);
    } else {
        add_replacement_text(m, buffer, s, end);
        return true;
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(buffer, s, (size_t)(end - s));
        return false;
    }
    if (!lua_isstring(L, -1))
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    luaL_addvalue(buffer);
    return true;
}

static int string_gsub(lua_State *L) {
    size_t length = 0, count = 0;
    const char *text = luaL_checklstring(L, 1, &length);
    const char *p = luaL_checklstring(L, 2, &count);
    int type = lua_type(L, 3);
    luaL_argexpected(
        L,
        type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION
            || type == LUA_TTABLE,
        3, "string/function/table");
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)length + 1);
    // Once, so that the value below is a string of its own.
    if (type == LUA_TNUMBER) lua_tostring(L, 3);
    bool isAnchored = count > 0 && *p == '^', isChanged = false;
    if (isAnchored) p += 1, count -= 1;
    Matcher m;
    matcher_prepare(&m, L, text, length, p, count);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    const char *s = text, *lastMatch = NULL;
    lua_Integer replaced = 0;
    while (replaced < most) {
        if (!isAnchored) {
            const char *next = matcher_skip(&m, s, p);
            if (next > s) luaL_addlstring(&buffer, s, (size_t)(next - s));
            s = next;
        }
        matcher_rewind(&m);
        step(&m);
        const char *end = matcher_match(&m, s, p);
        if (end && end != lastMatch) {
            replaced += 1;
            if (add_replacement(&m, &buffer, s, end, type)) isChanged = true;
            s = lastMatch = end;
        } else if (s < m.textEnd) {
            luaL_addchar(&buffer, *s++);
        } else {
            break;
        }
        if (isAnchored) break;
    }
    box_charge(L, STEPS_PER_CHARGE - m.steps + 2);
    if (isChanged) {
        luaL_addlstring(&buffer, s, (size_t)(m.textEnd - s));
        luaL_pushresult(&buffer);
    } else {
        lua_pushvalue(L, 1);
    }
    lua_pushinteger(L, replaced);
    return 2;
}

void box_open_patterns(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"find", string_find}, {"gmatch", string_gmatch}, {"gsub", string_gsub},
        {"match", string_match}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
