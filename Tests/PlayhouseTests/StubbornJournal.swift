import Clockwork
import Journaling

/// A journal in memory that refuses, or lets wait, what is to be appended, as a test wants it.
final class StubbornJournal: Journal {
    enum Mood { case willing, refusing(JournalError), waiting }

    private let journal = MemoryJournal()
    private let mood = Lock(Mood.willing)
    private let refusals = Lock(0)
    private let waiting = Lock(0)

    func become(_ mood: Mood) { self.mood.withLock { $0 = mood } }
    var refusalCount: Int { refusals.withLock { $0 } }
    /// How many appends wait until the journal becomes something else.
    var waitingCount: Int { waiting.withLock { $0 } }

    func append(_ records: [Record], _ entries: [LedgerEntry]) async throws(JournalError) {
        waiting.withLock { $0 += 1 }
        defer { waiting.withLock { $0 -= 1 } }
        while case .waiting = mood.withLock({ $0 }) {
            try? await Task.sleep(for: .milliseconds(2))
        }
        if case .refusing(let error) = mood.withLock({ $0 }) {
            refusals.withLock { $0 += 1 }
            throw error
        }
        try await journal.append(records, entries)
    }

    func open(_ header: ShowHeader) async throws(JournalError) -> ShowHeader {
        try await journal.open(header)
    }

    func records(
        show: String, after sequence: Int64, limit: Int
    ) async throws(JournalError) -> [Record] {
        try await journal.records(show: show, after: sequence, limit: limit)
    }

    func spokenRecords(show: String, limit: Int) async throws(JournalError) -> [Record] {
        try await journal.spokenRecords(show: show, limit: limit)
    }

    func entries(show: String) async throws(JournalError) -> [LedgerEntry] {
        try await journal.entries(show: show)
    }

    func save(_ snapshot: Snapshot) async throws(JournalError) { try await journal.save(snapshot) }

    func snapshot(show: String) async throws(JournalError) -> Snapshot? {
        try await journal.snapshot(show: show)
    }

    func shows(room: String, limit: Int) async throws(JournalError) -> [ShowHeader] {
        try await journal.shows(room: room, limit: limit)
    }

    func close() async { await journal.close() }
}
