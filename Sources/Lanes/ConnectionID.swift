/// Names one connection for its whole life: lane, slot, and a generation that is never the same
/// for two connections that had the same slot one after the other.
package struct ConnectionID: Hashable, Sendable {
    package let raw: UInt64

    package init(raw: UInt64) { self.raw = raw }

    init(lane: Int, generation: UInt32, slot: Int) {
        raw = UInt64(lane) << 56 | UInt64(generation & 0xFF_FFFF) << 32 | UInt64(UInt32(slot))
    }

    package var lane: Int { Int(raw >> 56) }
    package var slot: Int { Int(UInt32(truncatingIfNeeded: raw)) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: raw >> 32) & 0xFF_FFFF }
}
