// What the lanes ask of Linux beyond POSIX: which of ten thousand sockets are ready (epoll(7)), and
// a descriptor by which one thread wakes another (eventfd(2)), and names of threads (prctl(2), variadic
// and so out of Swift's reach). Empty elsewhere.
#pragma once
#if defined(__linux__)
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

static inline int kernel_name_thread(const char *name) { return prctl(PR_SET_NAME, name); }
#endif
