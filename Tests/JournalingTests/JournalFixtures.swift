import Clockwork
import Foundation
import Journaling
import Testing

/// Both kinds of journal, for the tests that each must pass.
enum JournalKind: CaseIterable, CustomTestStringConvertible {
    case memory, sqlite

    var testDescription: String { self == .memory ? "MemoryJournal" : "SQLiteJournal" }

    func make(in folder: TemporaryFolder) throws -> any Journal {
        switch self {
        case .memory: MemoryJournal()
        case .sqlite: try SQLiteJournal(path: folder.file("journal.db"))
        }
    }
}

/// A folder that goes when the test is over.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "playhouse-journal-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func read(_ name: String) -> [UInt8] {
        [UInt8](FileManager.default.contents(atPath: file(name)) ?? Data())
    }

    func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    }

    func size(_ name: String) -> Int { read(name).count }
}

func makeHeader(
    _ show: String = "spring-tea", epoch: String = "5f0c9a1e", seed: UInt64? = nil
) -> ShowHeader {
    ShowHeader(
        show: show, room: "teahouse", epoch: epoch, beganAtMilliseconds: 1_795_363_200_000,
        seed: seed.map(SecretSeed.init(fixed:)) ?? .none)
}

func makeRecord(
    _ sequence: Int64, show: String = "spring-tea", changes: [UInt8] = [], events: [UInt8] = []
) -> Record {
    Record(
        show: show, sequence: sequence, offset: sequence / 2, source: "plugin:price-guess",
        kind: "on_timer", atMilliseconds: 1_795_363_200_000 &+ sequence,
        event: Array("{\"n\":\(sequence)}".utf8), changes: changes, effects: Array("[]".utf8),
        events: events, hash: [UInt8](repeating: UInt8(truncatingIfNeeded: sequence), count: 32))
}

func makeRecords(_ sequences: ClosedRange<Int64>, show: String = "spring-tea") -> [Record] {
    sequences.map { makeRecord($0, show: show) }
}

func makeEntry(
    _ sequence: Int64, index: Int64 = 0, show: String = "spring-tea",
    plugin: String = "price-guess", kind: String = "grant", user: String? = "ana", count: Int64 = 1
) -> LedgerEntry {
    LedgerEntry(
        show: show, plugin: plugin, sequence: sequence, index: index, pool: "coupon", kind: kind,
        user: user, count: count)
}

extension Journal {
    /// Everything that is recorded of a show.
    func allRecords(_ show: String = "spring-tea") async throws -> [Record] {
        try await records(show: show, after: 0, limit: .max)
    }
}

/// Runs something that may fail in the way of a journal.
func outcome<Success>(
    _ body: () async throws(JournalError) -> Success
) async -> Result<Success, JournalError> {
    do throws(JournalError) {
        return .success(try await body())
    } catch {
        return .failure(error)
    }
}

extension Result where Failure == JournalError {
    var error: JournalError? {
        if case .failure(let error) = self { error } else { nil }
    }

    var isConflict: Bool {
        if case .failure(.conflict) = self { true } else { false }
    }

    var isFull: Bool {
        if case .failure(.full) = self { true } else { false }
    }

    /// The sentence of ``JournalError/storage(_:)``.
    var storageSentence: String? {
        if case .failure(.storage(let sentence)) = self { sentence } else { nil }
    }

    /// The sentence of ``JournalError/tooLarge(_:)``.
    var sizeSentence: String? {
        if case .failure(.tooLarge(let sentence)) = self { sentence } else { nil }
    }

    /// The sentence of ``JournalError/damaged(_:)``.
    var damageSentence: String? {
        if case .failure(.damaged(let sentence)) = self { sentence } else { nil }
    }
}
