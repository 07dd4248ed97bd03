// The end of a call: its changes are judged and written, and made final or undone.
#include "state.h"

static bool is_changed(lua_State *L, int table, int key) {
    int top = lua_gettop(L);
    luaL_checkstack(L, 5, NULL);
    bool changed = false;
    if (lua_rawgetp(L, table, &state_old_key) == LUA_TTABLE) {
        lua_pushvalue(L, key);
        if (lua_rawget(L, top + 1) != LUA_TNIL) {
            box_push_backing(L, table);
            lua_pushvalue(L, key);
            lua_rawget(L, -2);
            bool wasAbsent = lua_touserdata(L, top + 2) == &state_absent;
            changed = wasAbsent ? !lua_isnil(L, -1) : !state_is_same(L, top + 2, lua_gettop(L));
        }
    }
    lua_settop(L, top);
    return changed;
}

// Pushes the keys from room.state down to the table and returns their number, or -1 when the table
// has left the tree or comes with a change further up.
static int push_path(lua_State *L, int table) {
    int top = lua_gettop(L);
    luaL_checkstack(L, 2 * DEPTH_MAX + 10, NULL);
    lua_pushvalue(L, table);
    int count = 0;
    while (!state_is_root(L, -1)) {
        int child = lua_gettop(L);
        if (count > DEPTH_MAX || !state_push_place(L, child, false)
            || is_changed(L, child + 1, child + 2)) {
            lua_settop(L, top);
            return -1;
        }
        lua_replace(L, child); // its key stays below, its parent is next
        count += 1;
    }
    lua_pop(L, 1);
    // The deepest key was pushed first.
    for (int low = top + 1, high = top + count; low < high; low += 1, high -= 1) {
        lua_pushvalue(L, low);
        lua_copy(L, high, low);
        lua_replace(L, high);
    }
    return count;
}

static void write_path_key(lua_State *L, int index) {
    Key key = {.kind = KEY_INTEGER};
    if (lua_type(L, index) == LUA_TSTRING) {
        size_t length = 0;
        key.kind = KEY_STRING;
        key.text = lua_tolstring(L, index, &length);
        key.length = (uint32_t)length;
    } else {
        key.integer = lua_tointeger(L, index);
    }
    box_write_key(L, &box_of(L)->changes, &key);
}

static void write_change(
    lua_State *L, int table, int firstKey, int keyCount, const Key *key, bool removals) {
    Sandbox *box = box_of(L);
    Buffer *changes = &box->changes;
    int top = lua_gettop(L);
    box_charge(L, 10);
    box_push_key(L, key);
    box_push_backing(L, table);
    lua_pushvalue(L, top + 1);
    lua_rawget(L, top + 2);
    int value = top + 3;
    if (lua_isnil(L, value) == removals && is_changed(L, table, top + 1)) {
        if (changes->count > 1) box_append_byte(L, changes, ',');
        box_append(L, changes, "[[", 2);
        for (int index = 0; index < keyCount; index += 1) {
            write_path_key(L, firstKey + index);
            box_append_byte(L, changes, ',');
        }
        write_path_key(L, top + 1);
        box_append_byte(L, changes, ']');
        if (!removals) {
            box_append_byte(L, changes, ',');
            PathText path = {.count = 0};
            path.text[0] = 0;
            // What is no table was judged when it was put in: nothing can be wrong with it now.
            if (lua_istable(L, value)) {
                state_path_to(L, &path, table, 0);
                box_path_add(L, &path, top + 1);
            }
            box_write_json(L, changes, value, JSON_STATE, path.text, keyCount + 2);
        }
        box_append_byte(L, changes, ']');
        if (changes->count + box->effects.count > box->budget.outputBytes)
            box_kill(L, SANDBOX_BUDGET, "budget of output bytes is used up");
    }
    lua_settop(L, top);
}

static void emit_table(lua_State *L, int table) {
    Sandbox *box = box_of(L);
    int top = lua_gettop(L);
    int keyCount = push_path(L, table);
    if (keyCount >= 0) {
        lua_rawgetp(L, table, &state_old_key);
        size_t count = 0;
        bool isList = false;
        size_t start = box_sorted_keys(L, -1, &count, &isList);
        // Removals first and from the end, then the rest from the front: so a list that is changed
        // step by step stays a list.
        for (size_t index = count; index > 0; index -= 1) {
            Key key = *box_key(box, start, index - 1);
            write_change(L, table, top + 1, keyCount, &key, true);
        }
        for (size_t index = 0; index < count; index += 1) {
            Key key = *box_key(box, start, index);
            write_change(L, table, top + 1, keyCount, &key, false);
        }
        box->scratch.count = start;
    }
    lua_settop(L, top);
}

