/// Reads the text of a rule into a tree, by recursive descent; depth is bounded by the text's length.
struct ConfigExpressionReader {
    private enum Kind: String {
        case number = "a number"
        case text = "a text"
        case boolean = "true or false"
    }

    private struct Token {
        var text: String
        /// From 1.
        var column: Int
    }

    private let fields: [ConfigSchema.Field]
    private let tokens: [Token]
    private var index = 0
    private let end: Int

    static func read(
        _ rule: String, fields: [ConfigSchema.Field]
    ) throws(ConfigRuleError) -> ConfigExpression {
        guard (1...ConfigRule.bytesMax).contains(rule.utf8.count) else {
            throw ConfigRuleError(description: "must have 1 to \(ConfigRule.bytesMax) bytes")
        }
        var reader = ConfigExpressionReader(
            fields: fields, tokens: try tokens(of: rule), end: rule.count + 1)
        let (expression, kind) = try reader.disjunction()
        if let left = reader.next { throw reader.wrong("\"\(left.text)\" is not expected here") }
        guard kind == .boolean else {
            throw ConfigRuleError(description: "must be a comparison, such as price <= max")
        }
        return expression
    }

    private init(fields: [ConfigSchema.Field], tokens: [Token], end: Int) {
        self.fields = fields
        self.tokens = tokens
        self.end = end
    }

    // MARK: - Tokens

    private static func tokens(of rule: String) throws(ConfigRuleError) -> [Token] {
        let characters = Array(rule)
        var tokens: [Token] = []
        var index = 0
        func isWord(_ character: Character) -> Bool {
            character.isASCII && (character.isLetter || character.isNumber || character == "_")
        }
        while index < characters.count {
            let start = index
            let character = characters[index]
            index += 1
            if character == " " { continue }
            if isWord(character) {
                while index < characters.count, isWord(characters[index]) { index += 1 }
            } else if character == "'" {
                while index < characters.count, characters[index] != "'" { index += 1 }
                guard index < characters.count else {
                    throw ConfigRuleError(description: "column \(start + 1): the text has no end")
                }
                index += 1
            } else if "<>=~".contains(character), index < characters.count,
                characters[index] == "="
            {
                index += 1
            } else if !"<>+-*()".contains(character) {
                throw ConfigRuleError(
                    description: "column \(start + 1): \"\(character)\" is not known")
            }
            tokens.append(Token(text: String(characters[start..<index]), column: start + 1))
        }
        return tokens
    }

    private var next: Token? { index < tokens.count ? tokens[index] : nil }

    private mutating func take(_ texts: [String]) -> String? {
        guard let token = next, texts.contains(token.text) else { return nil }
        index += 1
        return token.text
    }

    private func wrong(_ message: String, at column: Int? = nil) -> ConfigRuleError {
        ConfigRuleError(description: "column \(column ?? next?.column ?? end): \(message)")
    }

    // MARK: - Grammar, from what binds least

    private typealias Typed = (expression: ConfigExpression, kind: Kind)

    private mutating func disjunction() throws(ConfigRuleError) -> Typed {
        try chain(["or"], of: .boolean, gives: .boolean) { reader throws(ConfigRuleError) in
            try reader.conjunction()
        }
    }

    private mutating func conjunction() throws(ConfigRuleError) -> Typed {
        try chain(["and"], of: .boolean, gives: .boolean) { reader throws(ConfigRuleError) in
            try reader.comparison()
        }
    }

    private mutating func comparison() throws(ConfigRuleError) -> Typed {
        let column = next?.column
        let left = try sum()
        guard let word = take(["<=", ">=", "==", "~=", "<", ">"]),
            let operation = ConfigExpression.Operator(rawValue: word)
        else { return left }
        let rightColumn = next?.column
        let right = try sum()
        if operation != .equal && operation != .unequal {
            try require(.number, left, column)
            try require(.number, right, rightColumn)
        } else {
            try require(left.kind, right, rightColumn)
        }
        return (.binary(operation, left.expression, right.expression), .boolean)
    }

    private mutating func sum() throws(ConfigRuleError) -> Typed {
        try chain(["+", "-"], of: .number, gives: .number) { reader throws(ConfigRuleError) in
            try reader.product()
        }
    }

    private mutating func product() throws(ConfigRuleError) -> Typed {
        try chain(["*"], of: .number, gives: .number) { reader throws(ConfigRuleError) in
            try reader.operand()
        }
    }

    private mutating func chain(
        _ words: [String], of operands: Kind, gives result: Kind,
        _ read: (inout Self) throws(ConfigRuleError) -> Typed
    ) throws(ConfigRuleError) -> Typed {
        var column = next?.column
        var left = try read(&self)
        while let word = take(words), let operation = ConfigExpression.Operator(rawValue: word) {
            try require(operands, left, column)
            column = next?.column
            let right = try read(&self)
            try require(operands, right, column)
            left = (.binary(operation, left.expression, right.expression), result)
        }
        return left
    }

    private mutating func operand() throws(ConfigRuleError) -> Typed {
        guard let token = next else { throw wrong("a name or a value is missing") }
        index += 1
        switch token.text {
        case "not":
            let column = next?.column
            let operand = try operand()
            try require(.boolean, operand, column)
            return (.not(operand.expression), .boolean)
        case "-":
            let column = next?.column
            let operand = try operand()
            try require(.number, operand, column)
            return (.negative(operand.expression), .number)
        case "(":
            let inner = try disjunction()
            guard take([")"]) != nil else { throw wrong("\")\" is missing") }
            return inner
        case "true", "false": return (.constant(.boolean(token.text == "true")), .boolean)
        case let text where text.hasPrefix("'"):
            return (.constant(.text(String(text.dropFirst().dropLast()))), .text)
        default: return try word(token)
        }
    }

    private func word(_ token: Token) throws(ConfigRuleError) -> Typed {
        if let number = Int64(token.text), token.text.first != "+" {
            return (.constant(.integer(number)), .number)
        }
        guard let field = fields.first(where: { $0.name == token.text }) else {
            throw wrong("\"\(token.text)\" is not a field of config", at: token.column)
        }
        let kind: Kind =
            switch field.type {
            case .integer, .money: .number
            case .string, .choice, .product: .text
            case .boolean: .boolean
            case .table:
                throw wrong(
                    "\"\(token.text)\" is a table, which a rule cannot read", at: token.column)
            }
        return (.field(field.name), kind)
    }

    private func require(
        _ kind: Kind, _ operand: Typed, _ column: Int?
    ) throws(ConfigRuleError) {
        guard operand.kind == kind else {
            throw wrong("must be \(kind.rawValue), and is \(operand.kind.rawValue)", at: column)
        }
    }
}
