#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Recordings in a folder of a file system.
///
/// A file that is being written is locked (`flock(2)`), so that another server with the same folder
/// leaves it alone.
package final class RecordingFolder: RecordingStorage {
    private let path: String
    private let freeBytesMin: Int

    /// Takes a folder that exists.
    package init(_ path: String, limits: RecordingLimits = RecordingLimits()) {
        self.path = path
        freeBytesMin = limits.freeBytesMin
    }

    package func create(_ name: String) throws(RecordingError) -> any RecordingFile {
        let file = path + "/" + name
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            if errno == EEXIST { throw .exists }
            throw errno == ENOSPC ? .full : .storage("\(file): \(systemWords())")
        }
        _ = flock(descriptor, LOCK_EX | LOCK_NB)
        let recording = DiskRecording(descriptor, freeBytesMin: freeBytesMin)
        do throws(RecordingError) {
            try recording.checkRoom()
        } catch {
            recording.close()
            _ = unlink(file)
            throw error
        }
        return recording
    }

    package func mend() -> [String] {
        guard let folder = opendir(path) else { return [] }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".mp4") { names.append(name) }
        }
        closedir(folder)
        return names.sorted().filter { RecordingMending.mend(path + "/" + $0) }
    }
}

/// An open file of a recording.
final class DiskRecording: RecordingFile {
    private var descriptor: Int32
    private let freeBytesMin: Int
    private var byteCount: off_t = 0

    init(_ descriptor: Int32, freeBytesMin: Int) {
        self.descriptor = descriptor
        self.freeBytesMin = freeBytesMin
    }

    deinit { close() }

    func append(_ bytes: [UInt8]) throws(RecordingError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(
                    descriptor, buffer.baseAddress.map { $0 + sent }, buffer.count - sent)
            }
            if count > 0 {
                sent += count
                continue
            }
            if count < 0, errno == EINTR { continue }
            let error = errno
            // Half a fragment would end every player here.
            _ = ftruncate(descriptor, byteCount)
            throw error == ENOSPC || error == EDQUOT ? .full : .storage(systemWords(error))
        }
        byteCount += off_t(sent)
    }

    func overwrite(_ bytes: [UInt8], at offset: Int) throws(RecordingError) {
        guard pwrite(descriptor, bytes, bytes.count, off_t(offset)) == bytes.count else {
            throw .storage(systemWords())
        }
    }

    func sync() throws(RecordingError) {
        guard fsync(descriptor) == 0 else { throw .storage(systemWords()) }
        try checkRoom()
    }

    func checkRoom() throws(RecordingError) {
        var figures = statvfs()
        guard fstatvfs(descriptor, &figures) == 0 else { return }
        if Int(figures.f_bavail) * Int(figures.f_frsize) < freeBytesMin { throw .full }
    }

    func close() {
        guard descriptor >= 0 else { return }
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
        descriptor = -1
    }
}

private func systemWords(_ error: Int32 = errno) -> String { String(cString: strerror(error)) }
