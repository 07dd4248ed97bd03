// Attempts that must fail in the cage, as raw system calls: what a script that had taken over its
// process would do next.
#if defined(__linux__)
    #define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cage.h"

#if defined(__linux__)
    #include <linux/io_uring.h>
    #include <sched.h>
    #include <sys/prctl.h>
    #include <sys/ptrace.h>
    #include <sys/syscall.h>
#endif

static long probe_nothing(void) { return 0; }

static long probe_memory(void) {
    // Allowed; shows that the others do not fail for a reason of their own.
    void *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? -1 : munmap(memory, 1 << 20);
}

static long probe_open(void) { return open("/etc/passwd", O_RDONLY); }
static long probe_create(void) { return open("/tmp/playhouse-probe", O_RDWR | O_CREAT, 0600); }
static long probe_socket(void) { return socket(AF_INET, SOCK_STREAM, 0); }
static long probe_unix_socket(void) { return socket(AF_UNIX, SOCK_STREAM, 0); }
static long probe_kill(void) { return kill(getppid(), 0); }
static long probe_duplicate(void) { return dup(0); }

static long probe_exec(void) {
    char *const words[] = {"/bin/sh", "-c", "true", NULL};
    return execve("/bin/sh", words, words + 3);
}

static long probe_execute_memory(void) {
    void *memory = mmap(
        NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? -1 : 0;
}

static long probe_make_executable(void) {
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? -1 : mprotect(memory, 4096, PROT_READ | PROT_EXEC);
}

static long probe_read_other(void) {
    char byte;
    return read(3, &byte, 1);
}

static long probe_write_other(void) { return write(3, "x", 1); }

#if defined(__linux__)

static long probe_fork(void) {
    // Not fork(), whose handlers in the C library do more than the call.
    long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) _exit(0);
    return child;
}

static long probe_ptrace(void) { return ptrace(PTRACE_TRACEME, 0, NULL, NULL); }
static long probe_prctl(void) { return prctl(PR_SET_DUMPABLE, 1); }
static long probe_unshare(void) { return unshare(CLONE_NEWUSER); }
static long probe_memory_file(void) { return memfd_create("probe", 0); }
static long probe_io_uring(void) {
    struct io_uring_params parameters;
    memset(&parameters, 0, sizeof parameters);
    return syscall(SYS_io_uring_setup, 1, &parameters);
}

static long probe_other_memory(void) {
    char byte;
    struct iovec here = {&byte, 1}, there = {&byte, 1};
    return process_vm_readv(getppid(), &here, 1, &there, 1, 0);
}

    #if defined(__x86_64__)
// By the door of 32-bit programs, where calls have other numbers: 20 is getpid.
static long probe_old_call(void) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
    return result;
}

static long probe_x32_call(void) { return syscall(0x40000000 | SYS_getpid); }
    #endif

#endif

static const struct {
    const char *name;
    long (*attempt)(void);
} probes[] = {
    {"nothing", probe_nothing},
    {"memory", probe_memory},
    {"open", probe_open},
    {"create", probe_create},
    {"socket", probe_socket},
    {"unix-socket", probe_unix_socket},
    {"kill", probe_kill},
    {"duplicate", probe_duplicate},
    {"exec", probe_exec},
    {"execute-memory", probe_execute_memory},
    {"make-executable", probe_make_executable},
    {"read-other", probe_read_other},
    {"write-other", probe_write_other},
#if defined(__linux__)
    {"fork", probe_fork},
    {"ptrace", probe_ptrace},
    {"prctl", probe_prctl},
    {"unshare", probe_unshare},
    {"memory-file", probe_memory_file},
    {"io-uring", probe_io_uring},
    {"other-memory", probe_other_memory},
    #if defined(__x86_64__)
    {"old-call", probe_old_call},
    {"x32-call", probe_x32_call},
    #endif
#endif
};

const char *cage_probe_name(size_t index) {
    return index < sizeof probes / sizeof *probes ? probes[index].name : NULL;
}

long cage_probe(const char *name) {
    for (size_t index = 0; cage_probe_name(index); index += 1)
        if (strcmp(name, probes[index].name) == 0) return probes[index].attempt();
    return -1;
}
