package import Journaling
package import Playhouse
import PluginContract
import PluginHosting
import Rooms
package import Wire

/// The records of one show in memory, and the show as it stood after any of them.
///
/// No plugin code runs for that: a position is reached by folding records, as recovery does
/// (DESIGN rule 1). Every ``chunkLength`` records the show is kept, so that a step folds few; when
/// ``chunksMax`` is reached the oldest records are let go, and the timeline begins later.
package struct Timeline: Sendable {
    package static let chunkLength = 256
    package static let chunksMax = 128

    /// The show before some records.
    private struct Chunk: Sendable {
        var before: ShowRecovery.Show
        var records: [Record] = []
    }

    private var chunks: [Chunk]
    private var latest: ShowRecovery.Show
    /// What the calls of each plugin came to.
    package private(set) var uses: [String: [String: HookUse]] = [:]
    /// The newest fault of each plugin.
    package private(set) var faults: [String: Record] = [:]

    /// What the calls of one hook came to.
    package struct HookUse: Sendable, Equatable {
        package var callCount = 0
        package var faultCount = 0
        /// Bytes of changes and effects.
        package var outputBytesLast = 0
        package var outputBytesMax = 0
    }

    /// - Parameter beginning: The show before its first record.
    package init(beginning: ShowRecovery.Show) {
        latest = beginning
        chunks = [Chunk(before: beginning)]
    }

    /// The sequence of the first position that is still known; 0 is before the first record.
    package var first: Int64 { chunks[0].before.chain.sequence }
    /// The sequence of the last record.
    package var last: Int64 { latest.chain.sequence }

    /// Takes the records that follow.
    ///
    /// - Throws: ``DamagedShow`` when they do not.
    package mutating func append(_ records: [Record]) throws(DamagedShow) {
        for record in records {
            if chunks[chunks.count - 1].records.count == Self.chunkLength {
                chunks.append(Chunk(before: latest))
                if chunks.count > Self.chunksMax { chunks.removeFirst() }
            }
            try latest.fold(record)
            chunks[chunks.count - 1].records.append(record)
            note(record)
        }
    }

    private mutating func note(_ record: Record) {
        guard let plugin = record.plugin else { return }
        let isFault = record.kind == "fault"
        if isFault { faults[plugin] = record }
        var hook = record.kind
        if isFault, let event = try? record.parsed(record.event) {
            hook = event["hook"]?.stringValue ?? hook
        }
        guard hook.hasPrefix("on_") else { return }
        var use = uses[plugin]?[hook] ?? HookUse()
        use.callCount += 1
        if isFault {
            use.faultCount += 1
        } else {
            use.outputBytesLast = record.changes.count + record.effects.count
            use.outputBytesMax = max(use.outputBytesMax, use.outputBytesLast)
        }
        uses[plugin, default: [:]][hook] = use
    }

    /// The show after a record; nil for a position that is not known, or no longer.
    ///
    /// - Throws: ``DamagedShow``, which cannot be: every record was folded once.
    package func show(at position: Int64) throws(DamagedShow) -> ShowRecovery.Show? {
        if position == last { return latest }
        guard (first...last).contains(position),
            let chunk = chunks.last(where: { $0.before.chain.sequence <= position })
        else { return nil }
        var show = chunk.before
        for record in chunk.records where record.sequence <= position { try show.fold(record) }
        return show
    }

    /// A record; nil when it is not known, or no longer.
    package func record(_ sequence: Int64) -> Record? {
        guard let chunk = chunks.last(where: { $0.before.chain.sequence < sequence }) else {
            return nil
        }
        let index = Int(sequence - chunk.before.chain.sequence) - 1
        return chunk.records.indices.contains(index) ? chunk.records[index] : nil
    }

    /// The records after one, oldest first, at most `limit`; older ones first let go are left out.
    package func records(after sequence: Int64, limit: Int) -> [Record] {
        var found: [Record] = []
        for chunk in chunks {
            guard let end = chunk.records.last, end.sequence > sequence else { continue }
            for record in chunk.records where record.sequence > sequence {
                if found.count == limit { return found }
                found.append(record)
            }
        }
        return found
    }
}

