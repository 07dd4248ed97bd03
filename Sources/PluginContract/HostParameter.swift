import Wire

/// A parameter of a host function: its name, and what it accepts.
package struct HostParameter: Sendable, Equatable {
    /// What an argument must be.
    package enum Kind: Sendable, Equatable {
        /// A name of the form of ``Identifier``.
        case name
        case integer(ClosedRange<Int64>)
        case number(ClosedRange<Double>)
        /// A text of at most this many characters, not empty.
        case text(charactersMax: Int)
        case choice([String])
        case boolean
        /// What the plugin was given as a viewer: `{ user, name }`.
        case viewer
        /// A table whose content the function checks itself.
        case table
        /// Any plain value whose JSON text has at most this many bytes.
        case plain(bytesMax: Int)
        /// A list of texts, or a single one.
        case texts(count: ClosedRange<Int>, charactersMax: Int)
        /// A table with these names, all of them optional.
        case options([HostParameter])
    }

    package var name: String
    package var kind: Kind
    package var isOptional: Bool
    /// What it means, for the reference; empty where the name says it.
    package var summary: String

    package init(
        _ name: String, _ kind: Kind, isOptional: Bool = false, _ summary: String = ""
    ) {
        self.name = name
        self.kind = kind
        self.isOptional = isOptional
        self.summary = summary
    }

    /// What would be right, such as `a number from 0.1 to 86400.0`.
    package var expectation: String {
        switch kind {
        case .name: "a name of \(Identifier.rule)"
        case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .text(let charactersMax): "a text of 1 to \(charactersMax) characters"
        case .choice(let options): options.map { "\"\($0)\"" }.joined(separator: " or ")
        case .boolean: "true or false"
        case .viewer: "a viewer { user, name }"
        case .table: "a table"
        case .plain(let bytesMax): "a plain value of at most \(bytesMax) bytes of JSON"
        case .texts(let count, let charactersMax):
            "\(count.lowerBound) to \(count.upperBound) texts of 1 to \(charactersMax) characters"
        case .options(let parameters):
            "a table that may have " + parameters.map(\.name).joined(separator: ", ")
        }
    }

    /// Says what is wrong with an argument, or nil.
    func problem(with argument: JSON?) -> String? {
        guard let argument, argument != .null else {
            return isOptional ? nil : "\(name) must be \(expectation), got nothing"
        }
        if case .options(let parameters) = kind, let table = LuaTable(argument) {
            return problem(withOptions: table, parameters)
        }
        return accepts(argument)
            ? nil : "\(name) must be \(expectation), got \(argument.quoted)"
    }

    private func accepts(_ argument: JSON) -> Bool {
        switch kind {
        case .name: argument.stringValue.map(Identifier.isValid) ?? false
        case .integer(let range): argument.wholeNumber.map(range.contains) ?? false
        case .number(let range): argument.doubleValue.map(range.contains) ?? false
        case .text(let charactersMax):
            argument.stringValue.map { !$0.isEmpty && $0.count <= charactersMax } ?? false
        case .choice(let options): argument.stringValue.map(options.contains) ?? false
        case .boolean: argument.boolValue != nil
        case .viewer: Viewer(json: argument) != nil
        case .table: LuaTable(argument) != nil
        case .plain(let bytesMax): argument.encoded().count <= bytesMax
        case .texts(let count, let charactersMax):
            argument.texts.map { texts in
                count.contains(texts.count)
                    && texts.allSatisfy { (1...charactersMax).contains($0.count) }
            } ?? false
        case .options: false
        }
    }

    private func problem(withOptions table: LuaTable, _ parameters: [HostParameter]) -> String? {
        for name in table.names where !parameters.contains(where: { $0.name == name }) {
            return "\(self.name).\(name) is not known; it must be \(expectation)"
        }
        for parameter in parameters {
            if let problem = parameter.problem(with: table.named(parameter.name)) {
                return "\(name).\(problem)"
            }
        }
        return nil
    }
}

extension JSON {
    /// A list of texts, or a single text as a list of one; nil for anything else.
    var texts: [String]? {
        if let text = stringValue { return [text] }
        guard let list = arrayValue else { return nil }
        let texts = list.compactMap(\.stringValue)
        return texts.count == list.count ? texts : nil
    }
}
