import Clockwork
import Dispatch

/// Commits what callers want to write, on one thread of its own, a group at a time.
///
/// Whatever waits when a commit is finished goes into the next transaction, so the disk's sync is
/// paid once for all of them, and a lone caller waits for nobody. A call that conflicts is undone
/// by itself; a failure of the storage fails its whole group, and the next group begins anew.
/// Checkpoints run on a connection and a queue of their own: a commit never waits for one.
///
/// - Important: Sendable because `connection`, `tables`, `pace` and `lock` are touched on `queue` only and
///   `checkpointing` on `checkpointQueue` only, after `init`.
final class JournalWriter: @unchecked Sendable {
    private enum Work {
        case open(ShowHeader)
        case append([Record], [LedgerEntry])
        case save(Snapshot)
    }

    /// The header is the answer to `open` only.
    private typealias Answer = Result<ShowHeader?, JournalError>

    private struct Call {
        var work: Work
        var answer: CheckedContinuation<Answer, Never>
    }

    private struct Waiting {
        var calls: [Call] = []
        /// Whether a turn of the queue is coming that will take the calls.
        var isScheduled = false
        var isClosed = false
    }

    private let queue = DispatchQueue(label: "playhouse.journal.write")
    private let checkpointQueue = DispatchQueue(label: "playhouse.journal.checkpoint")
    private let waiting = Lock(Waiting())
    private let counts = Lock(JournalStatistics())
    private let isCheckpointing = Lock(false)
    private var pace = CommitPace()
    private let options: SQLiteJournal.Options
    private let clock: any Clock
    private var connection: SQLiteConnection?
    private var tables: JournalTables?
    private var checkpointing: SQLiteConnection?
    /// Held until the last write is done, even when nobody holds the journal any more.
    private var lock: FileLock?

    /// Takes over a connection to a file that has been prepared, and the file's lock.
    init(
        _ connection: SQLiteConnection, lock: consuming FileLock, options: SQLiteJournal.Options,
        clock: any Clock
    ) throws(JournalError) {
        self.lock = consume lock
        self.connection = connection
        self.options = options
        self.clock = clock
        tables = try JournalTables(connection)
        let checkpointing = try SQLiteConnection(path: connection.path)
        try JournalSchema.configure(checkpointing)
        self.checkpointing = checkpointing
    }

    var statistics: JournalStatistics {
        let waitingCount = waiting.withLock { $0.calls.count }
        return counts.withLock { counts in
            var copy = counts
            copy.waiting = Int64(waitingCount)
            return copy
        }
    }

    func open(_ header: ShowHeader) async throws(JournalError) -> ShowHeader {
        try await submit(.open(header)) ?? header
    }

    func append(_ records: [Record], _ entries: [LedgerEntry]) async throws(JournalError) {
        _ = try await submit(.append(records, entries))
    }

    func save(_ snapshot: Snapshot) async throws(JournalError) {
        _ = try await submit(.save(snapshot))
    }

    private func submit(_ work: Work) async throws(JournalError) -> ShowHeader? {
        let answer: Answer = await withCheckedContinuation { continuation in
            let refusal = waiting.withLock { (waiting) -> JournalError? in
                if waiting.isClosed { return .closed }
                guard waiting.calls.count < options.waitingCallsMax else {
                    return .storage(
                        "\(waiting.calls.count) calls wait for the disk, the most allowed")
                }
                waiting.calls.append(Call(work: work, answer: continuation))
                if !waiting.isScheduled {
                    waiting.isScheduled = true
                    queue.async { self.commitAll() }
                }
                return nil
            }
            if let refusal { continuation.resume(returning: .failure(refusal)) }
        }
        return try answer.get()
    }

    /// Takes group after group until nothing waits.
    ///
    /// A commit costs about the same for one record as for fifty, so a busy journal lets some
    /// gather: ``pace`` says how long.
    private func commitAll() {
        while true {
            let (waitingCount, isClosed) = waiting.withLock { ($0.calls.count, $0.isClosed) }
            let pause = pace.pause(
                nowNanoseconds: clock.monotonicNanoseconds, waitingCount: waitingCount)
            // Nothing more can gather in a journal that is being closed.
            if pause > 0, !isClosed {
                queue.asyncAfter(deadline: .now() + .nanoseconds(Int(pause))) { self.commitAll() }
                return
            }
            let group = waiting.withLock { waiting in
                let calls = waiting.calls
                waiting.calls = []
                waiting.isScheduled = !calls.isEmpty
                return calls
            }
            guard !group.isEmpty else { return }
            commit(group)
        }
    }

