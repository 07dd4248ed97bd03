import Foundation
import PluginContract
import PluginHosting
import Scripting
import Testing

@testable import Staging

/// Plays on a stage process, with what a room does around them: it knows each play's state, and
/// brings it back when the stage has lost it.
final class Theatre {
    let stage: StageProcess
    private var plays: [String: (program: PluginProgram, state: [UInt8])] = [:]
    /// How often a play was lost by no fault of its own.
    private(set) var losses: [String: Int] = [:]

    init(
        executable: String = Program.path, limits: StageLimits = .patient,
        note: @escaping @Sendable (StageNote) -> Void = { _ in }
    ) {
        stage = StageProcess(executable: executable, limits: limits, note: note)
    }

    static func id(_ name: String) -> PlayID { PlayID(show: "show", plugin: name) }

    static func call(_ hook: String, _ arguments: String = "[]") -> StageCall {
        StageCall(
            call: ScriptCall(
                hook: hook, arguments: Array(arguments.utf8), nowMilliseconds: 5, seed: 3))
    }

    /// Counts; `on_command` never ends, not even by its budget.
    static let counter = """
        return {
          on_timer = function(room) room.state.n = (room.state.n or 0) + 1 room.log("info", "n") end,
          on_command = function(room) while true do end end,
          on_stop = function(room) error("no") end,
        }
        """

    static func program(_ name: String, _ lua: String = counter) -> PluginProgram {
        var manifest = Manifest(
            id: name, version: "1.0.0", title: ["zh": name, "en": name],
            capabilities: Set(Capability.allCases))
        manifest.budgets.instructions = .max
        return PluginProgram(
            manifest: manifest,
            source: ScriptSource(name: name, files: ["main.lua": Array(lua.utf8)]), locales: [:],
            contentHash: "")
    }

    static func opening(_ state: [UInt8] = Array("{}".utf8)) -> StageOpening {
        StageOpening(
            configuration: Array("{}".utf8), products: Array("[]".utf8), state: state)
    }

    func open(_ name: String, _ lua: String = counter) async throws {
        let program = Self.program(name, lua)
        plays[name] = (program, Array("{}".utf8))
        try await stage.open(Self.id(name), program: program, Self.opening())
    }

    /// Runs one call, on another stage if this one has lost the play.
    func run(_ name: String, _ hook: String = "on_timer") async throws -> ScriptOutcome {
        while true {
            do {
                let outcomes = try await stage.run(Self.id(name), [Self.call(hook)])
                if let state = try? await stage.state(of: Self.id(name)) {
                    plays[name]?.state = state
                }
                return try #require(outcomes.first)
            } catch StageLoss.innocent {
                losses[name, default: 0] += 1
                let play = try #require(plays[name])
                try await stage.open(
                    Self.id(name), program: play.program, Self.opening(play.state))
            }
        }
    }

    /// Runs one call, and gives what became of it if the play was lost.
    static func loss(_ stage: StageProcess, _ name: String, _ hook: String) async -> StageLoss? {
        do throws(StageLoss) {
            _ = try await stage.run(id(name), [call(hook)])
            return nil
        } catch {
            return error
        }
    }

    /// What counting for the `n`th time gives.
    static func counted(_ n: Int) -> String { "[[[\"n\"],\(n)]]" }

    #if os(Linux)
        /// `R`, `S`, `T`, `Z` and others; see proc(5).
        static func state(of process: Int32) -> String? {
            let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            return text?.split(separator: " ").dropFirst(2).first.map(String.init)
        }

        /// Waits until a process has computed for a while.
        static func busy(_ process: Int32) async throws {
            func ticks() throws -> Int {
                let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
                let fields = text.split(separator: " ")
                return try #require(Int(fields[13]))
            }
            let before = try ticks()
            try await eventually { try ticks() > before + 3 }
        }
    #endif
}

extension ScriptOutcome {
    var changesText: String? {
        guard case .done(let changes, _, _) = self else { return nil }
        return String(decoding: changes, as: UTF8.self)
    }
}

extension StageLimits {
    /// For tests that are not about time, on machines that have little of it.
    static var patient: StageLimits {
        var limits = StageLimits()
        limits.patienceNanoseconds = 20_000_000_000
        limits.runNanoseconds = 60_000_000_000
        limits.startNanoseconds = 60_000_000_000
        return limits
    }
}
