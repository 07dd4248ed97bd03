import Foundation
import PluginContract
import PluginHosting
import Scripting

/// A file of behaviour tests, with what it may `require`.
struct TestFile: Sendable {
    /// Below the plugin's folder, such as `tests/guess.lua`.
    var path: String
    /// The library, the file, and the helpers of the plugin's tests.
    var source: ScriptSource

    /// The files of the test library, required as `playhouse.NAME`; their messages are told from the
    /// author's by that.
    static let library = ["core", "show", "expect", "test"]

    /// Finds the tests of a plugin.
    ///
    /// Files of `tests/` hold tests; what lies below `tests/helpers/` can be required as
    /// `tests.helpers.NAME`, and modules of the plugin as `lib.NAME`.
    ///
    /// - Parameters:
    ///   - folder: The plugin's.
    ///   - program: What was read from it.
    /// - Returns: In the order of their names.
    /// - Throws: ``ProgramError`` for what cannot be read.
    static func all(in folder: String, of program: PluginProgram) throws(ProgramError) -> [TestFile]
    {
        var helpers: [String: [UInt8]] = [:]
        for name in library {
            helpers["playhouse/\(name).lua"] = try WorkshopFiles.bytes("Lua/\(name).lua")
        }
        for (path, text) in program.source.files where path.hasPrefix("lib/") {
            helpers[path] = text
        }
        for name in try luaFiles(in: folder + "/tests/helpers") {
            let path = "tests/helpers/\(name)"
            helpers[path] = try read(folder, path)
        }
        var files: [TestFile] = []
        for name in try luaFiles(in: folder + "/tests") {
            let path = "tests/\(name)"
            var sources = helpers
            sources[path] = try read(folder, path)
            let module = path.dropLast(4).replacing("/", with: ".")
            sources["main.lua"] = Array(
                "local library = require \"playhouse.test\"\nrequire \"\(module)\"\nreturn library\n"
                    .utf8)
            files.append(
                TestFile(path: path, source: ScriptSource(name: "tests", files: sources)))
        }
        return files
    }

    private static let bytesMax = 256 << 10

    private static func read(_ folder: String, _ path: String) throws(ProgramError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(path)") else {
            throw .file(path, message: "cannot be read")
        }
        if data.count > bytesMax { throw .file(path, message: "is over \(bytesMax) bytes") }
        return [UInt8](data)
    }

    private static func luaFiles(in folder: String) throws(ProgramError) -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
            isFolder.boolValue
        else { return [] }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw .file(folder, message: "cannot be read")
        }
        return names.filter { $0.hasSuffix(".lua") && !$0.hasPrefix(".") }.sorted()
    }
}

/// The files that come with this module: the test library, templates of plugins.
enum WorkshopFiles {
    /// The folder of a resource.
    static func folder(_ name: String) throws(ProgramError) -> String {
        guard let url = Bundle.module.url(forResource: name, withExtension: nil) else {
            throw .file(name, message: "is missing beside the executable")
        }
        return url.path
    }

    static func bytes(_ path: String) throws(ProgramError) -> [UInt8] {
        let parts = path.split(separator: "/", maxSplits: 1).map(String.init)
        let folder = try folder(parts[0])
        guard let data = FileManager.default.contents(atPath: folder + "/" + parts[1]) else {
            throw .file(path, message: "is missing beside the executable")
        }
        return [UInt8](data)
    }
}
