/// Where the values of a JSON text stand, by paths such as `$.config.seconds` or `$.capabilities[2]`.
///
/// The text must have been parsed without an error: its syntax is trusted.
struct JSONPlaces {
    private var places: [String: LuaPosition] = [:]
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var lineStart = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        visit("$", at: nil)
    }

    /// The place of a member's name, or of an element; of what is around it when there is none.
    func position(of path: String) -> LuaPosition {
        var path = path
        while true {
            if let place = places[path] { return place }
            guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else {
                return LuaPosition(line: 1, column: 1)
            }
            path = String(path[..<cut])
        }
    }

    private var here: LuaPosition {
        let column = String(decoding: bytes[lineStart..<min(index, bytes.count)], as: UTF8.self)
        return LuaPosition(line: line, column: column.count + 1)
    }

    private mutating func visit(_ path: String, at place: LuaPosition?) {
        skipSpace()
        places[path] = place ?? here
        guard index < bytes.count else { return }
        switch bytes[index] {
        case UInt8(ascii: "{"):
            visitAll(end: UInt8(ascii: "}")) { places, _ in
                let start = places.here
                let name = places.takeText()
                places.skipSpace()
                places.index += 1  // the colon
                places.visit("\(path).\(name)", at: start)
            }
        case UInt8(ascii: "["):
            visitAll(end: UInt8(ascii: "]")) { places, count in
                places.visit("\(path)[\(count)]", at: nil)
            }
        case UInt8(ascii: "\""): _ = takeText()
        default:
            let ends: [UInt8] = [0x2C, 0x5D, 0x7D, 0x20, 0x09, 0x0D, 0x0A]
            while index < bytes.count, !ends.contains(bytes[index]) { index += 1 }
        }
    }

    private mutating func visitAll(end: UInt8, _ visitOne: (inout Self, Int) -> Void) {
        index += 1
        var count = 0
        while true {
            skipSpace()
            guard index < bytes.count, bytes[index] != end else { break }
            if bytes[index] == UInt8(ascii: ",") {
                index += 1
                continue
            }
            visitOne(&self, count)
            count += 1
        }
        index += 1
    }

    private mutating func skipSpace() {
        while index < bytes.count, [0x20, 0x09, 0x0D, 0x0A].contains(bytes[index]) {
            index += 1
            if bytes[index - 1] == 0x0A {
                line += 1
                lineStart = index
            }
        }
    }

    /// A text as written, escapes included.
    private mutating func takeText() -> String {
        let start = index + 1
        index = start
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        let end = min(index, bytes.count)
        index += 1
        return String(decoding: bytes[min(start, end)..<end], as: UTF8.self)
    }
}
