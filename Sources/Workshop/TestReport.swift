package import Wire

/// What came of one test.
package struct TestOutcome: Sendable {
    var test: TestCase
    package var isSkipped = false
    package var failure: TestFailure?
    /// What was done, in order.
    var lines: [TestDoor.Line] = []
    var deedCount = 0
    /// The shortest list of deeds that was found to fail in the same way; nil when there is none.
    var shortest: [TestDoor.Line]?
    /// How that list fails: in the same place, with values of its own.
    var shortestFailure: TestFailure?
    /// Show time that passed.
    package var showSeconds: Double = 0

    package var name: String { test.name }
    package var file: String { test.file }
}

/// What came of the tests of a plugin.
package struct TestReport: Sendable {
    package var plugin: String
    package var version: String
    package var folder: String
    package var seed: UInt64
    package var outcomes: [TestOutcome] = []
    package var coverage: CoverageReport?

    package var failures: [TestOutcome] { outcomes.filter { $0.failure != nil } }
    package var skippedCount: Int { outcomes.count { $0.isSkipped } }
    package var passedCount: Int { outcomes.count - failures.count - skippedCount }
    /// Whether there are tests, and none of them failed.
    package var isPassed: Bool { failures.isEmpty && passedCount > 0 }
}

// For people.
extension TestReport {
    /// One line a test, failures in full, and a summary.
    package var text: String {
        var lines: [String] = []
        var file = ""
        for outcome in outcomes {
            if outcome.file != file {
                file = outcome.file
                lines.append(file)
            }
            let mark = outcome.failure != nil ? "FAIL" : outcome.isSkipped ? "skip" : "ok  "
            lines.append("  \(mark)  \(outcome.name)")
            if let failure = outcome.failure { lines += self.lines(of: outcome, failure) }
        }
        if let coverage { lines += coverage.lines }
        if outcomes.isEmpty { lines.append("\(folder): there are no tests in tests/") }
        var summary = "\(plugin) \(version): \(passedCount) passed, \(failures.count) failed"
        if skippedCount > 0 { summary += ", \(skippedCount) skipped" }
        lines.append(summary + ", seed \(seed)")
        return lines.joined(separator: "\n") + "\n"
    }

    private func lines(of outcome: TestOutcome, _ failure: TestFailure) -> [String] {
        var lines = ["        \(failure.place)"]
        lines += failure.lines.map { "          \($0)" }
        let deeds = outcome.shortest ?? outcome.lines
        if !deeds.isEmpty {
            let shown = deeds.suffix(Self.deedsShown)
            lines.append(
                outcome.shortest == nil
                    ? "        what was done:"
                    : "        the shortest list of events that fails, \(deeds.count) of"
                        + " \(outcome.deedCount):")
            if shown.count < deeds.count {
                lines.append("          … \(deeds.count - shown.count) before")
            }
            lines += shown.map { "          " + $0.text(indent: 4) }
            if let actual = outcome.shortestFailure?.actual, actual != failure.actual {
                lines.append("          which ends with")
                lines += actual.split(separator: "\n").map { "            \($0)" }
            }
        }
        lines.append("        \(replayCommand(outcome))")
        return lines
    }

    private static let deedsShown = 40

    /// What runs exactly this failure again.
    func replayCommand(_ outcome: TestOutcome) -> String {
        var command =
            "playhouse plugin test \(Self.word(folder)) --filter \(Self.word(outcome.name))"
        command += " --seed \(seed)"
        if let shortest = outcome.shortest {
            command += " --only \(Self.ranges(shortest.map(\.number)))"
        }
        return command
    }

