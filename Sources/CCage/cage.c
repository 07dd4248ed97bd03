#if defined(__linux__)
    #define _GNU_SOURCE
#endif
#include "cage.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__linux__)
    #include <grp.h>
    #include <malloc.h>
    #include <sched.h>
    #include <sys/prctl.h>
    #include <sys/syscall.h>
#endif

#if defined(__has_feature)
    #if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
        #define SHADOW_MEMORY 1 // which takes terabytes of address space
    #endif
#endif

enum { NOBODY = 65534, DESCRIPTORS_MANY = 65536 };

static void close_above(int last) {
#if defined(__linux__) && defined(SYS_close_range)
    if (syscall(SYS_close_range, (unsigned)last + 1, ~0u, 0u) == 0) return;
#endif
    struct rlimit limit;
    int end = DESCRIPTORS_MANY;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < DESCRIPTORS_MANY) end = (int)limit.rlim_cur;
    for (int descriptor = last + 1; descriptor < end; descriptor += 1) close(descriptor);
}

static bool limit(int resource, rlim_t most) {
    struct rlimit limit = {most, most};
    return setrlimit(resource, &limit) == 0;
}

#if defined(__linux__)
// An empty directory that has no name any more: nothing is in it and nothing can be put there.
static bool leave_file_system(void) {
    const char *folder = getenv("TMPDIR");
    char path[4096];
    int length = snprintf(
        path, sizeof path, "%s/playhouse-stage-XXXXXX", folder && folder[0] ? folder : P_tmpdir);
    if (length < 0 || (size_t)length >= sizeof path || !mkdtemp(path)) return false;
    bool isInside = chdir(path) == 0;
    rmdir(path);
    if (isInside && chroot(".") == 0 && chdir("/") == 0) return true;
    if (chdir("/") != 0) return false;
    return false;
}
#endif

uint32_t cage_prepare(int lastDescriptor, uint64_t addressSpaceBytes) {
    uint32_t achieved = 0;
    close_above(lastDescriptor);
#if defined(__linux__)
    // One arena: a second one would look at /proc and /sys some day, which the filter punishes.
    mallopt(M_ARENA_MAX, 1);
    prctl(PR_SET_NAME, "playhouse-stage");
    bool wasRoot = geteuid() == 0;
    int namespaces = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
    if (unshare(namespaces | (wasRoot ? 0 : CLONE_NEWUSER)) == 0) achieved |= CAGE_ALONE;
    if (leave_file_system()) achieved |= CAGE_EMPTY_ROOT;
    if (wasRoot) {
        bool isNobody = setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0
            && setresuid(NOBODY, NOBODY, NOBODY) == 0;
        if (isNobody) achieved |= CAGE_NOBODY;
    }
#endif
    bool isLimited = limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0)
        && limit(RLIMIT_NOFILE, (rlim_t)lastDescriptor + 1);
#if !defined(SHADOW_MEMORY)
    // Darwin takes no limit of the address space below what its shared libraries occupy.
    bool isBounded = limit(RLIMIT_AS, addressSpaceBytes);
    #if defined(__linux__)
    isLimited = isLimited && isBounded && limit(RLIMIT_MEMLOCK, 0) && limit(RLIMIT_MSGQUEUE, 0);
    #else
    (void)isBounded;
    #endif
#else
    (void)addressSpaceBytes;
#endif
    if (isLimited) achieved |= CAGE_LIMITED;
#if defined(__linux__)
    // After the change of user, which resets both.
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    return achieved;
}

typedef struct Start {
    void (*body)(void *);
    void *context;
} Start;

static void *run_start(void *argument) {
    Start *start = argument;
    start->body(start->context);
    return NULL;
}

int cage_run_with_stack(size_t bytes, void (*body)(void *), void *context) {
    pthread_attr_t attributes;
    int code = pthread_attr_init(&attributes);
    if (code) return code;
    code = pthread_attr_setstacksize(&attributes, bytes);
    Start start = {body, context};
    pthread_t thread;
    if (!code) code = pthread_create(&thread, &attributes, run_start, &start);
    pthread_attr_destroy(&attributes);
    return code ? code : pthread_join(thread, NULL);
}
