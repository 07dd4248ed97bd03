/// What a room has let in and refused since the server began, for metrics.
package struct RoomCounters: Sendable, Equatable {
    /// Sessions that were admitted.
    package var joins: UInt64 = 0
    /// By close or error code.
    package var refusals: [String: UInt64] = [:]

    package init() {}

    mutating func refused(_ code: String) { refusals[code, default: 0] += 1 }
}
