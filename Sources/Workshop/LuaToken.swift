/// Where something stands in a text: line and column from 1, columns counted in characters.
struct LuaPosition: Hashable, Sendable, Comparable {
    var line: Int
    var column: Int

    static func < (one: Self, other: Self) -> Bool {
        (one.line, one.column) < (other.line, other.column)
    }
}

/// What a Lua text is made of (Lua 5.4 manual, 3.1).
struct LuaToken: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case name(String)
        case keyword(String)
        /// As written.
        case number(String)
        /// Its value, escapes resolved.
        case text(String)
        case symbol(String)
        case end
    }

    var kind: Kind
    var position: LuaPosition
    /// Of its last character.
    var lineLast: Int

    func isKeyword(_ word: String) -> Bool { kind == .keyword(word) }
    func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }

    static let keywords: Set<String> = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if",
        "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
    ]
}

/// Why a text is no Lua, in its first place.
struct LuaSyntaxError: Error, Sendable, Equatable {
    var position: LuaPosition
    var message: String
}
