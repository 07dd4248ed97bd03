import Foundation
import Scripting
import Staging
import Wire

/// `playhouse lua`.
enum LuaCommand {
    static let help = """
        playhouse lua: run one Lua file in the sandbox of plugins, in a caged process

        usage: playhouse lua FILE [--handler] [--seed N] [--instructions N] [--memory BYTES] [--json]

          FILE               a text of up to 256 KiB; - reads it from the standard input
          --handler          as the body of a handler: `room` is there, globals are frozen; else
                             as the top level of a plugin
          --seed N           of math.random; 1 unless given
          --instructions N   1,000 to 10,000,000,000; 5,000,000 unless given
          --memory BYTES     65,536 to 1,073,741,824; 16,777,216 unless given
          --json             prints one object: outcome (ok, error, denied, budget, memory), value,
                             message, instructions, peakBytes, milliseconds

        Outcomes:
          ok                 it ran to its end; the value is its first result
          error              it does not compile, or raised an error
          denied             it did what the sandbox does not allow: call or index something that
                             is not there (io, os, debug, load, ...), set an undeclared global in
                             a handler, change a library, set __gc, __mode or __concat, load
                             bytecode, leave its folder with require
          budget             its instructions, its host calls or its time are used up
          memory             its memory is used up

        Host functions can be called and do nothing. Exit codes: 0 for the outcome ok, 1 for the
        others, 2 for wrong usage.

        """

    /// - Returns: The exit code.
    static func run(_ words: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            words, options: ["seed", "instructions", "memory"], flags: ["handler", "json"])
        guard let file = arguments.positions.first, arguments.positions.count == 1 else {
            throw Arguments.Mistake(message: "give one Lua file")
        }
        var budget = ScriptBudget()
        if let instructions = try arguments.integer("instructions", in: 1_000...10_000_000_000) {
            budget.instructions = Int64(instructions)
        }
        if let memory = try arguments.integer("memory", in: 65_536...(1 << 30)) {
            budget.memoryBytes = memory
        }
        let seed = try arguments.integer("seed", in: 0...Int.max) ?? 1
        guard let text = read(file) else {
            throw Arguments.Mistake(message: "\(file) cannot be read")
        }
        let evaluated = await evaluate(
            StageOrder.Evaluation(
                name: file == "-" ? "stdin.lua" : URL(fileURLWithPath: file).lastPathComponent,
                text: text,
                isHandler: arguments.has("handler"), seed: UInt64(seed), budget: budget))
        if arguments.has("json") { showJSON(evaluated) } else { show(evaluated) }
        return evaluated.outcome == .ok ? 0 : 1
    }

    /// Reads more than a chunk may have, but not without end.
    private static func read(_ file: String) -> [UInt8]? {
        let bytesMax = 1 << 20
        let input = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
        guard let input else { return nil }
        var text: [UInt8] = []
        do {
            while text.count < bytesMax {
                guard let more = try input.read(upToCount: bytesMax - text.count), !more.isEmpty
                else { break }
                text += more
            }
        } catch { return nil }
        return text
    }

    private static func evaluate(_ evaluation: StageOrder.Evaluation) async -> Evaluated {
        var limits = StageLimits()
        limits.keepsSpare = false
        // The script's own limit of processor time comes first, if the process still obeys it; on a
        // busy machine that takes longer.
        limits.runNanoseconds = 4 * evaluation.budget.cpuNanoseconds + 2_000_000_000
        let stage = StageProcess(limits: limits) { note in
            if case .said(let text) = note { Command.complain(text) }
        }
        let evaluated: Evaluated
        do throws(ScriptFault) {
            evaluated = try await stage.evaluate(evaluation)
        } catch {
            // The watchdog behind the budgets has ended the process.
            let isLate = error.message.hasPrefix("no answer after")
            evaluated = Evaluated(outcome: isLate ? .budget : .error, message: error.message)
        }
        await stage.stop()
        return evaluated
    }

    private static func showJSON(_ evaluated: Evaluated) {
        let microseconds = (Double(evaluated.nanoseconds) / 1_000).rounded()
        let object: JSON = [
            "outcome": .string(evaluated.outcome.rawValue), "value": value(of: evaluated),
            "message": .string(evaluated.message),
            "instructions": .integer(evaluated.instructions),
            "peakBytes": .integer(evaluated.peakBytes),
            "milliseconds": .double(microseconds / 1_000),
        ]
        Command.show(String(decoding: object.encoded(), as: UTF8.self) + "\n")
    }

    private static func value(of evaluated: Evaluated) -> JSON {
        let limits = JSONLimits(depthMax: 64, bytesMax: 8 << 20, membersMax: 1_000_000)
        return (try? JSON(parsing: evaluated.value, limits: limits)) ?? .null
    }

    private static func show(_ evaluated: Evaluated) {
        let effects = (try? JSON(parsing: evaluated.effects))?.arrayValue ?? []
        for effect in effects {
            if effect["do"] == "log", let text = effect["text"]?.stringValue {
                Command.show(text + "\n")
            } else {
                Command.show("effect \(String(decoding: effect.encoded(), as: UTF8.self))\n")
            }
        }
        if evaluated.outcome == .ok {
            let value = value(of: evaluated).encoded()
            Command.show(String(decoding: value, as: UTF8.self) + "\n")
        } else {
            Command.complain("\(evaluated.outcome.rawValue): \(evaluated.message)")
            if !evaluated.trace.isEmpty { Command.complain(evaluated.trace) }
        }
        let milliseconds = String(format: "%.3f", Double(evaluated.nanoseconds) / 1e6)
        Command.complain(
            "\(evaluated.instructions) instructions, at most \(evaluated.peakBytes) bytes, "
                + "\(milliseconds) ms")
    }
}
