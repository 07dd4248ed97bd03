/// Reads the words of a command line: `--name value`, `--name=value`, flags, and positions.
struct Arguments {
    /// Why the words do not fit the command; ends it with exit code 2.
    struct Mistake: Error { var message: String }

    private var values: [String: String] = [:]
    private var flags: Set<String> = []
    private(set) var positions: [String] = []

    /// - Parameters:
    ///   - words: What follows the command's name.
    ///   - options: Names that take a value, without dashes.
    ///   - known: Names that take none.
    /// - Throws: ``Mistake`` for an unknown option, or one without its value.
    init(_ words: [String], options: Set<String>, flags known: Set<String> = []) throws(Mistake) {
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--"), word.count > 2 else {
                positions.append(word)
                continue
            }
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
            let name = parts[0]
            if known.contains(name) {
                guard parts.count == 1 else { throw Mistake(message: "--\(name) takes no value") }
                flags.insert(name)
            } else if options.contains(name) {
                guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
                    throw Mistake(message: "--\(name) needs a value")
                }
                values[name] = value
            } else {
                throw Mistake(message: "there is no option --\(name)")
            }
        }
    }

    /// Refuses words that are no options, for commands that take none.
    ///
    /// - Throws: ``Mistake`` that names the first, and says what to do instead.
    func refusePositions(_ remedy: String = "") throws(Mistake) {
        guard let word = positions.first else { return }
        throw Mistake(
            message: "\"\(word)\" is not expected" + (remedy.isEmpty ? "" : "; \(remedy)"))
    }

    func has(_ flag: String) -> Bool { flags.contains(flag) }

    func text(_ name: String) -> String? { values[name] }

    func required(_ name: String) throws(Mistake) -> String {
        guard let value = values[name] else { throw Mistake(message: "--\(name) is missing") }
        return value
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(Mistake) -> Int? {
        guard let text = values[name] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw Mistake(
                message: "--\(name) must be an integer from \(range.lowerBound) to "
                    + "\(range.upperBound), not \"\(text)\"")
        }
        return value
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) throws(Mistake) -> Choice? {
        guard let text = values[name] else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Mistake(message: "--\(name) must be one of \(all), not \"\(text)\"")
        }
        return choice
    }
}
