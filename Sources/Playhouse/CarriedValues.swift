import Clockwork
import Journaling
import PluginContract
import PluginHosting
import Rooms
import Wire

/// Finds what `kv` kept of a plugin in the earlier shows of its room.
///
/// Nothing is stored for it: the values stand in the records of the last show in which the plugin
/// ran. A run that begins with them has them in its own record.
struct CarriedValues {
    let journal: any Journal
    let log: Log
    /// Shows that are looked through, the newest first.
    var showsMax = 50

    /// The values of plugins, as far as an earlier show has any.
    ///
    /// - Throws: ``JournalError`` when the journal cannot be read. A damaged show is passed over.
    func values(
        of plugins: Set<String>, room: String, before show: String
    ) async throws(JournalError) -> [String: JSONObject] {
        var missing = plugins
        var values: [String: JSONObject] = [:]
        let headers = try await journal.shows(room: room, limit: showsMax + 1)
        for header in headers.filter({ $0.show != show }).prefix(showsMax) where !missing.isEmpty {
            let playbill: Playbill
            do {
                playbill = try await self.playbill(of: header)
            } catch let error as JournalError where error.isTransient {
                throw error
            } catch {
                log.warning(
                    "values of a damaged show are not handed on",
                    ["show": .string(header.show), "reason": .string("\(error)")])
                continue
            }
            for plugin in missing {
                guard let kept = playbill.keptValues(of: plugin) else { continue }
                values[plugin] = kept
                missing.remove(plugin)
            }
        }
        return values
    }

    /// What the records of a show say of its plugins, whichever they were.
    private func playbill(of header: ShowHeader) async throws -> Playbill {
        var playbill = Playbill(
            show: header.show, beganAtMilliseconds: header.beganAtMilliseconds, entries: [],
            products: [], pools: PoolBalances(), seed: .none)
        var sequence: Int64 = 0
        if let snapshot = try await journal.snapshot(show: header.show),
            let read = try? ReadSnapshot(snapshot), playbill.restore(read.plugins)
        {
            sequence = snapshot.sequence
        }
        while true {
            let records = try await journal.records(
                show: header.show, after: sequence, limit: 1_000)
            guard let last = records.last else { return playbill }
            for record in records where record.source != "room" { try playbill.recover(record) }
            sequence = last.sequence
        }
    }
}

extension ShowRecovery {
    /// Gives plugins that have not run in this show what they kept in the one before.
    func carryValues(into show: inout Show) async throws(JournalError) {
        let waiting = show.playbill.plays.filter { _, play in
            play.program.manifest.capabilities.contains(.kv) && !play.state.hasRun
        }
        guard !waiting.isEmpty else { return }
        let values = try await CarriedValues(journal: journal, log: log).values(
            of: Set(waiting.keys), room: configuration.settings.id, before: configuration.show)
        for (plugin, kept) in values { show.playbill.carry(kept, to: plugin) }
    }
}
