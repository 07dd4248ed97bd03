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

bool box_is_utf8(const char *text, size_t length) {
    const uint8_t *at = (const uint8_t *)text, *end = at + length;
    while (at < end) {
        if (*at < 0x80) {
            at += 1;
            continue;
        }
        int more = 0;
        uint32_t code = 0, least = 0;
        if (*at >= 0xC2 && *at <= 0xDF) more = 1, code = *at & 0x1F, least = 0x80;
        else if (*at >= 0xE0 && *at <= 0xEF) more = 2, code = *at & 0x0F, least = 0x800;
        else if (*at >= 0xF0 && *at <= 0xF4) more = 3, code = *at & 0x07, least = 0x10000;
        else return false;
        if (end - at <= more) return false;
        for (int index = 1; index <= more; index += 1) {
            if ((at[index] & 0xC0) != 0x80) return false;
            code = code << 6 | (at[index] & 0x3F);
        }
        if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
        at += more + 1;
    }
    return true;
}

// MARK: Writing

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
    int count = snprintf(digits, sizeof digits, "%lld", (long long)integer);
    box_append(L, buffer, digits, (size_t)count);
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
static void refuse_collision(const Writer *writer, int table, const Key *key, const PathStep *path) {
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

// MARK: Reading

typedef struct Reader {
    lua_State *L;
    const uint8_t *start, *at, *end;
    JSONMode mode;
    int depthMax;
} Reader;

static int malformed(const Reader *reader, const char *what) {
    return luaL_error(
        reader->L, "JSON: %s at byte %I", what, (LUAI_UACINT)(reader->at - reader->start));
}

static void skip_space(Reader *reader) {
    while (reader->at < reader->end
           && (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\r' || *reader->at == '\t'))
        reader->at += 1;
}

static bool accept(Reader *reader, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0) return false;
    reader->at += length;
    return true;
}

static bool is_digit(const Reader *reader) {
    return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

static void skip_digits(Reader *reader) {
    if (!is_digit(reader)) malformed(reader, "a digit is missing");
    while (is_digit(reader)) reader->at += 1;
}

static void read_number(Reader *reader) {
    const uint8_t *from = reader->at;
    bool isNegative = accept(reader, "-"), isInteger = true;
    if (!accept(reader, "0")) skip_digits(reader);
    else if (is_digit(reader)) malformed(reader, "a number begins with 0");
    if (accept(reader, ".")) {
        isInteger = false;
        skip_digits(reader);
    }
    if (accept(reader, "e") || accept(reader, "E")) {
        isInteger = false;
        if (!accept(reader, "+")) accept(reader, "-");
        skip_digits(reader);
    }
    size_t length = (size_t)(reader->at - from);
    if (isInteger) {
        uint64_t magnitude = 0, most = (uint64_t)INT64_MAX + (isNegative ? 1 : 0);
        bool fits = true;
        for (const uint8_t *digit = from + isNegative; digit < reader->at && fits; digit += 1) {
            uint64_t value = (uint64_t)(*digit - '0');
            fits = magnitude <= (most - value) / 10;
            magnitude = magnitude * 10 + value;
        }
        if (fits && !(isNegative && magnitude == 0)) {
            lua_pushinteger(reader->L, (lua_Integer)(isNegative ? 0 - magnitude : magnitude));
            return;
        }
    }
    char text[400];
    if (length >= sizeof text) malformed(reader, "a number is too long");
    memcpy(text, from, length);
    text[length] = 0;
    double number = strtod(text, NULL);
    if (!isfinite(number)) malformed(reader, "a number is too large");
    lua_pushnumber(reader->L, number);
}

static uint32_t read_hex(Reader *reader) {
    uint32_t value = 0;
    for (int index = 0; index < 4; index += 1) {
        uint8_t c = reader->at < reader->end ? *reader->at : 0;
        uint32_t digit = 0;
        if (c >= '0' && c <= '9') digit = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f') digit = (uint32_t)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F') digit = (uint32_t)(c - 'A') + 10;
        else malformed(reader, "a hexadecimal digit is missing");
        value = value << 4 | digit;
        reader->at += 1;
    }
    return value;
}

static size_t encode_utf8(uint32_t code, uint8_t bytes[4]) {
    if (code < 0x80) {
        bytes[0] = (uint8_t)code;
        return 1;
    }
    size_t count = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t index = count - 1; index > 0; index -= 1) {
        bytes[index] = (uint8_t)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    bytes[0] = (uint8_t)(0xF0 << (4 - count) | code);
    return count;
}

static void read_escape(Reader *reader, Buffer *text) {
    lua_State *L = reader->L;
    uint8_t c = reader->at < reader->end ? *reader->at++ : 0;
    switch (c) {
    case '"': case '\\': case '/': box_append_byte(L, text, c); return;
    case 'b': box_append_byte(L, text, '\b'); return;
    case 'f': box_append_byte(L, text, '\f'); return;
    case 'n': box_append_byte(L, text, '\n'); return;
    case 'r': box_append_byte(L, text, '\r'); return;
    case 't': box_append_byte(L, text, '\t'); return;
    case 'u': break;
    default: malformed(reader, "an unknown escape");
    }
    uint32_t code = read_hex(reader);
    if (code >= 0xDC00 && code <= 0xDFFF) malformed(reader, "half a surrogate pair");
    if (code >= 0xD800 && code <= 0xDBFF) {
        if (!accept(reader, "\\u")) malformed(reader, "half a surrogate pair");
        uint32_t low = read_hex(reader);
        if (low < 0xDC00 || low > 0xDFFF) malformed(reader, "half a surrogate pair");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    uint8_t bytes[4];
    box_append(L, text, bytes, encode_utf8(code, bytes));
}

static void read_string(Reader *reader) {
    lua_State *L = reader->L;
    Buffer *text = &box_of(L)->scratch;
    reader->at += 1;
    size_t start = text->count;
    const uint8_t *from = reader->at;
    for (;;) {
        if (reader->at >= reader->end) malformed(reader, "a text has no end");
        uint8_t byte = *reader->at;
        if (byte == '"') break;
        if (byte < 0x20) malformed(reader, "a control character in a text");
        if (byte != '\\') {
            reader->at += 1;
            continue;
        }
        box_append(L, text, from, (size_t)(reader->at - from));
        reader->at += 1;
        read_escape(reader, text);
        from = reader->at;
    }
    size_t length = (size_t)(reader->at - from);
    if (!box_is_utf8((const char *)from, length)) malformed(reader, "a text is not valid UTF-8");
    if (text->count == start) {
        lua_pushlstring(L, (const char *)from, length);
    } else {
        box_append(L, text, from, length);
        lua_pushlstring(L, (const char *)text->bytes + start, text->count - start);
        text->count = start;
    }
    reader->at += 1;
}

static void read_value(Reader *reader, int depth);

static int read_elements(Reader *reader, int depth, int table) {
    int count = 0;
    reader->at += 1;
    skip_space(reader);
    if (accept(reader, "]")) return 0;
    for (;;) {
        read_value(reader, depth + 1);
        count += 1;
        if (table) lua_rawseti(reader->L, table, count);
        skip_space(reader);
        if (accept(reader, "]")) return count;
        if (!accept(reader, ",")) malformed(reader, "',' or ']' is missing");
    }
}

// Undoes what write_object_key did for a state.
static void translate_key(Reader *reader) {
    lua_State *L = reader->L;
    size_t length = 0;
    const char *text = lua_tolstring(L, -1, &length);
    if (reader->mode != JSON_STATE || length == 0 || text[0] != '#') return;
    if (length > 1 && text[1] == '#') {
        lua_pushlstring(L, text + 1, length - 1);
    } else if (lua_stringtonumber(L, text + 1) != length || !lua_isinteger(L, -1)) {
        malformed(reader, "a state key begins with '#' but is no integer");
    }
    lua_replace(L, -2);
}

static void read_members(Reader *reader, int depth, int table) {
    lua_State *L = reader->L;
    reader->at += 1;
    skip_space(reader);
    if (accept(reader, "}")) return;
    for (;;) {
        skip_space(reader);
        if (reader->at >= reader->end || *reader->at != '"') malformed(reader, "a key is missing");
        read_string(reader);
        translate_key(reader);
        skip_space(reader);
        if (!accept(reader, ":")) malformed(reader, "':' is missing");
        read_value(reader, depth + 1);
        lua_rawset(L, table);
        skip_space(reader);
        if (accept(reader, "}")) return;
        if (!accept(reader, ",")) malformed(reader, "',' or '}' is missing");
    }
}

static void read_value(Reader *reader, int depth) {
    lua_State *L = reader->L;
    luaL_checkstack(L, 6, NULL);
    skip_space(reader);
    uint8_t c = reader->at < reader->end ? *reader->at : 0;
    if ((c == '{' || c == '[') && depth > reader->depthMax) malformed(reader, "nested too deep");
    if (c == '{') {
        lua_newtable(L);
        read_members(reader, depth, lua_gettop(L));
    } else if (c == '[') {
        lua_newtable(L);
        read_elements(reader, depth, lua_gettop(L));
    } else if (c == '"') {
        read_string(reader);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        read_number(reader);
    } else if (accept(reader, "true")) {
        lua_pushboolean(L, 1);
    } else if (accept(reader, "false")) {
        lua_pushboolean(L, 0);
    } else if (accept(reader, "null")) {
        lua_pushnil(L);
    } else {
        malformed(reader, "a value is missing");
    }
}

static void expect_end(Reader *reader) {
    skip_space(reader);
    if (reader->at != reader->end) malformed(reader, "something follows the value");
}

void box_read_json(lua_State *L, SandboxBytes text, JSONMode mode, int depthMax) {
    Reader reader = {L, text.bytes, text.bytes, text.bytes + text.count, mode, depthMax};
    read_value(&reader, 1);
    expect_end(&reader);
}

int box_read_json_elements(lua_State *L, SandboxBytes text) {
    Reader reader = {L, text.bytes, text.bytes, text.bytes + text.count, JSON_PLAIN, DEPTH_MAX + 1};
    skip_space(&reader);
    if (reader.at >= reader.end || *reader.at != '[') malformed(&reader, "an array is missing");
    int count = read_elements(&reader, 1, 0);
    expect_end(&reader);
    return count;
}
