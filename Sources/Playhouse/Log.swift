package import Clockwork
import Foundation
package import Wire

/// Writes what happens as lines on standard output: for people, or one JSON object a line.
package final class Log: Sendable {
    package enum Format: String, Sendable, CaseIterable { case human, json }

    package enum Level: String, Sendable, CaseIterable, Comparable {
        case debug, info, warning, error

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
        package static func < (one: Self, other: Self) -> Bool { one.rank < other.rank }
    }

    private let format: Format
    private let level: Level
    private let clock: any Clock
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameters:
    ///   - format: For people or for programs.
    ///   - level: What is less important than this is left out.
    ///   - clock: Gives each line its time.
    ///   - write: Takes whole lines, newline included; standard output unless given.
    package init(
        format: Format, level: Level, clock: any Clock,
        write: @escaping @Sendable ([UInt8]) -> Void = { line in
            // A full disk or a closed pipe must not end the server.
            try? FileHandle.standardOutput.write(contentsOf: Data(line))
        }
    ) {
        self.format = format
        self.level = level
        self.clock = clock
        self.write = write
    }

    package func debug(_ message: String, _ fields: KeyValuePairs<String, JSON> = [:]) {
        record(.debug, message, fields)
    }

    package func info(_ message: String, _ fields: KeyValuePairs<String, JSON> = [:]) {
        record(.info, message, fields)
    }

    package func warning(_ message: String, _ fields: KeyValuePairs<String, JSON> = [:]) {
        record(.warning, message, fields)
    }

    package func error(_ message: String, _ fields: KeyValuePairs<String, JSON> = [:]) {
        record(.error, message, fields)
    }

    private func record(
        _ level: Level, _ message: String, _ fields: KeyValuePairs<String, JSON>
    ) {
        guard level >= self.level else { return }
        let time = clock.unixMilliseconds
        switch format {
        case .json:
            var line: JSONObject = [
                "at": .integer(time), "level": .string(level.rawValue), "message": .string(message),
            ]
            for (name, value) in fields { line[name] = value }
            write(JSON.object(line).encoded() + [UInt8(ascii: "\n")])
        case .human:
            let date = Date(timeIntervalSince1970: Double(time) / 1000)
            var line = "\(date.formatted(.iso8601.time(includingFractionalSeconds: true))) "
            line += level == .info ? "" : "\(level.rawValue.uppercased()): "
            line += message
            for (name, value) in fields {
                line += " \(name)=\(String(decoding: value.encoded(), as: UTF8.self))"
            }
            write(Array((line + "\n").utf8))
        }
    }
}
