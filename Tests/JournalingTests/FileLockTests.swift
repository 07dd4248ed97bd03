#if os(Linux)
    import Foundation
    import Testing

    @testable import Journaling

    @Suite struct FileLockTests {
        let folder: TemporaryFolder

        init() throws { folder = try TemporaryFolder() }

        @Test func `a lock is free when it is given back, whoever still holds its descriptor`()
            throws
        {
            let path = folder.file("journal.db")
            var copy: Int32 = -1
            do {
                let lock = try FileLock(for: path)
                // A child between fork and exec has one.
                copy = dup(try descriptor(of: path + ".lock"))
                #expect(copy >= 0)
                #expect(throws: JournalError.self) { _ = try FileLock(for: path) }
                _ = consume lock
            }
            defer { close(copy) }
            _ = try FileLock(for: path)
        }

        private func descriptor(of path: String) throws -> Int32 {
            let files = FileManager.default
            let names = try files.contentsOfDirectory(atPath: "/proc/self/fd")
            let name = names.first {
                (try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
            }
            return try #require(name.flatMap { Int32($0) })
        }
    }
#endif
