// Where tables are in the tree, and whether they are in it at all.
#include "state.h"

static bool holds(lua_State *L, int parent, int key, int child) {
    if (!state_is_tracked(L, parent) || !box_push_backing(L, parent)) return false;
    lua_pushvalue(L, key);
    lua_rawget(L, -2);
    bool isHeld = lua_rawequal(L, -1, child);
    lua_pop(L, 2);
    return isHeld;
}

// Calls `visit` for the places that the table has or was put into, as long as it returns true.
typedef struct Search {
    bool (*visit)(lua_State *L, struct Search *search, int child, int parent, int key, int line);
    int depth;
    bool found;
    int where; // stack index of parent, key, line of the place found
} Search;

static void search_places(lua_State *L, Search *search, int child) {
    Sandbox *box = box_of(L);
    int top = lua_gettop(L);
    luaL_checkstack(L, 12, NULL);
    lua_rawgetp(L, child, &state_parent_key);
    lua_rawgetp(L, child, &state_place_key);
    lua_pushnil(L);
    bool goesOn = !lua_istable(L, top + 1)
        || search->visit(L, search, child, top + 1, top + 2, top + 3);
    lua_settop(L, top);
    if (!goesOn || box->linkedCount == 0) return;
    state_push_slot(L, SLOT_LINKS);
    lua_pushvalue(L, child);
    if (lua_rawget(L, -2) == LUA_TTABLE) {
        int list = lua_gettop(L);
        for (lua_Integer index = 1; goesOn && lua_rawgeti(L, list, index) != LUA_TNIL; index += 3) {
            lua_rawgeti(L, list, index + 1);
            lua_rawgeti(L, list, index + 2);
            box_charge(L, 4);
            goesOn = search->visit(L, search, child, list + 1, list + 2, list + 3);
            lua_settop(L, list);
        }
    }
    lua_settop(L, top);
}

static bool visit_until_reachable(
    lua_State *L, Search *search, int child, int parent, int key, int line) {
    (void)line;
    if (!holds(L, parent, key, child)) return true;
    if (!state_is_reachable(L, parent, search->depth + 1)) return true;
    search->found = true;
    return false;
}

void state_clear_seen(lua_State *L) { box_of(L)->searchCount += 1; }

static void mark_seen(lua_State *L, int table, bool isReachable) {
    state_push_slot(L, SLOT_SEEN);
    lua_pushvalue(L, table);
    lua_pushinteger(L, box_of(L)->searchCount * 2 + isReachable);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

// Whether there is a way from the table up to room.state.
//
// SLOT_SEEN keeps which search visited a table with what result, so a web of links costs one visit
// each. While the tree is being judged a `false` in it holds for one search only; once each table
// is known to have one place (box_state_finish) it holds for good.
bool state_is_reachable(lua_State *L, int table, int depth) {
    Sandbox *box = box_of(L);
    luaL_checkstack(L, 6, NULL);
    if (state_is_root(L, table)) return true;
    if (depth > 2 * DEPTH_MAX) {
        // A judged tree is not that deep, so there the way leads nowhere.
        if (!box->unlimited)
            luaL_error(L, "room.state is nested deeper than 32 tables, or contains itself");
        return false;
    }
    if (box->linkedCount > 0) {
        state_push_slot(L, SLOT_SEEN);
        lua_pushvalue(L, table);
        lua_rawget(L, -2);
        lua_Integer seen = lua_tointeger(L, -1);
        lua_pop(L, 2);
        if (seen / 2 == box->searchCount) return seen % 2 != 0;
        mark_seen(L, table, false);
    }
    Search search = {.visit = visit_until_reachable, .depth = depth};
    search_places(L, &search, table);
    if (search.found && box->linkedCount > 0) mark_seen(L, table, true);
    return search.found;
}

static bool visit_places(lua_State *L, Search *search, int child, int parent, int key, int line) {
    if (!holds(L, parent, key, child)) return true;
    if (!box_of(L)->unlimited) state_clear_seen(L);
    if (!state_is_reachable(L, parent, 1)) return true;
    if (!search->found) {
        search->found = true;
        lua_pushvalue(L, parent);
        lua_replace(L, search->where);
        lua_pushvalue(L, key);
        lua_replace(L, search->where + 1);
        return true;
    }
    bool isSamePlace =
        lua_rawequal(L, search->where, parent) && lua_rawequal(L, search->where + 1, key);
    if (isSamePlace || search->depth == 0) return true;
    PathText first = {.count = 0}, second = {.count = 0};
    if (state_is_root(L, search->where) && lua_isnil(L, search->where + 1)) {
        box_path_print(&first, "room.state");
    } else {
        state_path_to(L, &first, search->where, 0);
        box_path_add(L, &first, search->where + 1);
    }
    state_path_to(L, &second, parent, 0);
    box_path_add(L, &second, key);
    luaL_error(
        L, "%s%s: this table is already at %s; a table has one place in room.state, copy it",
        lua_isstring(L, line) ? lua_tostring(L, line) : "", second.text, first.text);
    return false;
}

// Pushes parent and key of the table's place, or returns false. Raises for two places if `judges`.
// Without links the parent need not be reachable; push_path sees that on its way.
bool state_push_place(lua_State *L, int child, bool judges) {
    luaL_checkstack(L, 8, NULL);
    if (box_of(L)->linkedCount == 0) {
        int top = lua_gettop(L);
        lua_rawgetp(L, child, &state_parent_key);
        lua_rawgetp(L, child, &state_place_key);
        if (lua_istable(L, top + 1) && holds(L, top + 1, top + 2, child)) return true;
        lua_settop(L, top);
        return false;
    }
    lua_pushnil(L);
    lua_pushnil(L);
    Search search = {
        .visit = visit_places, .depth = judges ? 1 : 0, .where = lua_gettop(L) - 1};
    if (state_is_root(L, child)) {
        if (!judges) {
            lua_pop(L, 2);
            return false;
        }
        // The root has its place already; any other is one too many.
        lua_pushvalue(L, child);
        lua_replace(L, search.where);
        search.found = true;
    }
    search_places(L, &search, child);
    if (!search.found) lua_pop(L, 2);
    return search.found;
}
