import Foundation

/// The folder that a measurement keeps its files in; whoever makes it removes it.
enum BenchmarkFolder {
    /// Makes an empty folder that others cannot look into.
    static func make() throws(BenchmarkFailure) -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("playhouse-bench-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw BenchmarkFailure("cannot make \(folder.path): \(error)")
        }
        return folder
    }
}
