// One Lua 5.4 state for one untrusted program, with its budget and its tracked state.
//
// This header is all that Swift sees: bytes go in, bytes and a status come out. Every Lua API call,
// and so every longjmp, stays below it. Used by one thread at a time, with a stack of 8 MiB or more.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct Sandbox Sandbox;

typedef struct SandboxBytes {
    const uint8_t *bytes;
    size_t count;
} SandboxBytes;

// What a call of a hook has led to. In one piece, because asking five times costs as much as reading
// a field of the event.
typedef struct SandboxResult {
    SandboxBytes changes, effects; // JSON arrays
    int64_t instructions, hostCalls;
    size_t peakBytes; // the most that was in use since the call began
} SandboxResult;

// Paths of host functions below `room`, each ended by a zero.
typedef struct SandboxFunctions {
    const char *const *paths;
    size_t count;
} SandboxFunctions;

typedef struct SandboxBudget {
    int64_t instructions;
    size_t memoryBytes;
    int64_t hostCalls;
    size_t outputBytes;
    // Processor time of the calling thread. A backstop behind the instructions: the only limit
    // whose moment depends on the machine.
    uint64_t cpuNanoseconds;
} SandboxBudget;

typedef enum SandboxStatus {
    SANDBOX_DONE,
    SANDBOX_ABSENT,
    SANDBOX_SYNTAX,
    SANDBOX_ERROR,
    SANDBOX_BUDGET,
    SANDBOX_MEMORY,
    SANDBOX_HOST,
} SandboxStatus;

// Called for a host function with the JSON array of its arguments. Answers by calling
// sandbox_accept or sandbox_refuse exactly once, and must not call anything else here.
typedef void (*SandboxHost)(void *context, Sandbox *box, int32_t function, SandboxBytes arguments);

// NULL when the machine has no memory left. `seed` orders the hash tables.
Sandbox *sandbox_create(SandboxBudget budget, uint32_t seed, SandboxHost host, void *context);
void sandbox_destroy(Sandbox *box);

// Before sandbox_load. Copies; 0 when there is no memory.
int sandbox_add_file(Sandbox *box, SandboxBytes name, SandboxBytes text);
// Before sandbox_load. The memory stays the caller's and must outlive the sandbox.
void sandbox_set_functions(Sandbox *box, SandboxFunctions functions);
// Notes which lines of an added file run: byte 0 of `lines` is set when line 1 does, and so on. The
// memory stays the caller's and must outlive the sandbox. Slows every line; for tests of plugins.
void sandbox_cover(Sandbox *box, SandboxBytes name, uint8_t *lines, size_t count);

// Builds the environment, runs main.lua and takes the functions of the table it returns.
SandboxStatus sandbox_load(Sandbox *box, SandboxBytes configuration);

// Replaces room.state by a JSON text that sandbox_state wrote.
SandboxStatus sandbox_restore(Sandbox *box, SandboxBytes state);
// Applies the changes that sandbox_call reported; all or none.
SandboxStatus sandbox_apply(Sandbox *box, SandboxBytes changes);
// Writes room.state to sandbox_output.
SandboxStatus sandbox_state(Sandbox *box);
// Runs one hook. Anything but SANDBOX_DONE has left room.state as it was.
SandboxStatus sandbox_call(
    Sandbox *box, SandboxBytes hook, SandboxBytes arguments, int64_t nowMilliseconds, uint64_t seed);

// Before anything is loaded, and for tests of the language only: there is a `load`, and single
// blocks may be as large as the budget.
void sandbox_relax(Sandbox *box);

// Instead of sandbox_load, once: runs the added file of this name on its own, `room` being its
// argument after the globals are frozen, or as the top level of a program. Its first result is then in
// sandbox_output: JSON, or a text that names its type if it is no plain data.
SandboxStatus sandbox_evaluate(Sandbox *box, SandboxBytes name, int isHandler, uint64_t seed);
// Whether the error that ended it said that something is not allowed in the sandbox.
int sandbox_was_denied(const Sandbox *box);

// Processor time of a chunk in the distribution's Lua without any sandbox; -1 if it failed. For
// measurements: never give it what somebody else has written.
double sandbox_stock_seconds(SandboxBytes text);

// The answer to the host call that is under way. Empty effect: none; empty value: nil.
void sandbox_accept(Sandbox *box, SandboxBytes effect, SandboxBytes value);
void sandbox_refuse(Sandbox *box, SandboxBytes message);

// Results of the last operation, valid until the next one.
SandboxBytes sandbox_message(const Sandbox *box);
SandboxBytes sandbox_trace(const Sandbox *box);
SandboxBytes sandbox_output(const Sandbox *box);
SandboxResult sandbox_result(const Sandbox *box);
size_t sandbox_memory(const Sandbox *box);

size_t sandbox_hook_count(const Sandbox *box);
SandboxBytes sandbox_hook(const Sandbox *box, size_t index);

// Whether the library's layout is the known one, so that the hash seed could be set.
int sandbox_seed_is_set(const Sandbox *box);
// Raw order of a reference table's keys, for the self-test of the seed: equal seeds, equal values.
uint64_t sandbox_key_order(Sandbox *box);
