/// What `Package.swift` declares, read from its text.
///
/// `swift package dump-package` would wait for the very build that runs the tests.
struct PackageText {
    struct Target {
        enum Kind { case systemLibrary, module, command, tests }
        var name: String
        var kind: Kind
        var dependencies: [String]
        /// Below the root of the package.
        var folder: String
    }

    let text: String
    /// In the order of the file.
    let targets: [Target]

    init(_ text: String) {
        self.text = text
        let list = text.firstRange(of: "targets: [\n").map { text[$0.upperBound...] } ?? ""
        let entry = /(?<call>\.systemLibrary|\.target|\.executableTarget|module|tests)\(/
        var targets: [Target] = []
        var rest = list
        while let match = rest.firstMatch(of: entry) {
            let inside = Self.upToClosing(rest[match.range.upperBound...])
            rest = rest[inside.endIndex...]
            guard let name = inside.firstMatch(of: /"(?<name>[^"]+)"/)?.output.name else {
                continue
            }
            let uses = inside.firstMatch(of: /(?:uses|dependencies): \[(?<list>[^\]]*)\]/)
            let names = uses?.output.list.matches(of: /"(?<name>[^"]+)"/) ?? []
            let kind: Target.Kind =
                switch match.output.call {
                case ".systemLibrary": .systemLibrary
                case ".executableTarget": .command
                case "tests": .tests
                default: .module
                }
            let path = inside.firstMatch(of: /path: "(?<path>[^"]+)"/)?.output.path
            let usual = (kind == .tests ? "Tests/" : "Sources/") + name
            targets.append(
                Target(
                    name: String(name), kind: kind,
                    dependencies: names.map { String($0.output.name) },
                    folder: path.map(String.init) ?? usual))
        }
        self.targets = targets
    }

    func target(_ name: String) -> Target? { targets.first { $0.name == name } }

    /// The part of `text` before the parenthesis that closes what was opened before it.
    private static func upToClosing(_ text: Substring) -> Substring {
        var depth = 1
        for index in text.indices {
            if text[index] == "(" { depth += 1 }
            if text[index] == ")" { depth -= 1 }
            if depth == 0 { return text[..<index] }
        }
        return text
    }
}
