package import PluginContract
import Wire

// What is sent from seats. Media never come here: whoever receives them tells when they begin to
// arrive and when they break off, by the number of the lease that allows them.
extension Play {
    /// Queues what became of the media of a lease.
    mutating func signalled(_ lease: Int64, _ change: SeatSignal.Change) {
        guard state.status == .running else { return }
        queue.append(change, ofLease: lease)
    }

    /// Queues that a person was banned from the room.
    mutating func banned(_ user: String) {
        guard let lease = state.memory.seating.lease(of: user) else { return }
        signalled(lease.number, .banned)
    }

    /// After a restart: whatever arrived before it does not any more.
    mutating func lostMedia() {
        for lease in state.liveLeases.sorted() { signalled(lease, .restart) }
    }

    /// What `on_media` is told; nil for a lease that is gone, and for what it knows already.
    func argument(of change: SeatSignal.Change, lease number: Int64) -> JSON? {
        guard state.status == .running, let lease = state.memory.seating.lease(number) else {
            return nil
        }
        let isUp = change == .up
        guard change == .banned || isUp != state.liveLeases.contains(number) else { return nil }
        var object: JSONObject = [
            "seat": .integer(lease.seat), "viewer": lease.viewer.json, "up": .bool(isUp),
        ]
        if !isUp { object["reason"] = .string(change.rawValue) }
        return .object(object)
    }
}

extension Playbill {
    /// Something became of what is sent from a seat. A signal of a lease that is gone by the time the
    /// plugin could be told is left out.
    package mutating func signalled(_ signal: SeatSignal) {
        plays[signal.plugin]?.signalled(signal.lease, signal.change)
    }

    /// After a restart of the server: no media are there any more.
    package mutating func lostMedia() {
        for plugin in plugins { plays[plugin]?.lostMedia() }
    }
}
