import Foundation
import PluginContract
import PluginHosting
import Wire

/// What a new plugin begins as.
package enum PluginTemplate: String, CaseIterable, Sendable {
    case minimal, game, moderation
}

/// Makes the folder of a new plugin: it passes its own check and its own tests.
package struct PluginScaffold: Sendable {
    private let name: String
    private let template: PluginTemplate

    package init(name: String, template: PluginTemplate) {
        self.name = name
        self.template = template
    }

    /// Why a plugin cannot be called so; nil when it can.
    package var nameProblem: String? {
        Identifier.isValid(name)
            ? nil : "\"\(name)\" cannot be the id of a plugin: it is \(Identifier.rule)"
    }

    /// Writes the folder.
    ///
    /// - Parameter place: Where it is made; `Plugins` when there is such a folder, else here.
    /// - Returns: Its path.
    /// - Throws: ``ScaffoldError`` when there is something of that name, or it cannot be written.
    package func write(in place: String?) throws -> String {
        let manager = FileManager.default
        var isFolder: ObjCBool = false
        let hasPlugins =
            manager.fileExists(atPath: "Plugins", isDirectory: &isFolder) && isFolder.boolValue
        let place = place ?? (hasPlugins ? "Plugins" : ".")
        let folder = place == "." ? name : "\(place)/\(name)"
        guard !manager.fileExists(atPath: folder) else {
            throw ScaffoldError(description: "\(folder) exists already")
        }
        for (path, bytes) in try files.sorted(by: { $0.key < $1.key }) {
            let file = URL(fileURLWithPath: "\(folder)/\(path)")
            try manager.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
        return folder
    }

    /// Every file by its path below the folder.
    var files: [String: [UInt8]] {
        get throws {
            var files: [String: [UInt8]] = [:]
            let root = try WorkshopFiles.folder("Templates") + "/" + template.rawValue
            for path in try FileManager.default.subpathsOfDirectory(atPath: root) {
                var isFolder: ObjCBool = false
                _ = FileManager.default.fileExists(
                    atPath: "\(root)/\(path)", isDirectory: &isFolder)
                guard !isFolder.boolValue,
                    let data = FileManager.default.contents(atPath: "\(root)/\(path)")
                else { continue }
                let text = String(decoding: data, as: UTF8.self)
                    .replacing("NEW_PLUGIN_TITLE", with: title)
                    .replacing("NEW_PLUGIN", with: name)
                files[path] = Array(text.utf8)
            }
            for file in Reference.files {
                switch file.path {
                case "stubs/playhouse.lua": files["editor/playhouse.lua"] = Array(file.text.utf8)
                case "schema/plugin.schema.json":
                    files["editor/plugin.schema.json"] = Array(file.text.utf8)
                default: break
                }
            }
            files["editor/playhouse-test.lua"] = Array(try TestLibrary.stubs.utf8)
            files[".luarc.json"] = Array(Self.luarc.utf8)
            return files
        }
    }

    /// `tea-party` as people read it: `Tea party`.
    private var title: String {
        let words = name.map { $0 == "-" || $0 == "_" ? " " : $0 }
        return String(words.prefix(1)).uppercased() + String(words.dropFirst())
    }

    /// Settings of the Lua language server: the host API is known, what the sandbox has not is not.
    private static let luarc = """
        {
            "$schema": "https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json",
            "runtime.version": "Lua 5.4",
            "runtime.path": ["?.lua"],
            "runtime.builtin": {
                "basic": "enable", "coroutine": "enable", "math": "enable", "string": "enable",
                "table": "enable", "utf8": "enable", "debug": "disable", "io": "disable",
                "os": "disable", "package": "enable", "bit": "disable", "bit32": "disable",
                "ffi": "disable", "jit": "disable"
            },
            "workspace.library": ["editor"],
            "workspace.checkThirdParty": false,
            "diagnostics.disable": ["lowercase-global"]
        }

        """
}

/// Why the folder of a new plugin could not be made.
package struct ScaffoldError: Error, Equatable, CustomStringConvertible {
    package var description: String
}
