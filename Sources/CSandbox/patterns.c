// string.find, match, gmatch, gsub: the pattern language of Lua 5.4 (manual 6.4.1), with every step
// paid for.
//
// The algorithm is that of the reference implementation, backtracking included, because the result
// for every pattern and text must be the same. What it lacks is a bound: a pattern of a few bytes can
// take years inside one C call, where no hook runs.
#include <ctype.h>

#include "inside.h"

enum {
    CAPTURES_MAX = 32,
    NESTED_MAX = 200,
    CAPTURE_UNFINISHED = -1,
    CAPTURE_POSITION = -2,
    STEPS_PER_CHARGE = 512,
};

typedef struct Matcher {
    lua_State *L;
    const char *text, *textEnd, *patternEnd;
    int nested, steps, captureCount;
    struct { const char *start; ptrdiff_t length; } captures[CAPTURES_MAX];
} Matcher;

static const char *match(Matcher *m, const char *s, const char *p);

static inline void step(Matcher *m) {
    if (--m->steps > 0) return;
    m->steps = STEPS_PER_CHARGE;
    box_charge(m->L, STEPS_PER_CHARGE);
}

static void prepare(Matcher *m, lua_State *L, const char *text, size_t length, const char *p, size_t count) {
    m->L = L;
    m->text = text;
    m->textEnd = text + length;
    m->patternEnd = p + count;
    m->steps = STEPS_PER_CHARGE;
}

// To be called before each match: also after one that ended in an error half-way.
static void rewind_matcher(Matcher *m) {
    m->nested = NESTED_MAX;
    m->captureCount = 0;
}

// MARK: Single characters

static const char *class_end(Matcher *m, const char *p) {
    if (*p++ == '%') {
        if (p == m->patternEnd) luaL_error(m->L, "malformed pattern (ends with '%%')");
        return p + 1;
    }
    if (p[-1] != '[') return p;
    if (*p == '^') p += 1;
    do {
        if (p == m->patternEnd) luaL_error(m->L, "malformed pattern (missing ']')");
        if (*p++ == '%' && p < m->patternEnd) p += 1;
    } while (*p != ']'); // at the end of the pattern stands a zero
    return p + 1;
}

static bool is_in_class(int c, int class) {
    bool result = false;
    switch (tolower(class)) {
    case 'a': result = isalpha(c); break;
    case 'c': result = iscntrl(c); break;
    case 'd': result = isdigit(c); break;
    case 'g': result = isgraph(c); break;
    case 'l': result = islower(c); break;
    case 'p': result = ispunct(c); break;
    case 's': result = isspace(c); break;
    case 'u': result = isupper(c); break;
    case 'w': result = isalnum(c); break;
    case 'x': result = isxdigit(c); break;
    case 'z': result = c == 0; break; // deprecated, but there
    default: return class == c;
    }
    return isupper(class) ? !result : result;
}

// `p` is at '[', `end` at the closing ']'.
static bool is_in_set(Matcher *m, int c, const char *p, const char *end) {
    bool whenFound = true;
    if (p[1] == '^') {
        whenFound = false;
        p += 1;
    }
    while (++p < end) {
        step(m);
        if (*p == '%') {
            p += 1;
            if (is_in_class(c, (unsigned char)*p)) return whenFound;
        } else if (p[1] == '-' && p + 2 < end) {
            p += 2;
            if ((unsigned char)p[-2] <= c && c <= (unsigned char)*p) return whenFound;
        } else if ((unsigned char)*p == c) {
            return whenFound;
        }
    }
    return !whenFound;
}

static bool matches_one(Matcher *m, const char *s, const char *p, const char *end) {
    step(m);
    if (s >= m->textEnd) return false;
    int c = (unsigned char)*s;
    switch (*p) {
    case '.': return true;
    case '%': return is_in_class(c, (unsigned char)p[1]);
    case '[': return is_in_set(m, c, p, end - 1);
    default: return (unsigned char)*p == c;
    }
}

// MARK: Repetition, balance, captures

static const char *match_balance(Matcher *m, const char *s, const char *p) {
    if (p >= m->patternEnd - 1)
        luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
    if (s >= m->textEnd || *s != *p) return NULL;
    char open = p[0], close = p[1];
    for (int depth = 1; ++s < m->textEnd;) {
        step(m);
        if (*s == close) {
            if (--depth == 0) return s + 1;
        } else if (*s == open) {
            depth += 1;
        }
    }
    return NULL;
}

static const char *expand_most(Matcher *m, const char *s, const char *p, const char *end) {
    ptrdiff_t count = 0;
    while (matches_one(m, s + count, p, end)) count += 1;
    for (; count >= 0; count -= 1) {
        const char *result = match(m, s + count, end + 1);
        if (result) return result;
    }
    return NULL;
}

static const char *expand_least(Matcher *m, const char *s, const char *p, const char *end) {
    for (;;) {
        const char *result = match(m, s, end + 1);
        if (result) return result;
        if (!matches_one(m, s, p, end)) return NULL;
        s += 1;
    }
}

static const char *open_capture(Matcher *m, const char *s, const char *p, ptrdiff_t kind) {
    int index = m->captureCount;
    if (index >= CAPTURES_MAX) luaL_error(m->L, "too many captures");
    m->captures[index].start = s;
    m->captures[index].length = kind;
    m->captureCount = index + 1;
    const char *result = match(m, s, p);
    if (!result) m->captureCount -= 1;
    return result;
}

static const char *close_capture(Matcher *m, const char *s, const char *p) {
    int index = m->captureCount - 1;
    while (index >= 0 && m->captures[index].length != CAPTURE_UNFINISHED) index -= 1;
    if (index < 0) luaL_error(m->L, "invalid pattern capture");
    m->captures[index].length = s - m->captures[index].start;
    const char *result = match(m, s, p);
    if (!result) m->captures[index].length = CAPTURE_UNFINISHED;
    return result;
}

