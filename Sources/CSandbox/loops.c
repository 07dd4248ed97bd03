// Mends a fault of Lua 5.4's compiler up to 5.4.4 in the chunks that are loaded.
//
// A generic `for` has four hidden registers, A to A+3; the value in the last one is closed when the
// loop ends. If the loop has a `break` out of a block whose variables are captured, the instruction
// behind the loop closes from A+4 on and so forgets that value: it stays in the thread's list of
// what is to be closed, the registers are used for something else, and the next variable that is to
// be closed makes the library write outside of its stack. (Upstream commit 997f11f5, in 5.4.5.)
//
// So each chunk is written out by lua_dump and looked through; if a loop is wrong, it is put right
// and the chunk is read in again. This is the only binary chunk that ever is loaded. Where the
// format is not the known one, nothing is changed and __close is refused.
#include "inside.h"

enum { OP_CLOSE = 54, OP_TFORPREP = 75, OP_TFORCALL = 76, OP_TFORLOOP = 77, LOOP_REGISTERS = 4 };

// A constant's type as it is written.
enum { TAG_NIL = 0, TAG_FALSE = 1, TAG_TRUE = 17, TAG_INTEGER = 3, TAG_FLOAT = 19,
       TAG_SHORT_TEXT = 4, TAG_LONG_TEXT = 20 };

typedef struct Reader {
    uint8_t *at, *end;
    bool isUnknown, isChanged;
} Reader;

static void skip(Reader *reader, size_t count) {
    if (count > (size_t)(reader->end - reader->at)) {
        reader->isUnknown = true;
        reader->at = reader->end;
    } else {
        reader->at += count;
    }
}

static uint8_t read_byte(Reader *reader) {
    uint8_t *at = reader->at;
    skip(reader, 1);
    return reader->isUnknown ? 0 : *at;
}

// Seven bits a byte, the highest first; the last byte has its top bit set.
static size_t read_size(Reader *reader) {
    size_t value = 0;
    for (int count = 0; count < 9 && !reader->isUnknown; count += 1) {
        uint8_t byte = read_byte(reader);
        value = value << 7 | (byte & 0x7F);
        if (byte & 0x80) return value;
    }
    reader->isUnknown = true;
    return 0;
}

static void skip_text(Reader *reader) {
    size_t size = read_size(reader);
    if (size > 0) skip(reader, size - 1);
}

static uint32_t instruction_at(const uint8_t *code, size_t index) {
    uint32_t value;
    memcpy(&value, code + index * sizeof value, sizeof value);
    return value;
}

static uint32_t operation(uint32_t instruction) { return instruction & 0x7F; }
static uint32_t argument_a(uint32_t instruction) { return instruction >> 7 & 0xFF; }
static uint32_t argument_bx(uint32_t instruction) { return instruction >> 15; }

static void mend_code(Reader *reader, uint8_t *code, size_t count) {
    for (size_t index = 0; index < count; index += 1) {
        uint32_t start = instruction_at(code, index);
        if (operation(start) != OP_TFORPREP) continue;
        uint32_t base = argument_a(start);
        size_t call = index + 1 + argument_bx(start);
        if (call + 2 >= count || operation(instruction_at(code, call)) != OP_TFORCALL
            || operation(instruction_at(code, call + 1)) != OP_TFORLOOP) {
            reader->isUnknown = true;
            return;
        }
        uint32_t close = instruction_at(code, call + 2);
        if (operation(close) == OP_CLOSE && argument_a(close) == base) continue;
        if (operation(close) != OP_CLOSE || argument_a(close) != base + LOOP_REGISTERS) {
            reader->isUnknown = true;
            return;
        }
        close = (close & ~((uint32_t)0xFF << 7)) | base << 7;
        memcpy(code + (call + 2) * sizeof close, &close, sizeof close);
        reader->isChanged = true;
    }
}

static void skip_constants(Reader *reader) {
    size_t count = read_size(reader);
    for (; count > 0 && !reader->isUnknown; count -= 1) {
        switch (read_byte(reader)) {
        case TAG_NIL: case TAG_FALSE: case TAG_TRUE: break;
        case TAG_INTEGER: case TAG_FLOAT: skip(reader, 8); break;
        case TAG_SHORT_TEXT: case TAG_LONG_TEXT: skip_text(reader); break;
        default: reader->isUnknown = true;
        }
    }
}

static void skip_debug(Reader *reader) {
    skip(reader, read_size(reader));
    for (size_t count = read_size(reader); count > 0 && !reader->isUnknown; count -= 1) {
        read_size(reader);
        read_size(reader);
    }
    for (size_t count = read_size(reader); count > 0 && !reader->isUnknown; count -= 1) {
        skip_text(reader);
        read_size(reader);
        read_size(reader);
    }
    for (size_t count = read_size(reader); count > 0 && !reader->isUnknown; count -= 1)
        skip_text(reader);
}

// The parser nests functions no deeper than 200.
static void mend_function(Reader *reader, int depth) {
    if (depth > 250) reader->isUnknown = true;
    skip_text(reader);
    read_size(reader);
    read_size(reader);
    skip(reader, 3);
    size_t count = read_size(reader);
    uint8_t *code = reader->at;
    if (count > SIZE_MAX / sizeof(uint32_t)) reader->isUnknown = true;
    else skip(reader, count * sizeof(uint32_t));
    if (reader->isUnknown) return;
    mend_code(reader, code, count);
    skip_constants(reader);
    size_t upvalues = read_size(reader);
    skip(reader, upvalues <= 255 ? upvalues * 3 : SIZE_MAX);
    for (size_t inner = read_size(reader); inner > 0 && !reader->isUnknown; inner -= 1)
        mend_function(reader, depth + 1);
    if (!reader->isUnknown) skip_debug(reader);
}

static bool starts_as_known(Reader *reader) {
    static const uint8_t head[] = {
        0x1B, 'L', 'u', 'a', 0x54, 0, 0x19, 0x93, '\r', '\n', 0x1A, '\n', 4, 8, 8};
    if ((size_t)(reader->end - reader->at) < sizeof head
        || memcmp(reader->at, head, sizeof head) != 0)
        return false;
    skip(reader, sizeof head + 16 + 1); // an integer, a float, the number of upvalues
    return true;
}

static int write_scratch(lua_State *L, const void *bytes, size_t count, void *context) {
    (void)context;
    memcpy(box_scratch(L, count), bytes, count);
    box_of(L)->scratch.count += count;
    return 0;
}

void box_mend_loops(lua_State *L, const char *name) {
    Sandbox *box = box_of(L);
    size_t start = box->scratch.count;
    if (lua_dump(L, write_scratch, NULL, 0) != 0) luaL_error(L, "the chunk is too large");
    size_t count = box->scratch.count - start;
    Reader reader = {.at = box->scratch.bytes + start};
    reader.end = reader.at + count;
    if (starts_as_known(&reader)) mend_function(&reader, 0);
    else reader.isUnknown = true;
    if (reader.at != reader.end) reader.isUnknown = true;
    if (reader.isUnknown) {
        box->loopsAreUnknown = true;
    } else if (reader.isChanged) {
        const char *chunk = (const char *)box->scratch.bytes + start;
        if (luaL_loadbufferx(L, chunk, count, name, "b") != LUA_OK) lua_error(L);
        lua_remove(L, -2);
    }
    box->scratch.count = start;
}
