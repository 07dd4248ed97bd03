import Clockwork
import Journaling
import PluginContract
import PluginHosting
import Rooms
import Wire

/// How a room stands with its journal.
enum JournalStanding: Sendable {
    case good
    /// Records are not taken now. Nothing new is accepted until those that wait are written.
    case failing
    /// A record can never be written. Nothing is accepted until somebody has seen to the journal and
    /// started the server again.
    case closed
}

// Commit, then speak. Drafts collect while an append is under way; the next append takes them all.
extension LiveRoom {
    /// The sequence that the newest draft gets.
    var sequenceDrafted: Int64 { chain.sequence + Int64(drafts.count) }

    /// Adds to what the next append writes.
    func keep(_ draft: Draft) {
        if journalStanding == .closed { abandon([draft]) } else { drafts.append(draft) }
    }

    /// Says something that needs no record of its own, once all that was judged before is durable.
    func sayWhenDurable(_ afterwards: Afterwards, nowMilliseconds now: Int64) {
        if !drafts.isEmpty {
            drafts[drafts.count - 1].afterwards.append(afterwards)
        } else if isCommitting {
            afterCommit.append(afterwards)
        } else {
            say([afterwards], nowMilliseconds: now)
        }
    }

    private func say(_ afterwards: [Afterwards], nowMilliseconds now: Int64) {
        guard !afterwards.isEmpty else { return }
        var outputs: [RoomOutput] = []
        room.committed(Self.nothing(but: afterwards), nowMilliseconds: now, into: &outputs)
        perform(outputs, nowMilliseconds: now)
    }

    /// A draft without events or a source of its own: nothing but what comes afterwards.
    private static func nothing(but afterwards: [Afterwards]) -> Draft {
        Draft(source: "", kind: "", event: .null, afterwards: afterwards)
    }

    func commitIfIdle() {
        guard !isCommitting, !drafts.isEmpty else { return }
        isCommitting = true
        let batch = drafts
        drafts = []
        let time = clock.unixMilliseconds
        let (records, entries) = chain.records(of: batch, atMilliseconds: time)
        // Plays are ahead of the journal, but never of the drafts that they have given: here, and
        // only here, they stand as after the last of these records.
        let playbill = snapshots.isDue(at: chain.sequence) ? self.playbill : nil
        Task(executorPreference: taskExecutor) {
            await self.commit(batch, records, entries, playbill, atMilliseconds: time)
        }
    }

    private func commit(
        _ batch: [Draft], _ records: [Record], _ entries: [LedgerEntry], _ playbill: Playbill?,
        atMilliseconds time: Int64
    ) async {
        if let error = await write(records, entries) {
            close(batch, because: error)
            return
        }
        if journalStanding == .failing {
            journalStanding = .good
            room.refuseWrites(false)
            log.info("the journal takes records again", ["room": .string(id)])
        }
        isCommitting = false
        var outputs: [RoomOutput] = []
        room.committed(batch, nowMilliseconds: time, into: &outputs)
        if let playbill { takeSnapshot(playbill) }
        let now = clock.unixMilliseconds
        perform(outputs, nowMilliseconds: now)
        say(afterCommit, nowMilliseconds: now)
        afterCommit = []
        endTurn(nowMilliseconds: now)
    }

    /// Writes records, for as long as it takes when the journal may take them later.
    ///
    /// - Returns: Why they can never be written, or nil when they are durable.
    private func write(_ records: [Record], _ entries: [LedgerEntry]) async -> JournalError? {
        var wait: Int64 = 50
        while true {
            do throws(JournalError) {
                try await journal.append(records, entries)
                return nil
            } catch {
                var isTransient = error.isTransient
                if case .conflict = error {
                    // An append whose answer was lost is there, and conflicts with itself.
                    switch await isWritten(records) {
                    case true?: return nil
                    case false?: break
                    case nil: isTransient = true
                    }
                }
                guard isTransient else { return error }
                // What was taken is not given up: the room refuses new input and tries again
                // (DESIGN: commit, then speak).
                if journalStanding == .good {
                    journalStanding = .failing
                    room.refuseWrites(true)
                    log.error(
                        "the journal does not take records; the room refuses new input",
                        ["room": .string(id), "error": .string("\(error)")])
                    endTurn(nowMilliseconds: clock.unixMilliseconds)
                }
                try? await Task.sleep(for: .milliseconds(wait))
                wait = min(wait * 2, 2_000)
            }
        }
    }

    /// Whether records stand in the journal of which it was said that they could not be written; nil
    /// when that cannot be found out now.
    private func isWritten(_ records: [Record]) async -> Bool? {
        guard let first = records.first else { return true }
        do throws(JournalError) {
            let written = try await journal.records(
                show: first.show, after: first.sequence - 1, limit: records.count)
            return written == records
        } catch {
            return error.isTransient ? nil : false
        }
    }

    /// Closes the room: what was judged and is not durable has never been.
    private func close(_ batch: [Draft], because error: JournalError) {
        log.error(
            "the journal will never take a record; the room is closed until somebody has seen to "
                + "the journal and started the server again",
            [
                "room": .string(id), "show": .string(room.show),
                "sequence": .integer(chain.sequence - Int64(batch.count) + 1),
                "error": .string("\(error)"),
            ])
        journalStanding = .closed
        isCommitting = false
        let waiting = batch + [Self.nothing(but: afterCommit)] + drafts
        drafts = []
        afterCommit = []
        abandon(waiting)
        var outputs: [RoomOutput] = []
        room.close(into: &outputs)
        let now = clock.unixMilliseconds
        perform(outputs, nowMilliseconds: now)
        refuseCallers()
        for plugin in playbill.plugins {
            let isFree = stageWork[plugin] == nil
            let close = StageWork.close(PlayID(show: room.show, plugin: plugin))
            stageWork[plugin, default: []].append(close)
            if isFree { workOnStage(for: plugin) }
        }
        endTurn(nowMilliseconds: now)
    }

    private func abandon(_ drafts: [Draft]) {
        var outputs: [RoomOutput] = []
        for draft in drafts { room.abandoned(draft, into: &outputs) }
        perform(outputs, nowMilliseconds: clock.unixMilliseconds)
    }
}
