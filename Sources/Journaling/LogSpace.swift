#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Room for the write-ahead log, taken before it is needed.
///
/// A commit that makes the log file longer syncs the file's metadata too, which costs a third more
/// processor time and one wait more than a commit into room that the file already has. A log is
/// written from its beginning again after each checkpoint, so this is only about the first round.
///
/// Zeros behind the last frame are no frame to SQLite, nor is a log of zeros a log with frames
/// (https://www.sqlite.org/fileformat2.html#the_write_ahead_log): a recovery stops there.
enum LogSpace {
    private static let pieceBytes = 1 << 20

    /// Makes a file longer with zeros and syncs it; what is in it stays. Does nothing for a file that is
    /// long enough or absent; when the disk refuses, the log grows as it goes.
    static func prepare(_ path: String, bytes: Int) {
        // Appending never overwrites: somebody else may be writing to the log with the sqlite3 shell.
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { _ = close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return }
        var missing = bytes - Int(status.st_size)
        let zeros = [UInt8](repeating: 0, count: pieceBytes)
        while missing > 0 {
            let written = write(descriptor, zeros, min(missing, pieceBytes))
            guard written > 0 else { return }
            missing -= written
        }
        _ = fsync(descriptor)
    }
}
