// Reads JSON; what the values are stands in json-writer.c.
#include <math.h>

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
    // Nearly always there is none.
    if (reader->at < reader->end && *reader->at > ' ') return;
    while (reader->at < reader->end
           && (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\r'
               || *reader->at == '\t'))
        reader->at += 1;
}

static bool accept(Reader *reader, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(reader->end - reader->at) < length) return false;
    if (memcmp(reader->at, word, length) != 0) return false;
    reader->at += length;
    return true;
}

static bool accept_byte(Reader *reader, char byte) {
    bool isThere = reader->at < reader->end && *reader->at == (uint8_t)byte;
    reader->at += isThere;
    return isThere;
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
    // Nearly every number is a short integer without a sign.
    if (*from >= '1' && *from <= '9') {
        lua_Integer value = 0;
        const uint8_t *at = from, *most = reader->end - from > 18 ? from + 18 : reader->end;
        while (at < most && *at >= '0' && *at <= '9') value = value * 10 + (*at++ - '0');
        if (at < most && *at != '.' && (*at | 0x20) != 'e') {
            reader->at = at;
            lua_pushinteger(reader->L, value);
            return;
        }
    }
    bool isNegative = accept_byte(reader, '-'), isInteger = true;
    if (!accept_byte(reader, '0')) skip_digits(reader);
    else if (is_digit(reader)) malformed(reader, "a number begins with 0");
    if (accept_byte(reader, '.')) {
        isInteger = false;
        skip_digits(reader);
    }
    if (accept_byte(reader, 'e') || accept_byte(reader, 'E')) {
        isInteger = false;
        if (!accept_byte(reader, '+')) accept_byte(reader, '-');
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

// Goes behind ASCII that stands for itself, eight bytes at a time; may stop before its end.
static inline void skip_plain(Reader *reader) {
    while (reader->end - reader->at >= 8) {
        uint64_t word = 0;
        memcpy(&word, reader->at, sizeof word);
        // The highest bit of a byte is set if it is not ASCII, below a space, a quote or a backslash.
        // Borrows spoil only bytes above such a one.
        uint64_t special = (word | (word - 0x2020202020202020u)
                            | ((word ^ 0x2222222222222222u) - 0x0101010101010101u)
                            | ((word ^ 0x5C5C5C5C5C5C5C5Cu) - 0x0101010101010101u))
            & 0x8080808080808080u;
        if (special) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            reader->at += __builtin_ctzll(special) >> 3;
#endif
            return;
        }
        reader->at += 8;
    }
}

static void read_string(Reader *reader) {
    lua_State *L = reader->L;
    reader->at += 1;
    const uint8_t *from = reader->at;
    skip_plain(reader);
    if (reader->at < reader->end && *reader->at == '"') {
        // Plain ASCII, as most texts are.
        lua_pushlstring(L, (const char *)from, (size_t)(reader->at - from));
        reader->at += 1;
        return;
    }
    Buffer *text = &box_of(L)->scratch;
    size_t start = text->count;
    uint8_t all = 0; // of the bytes that stand for themselves
    for (;;) {
        skip_plain(reader);
        if (reader->at >= reader->end) malformed(reader, "a text has no end");
        uint8_t byte = *reader->at;
        if (byte == '"') break;
        if (byte < 0x20) malformed(reader, "a control character in a text");
        if (byte != '\\') {
            all |= byte;
            reader->at += 1;
            continue;
        }
        box_append(L, text, from, (size_t)(reader->at - from));
        reader->at += 1;
        read_escape(reader, text);
        from = reader->at;
    }
    size_t length = (size_t)(reader->at - from);
    const char *whole = (const char *)from;
    if (text->count > start) {
        box_append(L, text, from, length);
        whole = (const char *)text->bytes + start;
        length = text->count - start;
    }
    if (all >= 0x80 && !box_is_utf8(whole, length)) malformed(reader, "a text is not valid UTF-8");
    lua_pushlstring(L, whole, length);
    text->count = start;
    reader->at += 1;
}

static void read_value(Reader *reader, int depth);

// Reads the name of a field. Every event brings the same few: they are kept, so that Lua need not
// hash and find them again.
static void read_name(Reader *reader) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    enum { SHORT_MAX = 15 };
    const uint8_t *from = reader->at + 1;
    if (reader->mode == JSON_PLAIN && reader->end - from > SHORT_MAX + 1) {
        uint64_t words[2];
        memcpy(words, from, sizeof words);
        reader->at = from;
        skip_plain(reader);
        size_t length = (size_t)(reader->at - from);
        if (length <= SHORT_MAX && *reader->at == '"') {
            lua_State *L = reader->L;
            Sandbox *box = box_of(L);
            if (length < 8) {
                words[0] &= ((uint64_t)1 << (8 * length)) - 1;
                words[1] = 0;
            } else {
                words[1] &= ((uint64_t)1 << (8 * (length - 8))) - 1;
            }
            words[1] |= (uint64_t)(length + 1) << 56;
            size_t place = ((words[0] ^ words[1] * 31) * 0x9E3779B97F4A7C15u) >> 32;
            place &= NAME_COUNT - 1;
            uint64_t *known = box->names[place];
            reader->at += 1;
            if (known[0] == words[0] && known[1] == words[1]) {
                lua_rawgeti(L, LUA_REGISTRYINDEX, SLOT_NAMES + (int)place);
                return;
            }
            lua_pushlstring(L, (const char *)from, length);
            lua_pushvalue(L, -1);
            lua_rawseti(L, LUA_REGISTRYINDEX, SLOT_NAMES + (int)place);
            memcpy(known, words, sizeof words);
            return;
        }
        reader->at = from - 1;
    }
#endif
    read_string(reader);
}

