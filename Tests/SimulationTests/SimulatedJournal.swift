import Clockwork
import Journaling

/// A journal in memory that fails and dies where it is told to.
final class SimulatedJournal: Journal {
    /// What happens to an append, once.
    enum Fault {
        /// The disk takes nothing.
        case refuse
        /// The disk takes everything, and says that it did not.
        case loseAnswer
        /// The process is killed before anything is written.
        case dieBefore
        /// The process is killed when everything is written, and nobody was told.
        case dieAfter
    }

    private struct State {
        /// By the sequence of a record in the append; the first fault that is left happens.
        var faults: [Int64: [Fault]] = [:]
        var isDead = false
        var faultCount = 0
        var snapshotFailure: JournalError?
    }

    let base: MemoryJournal
    private let state = Lock(State())

    init(_ base: MemoryJournal = MemoryJournal()) { self.base = base }

    /// Every later reading of a snapshot fails.
    func failSnapshots(with error: JournalError) { state.withLock { $0.snapshotFailure = error } }

    /// Faults that have happened.
    var faultCount: Int { state.withLock { $0.faultCount } }
    /// Whether the process that writes here has been killed.
    var isDead: Bool { state.withLock { $0.isDead } }

    func plan(_ fault: Fault, at sequence: Int64) {
        state.withLock { $0.faults[sequence, default: []].append(fault) }
    }

    /// Another process takes over.
    func revive() { state.withLock { $0.isDead = false } }

    func append(_ records: [Record], _ entries: [LedgerEntry]) async throws(JournalError) {
        let fault = state.withLock { state -> Fault? in
            if state.isDead { return .dieBefore }
            for record in records where state.faults[record.sequence]?.isEmpty == false {
                state.faultCount += 1
                return state.faults[record.sequence]?.removeFirst()
            }
            return nil
        }
        switch fault {
        case nil: try await base.append(records, entries)
        case .refuse: throw .full("no space left")
        case .loseAnswer:
            try await base.append(records, entries)
            throw .storage("the answer was lost")
        case .dieBefore:
            state.withLock { $0.isDead = true }
            throw .closed
        case .dieAfter:
            try await base.append(records, entries)
            state.withLock { $0.isDead = true }
            throw .closed
        }
    }

    func open(_ header: ShowHeader) async throws(JournalError) -> ShowHeader {
        try await base.open(header)
    }

    func records(
        show: String, after sequence: Int64, limit: Int
    ) async throws(JournalError) -> [Record] {
        try await base.records(show: show, after: sequence, limit: limit)
    }

    func spokenRecords(show: String, limit: Int) async throws(JournalError) -> [Record] {
        try await base.spokenRecords(show: show, limit: limit)
    }

    func entries(show: String) async throws(JournalError) -> [LedgerEntry] {
        try await base.entries(show: show)
    }

    func save(_ snapshot: Snapshot) async throws(JournalError) { try await base.save(snapshot) }

    func snapshot(show: String) async throws(JournalError) -> Snapshot? {
        if let error = state.withLock({ $0.snapshotFailure }) { throw error }
        return try await base.snapshot(show: show)
    }

    func shows(room: String, limit: Int) async throws(JournalError) -> [ShowHeader] {
        try await base.shows(room: room, limit: limit)
    }

    func close() async {}
}
