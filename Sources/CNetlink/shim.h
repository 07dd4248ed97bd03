// What the load generator asks of Linux beyond POSIX: how much memory the kernel holds for a socket
// of another process (sock_diag(7)). Empty elsewhere.
#pragma once
#if defined(__linux__)
#include <sys/socket.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#endif
