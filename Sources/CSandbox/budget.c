// Budgets, and the end that a script cannot catch.
//
// A kill is raised as Lua's memory error: no message handler runs for it, neither the author's nor
// ours. `killed` stays set, and everything that catches errors (pcall, xpcall, resume, wrap) raises
// it again, so no author's instruction runs between the kill and the end of the call.
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "inside.h"

enum { POLL_INSTRUCTIONS = 4000, TRACE_LINES_MAX = 20 };

static uint64_t cpu_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// Notes that a line of an author's file runs.
static void note_line(lua_State *L, Sandbox *box, lua_Debug *activation) {
    int line = activation->currentline;
    if (line <= 0 || !lua_getinfo(L, "S", activation) || activation->source[0] != '@') return;
    for (size_t index = 0; index < box->files.count; index += 1) {
        const NamedBytes *file = &box->files.items[index];
        if (!file->lines || strcmp((const char *)file->name, activation->source + 1) != 0) continue;
        if ((size_t)line <= file->lineCount) file->lines[line - 1] = 1;
        return;
    }
}

static void count_hook(lua_State *L, lua_Debug *activation) {
    Sandbox *box = box_of(L);
    if (activation->event == LUA_HOOKLINE) {
        note_line(L, box, activation);
        return;
    }
    if (box->killed) box_rethrow(L, LUA_ERRMEM);
    box->left -= lua_gethookcount(L);
    if (box->left < 0) box_charge_slow(L);
    box->instructionsUnpolled += lua_gethookcount(L);
    if (box->instructionsUnpolled >= POLL_INSTRUCTIONS) box_poll(L);
}

bool box_is_late(Sandbox *box) {
    uint64_t most = box->budget.cpuNanoseconds;
    if (!most) return false;
    // Asking for the time costs more than a short call, so the clock starts with the first look.
    if (!box->cpuDeadline) box->cpuDeadline = cpu_nanoseconds() + most;
    return cpu_nanoseconds() > box->cpuDeadline;
}

void box_poll(lua_State *L) {
    Sandbox *box = box_of(L);
    box->instructionsUnpolled = 0;
    if (!box->unlimited && box_is_late(box))
        box_kill(L, SANDBOX_BUDGET, "processor time is used up");
}

void box_install_hook(lua_State *L, int interval) {
    int mask = box_of(L)->covers ? LUA_MASKCOUNT | LUA_MASKLINE : LUA_MASKCOUNT;
    lua_sethook(L, count_hook, mask, interval);
}

void box_begin(Sandbox *box) {
    box->left = box->budget.instructions;
    box->hostCallsLeft = box->budget.hostCalls;
    box->instructionsUnpolled = POLL_INSTRUCTIONS;
    box->cpuDeadline = 0;
    box->killed = SANDBOX_DONE;
    box->message[0] = box->trace[0] = box->refusedWhere[0] = 0;
    box->refusal = NULL;
    box->isRefused = box->isExhausted = false;
    box->vainCollections = 0;
    box->closings = 0;
    box->arguments.count = box->changes.count = box->effects.count = box->output.count = 0;
    box->scratch.count = 0;
    box->running = box->L;
    box->hostFault = false;
    box->isDenied = false;
    box->denial[0] = 0;
    box->hook = (SandboxBytes){NULL, 0};
    // Also starts a full interval, so that the count does not depend on earlier calls.
    box_install_hook(box->L, HOOK_INTERVAL);
}

void box_where(lua_State *L, char *text, size_t capacity) {
    text[0] = 0;
    lua_Debug activation;
    for (int level = 0; lua_getstack(L, level, &activation); level += 1) {
        lua_getinfo(L, "Sl", &activation);
        if (activation.currentline <= 0) continue;
        snprintf(text, capacity, "%s:%d: ", activation.short_src, activation.currentline);
        return;
    }
}

// What is found out at the end of a hook happened where the hook begins.
static void where_or_hook(lua_State *L, char *text, size_t capacity) {
    Sandbox *box = box_of(L);
    box_where(L, text, capacity);
    for (size_t index = 0; !text[0] && box->hook.count && index < box->hooks.count; index += 1) {
        const NamedBytes *item = &box->hooks.items[index];
        if (item->nameCount == box->hook.count
            && memcmp(item->name, box->hook.bytes, item->nameCount) == 0)
            snprintf(text, capacity, "%s", (const char *)item->text);
    }
}

