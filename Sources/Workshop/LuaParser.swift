/// Reads a Lua text as a tree.
///
/// It accepts what Lua 5.4 accepts and a little more (it looks for no labels), because the sandbox reads the text
/// with Lua's own parser as well. Recursion is bounded.
struct LuaParser {
    private let tokens: [LuaToken]
    private var index = 0
    private var depth = 0

    /// Nested blocks and expressions.
    private static let depthMax = 150
    /// Operators in one chain, each of which is a level of the tree.
    private static let operatorsMax = 400

    private init(_ tokens: [LuaToken]) { self.tokens = tokens }

    /// Reads a whole file.
    static func parse(_ bytes: [UInt8]) throws(LuaSyntaxError) -> LuaBlock {
        var parser = LuaParser(try LuaLexer.tokens(bytes))
        let block = try parser.block()
        if parser.token.kind != .end { throw parser.unexpected("a statement") }
        return block
    }

    // MARK: - Tokens

    private var token: LuaToken { tokens[index] }
    private var lineBefore: Int { index > 0 ? tokens[index - 1].lineLast : 1 }

    private mutating func next() -> LuaToken {
        let token = token
        if index < tokens.count - 1 { index += 1 }
        return token
    }

    private func unexpected(_ wanted: String) -> LuaSyntaxError {
        let got =
            switch token.kind {
            case .name(let text), .keyword(let text), .number(let text), .symbol(let text):
                "'\(text)'"
            case .text: "a text"
            case .end: "the end of the file"
            }
        return LuaSyntaxError(
            position: token.position, message: "\(wanted) is expected near \(got)")
    }

    private mutating func take(_ symbol: String) -> Bool {
        guard token.isSymbol(symbol) else { return false }
        _ = next()
        return true
    }

    private mutating func takeWord(_ word: String) -> Bool {
        guard token.isKeyword(word) else { return false }
        _ = next()
        return true
    }

    private mutating func expect(_ symbol: String) throws(LuaSyntaxError) {
        guard take(symbol) else { throw unexpected("'\(symbol)'") }
    }

    private mutating func expectWord(_ word: String) throws(LuaSyntaxError) {
        guard takeWord(word) else { throw unexpected("'\(word)'") }
    }

    private mutating func name() throws(LuaSyntaxError) -> LuaVariable {
        guard case .name(let name) = token.kind else { throw unexpected("a name") }
        return LuaVariable(name: name, position: next().position)
    }

    private mutating func nested<Value>(
        _ body: (inout Self) throws(LuaSyntaxError) -> Value
    ) throws(LuaSyntaxError) -> Value {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else {
            throw LuaSyntaxError(
                position: token.position,
                message: "more than \(Self.depthMax) levels of blocks and expressions")
        }
        return try body(&self)
    }

    // MARK: - Statements

    private mutating func block() throws(LuaSyntaxError) -> LuaBlock {
        try nested { (parser) throws(LuaSyntaxError) in
            var block = LuaBlock()
            while !parser.isBlockEnd {
                let isLast = parser.token.isKeyword("return")
                block.statements.append(try parser.statement())
                if isLast { break }
            }
            return block
        }
    }

    private var isBlockEnd: Bool {
        token.kind == .end
            || ["else", "elseif", "end", "until"].contains { token.isKeyword($0) }
    }

    private mutating func statement() throws(LuaSyntaxError) -> LuaStatement {
        let start = token
        var isExecuted = true
        let kind: LuaStatement.Kind
        var lineLast: Int?
        if take(";") {
            (kind, isExecuted) = (.other, false)
        } else if takeWord("local") {
            if takeWord("function") {
                kind = .localFunction(try name(), try function(isMethod: false))
                isExecuted = false
            } else {
                (kind, isExecuted) = try local()
            }
        } else if takeWord("if") {
            (kind, lineLast) = try branches()
            isExecuted = false
        } else if takeWord("while") {
            let condition = try expression()
            lineLast = lineBefore
            isExecuted = !condition.isConstant
            try expectWord("do")
            kind = .loop(condition, try block())
            try expectWord("end")
        } else if takeWord("do") {
            kind = .block(try block())
            isExecuted = false
            lineLast = start.position.line
            try expectWord("end")
        } else if takeWord("for") {
            (kind, lineLast) = try forLoop()
        } else if takeWord("repeat") {
            let body = try block()
            try expectWord("until")
            kind = .until(body, try expression())
            isExecuted = false
            lineLast = start.position.line
        } else if takeWord("function") {
            kind = try functionStatement()
            isExecuted = false
        } else if takeWord("return") {
            var values: [LuaExpression] = []
            if !isBlockEnd && !token.isSymbol(";") { values = try expressions() }
            _ = take(";")
            kind = .values(values)
        } else if takeWord("break") {
            kind = .other
        } else if takeWord("goto") {
            _ = try name()
            kind = .other
        } else if take("::") {
            _ = try name()
            try expect("::")
            (kind, isExecuted) = (.other, false)
        } else {
            (kind, isExecuted) = try expressionStatement()
        }
        let last = max(start.position.line, lineLast ?? lineBefore)
        return LuaStatement(
            kind: kind, position: start.position, lines: start.position.line...last,
            isExecuted: isExecuted)
    }

