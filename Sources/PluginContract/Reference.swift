import Wire

/// The pages of the reference, the stubs for editors and the schema, written from the tables that
/// the host enforces.
package enum Reference {
    /// One file.
    package struct File: Sendable {
        /// Below `SDK-docs`.
        package var path: String
        package var text: String
    }

    package static var files: [File] {
        [
            File(path: "reference/host-api.md", text: hostAPI),
            File(path: "reference/hooks.md", text: hooks),
            File(path: "reference/panel.md", text: panel),
            File(path: "reference/manifest.md", text: manifest),
            File(path: "reference/errors.md", text: errors),
            File(path: "schema/plugin.schema.json", text: pretty(ManifestSchema.json) + "\n"),
            File(path: "stubs/playhouse.lua", text: stubs),
        ]
    }

    /// How each page begins.
    static let header =
        "<!-- Written by `playhouse reference` from the tables in Sources/PluginContract. -->\n\n"

    /// A Markdown table.
    static func table(_ columns: [String], _ rows: [[String]]) -> String {
        let lines = [columns, columns.map { _ in "---" }] + rows
        return lines.map { cells in
            // A bar inside a cell would end it.
            "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
        }.joined()
    }

    /// Names of hooks as prose: all, all but a few, or a few.
    static func prose(_ hooks: [Hook]) -> String {
        let others = Hook.allCases.filter { !hooks.contains($0) }
        if others.isEmpty { return "every hook" }
        let names = { (hooks: [Hook]) in
            hooks.map { "`\($0.functionName)`" }.joined(separator: ", ")
        }
        return others.count <= 3 ? "every hook but \(names(others))" : names(hooks)
    }

    /// JSON for people: four spaces, small lists on one line.
    static func pretty(_ value: JSON, indent: String = "") -> String {
        let inner = indent + "    "
        switch value {
        case .object(let object) where !object.isEmpty:
            let members = object.members.map { name, value in
                "\(inner)\(quoted(name)): \(pretty(value, indent: inner))"
            }
            return "{\n\(members.joined(separator: ",\n"))\n\(indent)}"
        case .array(let elements) where !elements.isEmpty:
            let short = String(decoding: value.encoded(), as: UTF8.self)
            if short.utf8.count + indent.utf8.count < 60 {
                return short.replacing(",", with: ", ")
            }
            let items = elements.map { inner + pretty($0, indent: inner) }
            return "[\n\(items.joined(separator: ",\n"))\n\(indent)]"
        default: return String(decoding: value.encoded(), as: UTF8.self)
        }
    }

    private static func quoted(_ text: String) -> String {
        String(decoding: JSON.string(text).encoded(), as: UTF8.self)
    }
}
