import Clockwork
import Cryptography
import Foundation
import Journaling
import PluginContract
import PluginHosting
import Rooms
import Wire

/// Brings rooms back from the journal, or begins them.
///
/// The one recovery path (DESIGN rule 2): state comes from records, no plugin code is run for it.
struct RoomOpening {
    let configuration: RoomConfiguration
    let programs: [String: PluginProgram]
    let surroundings: LiveRoom.Surroundings

    /// Reads the show's records and puts the room together.
    ///
    /// - Parameter number: The room's audience on every lane.
    /// - Returns: The room, not yet open.
    /// - Throws: When the journal cannot be read, or the configuration does not fit it.
    func open(number: Int) async throws -> LiveRoom {
        let show = configuration.show
        let now = surroundings.clock.unixMilliseconds
        let header = try await surroundings.journal.open(
            ShowHeader(
                show: show, room: configuration.settings.id,
                epoch: Digest.hex(SecureRandom.bytes(8)),
                beganAtMilliseconds: now))
        var room = Room(
            settings: configuration.settings, epoch: header.epoch, show: show,
            beganAtMilliseconds: header.beganAtMilliseconds,
            messagePrefix: String(now, radix: 36))
        var playbill = try makePlaybill(header)
        var chain = RecordChain(show: show)
        var count = 0
        while true {
            let records = try await surroundings.journal.records(
                show: show, after: chain.sequence, limit: 1_000)
            guard !records.isEmpty else { break }
            for record in records {
                chain.resume(after: record)
                try fold(record, into: &room, &playbill)
            }
            count += records.count
        }
        let spoken = try await surroundings.journal.spokenRecords(
            show: show, limit: configuration.settings.eventsKept)
        let events = spoken.flatMap { record in
            record.publicEvents.map { offset, event in
                (
                    offset: offset,
                    message: Room.eventMessage(
                        event, offset: offset, atMilliseconds: record.atMilliseconds)
                )
            }
        }
        room.recover(events: events, lastOffset: chain.offset)
        if count > 0 {
            surroundings.log.info(
                "the show goes on",
                [
                    "room": .string(configuration.settings.id), "show": .string(show),
                    "records": .integer(Int64(count)), "offset": .integer(chain.offset),
                ])
        }
        return LiveRoom(
            number: number, room: room, playbill: playbill, chain: chain,
            surroundings: surroundings)
    }

    private func makePlaybill(_ header: ShowHeader) throws -> Playbill {
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
        // Of the show, not of the run: a restart must derive the same seeds.
        let seed = Digest.sha256(Array("\(header.show)/\(header.epoch)".utf8)).prefix(8)
            .reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Playbill(
            show: header.show, beganAtMilliseconds: header.beganAtMilliseconds, entries: entries,
            products: configuration.products.map {
                Product(
                    id: $0.id, title: $0.title,
                    image: ProductPictures.path(
                        room: configuration.settings.id, product: $0.id),
                    currency: $0.currency, priceMinor: $0.priceMinor)
            }, pools: PoolBalances(configuration.pools), seed: seed)
    }

    private func fold(
        _ record: Record, into room: inout Room, _ playbill: inout Playbill
    ) throws {
        if record.source == "room" {
            room.recover(kind: record.kind, event: record.json(\.event))
        } else {
            try playbill.recover(
                source: record.source, kind: record.kind, event: record.json(\.event),
                changes: record.json(\.changes), effects: record.json(\.effects))
        }
    }
}
