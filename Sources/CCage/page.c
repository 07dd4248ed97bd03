#if defined(__linux__)
    #define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cage.h"

struct StagePage {
    _Atomic uint64_t running, busyNanoseconds;
};

enum { PAGE_BYTES = 4096 };

int stage_page_create(void) {
#if defined(__linux__)
    int descriptor = memfd_create("playhouse-stage", MFD_CLOEXEC | MFD_ALLOW_SEALING);
#else
    char name[40];
    snprintf(name, sizeof name, "/playhouse-%d-%08x", getpid(), arc4random());
    int descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (descriptor >= 0) shm_unlink(name);
#endif
    if (descriptor < 0) return -1;
    if (ftruncate(descriptor, PAGE_BYTES) != 0) {
        close(descriptor);
        return -1;
    }
#if defined(__linux__)
    // A stage that could shorten the file could make the server fault on its next look.
    fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
#endif
    return descriptor;
}

StagePage *stage_page_map(int descriptor) {
    void *memory = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void stage_page_unmap(StagePage *page) {
    if (page) munmap(page, PAGE_BYTES);
}

uint64_t stage_page_running(const StagePage *page) {
    return atomic_load_explicit(&page->running, memory_order_acquire);
}

void stage_page_set_running(StagePage *page, uint64_t number) {
    atomic_store_explicit(&page->running, number, memory_order_release);
}

uint64_t stage_page_busy(const StagePage *page) {
    return atomic_load_explicit(&page->busyNanoseconds, memory_order_relaxed);
}

void stage_page_add_busy(StagePage *page, uint64_t nanoseconds) {
    atomic_fetch_add_explicit(&page->busyNanoseconds, nanoseconds, memory_order_relaxed);
}
