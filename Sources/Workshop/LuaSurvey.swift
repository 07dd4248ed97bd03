import PluginContract

/// What a Lua file says, as far as it can be known without running it: names that nobody declared, what
/// is used of `room`, texts that panels show.
struct LuaSurvey {
    /// Something with its place.
    struct Named: Equatable {
        var name: String
        var position: LuaPosition
    }

    /// Something below `room`, such as `panel.show`.
    struct Use {
        var path: [String]
        var position: LuaPosition
        /// What it is called with; nil when it is not called.
        var arguments: [LuaExpression]?
        /// The hook in whose body it stands; nil for other functions.
        var hook: String?
    }

    private(set) var globalsRead: [Named] = []
    private(set) var globalsWritten: [Named] = []
    /// Variables of the file that functions change: they are lost when the program is loaded again.
    private(set) var keptOutside: [Named] = []
    private(set) var uses: [Use] = []
    /// `room.config[name]`: which fields are read cannot be known.
    private(set) var readsConfigFreely = false
    private(set) var hooks: [Named] = []
    private(set) var tables: [(fields: [LuaField], position: LuaPosition)] = []
    private(set) var texts: Set<String> = []
    private(set) var required: [Named] = []
    /// What the sandbox has not.
    private(set) var forbidden: [Named] = []

    private struct Variable {
        var name: String
        /// 0 for those of the file itself.
        var functionDepth: Int
        /// What it stands for below `room`; empty for `room` itself.
        var path: [String]?
    }

    private var scopes: [[Variable]] = [[]]
    private var functionDepth = 0
    private var hook: String?

    init(_ block: LuaBlock) { visit(block) }

    // MARK: - Scopes

    private mutating func declare(_ name: String, path: [String]? = nil) {
        scopes[scopes.count - 1].append(
            Variable(name: name, functionDepth: functionDepth, path: path))
    }

    private func variable(_ name: String) -> Variable? {
        for scope in scopes.reversed() {
            if let found = scope.last(where: { $0.name == name }) { return found }
        }
        return nil
    }

    /// What an expression stands for below `room`; nil when it is something else.
    private func path(of value: LuaExpression) -> [String]? {
        switch value.kind {
        case .name(let name): return variable(name)?.path
        case .group(let inner): return path(of: inner)
        case .index(let table, let key):
            guard let name = key.textValue, let path = path(of: table) else { return nil }
            return path + [name]
        default: return nil
        }
    }

    // MARK: - Statements

    private mutating func visit(_ block: LuaBlock) {
        scopes.append([])
        for statement in block.statements { visit(statement) }
        scopes.removeLast()
    }

    private mutating func visit(_ statement: LuaStatement) {
        switch statement.kind {
        case .local(let variables, let values):
            let paths = values.map { path(of: $0) }
            for value in values { visit(value) }
            for (index, variable) in variables.enumerated() {
                declare(variable.name, path: index < paths.count ? paths[index] : nil)
                if variable.attribute == "close" {
                    forbidden.append(Named(name: "<close>", position: variable.position))
                }
            }
        case .assign(let targets, let values):
            for (index, target) in targets.enumerated() {
                assign(to: target)
                if index < values.count { noteHook(target, values[index]) }
            }
            for (index, value) in values.enumerated() {
                visit(value, hook: index < targets.count ? hookName(targets[index]) : nil)
            }
        case .call(let call): visit(call)
        case .block(let block): visit(block)
        case .loop(let condition, let block):
            visit(condition)
            visit(block)
        case .until(let block, let condition):
            scopes.append([])
            for statement in block.statements { visit(statement) }
            visit(condition)
            scopes.removeLast()
        case .branches(let branches, let otherwise):
            for branch in branches {
                visit(branch.condition)
                visit(branch.block)
            }
            if let otherwise { visit(otherwise) }
        case .count(let variable, let values, let block):
            for value in values { visit(value) }
            visit(block, declaring: [variable])
        case .each(let variables, let values, let block):
            for value in values { visit(value) }
            visit(block, declaring: variables)
        case .function(let target, let function):
            assign(to: target)
            let hook = hookName(target)
            if let hook { hooks.append(Named(name: hook, position: target.position)) }
            visit(function, hook: hook)
        case .localFunction(let variable, let function):
            declare(variable.name)
            visit(function)
        case .values(let values): for value in values { visit(value) }
        case .other: break
        }
    }

    private mutating func visit(_ block: LuaBlock, declaring variables: [LuaVariable]) {
        scopes.append([])
        for variable in variables { declare(variable.name) }
        for statement in block.statements { visit(statement) }
        scopes.removeLast()
    }