// Judges the tree and writes the changes of the call. Changes nothing itself.
int box_state_emit(lua_State *L) {
    Sandbox *box = box_of(L);
    if (box->linkedCount == 0 && box->orderCount == 0) {
        box->changes.count = 0;
        box_append_byte(L, &box->changes, '[');
        box_append_byte(L, &box->changes, ']');
        return 0;
    }
    lua_settop(L, 0);
    state_push_slot(L, SLOT_LINKED);
    for (lua_Integer index = 1; index <= box->linkedCount; index += 1) {
        lua_rawgeti(L, 1, index);
        state_push_place(L, 2, true);
        lua_settop(L, 1);
    }
    box->changes.count = 0;
    box_append_byte(L, &box->changes, '[');
    lua_settop(L, 0);
    state_push_slot(L, SLOT_ORDER);
    for (lua_Integer index = 1; index <= box->orderCount; index += 1) {
        lua_rawgeti(L, 1, index);
        emit_table(L, 2);
        lua_settop(L, 1);
    }
    box_append_byte(L, &box->changes, ']');
    return 0;
}

// Lets go of the tables at and below `table` that are no longer in the tree.
static void detach(lua_State *L, int table) {
    int top = lua_gettop(L);
    lua_newtable(L); // those still to be looked at; a list, since the data may be deep
    lua_pushvalue(L, table);
    lua_rawseti(L, top + 1, 1);
    lua_Integer count = 1;
    while (count > 0) {
        lua_rawgeti(L, top + 1, count);
        lua_pushnil(L);
        lua_rawseti(L, top + 1, count);
        count -= 1;
        if (state_is_tracked(L, top + 2) && !state_is_reachable(L, top + 2, 1)) {
            box_push_backing(L, top + 2);
            lua_pushnil(L);
            while (lua_next(L, top + 3)) {
                if (lua_istable(L, -1)) lua_rawseti(L, top + 1, ++count);
                else lua_pop(L, 1);
            }
            state_untrack(L, top + 2);
        }
        lua_settop(L, top + 1);
    }
    lua_settop(L, top);
}

static void detach_all(lua_State *L, int slot, lua_Integer count) {
    state_push_slot(L, slot);
    int list = lua_gettop(L);
    for (lua_Integer index = 1; index <= count; index += 1) {
        lua_rawgeti(L, list, index);
        detach(L, list + 1);
        lua_settop(L, list);
    }
    lua_settop(L, list - 1);
}

// Makes the changes of the call final. Runs without limits, after box_state_emit.
int box_state_finish(lua_State *L) {
    Sandbox *box = box_of(L);
    lua_settop(L, 0);
    state_clear_seen(L);
    state_push_slot(L, SLOT_LINKED);
    for (lua_Integer index = 1; index <= box->linkedCount; index += 1) {
        lua_rawgeti(L, 1, index);
        if (state_push_place(L, 2, false)) state_remember_place(L, 2, 3, 4);
        lua_settop(L, 1);
    }
    lua_settop(L, 0);
    detach_all(L, SLOT_LINKED, box->linkedCount);
    detach_all(L, SLOT_FRESH, box->freshCount);
    state_push_slot(L, SLOT_ORDER);
    for (lua_Integer index = 1; index <= box->orderCount; index += 1) {
        lua_rawgeti(L, 1, index);
        lua_rawgetp(L, 2, &state_old_key);
        lua_pushnil(L);
        while (lua_next(L, 3)) {
            if (lua_istable(L, 5)) detach(L, 5);
            lua_settop(L, 4);
        }
        lua_settop(L, 1);
    }
    for (lua_Integer index = 1; index <= box->orderCount; index += 1) {
        lua_rawgeti(L, 1, index);
        lua_pushnil(L);
        lua_rawsetp(L, 2, &state_old_key);
        lua_settop(L, 1);
    }
    state_forget_call(L);
    return 0;
}

// Puts everything back as it was before the call. Runs without limits.
int box_state_undo(lua_State *L) {
    Sandbox *box = box_of(L);
    lua_settop(L, 0);
    state_push_slot(L, SLOT_ORDER);
    for (lua_Integer index = 1; index <= box->orderCount; index += 1) {
        lua_rawgeti(L, 1, index);
        if (lua_rawgetp(L, 2, &state_old_key) == LUA_TTABLE && box_push_backing(L, 2)) {
            lua_pushnil(L);
            while (lua_next(L, 3)) {
                if (lua_touserdata(L, 6) == &state_absent) {
                    lua_pop(L, 1);
                    lua_pushnil(L);
                }
                lua_pushvalue(L, 5);
                lua_insert(L, 6);
                lua_rawset(L, 4);
            }
        }
        lua_settop(L, 2);
        lua_pushnil(L);
        lua_rawsetp(L, 2, &state_old_key);
        lua_settop(L, 1);
    }
    lua_settop(L, 0);
    state_push_slot(L, SLOT_FRESH);
    for (lua_Integer index = 1; index <= box->freshCount; index += 1) {
        lua_rawgeti(L, 1, index);
        state_untrack(L, 2);
        lua_settop(L, 1);
    }
    state_forget_call(L);
    return 0;
}
