import PluginHosting

/// What tests are written with, as editors are told of it.
package enum TestLibrary {
    /// Type definitions for the Lua language server, taken from the library itself: its comments, and
    /// functions without their bodies.
    package static var stubs: String {
        get throws {
            var text = """
                ---@meta
                -- Written by `playhouse reference` from the test library in Sources/Workshop/Lua.

                """
            for name in TestFile.library {
                let bytes = try WorkshopFiles.bytes("Lua/\(name).lua")
                text += stubs(of: String(decoding: bytes, as: UTF8.self))
            }
            return text
        }
    }

    private static func stubs(of library: String) -> String {
        var text = ""
        var comments: [Substring] = []
        for line in library.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("---") {
                comments.append(line)
                continue
            }
            defer { comments = [] }
            guard !comments.isEmpty else { continue }
            var declaration = String(line)
            if line.hasPrefix("function ") {
                let end = line.firstIndex(of: ")").map { line.index(after: $0) } ?? line.endIndex
                declaration = line[..<end] + " end"
            } else if !line.hasSuffix("= {}") {
                continue
            }
            text += "\n" + comments.joined(separator: "\n") + "\n" + declaration + "\n"
        }
        return text
    }
}
