// The cage of a stage process: what the kernel still does for it.
//
// Two steps, because threads cannot be started in the cage and the second step must bind all of
// them: cage_prepare on the only thread there is, cage_close on the thread that will run scripts. Neither
// can be undone.
#pragma once
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
    // Bits of what was achieved.
    CAGE_LIMITED = 1,    // resource limits
    CAGE_ALONE = 2,      // namespaces of its own: no network, no mounts
    CAGE_EMPTY_ROOT = 4, // its root is an empty, deleted directory
    CAGE_NOBODY = 8,     // was root, is not any more
    CAGE_FILTERED = 16,  // system calls beyond the list end the process
};

// Closes every descriptor above `lastDescriptor`, sets resource limits, leaves the file system and
// the network where that is permitted, gives up privileges, and dies when the parent's thread dies.
// Must be called before there is a second thread.
uint32_t cage_prepare(int lastDescriptor, uint64_t addressSpaceBytes);

// Installs the filter of system calls for all threads: memory without PROT_EXEC, clocks, locks,
// reading descriptor 0, writing descriptors 1 and 2, ending. Returns 0 where there is no such
// filter or it was refused, CAGE_FILTERED otherwise.
uint32_t cage_close(void);

// Runs `body` on a thread with a stack of that size, and waits for its end. Returns an error number.
int cage_run_with_stack(size_t bytes, void (*body)(void *), void *context);

// Tries to do what the cage forbids. Returns -1 for an unknown name, else what the attempt returned: 0
// and above if it was allowed. `cage_probe_name` lists the names, NULL after the last.
long cage_probe(const char *name);
const char *cage_probe_name(size_t index);

// A little memory that the server and the stage share, in the file `descriptor`: the number of the
// request that is being run, 0 for none, and how long requests have been run. NULL when it cannot be
// mapped.
typedef struct StagePage StagePage;
int stage_page_create(void);
StagePage *stage_page_map(int descriptor);
void stage_page_unmap(StagePage *page);
uint64_t stage_page_running(const StagePage *page);
void stage_page_set_running(StagePage *page, uint64_t number);
uint64_t stage_page_busy(const StagePage *page);
void stage_page_add_busy(StagePage *page, uint64_t nanoseconds);
