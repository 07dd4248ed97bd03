/// An expression of Lua (manual, 3.4).
struct LuaExpression: Sendable {
    indirect enum Kind: Sendable {
        case name(String)
        case text(String)
        case number(String)
        /// `nil`, `true`, `false` or `...`.
        case constant(String)
        /// `table.key` and `table[key]`.
        case index(LuaExpression, LuaExpression)
        case call(LuaExpression, [LuaExpression])
        case method(LuaExpression, String, [LuaExpression])
        case function(LuaFunction)
        case table([LuaField])
        case unary(String, LuaExpression)
        case binary(LuaExpression, String, LuaExpression)
        case group(LuaExpression)
    }

    var kind: Kind
    var position: LuaPosition
    var lineLast: Int
}

/// A field of a table constructor.
struct LuaField: Sendable {
    enum Key: Sendable {
        case position
        case name(String, LuaPosition)
        case expression(LuaExpression)
    }
    var key: Key
    var value: LuaExpression
}

/// The body of a function.
struct LuaFunction: Sendable {
    var parameters: [LuaVariable]
    var block: LuaBlock
    /// `self` is the first parameter.
    var isMethod = false
}

/// A name that is declared.
struct LuaVariable: Sendable {
    var name: String
    var position: LuaPosition
    /// `const` or `close`; nil for none.
    var attribute: String?
}

/// Statements in order.
struct LuaBlock: Sendable { var statements: [LuaStatement] = [] }

/// A statement of Lua (manual, 3.3).
struct LuaStatement: Sendable {
    indirect enum Kind: Sendable {
        case local([LuaVariable], [LuaExpression])
        case assign([LuaExpression], [LuaExpression])
        case call(LuaExpression)
        case block(LuaBlock)
        case loop(LuaExpression, LuaBlock)
        case until(LuaBlock, LuaExpression)
        case branches([Branch], otherwise: LuaBlock?)
        case count(LuaVariable, [LuaExpression], LuaBlock)
        case each([LuaVariable], [LuaExpression], LuaBlock)
        /// `function a.b:c() end`.
        case function(LuaExpression, LuaFunction)
        case localFunction(LuaVariable, LuaFunction)
        case values([LuaExpression])
        /// `break`, `goto`, a label, a lone semicolon.
        case other
    }

    struct Branch: Sendable {
        var condition: LuaExpression
        var block: LuaBlock
        /// From the condition to `then`.
        var lines: ClosedRange<Int>
    }

    var kind: Kind
    var position: LuaPosition
    /// Its lines; of what has blocks, those before the first.
    var lines: ClosedRange<Int>
    /// Whether the Lua machine stops at its line on the way.
    var isExecuted = true
}

extension LuaExpression {
    /// The text, if this is one.
    var textValue: String? {
        if case .text(let text) = kind { text } else { nil }
    }

    var isFunction: Bool {
        if case .function = kind { true } else { false }
    }

    var isConstant: Bool {
        switch kind {
        case .constant, .number, .text: true
        default: false
        }
    }
}