    private mutating func assign(to target: LuaExpression) {
        switch target.kind {
        case .name(let name):
            guard let known = variable(name) else {
                globalsWritten.append(Named(name: name, position: target.position))
                return
            }
            noteKept(known, target.position)
        case .index(let table, let key):
            visit(key)
            if let path = path(of: target) {
                uses.append(Use(path: path, position: target.position, hook: hook))
                return
            }
            visit(table)
            if let base = Self.base(of: table), let known = variable(base) {
                noteKept(known, target.position)
            }
            if let name = key.textValue { noteForbidden(metamethod: name, key.position) }
        default: visit(target)
        }
    }

    /// A variable of the file that a function changes.
    private mutating func noteKept(_ variable: Variable, _ position: LuaPosition) {
        guard functionDepth > 0, variable.functionDepth == 0, variable.path == nil else { return }
        keptOutside.append(Named(name: variable.name, position: position))
    }

    private static func base(of value: LuaExpression) -> String? {
        switch value.kind {
        case .name(let name): name
        case .index(let table, _): base(of: table)
        case .group(let inner): base(of: inner)
        default: nil
        }
    }

    // MARK: - Functions

    /// `on_timer` for `game.on_timer`.
    private func hookName(_ target: LuaExpression) -> String? {
        guard functionDepth == 0, case .index(_, let key) = target.kind,
            let name = key.textValue, name.hasPrefix("on_")
        else { return nil }
        return name
    }

    private mutating func noteHook(_ target: LuaExpression, _ value: LuaExpression) {
        guard value.isFunction, let name = hookName(target) else { return }
        hooks.append(Named(name: name, position: target.position))
    }

    private mutating func visit(_ function: LuaFunction, hook: String? = nil) {
        let hookBefore = self.hook
        self.hook = hook
        functionDepth += 1
        scopes.append([])
        if function.isMethod { declare("self") }
        for (index, parameter) in function.parameters.enumerated() {
            let isRoom = parameter.name == "room" || (hook != nil && index == 0)
            declare(parameter.name, path: isRoom ? [] : nil)
        }
        visit(function.block)
        scopes.removeLast()
        functionDepth -= 1
        self.hook = hookBefore
    }

    // MARK: - Expressions

    private mutating func visit(_ value: LuaExpression, hook: String? = nil) {
        if let path = path(of: value), !path.isEmpty {
            uses.append(Use(path: path, position: value.position, hook: self.hook))
            return
        }
        switch value.kind {
        case .name(let name):
            if variable(name) == nil {
                globalsRead.append(Named(name: name, position: value.position))
            }
        case .text(let text): texts.insert(text)
        case .number, .constant: break
        case .index(let table, let key):
            if path(of: table) == ["config"] { readsConfigFreely = true }
            noteLibrary(table, key)
            visit(table)
            visit(key)
        case .call(let function, let arguments): visitCall(function, arguments, value.position)
        case .method(let object, let name, let arguments):
            if name == "dump", object.textValue != nil {
                forbidden.append(Named(name: "string.dump", position: value.position))
            }
            visit(object)
            for argument in arguments { visit(argument) }
        case .function(let function): visit(function, hook: hook)
        case .table(let fields): visitTable(fields, value.position)
        case .unary(_, let inner), .group(let inner): visit(inner)
        case .binary(let left, _, let right):
            visit(left)
            visit(right)
        }
    }

    private mutating func visitCall(
        _ function: LuaExpression, _ arguments: [LuaExpression], _ position: LuaPosition
    ) {
        if let path = path(of: function), !path.isEmpty {
            uses.append(Use(path: path, position: position, arguments: arguments, hook: hook))
        } else {
            visit(function)
        }
        if case .name("require") = function.kind, variable("require") == nil,
            let module = arguments.first?.textValue
        {
            required.append(Named(name: module, position: position))
        }
        for argument in arguments {
            // The whole configuration is handed on.
            if path(of: argument) == ["config"] { readsConfigFreely = true }
            visit(argument)
        }
    }

    private mutating func visitTable(_ fields: [LuaField], _ position: LuaPosition) {
        tables.append((fields, position))
        for field in fields {
            var hook: String?
            switch field.key {
            case .position: break
            case .name(let name, let position):
                noteForbidden(metamethod: name, position)
                if functionDepth == 0, name.hasPrefix("on_"), field.value.isFunction {
                    hooks.append(Named(name: name, position: position))
                    hook = name
                }
            case .expression(let key):
                if let name = key.textValue { noteForbidden(metamethod: name, key.position) }
                visit(key)
            }
            visit(field.value, hook: hook)
        }
    }

    // MARK: - What the sandbox has not

    private mutating func noteForbidden(metamethod name: String, _ position: LuaPosition) {
        if ["__gc", "__close", "__mode", "__concat"].contains(name) {
            forbidden.append(Named(name: name, position: position))
        }
    }

    private mutating func noteLibrary(_ table: LuaExpression, _ key: LuaExpression) {
        guard case .name(let library) = table.kind, variable(library) == nil,
            let function = key.textValue
        else { return }
        let name = "\(library).\(function)"
        if name == "string.dump" || name == "math.randomseed" {
            forbidden.append(Named(name: name, position: table.position))
        }
    }
}
