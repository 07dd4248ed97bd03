// JSON text (RFC 8259) to Lua values and back.
//
// - An integer literal that fits 64 bits is an integer, every other number a float; floats are
//   written in the shortest form that reads back the same, always with `.` or `e`.
// - null is nil: an absent field, a hole in a list.
// - A table is written as an array when its keys are exactly 1...n, else as an object; the empty
//   table is `{}`. Keys are in their fixed order.
// - An integer key of an object is written in decimal (plain) or as `#` and decimal (state). A text
//   key of the state that begins with `#` gets a second one, so that a state reads back exactly.
#include <math.h>
#include <stdio.h>

#include "inside.h"

void box_write_string(lua_State *L, Buffer *buffer, const char *text, size_t length) {
    static const char hex[] = "0123456789abcdef";
    box_append_byte(L, buffer, '"');
    size_t from = 0;
    for (size_t index = 0; index < length; index += 1) {
        uint8_t byte = (uint8_t)text[index];
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        box_append(L, buffer, text + from, index - from);
        from = index + 1;
        char escape[6] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
        size_t count = 2;
        switch (byte) {
        case '"': case '\\': escape[1] = (char)byte; break;
        case '\b': escape[1] = 'b'; break;
        case '\f': escape[1] = 'f'; break;
        case '\n': escape[1] = 'n'; break;
        case '\r': escape[1] = 'r'; break;
        case '\t': escape[1] = 't'; break;
        default: count = 6;
        }
        box_append(L, buffer, escape, count);
    }
    box_append(L, buffer, text + from, length - from);
    box_append_byte(L, buffer, '"');
}

static void write_integer(lua_State *L, Buffer *buffer, lua_Integer integer) {
    char digits[24];
    size_t first = sizeof digits;
    uint64_t rest = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    do {
        digits[--first] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (integer < 0) digits[--first] = '-';
    box_append(L, buffer, digits + first, sizeof digits - first);
}

static void write_number(lua_State *L, Buffer *buffer, lua_Number number) {
    char digits[40];
    int count = 0;
    for (int precision = 15; precision <= 17; precision += 1) {
        count = snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number) break;
    }
    if (!strpbrk(digits, ".e")) {
        memcpy(digits + count, ".0", 3);
        count += 2;
    }
    box_append(L, buffer, digits, (size_t)count);
}

// A key on its own, as it stands in the path of a change.
void box_write_key(lua_State *L, Buffer *buffer, const Key *key) {
    if (key->kind == KEY_INTEGER) write_integer(L, buffer, key->integer);
    else box_write_string(L, buffer, key->text, key->length);
}

typedef struct Writer {
    lua_State *L;
    Buffer *buffer;
    JSONMode mode;
    const char *what;
} Writer;

static int refuse(const Writer *writer, const PathStep *path, const char *reason) {
    PathText text = {.count = 0};
    text.text[0] = 0;
    box_path_print(&text, writer->what);
    box_path_add_steps(writer->L, &text, path);
    return luaL_error(writer->L, "%s: %s", text.text, reason);
}

static void write_object_key(const Writer *writer, const Key *key, const PathStep *path) {
    lua_State *L = writer->L;
    char digits[24];
    if (key->kind == KEY_INTEGER) {
        int count = snprintf(
            digits, sizeof digits, "%s%lld", writer->mode == JSON_STATE ? "#" : "",
            (long long)key->integer);
        box_write_string(L, writer->buffer, digits, (size_t)count);
        return;
    }
    if (key->kind != KEY_STRING) refuse(writer, path, "keys must be texts or integers");
    if (writer->mode == JSON_STATE && key->length > 0 && key->text[0] == '#') {
        lua_pushliteral(L, "#");
        lua_pushlstring(L, key->text, key->length);
        lua_concat(L, 2);
        size_t length = 0;
        const char *text = lua_tolstring(L, -1, &length);
        box_write_string(L, writer->buffer, text, length);
        lua_pop(L, 1);
        return;
    }
    if (writer->mode == JSON_PLAIN && !box_is_utf8(key->text, key->length))
        refuse(writer, path, "a key is not valid UTF-8");
    box_write_string(L, writer->buffer, key->text, key->length);
}

