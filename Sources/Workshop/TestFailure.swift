import Scripting
import Wire

/// Why a test failed.
package struct TestFailure: Sendable, Equatable {
    /// `expectation`, `refused`, `fault`, `use`, `error`, `replay` or `ledger`.
    package var kind: String
    /// Such as `tests/guess.lua:12`.
    package var place: String
    package var message: String
    package var expected: String?
    package var actual: String?
    /// What does not differ when the same thing goes wrong with other values; empty for nothing.
    var signature = ""
    /// Further lines: the screen in question, a stack trace, what can be done.
    package var details: [String] = []

    init(kind: String, place: String, message: String) {
        self.kind = kind
        self.place = place
        self.message = message
    }

    /// Reads what the test library notes before it ends a test.
    init(noted json: JSON) {
        self.init(
            kind: json["kind"]?.stringValue ?? "error", place: json["where"]?.stringValue ?? "?",
            message: json["message"]?.stringValue ?? "")
        expected = json["expected"]?.stringValue
        actual = json["actual"]?.stringValue
        signature = json["signature"]?.stringValue ?? ""
        details = (json["details"]?.arrayValue ?? []).flatMap { line in
            (line.stringValue ?? "").split(separator: "\n").map(String.init)
        }
    }

    /// An error of the test's own code.
    init(fault: ScriptFault) {
        let parts = fault.message.split(separator: ": ", maxSplits: 1).map(String.init)
        let hasPlace = parts.count == 2 && parts[0].contains(".lua:")
        self.init(
            kind: "error", place: hasPlace ? parts[0] : "tests",
            message: hasPlace ? parts[1] : fault.message)
        details = fault.trace.split(separator: "\n").map(String.init)
    }

    /// Whether it is the same failure, though values may differ.
    func isLike(_ other: TestFailure?) -> Bool {
        kind == other?.kind && place == other?.place && message == other?.message
            && signature == other?.signature
    }

    /// Lines for people, the place aside.
    package var lines: [String] {
        var lines = message.split(separator: "\n").map(String.init)
        func add(_ name: String, _ text: String?) {
            guard let text else { return }
            let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                lines.append((index == 0 ? name : "          ") + part)
            }
        }
        add("expected: ", expected)
        add("actual:   ", actual)
        return lines + details.map { "  " + $0 }
    }
}
