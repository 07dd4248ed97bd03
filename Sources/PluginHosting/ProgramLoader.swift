import Cryptography
import Foundation
package import PluginContract
import Scripting
import Wire

/// Why a plugin's folder could not be read, naming the file.
package enum ProgramError: Error, Sendable, Equatable, CustomStringConvertible {
    case manifest(ManifestError)
    case file(String, message: String)

    package var description: String {
        switch self {
        case .manifest(let error): error.description
        case .file(let file, let message): "\(file): \(message)"
        }
    }
}

/// Reads plugins from their folders: `plugin.json`, Lua files at the top and below `lib/`, texts in
/// `locales/`, pictures in `images/`. Symbolic links are refused: a plugin is what stands in its folder.
package struct ProgramLoader: Sendable {
    /// Bounds of one folder.
    package struct Limits: Sendable {
        package var luaFileBytesMax = 256 << 10
        package var luaFilesMax = 64
        package var localeBytesMax = 64 << 10
        package var localesMax = 32
        package var imageBytesMax = 256 << 10
        package var imagesMax = 32
        package var totalBytesMax = 1 << 20
        package init() {}
    }

    private let limits: Limits

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Reads the plugin in a folder.
    ///
    /// - Throws: The first file that is missing, too large or malformed; for the manifest, all of
    ///   its problems.
    package func load(folder: String) throws(ProgramError) -> PluginProgram {
        var reading = Reading(root: folder, bytesLeft: limits.totalBytesMax)
        let manifestBytes = try reading.bytes("plugin.json", bytesMax: Manifest.bytesMax)
        let manifest: Manifest
        do throws(ManifestError) {
            manifest = try Manifest.parse(manifestBytes, file: "plugin.json")
        } catch {
            throw .manifest(error)
        }
        var files: [String: [UInt8]] = [:]
        for path in try luaFiles(&reading) {
            files[path] = try reading.bytes(path, bytesMax: limits.luaFileBytesMax)
        }
        guard files["main.lua"] != nil else {
            throw .file("main.lua", message: "is missing; it is where a plugin begins")
        }
        return PluginProgram(
            manifest: manifest, source: ScriptSource(name: manifest.id, files: files),
            locales: try locales(&reading, of: manifest), images: try images(&reading),
            contentHash: reading.hash)
    }

    /// The pictures that panels can show; other files in the folder are passed over.
    private func images(_ reading: inout Reading) throws(ProgramError) -> [String: [UInt8]] {
        guard try reading.isFolder("images") else { return [:] }
        var images: [String: [UInt8]] = [:]
        for name in try reading.names(in: "images") where ImagePath.type(ofFile: name) != nil {
            guard images.count < limits.imagesMax else {
                throw .file("images", message: "there are more than \(limits.imagesMax) pictures")
            }
            images[name] = try reading.bytes("images/\(name)", bytesMax: limits.imageBytesMax)
        }
        return images
    }

    private func luaFiles(_ reading: inout Reading) throws(ProgramError) -> [String] {
        var paths: [String] = []
        for name in try reading.names(in: "") where name.hasSuffix(".lua") { paths.append(name) }
        var folders = ["lib"]
        while let folder = folders.popLast() {
            guard try reading.isFolder(folder) else { continue }
            for name in try reading.names(in: folder) {
                let path = "\(folder)/\(name)"
                if name.hasSuffix(".lua") {
                    paths.append(path)
                } else if try reading.isFolder(path) {
                    if path.split(separator: "/").count > 4 {
                        throw .file(path, message: "is nested too deeply")
                    }
                    folders.append(path)
                }
            }
        }
        if paths.count > limits.luaFilesMax {
            throw .file("lib", message: "there are more than \(limits.luaFilesMax) Lua files")
        }
        return paths.sorted()
    }

    private func locales(
        _ reading: inout Reading, of manifest: Manifest
    ) throws(ProgramError) -> [String: [UInt8]] {
        guard try reading.isFolder("locales") else { return [:] }
        var locales: [String: [UInt8]] = [:]
        let names = try reading.names(in: "locales").filter { $0.hasSuffix(".json") }
        if names.count > limits.localesMax {
            throw .file("locales", message: "there are more than \(limits.localesMax) files")
        }
        for name in names {
            let path = "locales/\(name)"
            let bytes = try reading.bytes(path, bytesMax: limits.localeBytesMax)
            try checkTexts(bytes, path)
            locales[String(name.dropLast(5))] = bytes
        }
        for locale in manifest.locales where locales[locale] == nil {
            throw .file(
                "locales/\(locale).json", message: "is missing; plugin.json names this language")
        }
        return locales
    }

    private func checkTexts(_ bytes: [UInt8], _ path: String) throws(ProgramError) {
        let texts: JSON
        do throws(JSONError) {
            texts = try JSON(parsing: bytes)
        } catch {
            throw .file("\(path):\(error.line)", message: "is not JSON: \(error)")
        }
        guard let object = texts.objectValue else {
            throw .file(path, message: "must be an object from key to text")
        }
        for (name, text) in object.members where text.stringValue == nil {
            throw .file(path, message: "$.\(name) must be a text")
        }
    }
}

/// Reads files below one folder, and hashes what it read.
private struct Reading {
    let root: String
    var bytesLeft: Int
    private var parts: [String: [UInt8]] = [:]

    init(root: String, bytesLeft: Int) {
        self.root = root
        self.bytesLeft = bytesLeft
    }

    /// Hex SHA-256 over path, size and content of every file, in the order of their paths.
    var hash: String {
        var bytes: [UInt8] = []
        for (path, content) in parts.sorted(by: { $0.key < $1.key }) {
            bytes += Array("\(path)\n\(content.count)\n".utf8)
            bytes += content
        }
        return Digest.sha256(bytes).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }

    mutating func bytes(_ path: String, bytesMax: Int) throws(ProgramError) -> [UInt8] {
        guard try kind(of: path) == .typeRegular else {
            throw .file(path, message: "is missing or not a file")
        }
        let handle = FileHandle(forReadingAtPath: "\(root)/\(path)")
        defer { try? handle?.close() }
        guard let data = try? handle?.read(upToCount: bytesMax + 1) ?? Data() else {
            throw .file(path, message: "cannot be read")
        }
        if data.count > bytesMax { throw .file(path, message: "is over \(bytesMax) bytes") }
        bytesLeft -= data.count
        if bytesLeft < 0 { throw .file(path, message: "makes the plugin too large") }
        parts[path] = Array(data)
        return Array(data)
    }

    /// The names in a folder, sorted; hidden ones are left out.
    func names(in folder: String) throws(ProgramError) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")
        else { throw .file(folder.isEmpty ? root : folder, message: "is not a folder") }
        return names.filter { !$0.hasPrefix(".") }.sorted()
    }

    func isFolder(_ path: String) throws(ProgramError) -> Bool {
        try kind(of: path) == .typeDirectory
    }

    /// Looks at the file itself, not at what a link points to; nil when there is none.
    private func kind(of path: String) throws(ProgramError) -> FileAttributeType? {
        guard
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(root)/\(path)"),
            let type = attributes[.type] as? FileAttributeType
        else { return nil }
        if type == .typeSymbolicLink { throw .file(path, message: "is a symbolic link") }
        return type
    }
}
