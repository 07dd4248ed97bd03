import Foundation

/// The files of this repository, found from where this one lies.
enum Repository {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Paths below a folder, relative to the root and sorted; nothing hidden and nothing built.
    static func files(in folder: String, where isWanted: (String) -> Bool) -> [String] {
        let base = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(atPath: base.path) else { return [] }
        var found: [String] = []
        for case let name as String in walk {
            let isHidden = name.split(separator: "/").contains { $0.hasPrefix(".") }
            let path = folder.isEmpty ? name : folder + "/" + name
            if !isHidden, isWanted(path), isFile(path) { found.append(path) }
        }
        return found.sorted()
    }

    /// The text of a file, or nil when there is none.
    static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: root.appending(path: path).path)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    static func lines(_ path: String) -> [Substring] {
        (text(path) ?? "").split(separator: "\n", omittingEmptySubsequences: false)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    private static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(
            atPath: root.appending(path: path).path, isDirectory: &isFolder)
        return exists && !isFolder.boolValue
    }
}
