package import Clockwork

/// One line of a show's log: what happened, what it changed, what was asked for, what was said.
package struct Record: Sendable, Equatable {
    package var show: String
    /// 1, 2, 3 … within the show, without gaps.
    package var sequence: Int64
    /// The offset of the show's last public event after this record.
    package var offset: Int64
    /// `room` or `plugin:ID`.
    package var source: String
    package var kind: String
    package var atMilliseconds: Int64
    /// JSON texts of a draft's event, changes, effects and public events; empty for none.
    package var event: [UInt8]
    package var changes: [UInt8]
    package var effects: [UInt8]
    package var events: [UInt8]
    /// SHA-256 over the previous record's hash and this record's fields; 32 bytes.
    package var hash: [UInt8]

    package init(
        show: String, sequence: Int64, offset: Int64, source: String, kind: String,
        atMilliseconds: Int64, event: [UInt8], changes: [UInt8], effects: [UInt8],
        events: [UInt8], hash: [UInt8]
    ) {
        self.show = show
        self.sequence = sequence
        self.offset = offset
        self.source = source
        self.kind = kind
        self.atMilliseconds = atMilliseconds
        self.event = event
        self.changes = changes
        self.effects = effects
        self.events = events
        self.hash = hash
    }
}

/// One move of value. Its key, (show, plugin, sequence, index), makes a retry harmless.
package struct LedgerEntry: Sendable, Equatable {
    package var show: String
    package var plugin: String
    /// Of the record in the same transaction.
    package var sequence: Int64
    /// Among the moves of that record, from 0.
    package var index: Int64
    package var pool: String
    /// `reserve`, `grant`, `release`.
    package var kind: String
    package var user: String?
    package var count: Int64

    package init(
        show: String, plugin: String, sequence: Int64, index: Int64, pool: String, kind: String,
        user: String?, count: Int64
    ) {
        self.show = show
        self.plugin = plugin
        self.sequence = sequence
        self.index = index
        self.pool = pool
        self.kind = kind
        self.user = user
        self.count = count
    }
}

/// What is known of a show before its first record.
package struct ShowHeader: Sendable, Equatable {
    package var show: String
    package var room: String
    /// Random; changes only when the log of the show was lost.
    package var epoch: String
    package var beganAtMilliseconds: Int64
    /// What everything random in the show follows from. Kept by the journal, told to nobody.
    package var seed: SecretSeed

    package init(
        show: String, room: String, epoch: String, beganAtMilliseconds: Int64,
        seed: SecretSeed = .none
    ) {
        self.show = show
        self.room = room
        self.epoch = epoch
        self.beganAtMilliseconds = beganAtMilliseconds
        self.seed = seed
    }
}

/// The state of a show after a record, so that recovery need not begin at record 1.
package struct Snapshot: Sendable, Equatable {
    package var show: String
    /// The last record that is contained.
    package var sequence: Int64
    package var bytes: [UInt8]

    package init(show: String, sequence: Int64, bytes: [UInt8]) {
        self.show = show
        self.sequence = sequence
        self.bytes = bytes
    }
}

/// Why the journal did not do what it was asked.
package enum JournalError: Error, Equatable, CustomStringConvertible {
    /// The disk is full or the file size limit is reached; trying again later may help.
    case full(String)
    /// The storage failed in another way; trying again may help.
    case storage(String)
    /// The file is not a journal, of a newer format, or damaged. Needs a person.
    case damaged(String)
    /// A record's sequence is not the one after the last: another writer owns the show.
    case conflict(String)
    /// A record or a snapshot is larger than ``JournalLimits`` allow, or than the storage takes.
    case tooLarge(String)
    case closed

    package var description: String {
        switch self {
        case .full(let text), .storage(let text), .damaged(let text), .conflict(let text),
            .tooLarge(let text):
            text
        case .closed: "the journal is closed"
        }
    }

    /// Whether the same call may succeed later without anybody changing what it writes.
    package var isTransient: Bool {
        switch self {
        case .full, .storage: true
        case .damaged, .conflict, .tooLarge, .closed: false
        }
    }
}

/// The truth: an ordered log of records per show, and a ledger in the same transactions.
///
/// ``append(_:_:)`` may be called by many rooms at once; calls that meet share one transaction and
/// one sync (group commit). A room has one append under way at a time.
package protocol Journal: Sendable {
    /// Opens a show, creating it on first use with the given values.
    ///
    /// A show that has no seed, of a journal written before there were seeds, gets the given one.
    func open(_ header: ShowHeader) async throws(JournalError) -> ShowHeader
    /// Writes records and ledger entries, all or none; durable when it returns.
    ///
    /// Entries whose key is already there with the same content are skipped.
    func append(_ records: [Record], _ entries: [LedgerEntry]) async throws(JournalError)
    /// The records after a sequence, in order, at most `limit`.
    func records(show: String, after sequence: Int64, limit: Int) async throws(JournalError)
        -> [Record]
    /// The last records of a show that said something in public, oldest first, at most `limit`.
    func spokenRecords(show: String, limit: Int) async throws(JournalError) -> [Record]
    /// Every ledger entry of a show, in order.
    func entries(show: String) async throws(JournalError) -> [LedgerEntry]
    /// Keeps the newest snapshot of a show; older ones are dropped.
    func save(_ snapshot: Snapshot) async throws(JournalError)
    func snapshot(show: String) async throws(JournalError) -> Snapshot?
    /// The shows of a room, the one that was opened last for the first time first, at most `limit`,
    /// without their seeds.
    func shows(room: String, limit: Int) async throws(JournalError) -> [ShowHeader]
    /// Finishes what is under way and closes the storage.
    func close() async
}
