// The filter of system calls, a program for the kernel's packet filter machine.
//
// See seccomp(2) and Documentation/userspace-api/seccomp_filter.rst of Linux. The list is what the
// allocator, the locks, the clocks and the end of a process need. Everything else kills the process,
// so that an attempt is seen and not tried again.
#if defined(__linux__)
    #define _GNU_SOURCE
#endif
#include "cage.h"

#include <sys/resource.h>

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))

    #include <linux/audit.h>
    #include <linux/filter.h>
    #include <linux/seccomp.h>
    #include <stddef.h>
    #include <sys/mman.h>
    #include <sys/prctl.h>
    #include <sys/syscall.h>
    #include <unistd.h>

    #if defined(__x86_64__)
        #define ARCHITECTURE AUDIT_ARCH_X86_64
    #else
        #define ARCHITECTURE AUDIT_ARCH_AARCH64
    #endif

    #define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
    #define KILL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
    #define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
    // The low half: descriptors and protections have no more bits.
    #define LOAD_ARGUMENT(index) LOAD(offsetof(struct seccomp_data, args) + 8 * (index))
    #define IF_EQUAL(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (then), (otherwise))
    #define IF_BITS(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (value), (then), (otherwise))

    #define ALLOW_CALL(name) IF_EQUAL(SYS_##name, 0, 1), ALLOW
    #define ALLOW_INPUT(name) IF_EQUAL(SYS_##name, 0, 4), LOAD_ARGUMENT(0), IF_EQUAL(0, 0, 1), ALLOW, KILL
    #define ALLOW_OUTPUT(name) \
        IF_EQUAL(SYS_##name, 0, 5), LOAD_ARGUMENT(0), IF_EQUAL(1, 1, 0), IF_EQUAL(2, 0, 1), ALLOW, KILL

    #if defined(__has_feature)
        #if __has_feature(thread_sanitizer)
            #define SANITIZED_THREADS 1
        #endif
    #endif

static struct sock_filter program[] = {
    LOAD(offsetof(struct seccomp_data, arch)),
    IF_EQUAL(ARCHITECTURE, 1, 0),
    KILL,
    // The x32 variants of x86-64 have another bit in their numbers and so match nothing below.
    LOAD(offsetof(struct seccomp_data, nr)),

    ALLOW_INPUT(read),
    ALLOW_OUTPUT(write),
    ALLOW_CALL(futex),
    ALLOW_CALL(clock_gettime),
    ALLOW_CALL(brk),
    ALLOW_CALL(munmap),
    ALLOW_CALL(madvise),
    // Moves a block that grows; cannot change what may be done with it.
    ALLOW_CALL(mremap),

    // Anonymous memory that is not executable.
    IF_EQUAL(SYS_mmap, 0, 6),
    LOAD_ARGUMENT(2),
    IF_BITS(PROT_EXEC, 3, 0),
    LOAD_ARGUMENT(3),
    IF_BITS(MAP_ANONYMOUS, 0, 1),
    ALLOW,
    KILL,
    IF_EQUAL(SYS_mprotect, 0, 4),
    LOAD_ARGUMENT(2),
    IF_BITS(PROT_EXEC, 1, 0),
    ALLOW,
    KILL,

    ALLOW_INPUT(readv),
    ALLOW_OUTPUT(writev),
    ALLOW_CALL(clock_getres),
    ALLOW_CALL(gettimeofday),
    ALLOW_CALL(getrandom),
    ALLOW_CALL(sched_yield),
    ALLOW_CALL(getpid),
    ALLOW_CALL(gettid),
    ALLOW_CALL(rt_sigprocmask),
    ALLOW_CALL(rt_sigreturn),
    ALLOW_CALL(sigaltstack),
    ALLOW_CALL(restart_syscall),
    ALLOW_CALL(exit),
    ALLOW_CALL(exit_group),
#ifdef SANITIZED_THREADS
    ALLOW_CALL(nanosleep), // the sanitizer's own thread waits with it
#endif
    KILL,
};

uint32_t cage_close(void) {
    // Only now: the thread that calls had to be started first.
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_NPROC, &none) != 0) return 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 0;
    struct sock_fprog description = {sizeof program / sizeof *program, program};
    long code = syscall(
        SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &description);
    return code == 0 ? CAGE_FILTERED : 0;
}

#else

uint32_t cage_close(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_NPROC, &none);
    return 0;
}

#endif
