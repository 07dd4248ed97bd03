package import PluginContract
import Scripting
package import Wire

/// One plugin in one show: a value without I/O, to which time is passed in.
///
/// Requests and due timers wait in one queue and are judged strictly in its order, which is log
/// order. Answers to an open collector are judged here, without Lua; everything else becomes a
/// call of a hook. What a call does may decide how the next input is judged, so calls that are sent
/// to the stage together are judged again one by one when they come back (Play+Batching.swift).
/// Whatever happens becomes a record and changes ``state`` by being folded into it.
///
/// If a draft cannot be made durable, this value is ahead of the journal: throw it away and
/// recover another from the records.
///
/// A run ends by a `stop`, or by the plugin itself with `room.finish()`. After `finish` the play is
/// idle, timers and collectors are gone and reservations are returned, but the panels stay until
/// the next start or stop, so that everybody can read how it went.
package struct Play: Sendable {
    package internal(set) var program: PluginProgram
    package internal(set) var state = PlayState()

    var show: PlayShow
    let limits: PlayLimits
    /// Of its records.
    let source: String
    var queue = PlayQueue()
    /// What is out on the stage, in the order in which it runs there.
    var outstanding: [Outstanding] = []
    /// How many calls are sent together: twice as many when all of the last ones counted, else as many
    /// as did.
    var pace = 16
    /// So many calls are made one by one, because calls made together went wrong.
    var caution = 0
    /// Whether the stage has this play with the state of ``state``.
    var isStageOpen = false
    /// What is told in batches.
    var notices = PlayNotices()
    /// Tells of a text whether the room does not let viewers say it.
    var isForbidden: @Sendable (String) -> Bool = { _ in false }
    /// The stop because of which the program was asked whether it wants to go on.
    var stopAskedAbout: PluginRequest?
    /// Who is muted and banned, for the next start.
    var standings = Standings()
    /// What the desk is told.
    var desk = PlayDesk()
    /// People in the room; kept up to date by who owns the play.
    package var presentCount: Int64 = 0
    /// Where the picture is, in milliseconds of stream time; nil while there is none. Kept up to date
    /// likewise.
    package var picture: Int64?
    /// What other plays did with the products, as the next calls are told; nil while that is nothing.
    var shelf: Shelf? { didSet { isShelfStale = false } }
    /// Whether a call since then has changed what is on air, so that those behind it were told wrong.
    var isShelfStale = false

    package init(program: PluginProgram, show: PlayShow, limits: PlayLimits = PlayLimits()) {
        self.program = program
        self.show = show
        self.limits = limits
        source = "plugin:" + program.manifest.id
    }

    /// A call that runs, and where it came from.
    struct Outstanding: Sendable {
        var call: PlayCall
        /// Put back in the queue when the call has to be made again.
        var item: PlayQueue.Item?
        /// Put back when the call has to be made again.
        var notices: PlayNotices.Batch?

        /// Who asked for it.
        var request: PluginRequest? { item?.request }
    }

    var plugin: String { program.manifest.id }
    var playID: PlayID { PlayID(show: show.show, plugin: plugin) }
    var setting: PlayState.Setting {
        PlayState.Setting(plugin: plugin, beganAtMilliseconds: show.beganAtMilliseconds)
    }

    /// Show time of a moment, never before that of the last record.
    func showTime(_ nowMilliseconds: Int64) -> Int64 {
        max(state.nowMilliseconds, nowMilliseconds - show.beganAtMilliseconds)
    }

    /// The plugin's entry in the state `plugins`.
    package var entry: JSON {
        let manifest = program.manifest
        let titles = manifest.title.sorted { $0.key < $1.key }.map {
            ($0.key, JSON.string($0.value))
        }
        return [
            "status": .string(state.status.rawValue), "title": .object(JSONObject(titles)),
            "version": .string(manifest.version),
        ]
    }
}

// Time and recovery.
extension Play {
    /// The Unix time at which ``advance(nowMilliseconds:)`` has something to do; nil for never.
    package var nextDueMilliseconds: Int64? {
        guard state.status == .running else { return nil }
        let timers = state.timers.filter { queue.dueOfTimer($0.key) != $0.value.dueMilliseconds }
        let requests = state.requests.values.filter { !queue.hasResult(of: $0.request.id) }
        // While a call is out its return is waited for, and then there is another step.
        let notices = outstanding.isEmpty ? notices.dueMilliseconds : nil
        let due = [
            timers.values.map(\.dueMilliseconds).min(),
            requests.map(\.dueMilliseconds).min(),
            outstanding.isEmpty && hasPendingReveal ? state.nowMilliseconds : nil,
            notices.map { max($0, state.nowMilliseconds) },
        ]
        return due.compactMap(\.self).min().map { $0 + show.beganAtMilliseconds }
    }

    /// Queues the timers that are due, earliest first, then the requests that are too late.
    package mutating func advance(nowMilliseconds: Int64) {
        guard state.status == .running, !(state.timers.isEmpty && state.requests.isEmpty) else {
            return
        }
        let now = nowMilliseconds - show.beganAtMilliseconds
        let due = state.timers.filter { $0.value.dueMilliseconds <= now }
            .sorted { ($0.value.dueMilliseconds, $0.key) < ($1.value.dueMilliseconds, $1.key) }
        for (name, timer) in due { queue.append(timer: name, due: timer.dueMilliseconds) }
        let late = state.requests.values.filter { $0.dueMilliseconds <= now }
            .sorted { $0.request.id < $1.request.id }
        for waiting in late where !queue.hasResult(of: waiting.request.id) {
            queue.append(
                result: .failure(.timeout, message: "no answer in time"), of: waiting.request.id)
        }
    }

    /// Folds one journal record of source `plugin:ID` back in. Runs no Lua and says nothing.
    ///
    /// - Returns: The moves of value that the record made, for the balances of the pools.
    /// - Throws: When it is no record of a play, or does not fit the records before it.
    package mutating func recover(
        kind: String, event: JSON, changes: JSON, effects: JSON
    ) throws(PlayRecordError) -> [LedgerMove] {
        let record = try PlayRecord(reading: kind, event: event, changes: changes, effects: effects)
        noteFault(in: record)
        return try state.fold(record, setting).moves
    }

    /// The current values of this play's `state` keys, as they were sent last; `plugins` aside.
    package var states: [StateValue] {
        var values = PanelSurface.allCases.compactMap { surface in
            state.panels[surface].map { shown in
                StateValue(
                    key: key(of: surface), value: shown.value, audience: audience(of: surface))
            }
        }
        values.append(StateValue(key: "desk:" + plugin, value: deskValue, audience: .staff))
        for user in state.own.keys.sorted() {
            values.append(
                StateValue(
                    key: "own:" + plugin, value: state.ownValue(user), audience: .user(user)))
        }
        if state.winCount > 0 {
            values.append(
                StateValue(key: "winners:" + plugin, value: state.winnersValue, audience: .staff))
        }
        let winners = state.memory.granted.values.reduce(into: Set()) { $0.formUnion($1.keys) }
        for user in winners.sorted() {
            values.append(
                StateValue(
                    key: "granted:" + plugin, value: state.grantedValue(user),
                    audience: .user(user)))
        }
        return values
    }

    /// What a stage needs to go on with this play.
    package var opening: StageOpening {
        state.opening(surfaces: program.manifest.surfaces)
    }

    func key(of surface: PanelSurface) -> String { "panel:\(plugin):\(surface.rawValue)" }

    func audience(of surface: PanelSurface) -> Audience {
        surface == .viewer ? .everyone : .staff
    }
}
