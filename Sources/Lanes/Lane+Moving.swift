extension Lane {
    /// Gives a connection to another lane, which goes on with it as with one that came there.
    ///
    /// This lane's handler is told that it has ended and was released. What waits to be sent is sent
    /// there first.
    ///
    /// - Parameters:
    ///   - id: A connection of this lane that is not being closed.
    ///   - other: Not this lane.
    ///   - address: What the other lane's handler is to take for the peer's address.
    ///   - body: What is to be done there, right after the handler was told of it; the connection may
    ///     be gone again by then.
    package func move(
        _ id: ConnectionID, to other: Lane, from address: PeerAddress,
        then body: @escaping @Sendable (ConnectionID, isolated Lane) -> Void
    ) {
        guard let index = index(of: id), slots[index].flags.isDisjoint(with: .closing) else {
            return
        }
        var unsent: [UInt8] = []
        if let waiting = slots[index].waiting?.takeUnretainedValue() {
            for part in waiting.parts { unsent += part.bytes[part.sent...] }
        }
        handler?.ended(id, on: self)
        leaveAudience(index)
        let descriptor = surrender(index)
        handler?.released(id, on: self)
        other.take(descriptor, from: address, unsent: unsent, then: body)
    }

    private nonisolated func take(
        _ descriptor: Int32, from address: PeerAddress, unsent: [UInt8],
        then body: @escaping @Sendable (ConnectionID, isolated Lane) -> Void
    ) {
        run { lane in
            guard let id = lane.open(descriptor, from: address) else { return }
            if !unsent.isEmpty { lane.send(unsent, to: id) }
            body(id, lane)
        }
    }
}
