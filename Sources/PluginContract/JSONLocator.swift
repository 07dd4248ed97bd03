/// Finds the line of each value of a JSON text, so that an error can name it.
///
/// The text must already have been parsed without an error: the locator trusts its syntax, and
/// its recursion is bounded because the parser bounds the depth.
package struct JSONLocator: Sendable {
    /// Line, from 1, by path such as `$.config.seconds.max` or `$.capabilities[2]`.
    private var lines: [String: Int] = [:]
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        visit("$")
    }

    /// The line of the value at a path, or of the nearest value around it that exists.
    package func line(of path: String) -> Int {
        var path = path
        while true {
            if let line = lines[path] { return line }
            guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return 1 }
            path = String(path[..<cut])
        }
    }

    private mutating func visit(_ path: String) {
        skipSpace()
        lines[path] = line
        guard index < bytes.count else { return }
        switch bytes[index] {
        case UInt8(ascii: "{"): visitMembers(of: path)
        case UInt8(ascii: "["): visitElements(of: path)
        case UInt8(ascii: "\""): _ = skipString()
        default: skipLiteral()
        }
    }

    private mutating func visitMembers(of path: String) {
        index += 1
        while true {
            skipSpace()
            guard index < bytes.count, bytes[index] != UInt8(ascii: "}") else { break }
            if bytes[index] == UInt8(ascii: ",") {
                index += 1
                continue
            }
            let name = skipString()
            skipSpace()
            index += 1  // the colon
            visit(path + "." + name)
        }
        index += 1
    }

    private mutating func visitElements(of path: String) {
        index += 1
        var position = 0
        while true {
            skipSpace()
            guard index < bytes.count, bytes[index] != UInt8(ascii: "]") else { break }
            if bytes[index] == UInt8(ascii: ",") {
                index += 1
                continue
            }
            visit(path + "[\(position)]")
            position += 1
        }
        index += 1
    }

    private mutating func skipSpace() {
        while index < bytes.count, [0x20, 0x09, 0x0D, 0x0A].contains(bytes[index]) {
            if bytes[index] == 0x0A { line += 1 }
            index += 1
        }
    }

    /// Skips a string and returns its text as written, escapes included.
    private mutating func skipString() -> String {
        let start = index + 1
        index = start
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        let end = min(index, bytes.count)
        index += 1
        return String(decoding: bytes[min(start, end)..<end], as: UTF8.self)
    }

    private mutating func skipLiteral() {
        let ends: [UInt8] = [0x2C, 0x5D, 0x7D, 0x20, 0x09, 0x0D, 0x0A]
        while index < bytes.count, !ends.contains(bytes[index]) { index += 1 }
    }
}
