#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

let sendBufferOption = (level: SOL_SOCKET, name: SO_SNDBUF)