void box_record_trace(lua_State *L) {
    Sandbox *box = box_of(L);
    size_t count = 0;
    int lines = 0;
    lua_Debug activation;
    for (int level = 0; lua_getstack(L, level, &activation); level += 1) {
        lua_getinfo(L, "Sln", &activation);
        if (activation.currentline <= 0) continue;
        if (++lines > TRACE_LINES_MAX) {
            snprintf(box->trace + count, sizeof box->trace - count, "\n...");
            return;
        }
        lua_Debug outer;
        char what[80] = "a function";
        if (activation.what && strcmp(activation.what, "main") == 0)
            snprintf(what, sizeof what, "the file");
        else if (activation.name)
            snprintf(what, sizeof what, "function %.60s", activation.name);
        else if (box->inHook && !lua_getstack(L, level + 2, &outer) && L == box->L)
            snprintf(what, sizeof what, "hook %.*s", (int)box->hook.count, box->hook.bytes);
        int added = snprintf(
            box->trace + count, sizeof box->trace - count, "%s%s:%d: in %s", count ? "\n" : "",
            activation.short_src, activation.currentline, what);
        if (added < 0 || (size_t)added >= sizeof box->trace - count) return;
        count += (size_t)added;
    }
}

_Noreturn static void raise(lua_State *L) {
    // Should anything still run, the hook ends it at its first instruction.
    box_install_hook(L, 1);
    // lua_error turns exactly this text into a memory error.
    lua_pushliteral(L, "not enough memory");
    lua_error(L);
    abort();
}

_Noreturn void box_kill(lua_State *L, SandboxStatus status, const char *what) {
    Sandbox *box = box_of(L);
    if (!box->killed) {
        box_mark_killed(box, status);
        char where[160];
        where_or_hook(L, where, sizeof where);
        snprintf(box->message, sizeof box->message, "%s%s", where, what);
        box_record_trace(L);
    }
    raise(L);
}

void box_rethrow(lua_State *L, int status) {
    Sandbox *box = box_of(L);
    if (!box->killed && status != LUA_ERRMEM) return;
    if (!box->killed) {
        box_note_memory(box);
    }
    raise(L);
}

void box_mark_killed(Sandbox *box, SandboxStatus status) {
    box->killed = status;
    box->leftAtKill = box->left;
    // Whatever is still called (a C function as __close, say) has nothing to spend.
    box->left = INT64_MIN / 2;
}

void box_note_memory(Sandbox *box) {
    box_mark_killed(box, SANDBOX_MEMORY);
    snprintf(
        box->message, sizeof box->message, "%s%s", box->refusedWhere,
        box->refusal ? box->refusal : "memory budget is used up");
}

void box_charge_slow(lua_State *L) {
    Sandbox *box = box_of(L);
    if (box->unlimited) return;
    if (box->killed) box_rethrow(L, LUA_ERRMEM);
    char what[96];
    snprintf(
        what, sizeof what, "budget of %lld instructions is used up",
        (long long)box->budget.instructions);
    box_kill(L, SANDBOX_BUDGET, what);
}

// Whether the text begins with a place such as `lib/cards.lua:12:`.
static bool has_place(const char *text) {
    const char *end = strstr(text, ".lua:");
    if (!end || memchr(text, '\n', (size_t)(end - text))) return false;
    size_t digits = strspn(end + 5, "0123456789");
    return digits > 0 && end[5 + digits] == ':';
}

// MARK: Refusals

int box_deny_text(lua_State *L) {
    Sandbox *box = box_of(L);
    snprintf(box->denial, sizeof box->denial, "%s", lua_tostring(L, -1));
    return lua_error(L);
}

int box_deny(lua_State *L, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    luaL_where(L, 1);
    lua_pushvfstring(L, format, arguments);
    va_end(arguments);
    lua_concat(L, 2);
    return box_deny_text(L);
}

// Runs where the error was raised, with the author's frames still there. Never for a kill.
int box_message_handler(lua_State *L) {
    Sandbox *box = box_of(L);
    char where[160];
    where_or_hook(L, where, sizeof where);
    if (lua_type(L, 1) == LUA_TSTRING || lua_type(L, 1) == LUA_TNUMBER) {
        const char *text = box_push_text(L, 1, NULL); // these two have no __tostring to run
        // A coroutine on the way adds its place in front.
        box->isDenied = box->denial[0] && strstr(text, box->denial);
        bool isPlaced = has_place(text) || (where[0] && strncmp(text, where, strlen(where)) == 0);
        snprintf(box->message, sizeof box->message, "%s%s", isPlaced ? "" : where, text);
        lua_settop(L, 1);
    } else {
        // Raw: a __tostring of the author's must not run now.
        snprintf(
            box->message, sizeof box->message, "%sthe error is a value of type %s", where,
            lua_typename(L, lua_type(L, 1)));
    }
    box_record_trace(L);
    return 1;
}