    private mutating func local() throws(LuaSyntaxError) -> (LuaStatement.Kind, Bool) {
        var variables: [LuaVariable] = []
        repeat {
            var variable = try name()
            if take("<") {
                let attribute = try name()
                guard ["const", "close"].contains(attribute.name) else {
                    throw LuaSyntaxError(
                        position: attribute.position,
                        message: "unknown attribute '\(attribute.name)'")
                }
                variable.attribute = attribute.name
                try expect(">")
            }
            variables.append(variable)
        } while take(",")
        let values = take("=") ? try expressions() : []
        let isFolded =
            variables.contains { $0.attribute == "const" }
            && values.allSatisfy(\.isConstant)
        let isExecuted = !values.isEmpty && !isFolded && !values.allSatisfy(\.isFunction)
        return (.local(variables, values), isExecuted)
    }

    private mutating func branches() throws(LuaSyntaxError) -> (LuaStatement.Kind, Int?) {
        var branches: [LuaStatement.Branch] = []
        var lineLast: Int?
        repeat {
            let first = token.position.line
            let condition = try expression()
            let lines = first...max(first, lineBefore)
            lineLast = lineLast ?? lines.upperBound
            try expectWord("then")
            branches.append(
                LuaStatement.Branch(condition: condition, block: try block(), lines: lines))
        } while takeWord("elseif")
        let otherwise = takeWord("else") ? try block() : nil
        try expectWord("end")
        return (.branches(branches, otherwise: otherwise), lineLast)
    }

    private mutating func forLoop() throws(LuaSyntaxError) -> (LuaStatement.Kind, Int?) {
        var variables = [try name()]
        if take("=") {
            let range = try expressions()
            guard (2...3).contains(range.count) else { throw unexpected("'='") }
            let lineLast = lineBefore
            try expectWord("do")
            let body = try block()
            try expectWord("end")
            return (.count(variables[0], range, body), lineLast)
        }
        while take(",") { variables.append(try name()) }
        try expectWord("in")
        let values = try expressions()
        let lineLast = lineBefore
        try expectWord("do")
        let body = try block()
        try expectWord("end")
        return (.each(variables, values, body), lineLast)
    }

    private mutating func functionStatement() throws(LuaSyntaxError) -> LuaStatement.Kind {
        let first = try name()
        var target = LuaExpression(
            kind: .name(first.name), position: first.position, lineLast: lineBefore)
        var isMethod = false
        var steps = 0
        while !isMethod, token.isSymbol(".") || token.isSymbol(":") {
            isMethod = next().isSymbol(":")
            let field = try name()
            steps += 1
            guard steps <= Self.operatorsMax else { throw unexpected("a shorter name") }
            target = LuaExpression(
                kind: .index(
                    target,
                    LuaExpression(
                        kind: .text(field.name), position: field.position, lineLast: lineBefore)),
                position: first.position, lineLast: lineBefore)
        }
        return .function(target, try function(isMethod: isMethod))
    }

    private mutating func expressionStatement() throws(LuaSyntaxError) -> (
        LuaStatement.Kind, Bool
    ) {
        let first = try suffixed()
        if token.isSymbol("=") || token.isSymbol(",") {
            var targets = [first]
            while take(",") { targets.append(try suffixed()) }
            for target in targets {
                switch target.kind {
                case .name, .index: continue
                default: throw unexpected("a variable before '='")
                }
            }
            try expect("=")
            let values = try expressions()
            return (.assign(targets, values), !values.allSatisfy(\.isFunction))
        }
        switch first.kind {
        case .call, .method: return (.call(first), true)
        default: throw unexpected("'=' or a call")
        }
    }

    // MARK: - Expressions

    private mutating func expressions() throws(LuaSyntaxError) -> [LuaExpression] {
        var list = [try expression()]
        while take(",") { list.append(try expression()) }
        return list
    }

    private mutating func expression() throws(LuaSyntaxError) -> LuaExpression {
        try binary(above: 0)
    }

    /// How tightly an operator binds to its left and to its right (manual, 3.4.8).
    private static let priorities: [String: (left: Int, right: Int)] = [
        "or": (1, 1), "and": (2, 2), "<": (3, 3), ">": (3, 3), "<=": (3, 3), ">=": (3, 3),
        "~=": (3, 3), "==": (3, 3), "|": (4, 4), "~": (5, 5), "&": (6, 6), "<<": (7, 7),
        ">>": (7, 7), "..": (9, 8), "+": (10, 10), "-": (10, 10), "*": (11, 11), "/": (11, 11),
        "//": (11, 11), "%": (11, 11), "^": (14, 13),
    ]
    private static let unaryPriority = 12