    private func commit(_ group: [Call]) {
        guard let connection, let tables else {
            for call in group { call.answer.resume(returning: .failure(.closed)) }
            return
        }
        let began = clock.monotonicNanoseconds
        var answers: [Answer] = []
        do throws(JournalError) {
            try tables.transaction { () throws(JournalError) in
                for call in group { answers.append(try perform(call.work, on: tables)) }
            }
        } catch {
            if group.count > 1, !error.isTransient {
                // What is wrong lies with one of the calls or with what one of them touches: the
                // others must not suffer from it.
                for call in group { commit([call]) }
                return
            }
            answers = group.map { _ in .failure(error) }
        }
        count(group, answers, nanoseconds: clock.monotonicNanoseconds - began)
        for (call, answer) in zip(group, answers) { call.answer.resume(returning: answer) }
        checkpointIfNeeded(walPages: connection.walPages)
    }

    /// Does one call's part of the transaction.
    ///
    /// - Returns: What the call is answered with if the transaction is committed.
    private func perform(_ work: Work, on tables: JournalTables) throws(JournalError) -> Answer {
        var header: ShowHeader?
        let conflict = try tables.attempt { () throws(JournalError) in
            switch work {
            case .open(let wanted):
                header = try tables.open(wanted)
            case .append(let records, let entries):
                try tables.append(records)
                for entry in entries { try tables.append(entry) }
            case .save(let snapshot):
                try tables.save(snapshot)
            }
        }
        if let conflict { return .failure(conflict) }
        return .success(header)
    }

    private func count(_ group: [Call], _ answers: [Answer], nanoseconds: UInt64) {
        var done: Int64 = 0
        var conflicts: Int64 = 0
        var records: Int64 = 0
        for (call, answer) in zip(group, answers) {
            switch answer {
            case .success:
                done += 1
                if case .append(let appended, _) = call.work { records += Int64(appended.count) }
            case .failure(.conflict): conflicts += 1
            case .failure: break
            }
        }
        let pages = Int64(connection?.walPages ?? 0)
        let microseconds = Int64(nanoseconds / 1_000)
        counts.withLock { counts in
            if done + conflicts < group.count {
                counts.commitFailures += 1
            } else if done > 0 {
                counts.commits += 1
            }
            counts.calls += done
            counts.callsPerCommitMax = max(counts.callsPerCommitMax, done)
            counts.conflicts += conflicts
            counts.records += records
            counts.recordsPerCommitMax = max(counts.recordsPerCommitMax, records)
            counts.commitMicrosecondsTotal += microseconds
            counts.commitMicrosecondsMax = max(counts.commitMicrosecondsMax, microseconds)
            counts.walPages = pages
        }
    }
}

// MARK: - Checkpoints

extension JournalWriter {
    /// Starts a checkpoint when the log has grown long and none is under way.
    ///
    /// SQLite begins the log anew when a commit finds all of it moved. Under steady load the
    /// checkpoint is always a few commits behind; when the log has become much too long, the
    /// writer moves that small rest itself.
    private func checkpointIfNeeded(walPages: Int) {
        guard walPages >= options.checkpointPages else { return }
        let starts = isCheckpointing.withLock { isUnderWay in
            defer { isUnderWay = true }
            return !isUnderWay
        }
        guard starts else { return }
        let isOverdue = walPages >= options.checkpointPages * 4
        checkpointQueue.async {
            self.checkpoint(self.checkpointing)
            if isOverdue {
                self.queue.async {
                    self.checkpoint(self.connection)
                    self.isCheckpointing.withLock { $0 = false }
                }
            } else {
                self.isCheckpointing.withLock { $0 = false }
            }
        }
    }

    private func checkpoint(_ connection: SQLiteConnection?) {
        guard let connection else { return }
        do throws(JournalError) {
            _ = try connection.checkpoint()
            counts.withLock { $0.checkpoints += 1 }
        } catch {
            // Nothing is lost: the log keeps what could not be moved, and it is tried again.
            counts.withLock { $0.checkpointFailures += 1 }
        }
    }
}

// MARK: - Closing and faults

extension JournalWriter {
    /// Refuses new calls, finishes those that wait, and closes its connections.
    func close() async {
        waiting.withLock { $0.isClosed = true }
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            checkpointQueue.async {
                self.checkpointing = nil
                self.queue.async {
                    self.commitAll()
                    // What cannot be moved stays in the log, and is read from there next time.
                    _ = try? self.connection?.checkpoint(truncating: true)
                    self.tables = nil
                    self.connection = nil
                    self.lock = nil
                    done.resume()
                }
            }
        }
    }

    /// Limits the database file, as a full disk would; nil takes the limit away.
    func limit(pages: Int64?) async throws(JournalError) {
        let answer = await withCheckedContinuation {
            (done: CheckedContinuation<Result<Void, JournalError>, Never>) in
            queue.async {
                done.resume(
                    returning: Result { () throws(JournalError) in
                        let pages = pages ?? 4_294_967_294
                        try self.connection?.run("PRAGMA max_page_count = \(pages)")
                    })
            }
        }
        try answer.get()
    }

    /// Lets calls wait until ``resume()``, so that a test decides what meets in a group.
    func suspend() {
        // A turn may be under way that would take what comes next.
        queue.sync {}
        queue.suspend()
    }

    func resume() { queue.resume() }
}
