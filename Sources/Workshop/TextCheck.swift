import Foundation
import PluginContract
import PluginHosting
import Scripting
import Wire

/// Compares the texts of a plugin with each other and with what its code shows.
struct TextCheck {
    /// A text that the code shows: its candidates, and the arguments it is given.
    private struct Shown {
        var keys: [(key: String, position: LuaPosition)]
        /// Nil when they are not known.
        var arguments: Set<String>?
    }

    private struct Locale {
        var name: String
        var file: String
        var texts: [String: String] = [:]
        var places: JSONPlaces
    }

    private let program: PluginProgram
    private let locales: [Locale]

    init(program: PluginProgram, folder: String) {
        self.program = program
        locales = program.locales.sorted { $0.key < $1.key }.map { name, bytes in
            var locale = Locale(
                name: name, file: "locales/\(name).json", places: JSONPlaces(bytes))
            for (key, text) in (try? JSON(parsing: bytes))?.objectValue ?? [:] {
                locale.texts[key] = text.stringValue
            }
            return locale
        }
    }

    func run(_ surveys: [String: LuaSurvey], _ findings: inout Findings) {
        compareLocales(&findings)
        for (path, survey) in surveys {
            for table in survey.tables {
                for shown in Self.shown(by: table.fields) { check(shown, path, &findings) }
            }
            for use in survey.uses { check(Self.shown(by: use), path, &findings) }
        }
        findUnused(surveys, &findings)
    }

    // MARK: - Between languages

    private func compareLocales(_ findings: inout Findings) {
        for locale in locales {
            for (key, text) in locale.texts {
                let position = locale.places.position(of: "$.\(key)")
                if text.isEmpty {
                    findings.add(
                        .error, "locale-empty", locale.file, position,
                        "\"\(key)\" is an empty text", remedy: "write it")
                }
                for other in locales where other.name != locale.name {
                    guard let translation = other.texts[key] else {
                        findings.add(
                            .error, "locale-missing", locale.file, position,
                            "\"\(key)\" is not in \(other.file)",
                            remedy: "add it to \(other.file), or take it out here")
                        continue
                    }
                    let lost = Self.placeholders(text).subtracting(Self.placeholders(translation))
                    for name in lost.sorted() {
                        findings.add(
                            .error, "locale-argument", locale.file, position,
                            "{\(name)} of \"\(key)\" is not in \(other.file)",
                            remedy: "use the same {names} in every language")
                    }
                }
            }
        }
    }

