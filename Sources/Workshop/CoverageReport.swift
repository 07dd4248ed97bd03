package import PluginHosting
package import Scripting
package import Wire

/// Which statements of a plugin its tests have run.
package struct CoverageReport: Sendable, Equatable {
    /// One Lua file.
    package struct File: Sendable, Equatable {
        package var path: String
        package var statementCount: Int
        /// First lines of statements that did not run, in order.
        package var missed: [Int]
    }

    package var files: [File]

    /// Compares the lines that have run with the statements of a program.
    package init(program: PluginProgram, _ coverage: LineCoverage) {
        files = program.source.files.sorted { $0.key < $1.key }.compactMap { path, text in
            guard let block = try? LuaParser.parse(text) else { return nil }
            var statements: [ClosedRange<Int>] = []
            Self.collect(block, into: &statements)
            let lines = Set(coverage.lines(of: path))
            let missed = statements.filter { !$0.contains(where: lines.contains) }
            // Several on one line are one.
            return File(
                path: path, statementCount: Set(statements.map(\.lowerBound)).count,
                missed: Set(missed.map(\.lowerBound)).sorted())
        }
    }

    /// Of all files together, from 0 to 1.
    package var share: Double {
        let all = files.reduce(0) { $0 + $1.statementCount }
        let missed = files.reduce(0) { $0 + $1.missed.count }
        return all == 0 ? 1 : Double(all - missed) / Double(all)
    }

    var lines: [String] {
        var lines = ["coverage by line"]
        for file in files {
            let run = file.statementCount - file.missed.count
            var line = "  \(file.path): \(run) of \(file.statementCount) statements"
            if !file.missed.isEmpty {
                line += ", not line\(file.missed.count == 1 ? "" : "s") "
                line += TestReport.ranges(file.missed)
            }
            lines.append(line)
        }
        let tenths = Int((share * 1_000).rounded(.down))
        lines.append("  all: \(tenths / 10).\(tenths % 10) %")
        return lines
    }

    package var json: JSON {
        [
            "share": .double(share),
            "files": .array(
                files.map { file in
                    [
                        "path": .string(file.path),
                        "statements": .integer(Int64(file.statementCount)),
                        "missed": .array(file.missed.map { .integer(Int64($0)) }),
                    ]
                }),
        ]
    }

    // MARK: - Statements

    private static func collect(_ block: LuaBlock, into lines: inout [ClosedRange<Int>]) {
        for statement in block.statements {
            if statement.isExecuted { lines.append(statement.lines) }
            switch statement.kind {
            case .local(_, let values), .assign(_, let values), .values(let values):
                for value in values { collect(value, into: &lines) }
            case .call(let call): collect(call, into: &lines)
            case .block(let block): collect(block, into: &lines)
            case .loop(let condition, let block):
                collect(condition, into: &lines)
                collect(block, into: &lines)
            case .until(let block, let condition):
                collect(block, into: &lines)
                if !condition.isConstant {
                    lines.append(condition.position.line...condition.lineLast)
                }
            case .branches(let branches, let otherwise):
                for branch in branches {
                    if !branch.condition.isConstant { lines.append(branch.lines) }
                    collect(branch.block, into: &lines)
                }
                if let otherwise { collect(otherwise, into: &lines) }
            case .count(_, let values, let block), .each(_, let values, let block):
                for value in values { collect(value, into: &lines) }
                collect(block, into: &lines)
            case .function(_, let function), .localFunction(_, let function):
                collect(function.block, into: &lines)
            case .other: break
            }
        }
    }

    private static func collect(_ value: LuaExpression, into lines: inout [ClosedRange<Int>]) {
        switch value.kind {
        case .function(let function): collect(function.block, into: &lines)
        case .name, .text, .number, .constant: break
        case .index(let one, let other), .binary(let one, _, let other):
            collect(one, into: &lines)
            collect(other, into: &lines)
        case .call(let function, let arguments), .method(let function, _, let arguments):
            collect(function, into: &lines)
            for argument in arguments { collect(argument, into: &lines) }
        case .table(let fields): for field in fields { collect(field.value, into: &lines) }
        case .unary(_, let inner), .group(let inner): collect(inner, into: &lines)
        }
    }
}
