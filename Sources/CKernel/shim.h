// What the load generator asks of Linux beyond POSIX: readiness of ten thousand sockets
// (epoll(7)), and how much memory the kernel holds for a socket of another process
// (sock_diag(7)). Empty elsewhere.
#pragma once
#if defined(__linux__)
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#endif
