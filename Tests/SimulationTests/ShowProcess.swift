import Clockwork
import Journaling
import Playhouse
import PluginContract
import PluginHosting
import Rooms
import Scripting
import Wire

/// A server as far as one show is concerned: what `LiveRoom` does, one step after the other, on a
/// virtual clock.
struct ShowProcess {
    /// The process was killed; nothing of it is left but the journal.
    struct Death: Error {}

    /// A message, and who gets it.
    struct Told {
        enum Audience {
            case session(SessionID)
            case everyone
            case staff
        }
        var audience: Audience
        var bytes: [UInt8]
    }

    var show: ShowRecovery.Show
    let clock: VirtualClock
    let journal: SimulatedJournal
    let stage: any Stage
    /// Decides what a real server leaves to chance: how many records go into one commit, and whether
    /// plays go on before it.
    var chance: SeededRandom
    /// Whether every record is committed by itself.
    let commitsSingly: Bool

    private(set) var isFailing = false
    private var drafts: [Draft] = []
    private var told: [Told] = []

    init(
        _ show: ShowRecovery.Show, clock: VirtualClock, journal: SimulatedJournal,
        stage: any Stage, chance: SeededRandom, commitsSingly: Bool
    ) {
        self.show = show
        self.clock = clock
        self.journal = journal
        self.stage = stage
        self.chance = chance
        self.commitsSingly = commitsSingly
        var outputs: [RoomOutput] = []
        for state in show.playbill.states {
            self.show.room.setState(
                key: state.key, value: state.value, audience: state.audience, into: &outputs)
        }
    }

    private var now: Int64 { clock.unixMilliseconds }

    /// Everything said since the last time, in order.
    mutating func takeTold() -> [Told] {
        defer { told = [] }
        return told
    }

    mutating func handle(_ inputs: [RoomInput]) {
        var outputs: [RoomOutput] = []
        show.room.handle(inputs, nowMilliseconds: now, into: &outputs)
        perform(outputs)
    }

    /// Runs until nothing is left to do, or the disk takes no more.
    mutating func settle() async throws {
        while true {
            if commitsSingly || Bool.random(using: &chance) { try await commit() }
            let hasRun = try await runPlays()
            if drafts.isEmpty && !hasRun { return }
            try await commit()
            if isFailing { return }
        }
    }

    /// - Returns: Whether there was anything to run.
    private mutating func runPlays() async throws -> Bool {
        var hasRun = false
        for plugin in show.playbill.plugins {
            while true {
                let step = show.playbill.step(plugin, nowMilliseconds: now)
                await perform(step.outputs)
                guard !step.calls.isEmpty else { break }
                hasRun = true
                let outcomes = try await stage.run(
                    PlayID(show: show.chain.show, plugin: plugin), step.calls)
                await perform(
                    show.playbill.finished(plugin, outcomes, nowMilliseconds: now))
                // Sometimes the disk is faster than Lua.
                if Bool.random(using: &chance) { return true }
            }
        }
        return hasRun
    }

    private mutating func perform(_ outputs: [PlayOutput]) async {
        for output in outputs {
            switch output {
            case .openStage(let id, let opening):
                guard let program = show.playbill.plays[id.plugin]?.program else { continue }
                do throws(ScriptFault) {
                    try await stage.open(id, program: program, opening)
                } catch {
                    preconditionFailure("the plugin does not open: \(error)")
                }
            case .closeStage(let id): await stage.close(id)
            case .draft, .afterwards, .check: performAtOnce(output)
            }
        }
    }

    private mutating func performAtOnce(_ output: PlayOutput) {
        switch output {
        case .draft(let draft): drafts.append(draft)
        case .afterwards(let afterwards):
            if drafts.isEmpty {
                var outputs: [RoomOutput] = []
                show.room.committed(
                    Draft(source: "", kind: "", event: .null, afterwards: [afterwards]),
                    nowMilliseconds: now, into: &outputs)
                perform(outputs)
            } else {
                drafts[drafts.count - 1].afterwards.append(afterwards)
            }
        case .openStage, .closeStage, .check: break
        }
    }

    private mutating func perform(_ outputs: [RoomOutput]) {
        for output in outputs {
            switch output {
            case .admit(let session, _, _, let welcome, let missed):
                for bytes in [welcome] + missed {
                    told.append(Told(audience: .session(session), bytes: bytes))
                }
            case .send(let session, let bytes):
                told.append(Told(audience: .session(session), bytes: bytes))
            case .event(let bytes), .chatter(let bytes, _):
                told.append(Told(audience: .everyone, bytes: bytes))
            case .state(_, let bytes, let staffOnly):
                told.append(Told(audience: staffOnly ? .staff : .everyone, bytes: bytes))
            case .close, .refuse, .heard, .presence, .media, .moderated, .request: break
            case .draft(let draft): drafts.append(draft)
            case .plugin(let request):
                let outputs = show.playbill.request(request, nowMilliseconds: now)
                for output in outputs { performAtOnce(output) }
            }
        }
    }

    /// Writes what waits, in one commit or in several.
    private mutating func commit() async throws {
        while !drafts.isEmpty {
            let count = commitsSingly ? 1 : Int.random(in: 1...drafts.count, using: &chance)
            let batch = Array(drafts.prefix(count))
            let time = now
            var chain = show.chain
            let (records, entries) = chain.records(of: batch, atMilliseconds: time)
            do throws(JournalError) {
                try await journal.append(records, entries)
            } catch {
                if case .closed = error { throw Death() }
                let written = try await journal.records(
                    show: chain.show, after: show.chain.sequence, limit: records.count)
                guard case .conflict = error, written == records else {
                    isFailing = true
                    show.room.refuseWrites(true)
                    return
                }
            }
            show.chain = chain
            drafts.removeFirst(count)
            isFailing = false
            show.room.refuseWrites(false)
            var outputs: [RoomOutput] = []
            for draft in batch {
                show.room.committed(draft, nowMilliseconds: time, into: &outputs)
            }
            perform(outputs)
        }
    }
}
