import Clockwork
import Cryptography
package import Journaling
import PluginContract
package import PluginHosting
package import Rooms
import Wire

/// Brings a show back from the journal, or begins it.
///
/// The one recovery path (DESIGN rule 2): state comes from records, no plugin code is run for it. The
/// newest snapshot takes the place of the records before it; one that cannot be used is passed over,
/// and every record is folded.
package struct ShowRecovery: Sendable {
    package var configuration: RoomConfiguration
    package var programs: [String: PluginProgram]
    package var journal: any Journal
    package var log: Log

    package init(
        configuration: RoomConfiguration, programs: [String: PluginProgram],
        journal: any Journal, log: Log
    ) {
        self.configuration = configuration
        self.programs = programs
        self.journal = journal
        self.log = log
    }

    /// A show as the journal tells it.
    package struct Show: Sendable {
        package var room: Room
        package var playbill: Playbill
        package var chain: RecordChain
        /// Of the snapshot that was used; 0 for none.
        package var snapshotSequence: Int64 = 0
        /// Records that were folded one by one.
        package var recordsFolded = 0
    }

    /// Reads the journal and puts the show together.
    ///
    /// - Parameter now: Unix time; where a new show begins.
    /// - Returns: The show after its last record.
    /// - Throws: ``DamagedShow`` when the log is not what was written, ``JournalError`` when it cannot
    ///   be read, ``ConfigurationError`` when the configuration does not fit.
    package func recover(nowMilliseconds now: Int64) async throws -> Show {
        let header = try await journal.open(
            ShowHeader(
                show: configuration.show, room: configuration.settings.id,
                epoch: Digest.hex(SecureRandom.bytes(8)), beganAtMilliseconds: now,
                seed: SecretSeed(SecureRandom.bytes(SecretSeed.byteCount))))
        var show = try await begin(try makeShow(header, nowMilliseconds: now))
        let spoken: [Record]
        do {
            while true {
                let records = try await journal.records(
                    show: header.show, after: show.chain.sequence, limit: 1_000)
                guard !records.isEmpty else { break }
                for record in records { try show.fold(record) }
                show.recordsFolded += records.count
            }
            spoken = try await journal.spokenRecords(
                show: header.show, limit: configuration.settings.eventsKept)
        } catch JournalError.damaged(let reason) {
            throw DamagedShow(
                show: header.show, sequence: show.chain.sequence + 1,
                reason: "it or a later one cannot be read: \(reason)")
        }
        let events = spoken.flatMap { record in
            record.publicEvents.map { offset, event in
                (
                    offset: offset,
                    message: Room.eventMessage(
                        event, offset: offset, atMilliseconds: record.atMilliseconds)
                )
            }
        }
        try await carryValues(into: &show)
        show.room.recover(events: events, lastOffset: show.chain.offset)
        return show
    }

    /// Puts the snapshot in the place of the records before it, if there is one that can be used and
    /// belongs to them.
    ///
    /// - Throws: ``JournalError`` when the journal cannot be read for a reason that may pass.
    private func begin(_ show: Show) async throws(JournalError) -> Show {
        var sequence: Int64 = 0
        do {
            guard let snapshot = try await journal.snapshot(show: configuration.show) else {
                return show
            }
            sequence = snapshot.sequence
            let read = try ReadSnapshot(snapshot)
            let record = try await journal.records(
                show: snapshot.show, after: snapshot.sequence - 1, limit: 1
            ).first
            guard record?.sequence == snapshot.sequence, record?.hash == read.chain.hash else {
                throw ReadSnapshot.Problem(description: "it is of another log")
            }
            var begun = show
            guard begun.playbill.restore(read.plugins) else {
                throw ReadSnapshot.Problem(description: "it is damaged")
            }
            for fact in read.roomFacts { begun.room.recover(kind: fact.kind, event: fact.event) }
            begun.chain = read.chain
            begun.snapshotSequence = snapshot.sequence
            return begun
        } catch {
            if let error = error as? JournalError, error.isTransient { throw error }
            log.warning(
                "a snapshot is passed over; every record is read instead",
                [
                    "show": .string(configuration.show), "sequence": .integer(sequence),
                    "reason": .string("\(error)"),
                ])
            return show
        }
    }

    private func makeShow(_ header: ShowHeader, nowMilliseconds now: Int64) throws -> Show {
        var entries: [Playbill.Entry] = []
        for plugin in configuration.plugins {
            guard let program = programs[plugin.id] else {
                throw ConfigurationError(
                    description:
                        "room \"\(configuration.settings.id)\" wants the plugin \"\(plugin.id)\", "
                        + "which is not in the plugins folder; there are: "
                        + programs.keys.sorted().joined(separator: ", "))
            }
            entries.append(Playbill.Entry(program: program, configuration: plugin.config))
        }
        let playbill = Playbill(
            show: header.show, beganAtMilliseconds: header.beganAtMilliseconds, entries: entries,
            products: configuration.hostProducts, pools: PoolBalances(configuration.pools),
            // Of the show, not of the run: a restart must draw on alike.
            seed: header.seed,
            isForbidden: { [filter = configuration.settings.wordFilter] in
                filter.firstMatch(in: $0) != nil
            })
        let room = Room(
            settings: configuration.settings, epoch: header.epoch, show: header.show,
            beganAtMilliseconds: header.beganAtMilliseconds,
            messagePrefix: String(now, radix: 36))
        return Show(room: room, playbill: playbill, chain: RecordChain(show: header.show))
    }
}

extension ShowRecovery.Show {
    /// Folds the record that follows.
    ///
    /// - Throws: ``DamagedShow`` when it is not the one that was written there.
    package mutating func fold(_ record: Record) throws(DamagedShow) {
        try chain.resume(after: record)
        if record.source == "room" {
            room.recover(kind: record.kind, event: try record.parsed(record.event))
        } else {
            try playbill.recover(record)
        }
    }

    /// What a snapshot after the last record holds.
    package func snapshot() -> Snapshot {
        ShowSnapshot(chain: chain, roomFacts: room.summary, playbill: playbill).encoded()
    }
}

extension Playbill {
    /// Folds a record of a plugin in; see ``recover(source:kind:event:changes:effects:)``.
    @discardableResult
    mutating func recover(_ record: Record) throws(DamagedShow) -> [LedgerMove] {
        let fields = try record.playFields
        do throws(PlayRecordError) {
            return try recover(
                source: record.source, kind: record.kind, event: fields.event,
                changes: fields.changes, effects: fields.effects)
        } catch {
            throw DamagedShow(
                show: record.show, sequence: record.sequence, reason: error.description)
        }
    }
}

extension Record {
    /// What a play's record says.
    var playFields: (event: JSON, changes: JSON, effects: JSON) {
        get throws(DamagedShow) {
            // Nothing is written for a list without members.
            let effects = effects.isEmpty ? JSON.array([]) : try parsed(self.effects)
            return (try parsed(event), try parsed(changes), effects)
        }
    }
}
