/// Speaks the protocol of a lane's connections: one object a lane, called only on that lane.
package protocol ConnectionHandling: AnyObject {
    /// A connection was accepted.
    func opened(_ id: ConnectionID, from address: PeerAddress, on lane: isolated Lane)
    /// Bytes arrived; the buffer is the lane's and may be overwritten, until the call returns.
    func received(
        _ bytes: UnsafeMutableRawBufferPointer, from id: ConnectionID, on lane: isolated Lane)
    /// The peer sends no more and may still read: whoever has nothing to say to it closes.
    func finishedSending(_ id: ConnectionID, on lane: isolated Lane)
    /// The connection has ended or is being closed; called once, and only its release follows.
    func ended(_ id: ConnectionID, on lane: isolated Lane)
    /// The socket of a connection that has ended is no more; until now it may have been read from by
    /// a peer that takes its time.
    func released(_ id: ConnectionID, on lane: isolated Lane)
    /// Somebody could not keep up with a picture, and has it no more.
    func fellBehind(_ id: ConnectionID, picture: UInt32, view: UInt32, on lane: isolated Lane)
    /// How many pieces of pictures were left out within the last second or so, because somebody was
    /// behind.
    func skipped(_ count: Int, of picture: UInt32, on lane: isolated Lane)
    /// About once a second, for time limits.
    func secondPassed(on lane: isolated Lane)
    /// The server is about to end: everybody is to be told to come back.
    func drain(on lane: isolated Lane)
}

extension ConnectionHandling {
    // On lanes that show no pictures.
    package func fellBehind(
        _ id: ConnectionID, picture: UInt32, view: UInt32, on lane: isolated Lane
    ) {}
    package func skipped(_ count: Int, of picture: UInt32, on lane: isolated Lane) {}
}

/// What a lane has done since it began, for metrics.
package struct LaneStatistics: Sendable {
    package var connections = 0
    package var accepted: UInt64 = 0
    package var bytesSent: UInt64 = 0
    package var writes: UInt64 = 0
    package var slowClosed: UInt64 = 0
    package var chatterSkips: UInt64 = 0
    package var tickMilliseconds = 0
    /// The share of a processor that the lane took of late, 0 to 1.
    package var busy = 0.0

    package init() {}
}