// In a plain object the integer 1 and the text "1" would be the same key.
static void refuse_collision(
    const Writer *writer, int table, const Key *key, const PathStep *path) {
    if (writer->mode != JSON_PLAIN || key->kind != KEY_INTEGER) return;
    lua_State *L = writer->L;
    lua_pushfstring(L, "%I", (LUAI_UACINT)key->integer);
    bool collides = lua_rawget(L, table) != LUA_TNIL;
    lua_pop(L, 1);
    if (collides) refuse(writer, path, "has a key both as a number and as a text");
}

static void write_value(const Writer *writer, int index, const PathStep *path, int depth);

static void write_table(const Writer *writer, int index, const PathStep *path, int depth) {
    lua_State *L = writer->L;
    Sandbox *box = box_of(L);
    if (depth > DEPTH_MAX)
        refuse(writer, NULL, "is nested deeper than 32 tables, or contains itself");
    luaL_checkstack(L, 8, NULL);
    box_push_contents(L, index);
    int table = lua_gettop(L);
    size_t count = 0;
    bool isList = false;
    size_t start = box_sorted_keys(L, table, &count, &isList);
    box_append_byte(L, writer->buffer, isList ? '[' : '{');
    for (size_t position = 0; position < count; position += 1) {
        Key key = *box_key(box, start, position);
        if (position) box_append_byte(L, writer->buffer, ',');
        if (!isList) {
            refuse_collision(writer, table, &key, path);
            write_object_key(writer, &key, path);
            box_append_byte(L, writer->buffer, ':');
        }
        box_push_key(L, &key);
        lua_pushvalue(L, -1);
        lua_rawget(L, table);
        PathStep step = {path, table + 1};
        write_value(writer, table + 2, &step, depth + 1);
        lua_settop(L, table);
    }
    box_append_byte(L, writer->buffer, isList ? ']' : '}');
    box->scratch.count = start;
    lua_settop(L, table - 1);
}

static void write_value(const Writer *writer, int index, const PathStep *path, int depth) {
    lua_State *L = writer->L;
    box_charge(L, 5);
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        box_append(L, writer->buffer, "null", 4);
        break;
    case LUA_TBOOLEAN:
        if (lua_toboolean(L, index)) box_append(L, writer->buffer, "true", 4);
        else box_append(L, writer->buffer, "false", 5);
        break;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) {
            write_integer(L, writer->buffer, lua_tointeger(L, index));
        } else {
            lua_Number number = lua_tonumber(L, index);
            if (!isfinite(number)) refuse(writer, path, "not a finite number");
            write_number(L, writer->buffer, number);
        }
        break;
    case LUA_TSTRING: {
        size_t length = 0;
        const char *text = lua_tolstring(L, index, &length);
        if (writer->mode == JSON_PLAIN && !box_is_utf8(text, length))
            refuse(writer, path, "not valid UTF-8");
        box_charge(L, (int64_t)(length >> 5));
        box_write_string(L, writer->buffer, text, length);
        break;
    }
    case LUA_TTABLE:
        write_table(writer, index, path, depth);
        break;
    default: {
        char reason[64];
        snprintf(reason, sizeof reason, "a %s is not plain data", luaL_typename(L, index));
        refuse(writer, path, reason);
    }
    }
    if (writer->buffer != &box_of(L)->output
        && writer->buffer->count > box_of(L)->budget.outputBytes)
        box_kill(L, SANDBOX_BUDGET, "budget of output bytes is used up");
}

void box_write_json(
    lua_State *L, Buffer *buffer, int index, JSONMode mode, const char *what, int depth) {
    Writer writer = {L, buffer, mode, what};
    write_value(&writer, lua_absindex(L, index), NULL, depth);
}
