#if canImport(Glibc)
    import Glibc
#endif

/// Bytes that are allocated on the heap of this process, or 0 where this cannot be told.
func heapBytes() -> Int {
    #if canImport(Glibc)
        let info = mallinfo2()
        return Int(info.uordblks) + Int(info.hblkhd)
    #else
        return 0
    #endif
}
