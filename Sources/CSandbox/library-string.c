// string: bounded rep and format; the rest is stock and metered. Patterns are in patterns.c.
#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "inside.h"

enum {
    REP_BYTES_MAX = (384 << 10) - 64,
    SPECIFICATION_MAX = 32,
    // The widest conversion: %99.99f of the largest double.
    CONVERSION_BYTES = 120,
    CONVERSION_BYTES_FLOAT = 110 + 308,
};

static int string_rep(lua_State *L) {
    size_t length = 0, separatorLength = 0;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer count = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &separatorLength);
    if (count <= 0 || length + separatorLength == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    size_t step = length + separatorLength;
    size_t most = box_of(L)->isRelaxed ? (size_t)1 << 30 : REP_BYTES_MAX;
    if (step < length || (lua_Unsigned)count > most / step + 1)
        return luaL_error(L, "resulting string too large");
    size_t total = (size_t)count * step - separatorLength;
    if (total > most) return luaL_error(L, "resulting string too large");
    box_charge(L, 1 + (count >> 3) + (int64_t)(total >> 6));
    luaL_Buffer buffer;
    char *at = luaL_buffinitsize(L, &buffer, total);
    for (lua_Integer index = 0; index < count; index += 1) {
        memcpy(at, text, length);
        at += length;
        if (index + 1 < count) {
            memcpy(at, separator, separatorLength);
            at += separatorLength;
        }
    }
    luaL_pushresultsize(&buffer, total);
    return 1;
}

// MARK: format

static const char *skip_two_digits(const char *at) {
    if (isdigit((unsigned char)*at)) at += 1;
    if (isdigit((unsigned char)*at)) at += 1;
    return at;
}

static void check_specification(
    lua_State *L, const char *specification, const char *flags, bool takesPrecision) {
    const char *at = specification + 1;
    at += strspn(at, flags);
    if (*at != '0') {
        at = skip_two_digits(at);
        if (*at == '.' && takesPrecision) at = skip_two_digits(at + 1);
    }
    if (!isalpha((unsigned char)*at))
        luaL_error(L, "invalid conversion specification: '%s'", specification);
}

// Copies "%...c" to `specification` and returns the place of its last character.
static const char *read_specification(lua_State *L, const char *at, char *specification) {
    size_t length = strspn(at, "-+ #0.123456789") + 1;
    if (length >= SPECIFICATION_MAX - 10) luaL_error(L, "invalid format (too long)");
    specification[0] = '%';
    memcpy(specification + 1, at, length);
    specification[length + 1] = 0;
    return at + length - 1;
}

static void set_length_modifier(char *specification, const char *modifier) {
    size_t length = strlen(specification);
    char conversion = specification[length - 1];
    snprintf(
        specification + length - 1, SPECIFICATION_MAX - length, "%s%c", modifier, conversion);
}

static void add_quoted(luaL_Buffer *buffer, const char *text, size_t length) {
    luaL_addchar(buffer, '"');
    for (; length > 0; length -= 1, text += 1) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\' || c == '\n') {
            luaL_addchar(buffer, '\\');
            luaL_addchar(buffer, (char)c);
        } else if (iscntrl(c)) {
            char escape[8];
            bool digitFollows = length > 1 && isdigit((unsigned char)text[1]);
            snprintf(escape, sizeof escape, digitFollows ? "\\%03d" : "\\%d", (int)c);
            luaL_addstring(buffer, escape);
        } else {
            luaL_addchar(buffer, (char)c);
        }
    }
    luaL_addchar(buffer, '"');
}

static void add_literal(lua_State *L, luaL_Buffer *buffer, int argument) {
    char number[CONVERSION_BYTES];
    switch (lua_type(L, argument)) {
    case LUA_TSTRING: {
        size_t length = 0;
        const char *text = lua_tolstring(L, argument, &length);
        box_charge(L, (int64_t)(length >> 2));
        add_quoted(buffer, text, length);
        return;
    }
    case LUA_TNUMBER:
        if (lua_isinteger(L, argument)) {
            lua_Integer integer = lua_tointeger(L, argument);
            snprintf(
                number, sizeof number, integer == LUA_MININTEGER ? "0x%llx" : "%lld",
                (long long)integer);
        } else {
            lua_Number value = lua_tonumber(L, argument);
            if (value == (lua_Number)HUGE_VAL) strcpy(number, "1e9999");
            else if (value == -(lua_Number)HUGE_VAL) strcpy(number, "-1e9999");
            else if (value != value) strcpy(number, "(0/0)");
            else snprintf(number, sizeof number, "%a", value);
        }
        luaL_addstring(buffer, number);
        return;
    case LUA_TNIL:
    case LUA_TBOOLEAN:
        luaL_tolstring(L, argument, NULL);
        luaL_addvalue(buffer);
        return;
    default:
        luaL_argerror(L, argument, "value has no literal form");
    }
}

static void add_text(lua_State *L, luaL_Buffer *buffer, int argument, const char *specification) {
    size_t length = 0;
    char *at = luaL_prepbuffsize(buffer, CONVERSION_BYTES); // while its place is on top
    const char *text = box_push_text(L, argument, &length);
    box_charge(L, (int64_t)(length >> 4));
    if (specification[2] == 0) {
        luaL_addvalue(buffer);
        return;
    }
    luaL_argcheck(L, length == strlen(text), argument, "string contains zeros");
    check_specification(L, specification, "-", true);
    if (!strchr(specification, '.') && length >= 100) {
        luaL_addvalue(buffer);
        return;
    }
    int count = snprintf(at, CONVERSION_BYTES, specification, text);
    luaL_addsize(buffer, (size_t)count);
    lua_pop(L, 1);
}

