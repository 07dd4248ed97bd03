#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Exclusive ownership of a journal file: an advisory lock, `flock(2)`, on the file beside it,
/// `NAME.lock`.
///
/// The kernel drops the lock when the process ends in whatever way, so nothing stale remains. The
/// file itself stays; it holds the id of the process that took the lock last.
struct FileLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock or fails at once.
    init(for path: String) throws(JournalError) {
        let name = path + ".lock"
        let descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw .storage("\(name): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let owner = Self.owner(written: descriptor)
            _ = Self.close(descriptor)
            guard code == EWOULDBLOCK else {
                throw .storage("\(name): \(String(cString: strerror(code)))")
            }
            throw .storage("\(path) is in use by \(owner): stop it or name another file")
        }
        self.descriptor = descriptor
        // Only a help for people; without it the lock holds all the same.
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
    }

    deinit {
        // A child that is just being started holds the descriptor too, until it runs its program;
        // closing alone would leave the lock with it.
        flock(descriptor, LOCK_UN)
        _ = Self.close(descriptor)
    }

    private static func owner(written descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        guard let process = Int32(text.prefix { $0.isNumber }) else { return "another process" }
        return process == getpid() ? "this process" : "process \(process)"
    }

    private static func close(_ descriptor: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.close(descriptor)
        #else
            Darwin.close(descriptor)
        #endif
    }
}