    private mutating func binary(above limit: Int) throws(LuaSyntaxError) -> LuaExpression {
        try nested { (parser) throws(LuaSyntaxError) in
            let start = parser.token.position
            var left: LuaExpression
            if let sign = parser.operatorName, ["not", "-", "#", "~"].contains(sign) {
                _ = parser.next()
                let operand = try parser.binary(above: Self.unaryPriority)
                left = parser.node(.unary(sign, operand), start)
            } else {
                left = try parser.simple()
            }
            var count = 0
            while let sign = parser.operatorName, let priority = Self.priorities[sign],
                priority.left > limit
            {
                count += 1
                guard count <= Self.operatorsMax else {
                    throw LuaSyntaxError(
                        position: parser.token.position,
                        message: "more than \(Self.operatorsMax) operators in a row")
                }
                _ = parser.next()
                let right = try parser.binary(above: priority.right)
                left = parser.node(.binary(left, sign, right), start)
            }
            return left
        }
    }

    private var operatorName: String? {
        switch token.kind {
        case .symbol(let symbol): symbol
        case .keyword(let word) where ["and", "or", "not"].contains(word): word
        default: nil
        }
    }

    private func node(_ kind: LuaExpression.Kind, _ start: LuaPosition) -> LuaExpression {
        LuaExpression(kind: kind, position: start, lineLast: lineBefore)
    }

    private mutating func simple() throws(LuaSyntaxError) -> LuaExpression {
        let start = token.position
        switch token.kind {
        case .number(let text):
            _ = next()
            return node(.number(text), start)
        case .text(let text):
            _ = next()
            return node(.text(text), start)
        case .keyword(let word) where ["nil", "true", "false"].contains(word):
            _ = next()
            return node(.constant(word), start)
        case .symbol("..."):
            _ = next()
            return node(.constant("..."), start)
        case .symbol("{"): return try table()
        case .keyword("function"):
            _ = next()
            return node(.function(try function(isMethod: false)), start)
        default: return try suffixed()
        }
    }

    private mutating func suffixed() throws(LuaSyntaxError) -> LuaExpression {
        let start = token.position
        var value: LuaExpression
        if take("(") {
            let inner = try expression()
            try expect(")")
            value = node(.group(inner), start)
        } else {
            let variable = try name()
            value = node(.name(variable.name), start)
        }
        var count = 0
        while true {
            count += 1
            guard count <= Self.operatorsMax else { throw unexpected("a shorter chain") }
            switch token.kind {
            case .symbol("."):
                _ = next()
                let field = try name()
                value = node(
                    .index(
                        value,
                        LuaExpression(
                            kind: .text(field.name), position: field.position,
                            lineLast: lineBefore)), start)
            case .symbol("["):
                _ = next()
                let key = try expression()
                try expect("]")
                value = node(.index(value, key), start)
            case .symbol(":"):
                _ = next()
                let method = try name()
                value = node(.method(value, method.name, try arguments()), start)
            case .symbol("("), .symbol("{"), .text:
                value = node(.call(value, try arguments()), start)
            default: return value
            }
        }
    }

    private mutating func arguments() throws(LuaSyntaxError) -> [LuaExpression] {
        let start = token.position
        if case .text(let text) = token.kind {
            _ = next()
            return [node(.text(text), start)]
        }
        if token.isSymbol("{") { return [try table()] }
        try expect("(")
        if take(")") { return [] }
        let values = try expressions()
        try expect(")")
        return values
    }

    private mutating func table() throws(LuaSyntaxError) -> LuaExpression {
        try nested { (parser) throws(LuaSyntaxError) in
            let start = parser.token.position
            try parser.expect("{")
            var fields: [LuaField] = []
            while !parser.token.isSymbol("}") {
                fields.append(try parser.field())
                if !parser.take(",") && !parser.take(";") { break }
            }
            try parser.expect("}")
            return parser.node(.table(fields), start)
        }
    }

    private mutating func field() throws(LuaSyntaxError) -> LuaField {
        if take("[") {
            let key = try expression()
            try expect("]")
            try expect("=")
            return LuaField(key: .expression(key), value: try expression())
        }
        if case .name(let name) = token.kind, tokens[index + 1].isSymbol("=") {
            let position = next().position
            _ = next()
            return LuaField(key: .name(name, position), value: try expression())
        }
        return LuaField(key: .position, value: try expression())
    }

    /// From the parameters to `end`.
    private mutating func function(isMethod: Bool) throws(LuaSyntaxError) -> LuaFunction {
        try expect("(")
        var parameters: [LuaVariable] = []
        while !token.isSymbol(")") {
            if take("...") { break }
            parameters.append(try name())
            if !take(",") { break }
        }
        try expect(")")
        let body = try block()
        try expectWord("end")
        return LuaFunction(parameters: parameters, block: body, isMethod: isMethod)
    }
}