static int read_elements(Reader *reader, int depth, int table) {
    int count = 0;
    reader->at += 1;
    skip_space(reader);
    if (accept_byte(reader, ']')) return 0;
    for (;;) {
        // Whatever is called from Lua has room for 20 values.
        if (!table && count >= 4) luaL_checkstack(reader->L, 16, NULL);
        read_value(reader, depth + 1);
        count += 1;
        if (table) lua_rawseti(reader->L, table, count);
        skip_space(reader);
        if (accept_byte(reader, ']')) return count;
        if (!accept_byte(reader, ',')) malformed(reader, "',' or ']' is missing");
    }
}

// Undoes what write_object_key did for a state.
static void translate_key(Reader *reader) {
    if (reader->mode != JSON_STATE) return;
    lua_State *L = reader->L;
    size_t length = 0;
    const char *text = lua_tolstring(L, -1, &length);
    if (length == 0 || text[0] != '#') return;
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
    if (accept_byte(reader, '}')) return;
    for (;;) {
        skip_space(reader);
        if (reader->at >= reader->end || *reader->at != '"') malformed(reader, "a key is missing");
        read_name(reader);
        translate_key(reader);
        skip_space(reader);
        if (!accept_byte(reader, ':')) malformed(reader, "':' is missing");
        read_value(reader, depth + 1);
        lua_rawset(L, table);
        skip_space(reader);
        if (accept_byte(reader, '}')) return;
        if (!accept_byte(reader, ',')) malformed(reader, "',' or '}' is missing");
    }
}

static void read_value(Reader *reader, int depth) {
    lua_State *L = reader->L;
    skip_space(reader);
    uint8_t c = reader->at < reader->end ? *reader->at : 0;
    if (c == '{' || c == '[') {
        if (depth > reader->depthMax) malformed(reader, "nested too deep");
        // The container, a key, a value, and what messages need; who begins has room for two.
        if (depth > 2) luaL_checkstack(L, 10, NULL);
    }
    if (c == '{') {
        // What an event brings has a few fields; finding out one by one costs more than reading them.
        if (reader->mode == JSON_PLAIN) lua_createtable(L, 0, 4);
        else lua_newtable(L);
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
    luaL_checkstack(L, 16, NULL);
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
