/// Cuts a Lua text into tokens.
///
/// Takes any bytes: what is no Lua is a ``LuaSyntaxError``, never a trap.
struct LuaLexer {
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    /// Index of the first byte of the line.
    private var lineStart = 0
    /// Bytes of the line before `index` that continue a character.
    private var continuations = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        // A first line that begins with # is for the shell (manual, 7).
        if bytes.first == UInt8(ascii: "#") { skipLine() }
    }

    /// All tokens, the end included.
    static func tokens(_ bytes: [UInt8]) throws(LuaSyntaxError) -> [LuaToken] {
        var lexer = LuaLexer(bytes)
        var tokens: [LuaToken] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    private var position: LuaPosition {
        LuaPosition(line: line, column: index - lineStart - continuations + 1)
    }

    private func peek(_ ahead: Int = 0) -> UInt8? {
        index + ahead < bytes.count ? bytes[index + ahead] : nil
    }

    private func peek(is character: Unicode.Scalar, _ ahead: Int = 0) -> Bool {
        peek(ahead) == UInt8(ascii: character)
    }

    private mutating func advance() {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\n") {
            line += 1
            lineStart = index
            continuations = 0
        } else if byte & 0xC0 == 0x80 {
            continuations += 1
        }
    }

    private mutating func skipLine() {
        while let byte = peek(), byte != UInt8(ascii: "\n") { advance() }
    }

    private func wrong(_ message: String, at position: LuaPosition) -> LuaSyntaxError {
        LuaSyntaxError(position: position, message: message)
    }

    // MARK: - Tokens

    private mutating func next() throws(LuaSyntaxError) -> LuaToken {
        try skipBlanks()
        let start = position
        guard let byte = peek() else { return token(.end, start) }
        switch byte {
        case _ where Self.isLetter(byte):
            let first = index
            while let byte = peek(), Self.isLetter(byte) || Self.isDigit(byte) { advance() }
            let word = String(decoding: bytes[first..<index], as: UTF8.self)
            return token(LuaToken.keywords.contains(word) ? .keyword(word) : .name(word), start)
        case _ where Self.isDigit(byte):
            return token(.number(try number(start)), start)
        case UInt8(ascii: ".") where peek(1).map(Self.isDigit) ?? false:
            return token(.number(try number(start)), start)
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let text = try quoted(byte, start)
            return token(.text(text), start)
        case UInt8(ascii: "[") where peek(is: "[", 1) || peek(is: "=", 1):
            if let level = longBracketLevel() {
                let text = try longBracket(level, start)
                return token(.text(text), start)
            }
            return symbol(start)
        default: return symbol(start)
        }
    }

    private func token(_ kind: LuaToken.Kind, _ start: LuaPosition) -> LuaToken {
        LuaToken(kind: kind, position: start, lineLast: line)
    }

    private mutating func skipBlanks() throws(LuaSyntaxError) {
        while let byte = peek() {
            if byte == 0x20 || (0x09...0x0D).contains(byte) {
                advance()
            } else if byte == UInt8(ascii: "-"), peek(is: "-", 1) {
                let start = position
                advance()
                advance()
                if peek(is: "["), let level = longBracketLevel() {
                    _ = try longBracket(level, start)
                } else {
                    skipLine()
                }
            } else {
                return
            }
        }
    }

    private static let symbols = [
        "...", "<<", ">>", "//", "==", "~=", "<=", ">=", "::", "..", "+", "-", "*", "/", "%", "^",
        "#", "&", "~", "|", "<", ">", "=", "(", ")", "{", "}", "[", "]", ";", ":", ",", ".",
    ]

    private mutating func symbol(_ start: LuaPosition) -> LuaToken {
        for symbol in Self.symbols where bytes[index...].starts(with: symbol.utf8) {
            for _ in symbol.utf8 { advance() }
            return token(.symbol(symbol), start)
        }
        // Left to the parser, which says what it expected instead.
        let byte = bytes[index]
        advance()
        return token(.symbol(String(decoding: [byte], as: UTF8.self)), start)
    }

    private mutating func number(_ start: LuaPosition) throws(LuaSyntaxError) -> String {
        let first = index
        let isHex = peek(is: "0") && (peek(is: "x", 1) || peek(is: "X", 1))
        if isHex {
            advance()
            advance()
        }
        while let byte = peek() {
            let isExponent =
                isHex
                ? byte == UInt8(ascii: "p") || byte == UInt8(ascii: "P")
                : byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
            if isExponent, peek(is: "+", 1) || peek(is: "-", 1) {
                advance()
                advance()
            } else if Self.isLetter(byte) || Self.isDigit(byte) || byte == UInt8(ascii: ".") {
                advance()
            } else {
                break
            }
        }
        let text = String(decoding: bytes[first..<index], as: UTF8.self)
        let digits = isHex ? text.dropFirst(2) : text[...]
        let isRight =
            isHex
            ? !digits.isEmpty
                && digits.utf8.allSatisfy { Self.isHex($0) || ".pP+-".utf8.contains($0) }
            : Double(text.hasPrefix(".") ? "0" + text : text.hasSuffix(".") ? text + "0" : text)
                != nil || Double(text.replacing(".e", with: ".0e")) != nil
        guard isRight else { throw wrong("malformed number \(text)", at: start) }
        return text
    }

    // MARK: - Texts

    private func longBracketLevel() -> Int? {
        var level = 0
        while peek(is: "=", 1 + level) { level += 1 }
        return peek(is: "[", 1 + level) ? level : nil
    }

    private mutating func longBracket(
        _ level: Int, _ start: LuaPosition
    ) throws(LuaSyntaxError) -> String {
        for _ in 0..<(level + 2) { advance() }
        if peek(is: "\r") { advance() }
        if peek(is: "\n") { advance() }
        let first = index
        while peek() != nil {
            if peek(is: "]") {
                var seen = 0
                while peek(is: "=", 1 + seen) { seen += 1 }
                if seen == level, peek(is: "]", 1 + seen) {
                    let text = String(decoding: bytes[first..<index], as: UTF8.self)
                    for _ in 0..<(level + 2) { advance() }
                    return text
                }
            }
            advance()
        }
        throw wrong("a long text or comment is not closed", at: start)
    }

    private mutating func quoted(
        _ quote: UInt8, _ start: LuaPosition
    ) throws(LuaSyntaxError) -> String {
        advance()
        var text: [UInt8] = []
        while let byte = peek(), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") {
            if byte == quote {
                advance()
                return String(decoding: text, as: UTF8.self)
            }
            advance()
            if byte == UInt8(ascii: "\\") {
                try escape(into: &text)
            } else {
                text.append(byte)
            }
        }
        throw wrong("a text is not closed", at: start)
    }

    /// After a backslash.
    private mutating func escape(into text: inout [UInt8]) throws(LuaSyntaxError) {
        let start = position
        guard let byte = peek() else { throw wrong("a text is not closed", at: start) }
        if Self.isDigit(byte) {
            var value = 0
            for _ in 0..<3 {
                guard let digit = peek(), Self.isDigit(digit) else { break }
                value = value * 10 + Int(digit - UInt8(ascii: "0"))
                advance()
            }
            guard value < 256 else { throw wrong("an escape over 255", at: start) }
            text.append(UInt8(value))
            return
        }
        advance()
        switch byte {
        case UInt8(ascii: "a"): text.append(7)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "v"): text.append(11)
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): text.append(byte)
        case UInt8(ascii: "\n"): text.append(10)
        case UInt8(ascii: "\r"):
            if peek(is: "\n") { advance() }
            text.append(10)
        case UInt8(ascii: "z"):
            while let blank = peek(), blank == 0x20 || (0x09...0x0D).contains(blank) { advance() }
        case UInt8(ascii: "x"):
            guard let high = peek().flatMap(Self.hexValue),
                let low = peek(1).flatMap(Self.hexValue)
            else { throw wrong("\\x needs two hexadecimal digits", at: start) }
            advance()
            advance()
            text.append(UInt8(high * 16 + low))
        case UInt8(ascii: "u"): try unicodeEscape(into: &text, start)
        default: throw wrong("an unknown escape in a text", at: start)
        }
    }

    private mutating func unicodeEscape(
        into text: inout [UInt8], _ start: LuaPosition
    ) throws(LuaSyntaxError) {
        guard peek(is: "{") else { throw wrong("\\u needs {digits}", at: start) }
        advance()
        var value: UInt32 = 0
        var count = 0
        while let digit = peek().flatMap(Self.hexValue) {
            guard value < 0x800_0000 else { throw wrong("a code point is too large", at: start) }
            value = value * 16 + UInt32(digit)
            count += 1
            advance()
        }
        guard count > 0, peek(is: "}") else { throw wrong("\\u needs {digits}", at: start) }
        advance()
        text += Array(String(Character(Unicode.Scalar(value) ?? "\u{FFFD}")).utf8)
    }

    // MARK: - Letters

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "_")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHex(_ byte: UInt8) -> Bool { hexValue(byte) != nil }

    private static func hexValue(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