    /// The names in braces.
    static func placeholders(_ text: String) -> Set<String> {
        Set(text.matches(of: /\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}/).map { String($0.output.name) })
    }

    // MARK: - Between code and texts

    private func check(_ shown: Shown, _ path: String, _ findings: inout Findings) {
        for (key, position) in shown.keys {
            for locale in locales {
                guard let text = locale.texts[key] else {
                    report(key, position, path, missingIn: locale, &findings)
                    continue
                }
                guard let arguments = shown.arguments else { continue }
                for name in Self.placeholders(text).subtracting(arguments).sorted() {
                    findings.add(
                        .error, "text-argument", path, position,
                        "\"\(key)\" needs {\(name)} in \(locale.file)",
                        remedy: "give it: args = { \(name) = … }")
                }
            }
        }
    }

    private func report(
        _ key: String, _ position: LuaPosition, _ path: String, missingIn locale: Locale,
        _ findings: inout Findings
    ) {
        if key.wholeMatch(of: /[a-z][a-z0-9_.-]*/) != nil {
            findings.add(
                .error, "text-missing", path, position, "\"\(key)\" is not in \(locale.file)",
                remedy: "add the key \"\(key)\" to \(locale.file)")
        } else {
            findings.add(
                .warning, "text-literal", path, position,
                "\"\(key)\" is shown as it is, in every language",
                remedy: "give it a key, and put the text into the files of locales/")
        }
    }

    private func findUnused(_ surveys: [String: LuaSurvey], _ findings: inout Findings) {
        guard surveys.count == program.source.files.count else { return }
        var used = surveys.values.reduce(into: Set<String>()) { $0.formUnion($1.texts) }
        for field in program.manifest.configuration.fields {
            // Names of pools, for instance, which pages look up.
            if let text = field.defaultValue?.stringValue { used.insert(text) }
            used.formUnion(field.options)
            used.formUnion(field.options.map { "config.\(field.name).\($0)" })
        }
        // Ids and names of fields, such as { win = "…" }, may be put together with others.
        for table in surveys.values.flatMap(\.tables) {
            for case .name(let name, _) in table.fields.map(\.key) { used.insert(name) }
        }
        for locale in locales {
            for key in locale.texts.keys where !used.contains(key) {
                let isBuilt = used.contains {
                    !$0.isEmpty && $0.hasSuffix("_") && key.hasPrefix($0)
                }
                if isBuilt { continue }
                findings.add(
                    .warning, "text-unused", locale.file, locale.places.position(of: "$.\(key)"),
                    "\"\(key)\" is not used", remedy: "take it out of every language")
            }
        }
    }

    // MARK: - What code shows

    private static let textNames: Set<String> = [
        "text", "label", "title", "placeholder", "caption",
    ]

    /// The texts of an element, if a table constructor is one.
    private static func shown(by fields: [LuaField]) -> [Shown] {
        let positional = fields.filter { if case .position = $0.key { true } else { false } }
        guard let kind = positional.first?.value.textValue.flatMap(PanelElement.Kind.init)
        else { return [] }
        func named(_ name: String) -> LuaExpression? {
            for field in fields {
                if case .name(name, _) = field.key { return field.value }
            }
            return nil
        }
        var arguments: Set<String>? = []
        if let value = named("args") { arguments = names(of: value) }
        var list: [Shown] = []
        for (index, name) in kind.form.values.enumerated() where textNames.contains(name) {
            guard index + 1 < positional.count else { continue }
            list.append(Shown(keys: keys(positional[index + 1].value), arguments: arguments))
        }
        for name in textNames {
            if let value = named(name) { list.append(Shown(keys: keys(value), arguments: nil)) }
        }
        // The id of an input is its label unless it has one.
        let isLabelled =
            kind.form.yields != nil && kind.form.fields.contains { $0.name == "label" }
        if isLabelled, named("label") == nil, let id = named("id") {
            list.append(Shown(keys: keys(id), arguments: nil))
        }
        if case .table(let options)? = named("options")?.kind {
            for case .table(let option) in options.map(\.value.kind) {
                let values = option.filter { if case .position = $0.key { true } else { false } }
                if values.count > 1 {
                    list.append(Shown(keys: keys(values[1].value), arguments: nil))
                }
                for field in option {
                    if case .name("label", _) = field.key {
                        list.append(Shown(keys: keys(field.value), arguments: nil))
                    }
                }
            }
        }
        return list
    }

    /// The texts that a call of the host shows.
    private static func shown(by use: LuaSurvey.Use) -> Shown {
        guard let arguments = use.arguments else { return Shown(keys: []) }
        switch use.path.joined(separator: ".") {
        case "chat.say":
            guard let text = arguments.first else { break }
            let given = arguments.count > 1 ? names(of: arguments[1]) : []
            return Shown(keys: keys(text), arguments: given)
        case "panel.patch":
            guard arguments.count > 1, case .table(let elements) = arguments[1].kind else { break }
            var found: [(key: String, position: LuaPosition)] = []
            for case .table(let attributes) in elements.map(\.value.kind) {
                for field in attributes {
                    if case .name(let name, _) = field.key, textNames.contains(name) {
                        found += keys(field.value)
                    }
                }
            }
            return Shown(keys: found)
        default: break
        }
        return Shown(keys: [])
    }

    /// The texts that an expression may be: both sides of `or`, the right one of `and`.
    private static func keys(_ value: LuaExpression) -> [(key: String, position: LuaPosition)] {
        switch value.kind {
        case .text(let text): [(text, value.position)]
        case .group(let inner): keys(inner)
        case .binary(_, "and", let right): keys(right)
        case .binary(let left, "or", let right): keys(left) + keys(right)
        default: []
        }
    }

    /// The names of a table constructor; nil when it is not one.
    private static func names(of value: LuaExpression) -> Set<String>? {
        guard case .table(let fields) = value.kind else { return nil }
        var names: Set<String> = []
        for field in fields {
            guard case .name(let name, _) = field.key else { return nil }
            names.insert(name)
        }
        return names
    }
}