static void add_number(lua_State *L, luaL_Buffer *buffer, int argument, char *specification) {
    char conversion = specification[strlen(specification) - 1];
    bool isInteger = strchr("diuoxX", conversion) != NULL;
    size_t capacity = conversion == 'f' ? CONVERSION_BYTES_FLOAT : CONVERSION_BYTES;
    char *at = luaL_prepbuffsize(buffer, capacity);
    int count = 0;
    if (conversion == 'c') {
        check_specification(L, specification, "-", false);
        count = snprintf(at, capacity, specification, (int)luaL_checkinteger(L, argument));
    } else if (isInteger) {
        lua_Integer integer = luaL_checkinteger(L, argument);
        const char *flags = conversion == 'u' ? "-0" : strchr("di", conversion) ? "-+0 " : "-#0";
        check_specification(L, specification, flags, true);
        set_length_modifier(specification, "ll");
        count = snprintf(at, capacity, specification, (long long)integer);
    } else {
        // The order of the two checks is that of the stock function.
        if (conversion == 'a' || conversion == 'A')
            check_specification(L, specification, "-+ #0", true);
        lua_Number number = luaL_checknumber(L, argument);
        check_specification(L, specification, "-+ #0", true);
        // printf's sign of a NaN differs between machines.
        count = snprintf(at, capacity, specification, isnan(number) ? fabs(number) : number);
    }
    box_charge(L, 2 * (int64_t)count);
    luaL_addsize(buffer, (size_t)count);
}

static void add_identity(lua_State *L, luaL_Buffer *buffer, int argument, char *specification) {
    check_specification(L, specification, "-", false);
    specification[strlen(specification) - 1] = 's';
    int type = lua_type(L, argument);
    const char *text = "(null)";
    char id[40];
    if (type == LUA_TSTRING) box_charge(L, (int64_t)(lua_rawlen(L, argument) >> 4));
    // Equal texts are one; a stock address would tell how the library keeps them.
    if (type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TTHREAD || type == LUA_TSTRING) {
        snprintf(id, sizeof id, "0x%08llx", (unsigned long long)box_identity(L, argument));
        text = id;
    }
    char *at = luaL_prepbuffsize(buffer, CONVERSION_BYTES);
    luaL_addsize(buffer, (size_t)snprintf(at, CONVERSION_BYTES, specification, text));
}

static int string_format(lua_State *L) {
    int top = lua_gettop(L), argument = 1;
    size_t length = 0;
    const char *at = luaL_checklstring(L, 1, &length), *end = at + length;
    box_charge(L, 1 + (int64_t)(length >> 3));
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    while (at < end) {
        if (*at != '%') {
            luaL_addchar(&buffer, *at++);
            continue;
        }
        if (*++at == '%') {
            luaL_addchar(&buffer, *at++);
            continue;
        }
        if (++argument > top) return luaL_argerror(L, argument, "no value");
        box_charge(L, 16);
        char specification[SPECIFICATION_MAX];
        at = read_specification(L, at, specification);
        switch (*at++) {
        case 'c': case 'd': case 'i': case 'u': case 'o': case 'x': case 'X': case 'a': case 'A':
        case 'f': case 'e': case 'E': case 'g': case 'G':
            add_number(L, &buffer, argument, specification);
            break;
        case 'p':
            add_identity(L, &buffer, argument, specification);
            break;
        case 'q':
            if (specification[2] != 0)
                return luaL_error(L, "specifier '%%q' cannot have modifiers");
            add_literal(L, &buffer, argument);
            break;
        case 's':
            add_text(L, &buffer, argument, specification);
            break;
        default:
            return luaL_error(L, "invalid conversion '%s' to 'format'", specification);
        }
    }
    luaL_pushresult(&buffer);
    return 1;
}

void box_open_string(lua_State *L) {
    static const struct { const char *name; bool readsTexts; } stock[] = {
        {"byte", false}, {"char", false}, {"len", false}, {"lower", true}, {"pack", true},
        {"packsize", true}, {"reverse", true}, {"sub", false}, {"unpack", true}, {"upper", true}};
    // Also sets the metatable of all texts, with its arithmetic.
    lua_pushcfunction(L, luaopen_string);
    lua_call(L, 0, 1);
    int opened = lua_gettop(L);
    lua_newtable(L);
    int library = opened + 1;
    for (size_t index = 0; index < sizeof stock / sizeof *stock; index += 1) {
        lua_getfield(L, opened, stock[index].name);
        box_push_metered(L, lua_tocfunction(L, -1), stock[index].readsTexts);
        lua_setfield(L, library, stock[index].name);
        lua_pop(L, 1);
    }
    lua_pushcfunction(L, string_rep);
    lua_setfield(L, library, "rep");
    lua_pushcfunction(L, string_format);
    lua_setfield(L, library, "format");
    box_open_patterns(L);
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushvalue(L, library);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_settop(L, library);
    lua_remove(L, opened);
}
