// What the files about room.state share: state.c, places.c, changes.c.
#pragma once
#include "inside.h"

// Fields of a tracked table that no script can name: the table it is in and the key there, and the
// old values of fields written in this call, with `absent` for nil.
extern const char state_parent_key, state_place_key, state_old_key, state_absent;

// state.c
void state_push_slot(lua_State *L, int slot);
bool state_is_tracked(lua_State *L, int index);
bool state_is_root(lua_State *L, int index);
// Adds the place of the table, as last judged, to the text.
void state_path_to(lua_State *L, PathText *path, int table, int depth);
void state_remember_place(lua_State *L, int child, int parent, int key);
// Gives a table its contents back and lets go of it.
void state_untrack(lua_State *L, int table);
void state_forget_call(lua_State *L);
// Integer 1 and float 1.0 are equal in Lua but not the same data.
bool state_is_same(lua_State *L, int left, int right);

// places.c
void state_clear_seen(lua_State *L);
// Whether there is a way from the table up to room.state.
bool state_is_reachable(lua_State *L, int table, int depth);
// Pushes parent and key of the table's place, or returns false. Raises for two places if `judges`.
bool state_push_place(lua_State *L, int child, bool judges);
