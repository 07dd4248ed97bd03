#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

let sendBufferOption = (level: SOL_SOCKET, name: SO_SNDBUF)
let unsentOption = (level: Int32(IPPROTO_TCP), name: TCP_NOTSENT_LOWAT)
