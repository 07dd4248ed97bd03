import PluginContract
package import Scripting
package import Wire

/// Makes the recorded calls of one plugin again, with the same program or another version of it, and
/// compares what comes of them, record by record.
///
/// A value without a stage: ``begin(kind:event:changes:effects:)`` says what to run,
/// ``finish(_:)`` compares. The state before each call is that of the records. As long as the outcomes
/// agree the stage has it; after a difference the play is opened anew, so that one difference does not
/// cause the next.
package struct Replay: Sendable {
    package let program: PluginProgram
    private let setting: PlayState.Setting
    /// As recorded; nil until a start, or a given state, makes it known.
    package private(set) var state: PlayState?
    private var isStageOpen = false
    private var pending: PlayRecord?
    /// Calls that were made again.
    package private(set) var callCount = 0
    /// Calls that could not be: their stage had died, or the state before them is not known.
    package private(set) var skippedCount = 0
    /// Programs that the records name, in order of appearance.
    package private(set) var programs: [ProgramMark] = []

    /// - Parameters:
    ///   - program: What runs the calls.
    ///   - beganAtMilliseconds: Unix time at which show time began.
    ///   - state: Before the first record; nil when that is not known.
    package init(program: PluginProgram, beganAtMilliseconds: Int64, state: PlayState?) {
        self.program = program
        setting = PlayState.Setting(
            plugin: program.manifest.id, beganAtMilliseconds: beganAtMilliseconds)
        self.state = state
    }

    /// Goes on from a state that is known from elsewhere.
    package mutating func resume(with state: PlayState) {
        self.state = state
        isStageOpen = false
    }

    /// A call to make on the stage, and how to open the play there first.
    package struct Step: Sendable {
        /// Whether the stage does not have the play with the state that the call meets.
        package var opensFirst: Bool
        package var call: StageCall
        var recordedCall: PlayCall
        var state: PlayState

        /// What opens the play for the call.
        func opening(of program: PluginProgram) -> StageOpening {
            state.opening(for: recordedCall, surfaces: program.manifest.surfaces)
        }
    }

    /// Takes the next record of the plugin.
    ///
    /// - Returns: What to run; nil when there is nothing. The outcome goes to ``finish(_:)``.
    /// - Throws: When the record is damaged.
    package mutating func begin(
        kind: String, event: JSON, changes: JSON, effects: JSON
    ) throws(PlayRecordError) -> Step? {
        let record = try PlayRecord(reading: kind, event: event, changes: changes, effects: effects)
        switch record {
        case .call(let call, _, _):
            note(call.program)
            if call.hook == .start, state == nil { state = PlayState() }
            return try begin(record, call)
        case .fault(let call, let fault, _):
            // A stage that dies is no doing of the program that could be repeated.
            if fault.kind != .host { return try begin(record, call) }
            skippedCount += 1
            isStageOpen = false
        case .loaded(_, let program): note(program)
        // The stage keeps the configuration with which it was opened.
        case .configured: isStageOpen = false
        case .answered, .stopped: break
        }
        try fold(record)
        return nil
    }

    private mutating func note(_ program: ProgramMark?) {
        guard let program, program != programs.last else { return }
        programs.append(program)
    }

    private mutating func begin(
        _ record: PlayRecord, _ call: PlayCall
    ) throws(PlayRecordError) -> Step? {
        guard let state else {
            skippedCount += 1
            return nil
        }
        pending = record
        callCount += 1
        let opensFirst = call.hook == .start || !isStageOpen
        isStageOpen = true
        return Step(
            opensFirst: opensFirst, call: call.stageCall, recordedCall: call, state: state)
    }

    /// Compares what came of the last step with its record.
    ///
    /// - Throws: When the record does not fit the ones before it.
    package mutating func finish(
        _ outcome: ScriptOutcome
    ) throws(PlayRecordError) -> ReplayDifference? {
        guard let record = pending else { return nil }
        pending = nil
        try fold(record)
        let recorded = ReplayOutcome(record)
        let replayed = ReplayOutcome(outcome)
        if recorded == replayed { return nil }
        isStageOpen = false
        return ReplayDifference(
            hook: record.hook?.functionName ?? record.kind, recorded: recorded, replayed: replayed)
    }

    private mutating func fold(_ record: PlayRecord) throws(PlayRecordError) {
        guard state != nil else { return }
        _ = try state?.fold(record, setting)
        if state?.status != .running { isStageOpen = false }
    }
}

extension Replay {
    /// Takes the next record and makes its call again on a stage.
    ///
    /// - Throws: When the record is damaged.
    package mutating func replay(
        kind: String, event: JSON, changes: JSON, effects: JSON, on stage: any Stage, as id: PlayID
    ) async throws(PlayRecordError) -> ReplayDifference? {
        let step = try begin(kind: kind, event: event, changes: changes, effects: effects)
        guard let step else { return nil }
        return try finish(await stage.outcome(of: step, id, program: program))
    }
}

extension Stage {
    /// Opens a play where that is needed, and makes one call.
    ///
    /// A stage that has lost the play by no fault of its own gets it again, a few times.
    func outcome(
        of step: Replay.Step, _ id: PlayID, program: PluginProgram
    ) async -> ScriptOutcome {
        var isOpen = !step.opensFirst
        for _ in 0..<3 {
            if !isOpen {
                do throws(ScriptFault) {
                    try await open(id, program: program, step.opening(of: program))
                } catch {
                    return .fault(error)
                }
            }
            do throws(StageLoss) {
                if let outcome = try await run(id, [step.call]).first { return outcome }
                return .fault(
                    ScriptFault(kind: .host, message: "the stage returned no outcome"))
            } catch {
                if case .charged(let fault) = error { return .fault(fault) }
                isOpen = false
            }
        }
        return .fault(ScriptFault(kind: .host, message: "the stage was lost again and again"))
    }
}

extension PlayRecord {
    /// Of a call that was made, whether it failed or not.
    fileprivate var hook: Hook? {
        switch self {
        case .call(let call, _, _), .fault(let call, _, _): call.hook
        case .answered, .stopped, .configured, .loaded: nil
        }
    }
}
