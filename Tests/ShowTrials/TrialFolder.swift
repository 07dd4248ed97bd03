import Clockwork
import Foundation

/// The folder of one trial: configuration, data, logs. It goes with the value unless it is kept.
final class TrialFolder: Sendable {
    let path: String
    private let fileCount = Lock(0)
    private let isKept: Lock<Bool>

    init(isKept: Bool = false) throws {
        self.isKept = Lock(isKept)
        path = NSTemporaryDirectory() + "playhouse-trial-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path + "/shop", withIntermediateDirectories: true)
    }

    deinit {
        if !isKept.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
    }

    var configuration: String { path + "/show.json" }
    var data: String { path + "/data" }

    func keep() { isKept.withLock { $0 = true } }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    }

    func text(_ file: String) -> String { Self.read(file) }

    /// A new, empty file with a name of its own.
    func newFile(_ name: String, _ ending: String) -> String {
        let number = fileCount.withLock { count in
            count += 1
            return count
        }
        let file = "\(path)/\(name)-\(number).\(ending)"
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        return file
    }

    static func read(_ file: String) -> String {
        String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }
}