static const char *match_capture(Matcher *m, const char *s, int digit) {
    int index = digit - '1';
    if (index < 0 || index >= m->captureCount || m->captures[index].length == CAPTURE_UNFINISHED)
        luaL_error(m->L, "invalid capture index %%%d", index + 1);
    size_t length = (size_t)m->captures[index].length;
    if ((size_t)(m->textEnd - s) < length) return NULL;
    box_charge(m->L, (int64_t)(length >> 4));
    return memcmp(m->captures[index].start, s, length) == 0 ? s + length : NULL;
}

// %f[set]: between a character outside the set and one inside.
static bool is_frontier(Matcher *m, const char *s, const char *p, const char *end) {
    int before = s == m->text ? 0 : (unsigned char)s[-1];
    int after = s == m->textEnd ? 0 : (unsigned char)*s;
    return !is_in_set(m, before, p, end - 1) && is_in_set(m, after, p, end - 1);
}

// MARK: The matcher

static const char *match_default(Matcher *m, const char **s, const char **p, bool *goesOn) {
    const char *end = class_end(m, *p);
    char suffix = end < m->patternEnd ? *end : 0;
    *goesOn = false;
    if (!matches_one(m, *s, *p, end)) {
        // An empty repetition will do; without recursion, as the nesting counts.
        *goesOn = suffix == '*' || suffix == '?' || suffix == '-';
        *p = end + 1;
        return NULL;
    }
    switch (suffix) {
    case '*': return expand_most(m, *s, *p, end);
    case '+': return expand_most(m, *s + 1, *p, end);
    case '-': return expand_least(m, *s, *p, end);
    case '?': {
        const char *result = match(m, *s + 1, end + 1);
        if (result) return result;
        *p = end + 1;
        break;
    }
    default:
        *s += 1;
        *p = end;
    }
    *goesOn = true;
    return NULL;
}

static const char *match_here(Matcher *m, const char *s, const char *p) {
    while (p != m->patternEnd) {
        step(m);
        if (*p == '(') {
            if (p[1] == ')') return open_capture(m, s, p + 2, CAPTURE_POSITION);
            return open_capture(m, s, p + 1, CAPTURE_UNFINISHED);
        }
        if (*p == ')') return close_capture(m, s, p + 1);
        if (*p == '$' && p + 1 == m->patternEnd) return s == m->textEnd ? s : NULL;
        if (*p == '%' && p[1] == 'b') {
            s = match_balance(m, s, p + 2);
            if (!s) return NULL;
            p += 4;
            continue;
        }
        if (*p == '%' && p[1] == 'f') {
            p += 2;
            if (p >= m->patternEnd || *p != '[') luaL_error(m->L, "missing '[' after '%%f' in pattern");
            const char *end = class_end(m, p);
            if (!is_frontier(m, s, p, end)) return NULL;
            p = end;
            continue;
        }
        if (*p == '%' && isdigit((unsigned char)p[1])) {
            s = match_capture(m, s, (unsigned char)p[1]);
            if (!s) return NULL;
            p += 2;
            continue;
        }
        bool goesOn = false;
        const char *result = match_default(m, &s, &p, &goesOn);
        if (!goesOn) return result;
    }
    return s;
}

// Returns the end of the match of `p` at `s`, or NULL.
static const char *match(Matcher *m, const char *s, const char *p) {
    if (m->nested-- == 0) luaL_error(m->L, "pattern too complex");
    const char *result = match_here(m, s, p);
    m->nested += 1;
    return result;
}

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

static const char *find_plain(lua_State *L, const char *text, size_t length, const char *part, size_t count) {
    if (count == 0) return text;
    const char *end = text + length;
    box_charge(L, (int64_t)(length >> 6));
    while ((size_t)(end - text) >= count) {
        text = memchr(text, part[0], (size_t)(end - text) - count + 1);
        if (!text) return NULL;
        box_charge(L, 1 + (int64_t)(count >> 5));
        if (memcmp(text, part, count) == 0) return text;
        text += 1;
    }
    return NULL;
}

static bool has_specials(const char *pattern, size_t length) {
    for (size_t index = 0; index < length; index += 1)
        if (pattern[index] && strchr("^$*+?.([%-", pattern[index])) return true;
    return false;
}

static int find_or_match(lua_State *L, bool isFind) {
    size_t length = 0, count = 0;
    const char *text = luaL_checklstring(L, 1, &length);
    const char *p = luaL_checklstring(L, 2, &count);
    size_t start = start_position(luaL_optinteger(L, 3, 1), length) - 1;
    box_charge(L, 2);
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
    prepare(&m, L, text, length, p, count);
    for (const char *s = text + start; s <= m.textEnd; s += 1) {
        rewind_matcher(&m);
        const char *end = match(&m, s, p);
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
        rewind_matcher(m);
        const char *end = match(m, s, iteration->pattern);
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
    prepare(&iteration->matcher, L, text, length, p, count);
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
static bool add_replacement(Matcher *m, luaL_Buffer *buffer, const char *s, const char *end, int type) {
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
        L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE,
        3, "string/function/table");
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)length + 1);
    // Once, so that the value below is a string of its own.
    if (type == LUA_TNUMBER) lua_tostring(L, 3);
    bool isAnchored = count > 0 && *p == '^', isChanged = false;
    if (isAnchored) p += 1, count -= 1;
    Matcher m;
    prepare(&m, L, text, length, p, count);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    const char *s = text, *lastMatch = NULL;
    lua_Integer replaced = 0;
    while (replaced < most) {
        rewind_matcher(&m);
        step(&m);
        const char *end = match(&m, s, p);
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
