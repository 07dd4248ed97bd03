#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How many files the kernel lets this process have open.
package enum DescriptorLimit {
    /// The soft limit (`RLIMIT_NOFILE`, getrlimit(2)); at most a million, also where there is none.
    package static var current: Int {
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1_000_000 }
        return Int(min(limit.rlim_cur, 1_000_000))
    }
}