extension Timeline {
    /// Everything that can be seen at a position, as the page of the workshop shows it.
    ///
    /// - Returns: Nil for a position that is not known.
    package func json(at position: Int64) throws(DamagedShow) -> JSON? {
        guard let show = try show(at: position) else { return nil }
        let record = record(position)
        var plugins = JSONObject()
        for (plugin, play) in show.playbill.plays.sorted(by: { $0.key < $1.key }) {
            plugins[plugin] = Self.json(of: play)
        }
        let pools = show.playbill.pools.available.sorted { $0.key < $1.key }
            .map { ($0.key, JSON.integer($0.value)) }
        return [
            "position": .integer(position),
            "at": .integer(record?.atMilliseconds ?? show.room.beganAtMilliseconds),
            "record": try record.map { record throws(DamagedShow) in try record.whole } ?? .null,
            "plugins": .object(plugins), "pools": .object(JSONObject(pools)),
        ]
    }

    private static func json(of play: Play) -> JSON {
        let state = play.state
        var panels = JSONObject()
        for surface in PanelSurface.allCases {
            panels[surface.rawValue] = state.panels[surface]?.value
        }
        let timers = state.timers.sorted { $0.key < $1.key }.map { name, timer in
            (name, JSON.integer(timer.dueMilliseconds))
        }
        let collectors = state.collectors.sorted { $0.key < $1.key }.map { name, collector in
            let value: JSON = [
                "open": .bool(collector.isOpen),
                "answers": .integer(Int64(collector.answers.count)),
            ]
            return (name, value)
        }
        let reserved = state.reservations.sorted { $0.key < $1.key }
            .map { ($0.key, JSON.integer($0.value)) }
        let own = state.own.keys.sorted().prefix(50).map { ($0, state.ownJSON($0)) }
        return [
            "status": .string(state.status.rawValue),
            "title": play.entry["title"] ?? .null,
            "program": state.program?.json ?? .null,
            "now": .integer(state.nowMilliseconds),
            "config": .object(state.configuration), "state": state.tree.json,
            "panels": .object(panels), "own": .object(JSONObject(own)),
            "timers": .object(JSONObject(timers)), "collectors": .object(JSONObject(collectors)),
            "reserved": .object(JSONObject(reserved)),
        ]
    }
}

extension PlayState {
    /// What only one viewer sees.
    fileprivate func ownJSON(_ user: String) -> JSON {
        let members = (own[user] ?? [:]).sorted { $0.key < $1.key }
        return .object(JSONObject(members.map { ($0.key, .object($0.value)) }))
    }
}

extension Record {
    /// The plugin whose record it is; nil for the room's.
    package var plugin: String? {
        source.hasPrefix("plugin:") ? String(source.dropFirst(7)) : nil
    }

    /// Everything in it.
    fileprivate var whole: JSON {
        get throws(DamagedShow) {
            [
                "sequence": .integer(sequence), "at": .integer(atMilliseconds),
                "source": .string(source), "kind": .string(kind), "event": try parsed(event),
                "changes": try parsed(changes), "effects": try parsed(effects),
                "events": try parsed(events),
            ]
        }
    }

    /// What a list of records shows of it.
    var line: JSON {
        let event = (try? parsed(self.event)) ?? .null
        let told = event["message"] ?? event["arguments"] ?? event["answers"] ?? event
        var text = told.stringValue ?? String(decoding: told.encoded(), as: UTF8.self)
        if text.count > 140 { text = text.prefix(140) + " …" }
        return [
            "sequence": .integer(sequence), "at": .integer(atMilliseconds),
            "source": .string(source), "kind": .string(kind), "text": .string(text),
            "hook": event["hook"] ?? .null,
        ]
    }
}
