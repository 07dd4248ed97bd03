import Clockwork

/// Keeps the journal in memory: for tests and for trying a plugin out.
///
/// Refuses what ``SQLiteJournal`` refuses, with the same errors; "durable" means that it is there.
package final class MemoryJournal: Journal {
    private struct Show {
        var header: ShowHeader
        var records: [Record] = []
        var entries: [LedgerEntry] = []
        var places: [EntryKey: Int] = [:]
        var snapshot: Snapshot?
    }

    private struct EntryKey: Hashable {
        var plugin: String
        var sequence: Int64
        var index: Int64

        init(_ entry: LedgerEntry) {
            plugin = entry.plugin
            sequence = entry.sequence
            index = entry.index
        }
    }

    /// What an append has written, so that it can be taken back.
    private enum Line {
        case record(show: String)
        case entry(show: String)
    }

    private struct State {
        var shows: [String: Show] = [:]
        /// In the order in which they were opened first.
        var order: [String] = []
        var isClosed = false

        mutating func append(_ record: Record) throws(JournalError) {
            guard let last = shows[record.show]?.records.count else {
                throw .unknownShow(record.show)
            }
            guard record.sequence == Int64(last) + 1 else {
                throw .wrongSequence(record, last: Int64(last))
            }
            shows[record.show]?.records.append(record)
        }

        /// - Returns: Whether the entry is new.
        mutating func append(_ entry: LedgerEntry) throws(JournalError) -> Bool {
            guard let count = shows[entry.show]?.entries.count else {
                throw .unknownShow(entry.show)
            }
            if let place = shows[entry.show]?.places[EntryKey(entry)] {
                guard shows[entry.show]?.entries[place] == entry else { throw entry.conflict }
                return false
            }
            shows[entry.show]?.places[EntryKey(entry)] = count
            shows[entry.show]?.entries.append(entry)
            return true
        }

        mutating func removeLast(_ line: Line) {
            switch line {
            case .record(let show):
                shows[show]?.records.removeLast()
            case .entry(let show):
                guard let entry = shows[show]?.entries.popLast() else { return }
                shows[show]?.places[EntryKey(entry)] = nil
            }
        }
    }

    private let state = Lock(State())

    /// Begins without any show.
    package init() {}

    package func open(_ header: ShowHeader) async throws(JournalError) -> ShowHeader {
        try change { state throws(JournalError) in
            if var known = state.shows[header.show]?.header {
                if known.seed.isNone { known.seed = header.seed }
                state.shows[header.show]?.header = known
                return known
            }
            state.shows[header.show] = Show(header: header)
            state.order.append(header.show)
            return header
        }
    }

    package func append(
        _ records: [Record], _ entries: [LedgerEntry]
    ) async throws(JournalError) {
        try JournalLimits.check(records, entries)
        try change { state throws(JournalError) in
            var written: [Line] = []
            do throws(JournalError) {
                for record in records {
                    try state.append(record)
                    written.append(.record(show: record.show))
                }
                for entry in entries where try state.append(entry) {
                    written.append(.entry(show: entry.show))
                }
            } catch {
                for line in written.reversed() { state.removeLast(line) }
                throw error
            }
        }
    }

    package func records(
        show: String, after sequence: Int64, limit: Int
    ) async throws(JournalError) -> [Record] {
        try read(show) { show in
            Array(show.records.dropFirst(Int(max(0, sequence))).prefix(max(0, limit)))
        } ?? []
    }

    package func spokenRecords(show: String, limit: Int) async throws(JournalError) -> [Record] {
        try read(show) { show in show.records.filter(\.isSpoken).suffix(max(0, limit)) } ?? []
    }

    package func entries(show: String) async throws(JournalError) -> [LedgerEntry] {
        try read(show) { $0.entries } ?? []
    }

    package func save(_ snapshot: Snapshot) async throws(JournalError) {
        try JournalLimits.check(snapshot)
        try change { state throws(JournalError) in
            guard let show = state.shows[snapshot.show] else { throw .unknownShow(snapshot.show) }
            let last = Int64(show.records.count)
            guard snapshot.sequence <= last else { throw .snapshotAhead(snapshot, last: last) }
            guard snapshot.sequence >= show.snapshot?.sequence ?? 0 else { return }
            state.shows[snapshot.show]?.snapshot = snapshot
        }
    }

    package func snapshot(show: String) async throws(JournalError) -> Snapshot? {
        try read(show) { $0.snapshot } ?? nil
    }

    package func shows(room: String, limit: Int) async throws(JournalError) -> [ShowHeader] {
        try change { state in
            let headers = state.order.reversed().compactMap { state.shows[$0]?.header }
            return headers.filter { $0.room == room }.prefix(max(0, limit)).map { header in
                var header = header
                header.seed = .none
                return header
            }
        }
    }

    package func close() async { state.withLock { $0.isClosed = true } }

    private func change<Answer: Sendable>(
        _ body: (inout State) throws(JournalError) -> Answer
    ) throws(JournalError) -> Answer {
        try state.withLock { (state) throws(JournalError) -> Answer in
            if state.isClosed { throw .closed }
            return try body(&state)
        }
    }

    private func read<Answer: Sendable>(
        _ name: String, _ body: (Show) -> Answer
    ) throws(JournalError) -> Answer? {
        try state.withLock { (state) throws(JournalError) -> Answer? in
            if state.isClosed { throw .closed }
            return state.shows[name].map(body)
        }
    }
}
