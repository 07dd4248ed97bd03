// math, with random numbers that come from the seed of the call.
#include "inside.h"

static uint64_t rotate_left(uint64_t value, int count) {
    return value << count | value >> (64 - count);
}

// xoshiro256** (Blackman, Vigna), as Lua's own.
static uint64_t next_random(uint64_t state[4]) {
    uint64_t result = rotate_left(state[1] * 5, 7) * 9, shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate_left(state[3], 45);
    return result;
}

void box_seed_random(Sandbox *box, uint64_t seed) {
    box->randomSeed = seed;
    box->isRandomReady = false;
}

static void prepare_random(Sandbox *box) {
    uint64_t seed = box->randomSeed;
    // SplitMix64 spreads the seed, as the authors of xoshiro advise.
    for (int index = 0; index < 4; index += 1) {
        uint64_t mixed = (seed += 0x9E3779B97F4A7C15u);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
        box->random[index] = mixed ^ (mixed >> 31);
    }
    box->isRandomReady = true;
}

// A number of 0...limit, each equally likely.
static uint64_t project(uint64_t value, uint64_t limit, uint64_t state[4]) {
    if ((limit & (limit + 1)) == 0) return value & limit;
    uint64_t mask = limit;
    for (int shift = 1; shift < 64; shift *= 2) mask |= mask >> shift;
    while ((value &= mask) > limit) value = next_random(state);
    return value;
}

static int math_random(lua_State *L) {
    Sandbox *box = box_of(L);
    // Few calls draw lots.
    if (!box->isRandomReady) prepare_random(box);
    uint64_t value = next_random(box->random);
    lua_Integer low = 1, high = 0;
    switch (lua_gettop(L)) {
    case 0:
        lua_pushnumber(L, (lua_Number)(value >> 11) * 0x1p-53);
        return 1;
    case 1:
        high = luaL_checkinteger(L, 1);
        if (high == 0) {
            lua_pushinteger(L, (lua_Integer)value);
            return 1;
        }
        break;
    case 2:
        low = luaL_checkinteger(L, 1);
        high = luaL_checkinteger(L, 2);
        break;
    default:
        return luaL_error(L, "wrong number of arguments");
    }
    luaL_argcheck(L, low <= high, 2, "interval is empty");
    uint64_t offset = project(value, (uint64_t)high - (uint64_t)low, box->random);
    lua_pushinteger(L, (lua_Integer)(offset + (uint64_t)low));
    return 1;
}

static void set_seed(lua_State *L, lua_Integer first, lua_Integer second) {
    uint64_t *state = box_of(L)->random;
    box_of(L)->isRandomReady = true;
    state[0] = (uint64_t)first;
    state[1] = 0xFF;
    state[2] = (uint64_t)second;
    state[3] = 0;
    for (int count = 0; count < 16; count += 1) next_random(state);
    lua_pushinteger(L, first);
    lua_pushinteger(L, second);
}

// As the stock function. Without a seed it takes the next numbers for one, neither time nor address;
// the next call of a hook begins with a seed of its own anyway.
static int math_randomseed(lua_State *L) {
    Sandbox *box = box_of(L);
    box_charge(L, 4);
    lua_Integer first = 0, second = 0;
    if (lua_isnone(L, 1)) {
        if (!box->isRandomReady) prepare_random(box);
        first = (lua_Integer)next_random(box->random);
        second = (lua_Integer)next_random(box->random);
    } else {
        first = luaL_checkinteger(L, 1);
        second = luaL_optinteger(L, 2, 0);
    }
    set_seed(L, first, second);
    return 2;
}

void box_open_math(lua_State *L) {
    lua_pushcfunction(L, luaopen_math);
    lua_call(L, 0, 1);
    lua_pushcfunction(L, math_randomseed);
    lua_setfield(L, -2, "randomseed");
    lua_pushcfunction(L, math_random);
    lua_setfield(L, -2, "random");
}
