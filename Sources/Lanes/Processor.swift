#if os(Linux)
    import CKernel
    import Glibc
#else
    import Darwin
#endif

package enum Processor {
    /// Processor time that this thread has taken, in nanoseconds (`CLOCK_THREAD_CPUTIME_ID`).
    package static var threadNanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