    /// A word of a shell's command line.
    private static func word(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || "-_./".utf8.contains(byte)
        }
        return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }

    /// `1-3,7` for 1, 2, 3, 7.
    static func ranges(_ numbers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in numbers.sorted() {
            if let last = ranges.last, last.upperBound == number - 1 {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return ranges.map {
            $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }.joined(separator: ",")
    }
}

extension TestReport {
    /// Reads `1-3,7`; nil for anything else.
    package static func numbers(_ text: String) -> [Int]? {
        var numbers: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
                Int($0)
            }
            guard let low = ends.first ?? nil, let high = ends.last ?? nil, ends.count <= 2,
                (1...high + 1).contains(low), high <= TestDoor.deedsMax
            else { return nil }
            numbers += low <= high ? Array(low...high) : []
        }
        return numbers
    }
}

extension TestDoor.Line {
    /// The deed with its number, its time and what came of it.
    func text(indent: Int) -> String {
        let number = "\(number)"
        let time = "\(atSeconds) s"
        let pad = String(repeating: " ", count: max(0, indent - number.count))
        let gap = String(repeating: " ", count: max(1, 9 - time.count))
        return pad + number + gap + time + "  " + text + (result.isEmpty ? "" : ": \(result)")
    }

    var json: JSON {
        [
            "number": .integer(Int64(number)), "at": .double(atSeconds), "text": .string(text),
            "result": .string(result),
        ]
    }
}

// For programs.
extension TestReport {
    /// One object.
    package var json: JSON {
        var object: JSONObject = [
            "plugin": .string(plugin), "version": .string(version),
            "seed": .integer(Int64(bitPattern: seed)), "passed": .integer(Int64(passedCount)),
            "failed": .integer(Int64(failures.count)), "skipped": .integer(Int64(skippedCount)),
            "tests": .array(outcomes.map(json)),
        ]
        object["coverage"] = coverage?.json
        return .object(object)
    }

    private func json(_ outcome: TestOutcome) -> JSON {
        var object: JSONObject = [
            "name": .string(outcome.name), "file": .string(outcome.file),
            "result": .string(
                outcome.failure != nil ? "failed" : outcome.isSkipped ? "skipped" : "passed"),
            "seconds": .double(outcome.showSeconds),
        ]
        guard let failure = outcome.failure else { return .object(object) }
        object["kind"] = .string(failure.kind)
        object["place"] = .string(failure.place)
        object["message"] = .string(failure.message)
        object["expected"] = failure.expected.map { .string($0) }
        object["actual"] = failure.actual.map { .string($0) }
        object["details"] = .array(failure.details.map { .string($0) })
        object["events"] = .array((outcome.shortest ?? outcome.lines).map(\.json))
        object["replay"] = .string(replayCommand(outcome))
        return .object(object)
    }

    /// JUnit XML, as build servers read it. The time of a test is its show time: how long it took depends
    /// on the machine.
    package var junit: String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        let counts =
            "tests=\"\(outcomes.count)\" failures=\"\(failures.count)\" skipped=\"\(skippedCount)\""
        text += "<testsuites name=\"playhouse\" \(counts)>\n"
        text += "  <testsuite name=\"\(Self.xml(plugin))\" \(counts)>\n"
        text += "    <properties><property name=\"seed\" value=\"\(seed)\"/></properties>\n"
        for outcome in outcomes {
            text += "    <testcase classname=\"\(Self.xml(plugin + "." + outcome.file))\""
            text += " name=\"\(Self.xml(outcome.name))\" time=\"\(outcome.showSeconds)\""
            if let failure = outcome.failure {
                let body = lines(of: outcome, failure).joined(separator: "\n")
                text += ">\n      <failure type=\"\(Self.xml(failure.kind))\""
                text += " message=\"\(Self.xml(failure.place + ": " + failure.message))\">"
                text += "\(Self.xml(body))</failure>\n    </testcase>\n"
            } else if outcome.isSkipped {
                text += "><skipped/></testcase>\n"
            } else {
                text += "/>\n"
            }
        }
        return text + "  </testsuite>\n</testsuites>\n"
    }

    /// Escapes text; what XML 1.0 cannot hold becomes a replacement character.
    private static func xml(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\n": escaped += "&#10;"
            case "\t": escaped += "&#9;"
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
                escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
