/// The newest public events of a show as final message bytes; the oldest is dropped.
///
/// Bounded by count and by bytes: large events leave room for fewer of them.
struct EventLog {
    private let capacity: Int
    private let bytesMax: Int
    private var byteCount = 0
    /// A ring: once full, the oldest message stands at `oldest`.
    private var ring: [[UInt8]] = []
    private var oldest = 0
    /// Of the last event; 0 before the first.
    private(set) var lastOffset: Int64 = 0

    /// - Parameters:
    ///   - capacity: Events at most; 0 for none.
    ///   - bytesMax: Of all messages together.
    init(capacity: Int, bytesMax: Int) {
        self.capacity = max(0, capacity)
        self.bytesMax = bytesMax
    }

    /// Appends the event with the next offset.
    mutating func append(_ message: [UInt8]) {
        lastOffset += 1
        guard capacity > 0 else { return }
        byteCount += message.count
        if ring.count < capacity {
            ring.append(message)
        } else {
            byteCount -= ring[oldest].count
            ring[oldest] = message
            oldest = oldest + 1 == capacity ? 0 : oldest + 1
        }
        if byteCount > bytesMax { dropOldest() }
    }

    /// Drops the oldest messages until the rest is three quarters of the bound.
    ///
    /// More than needed, so that the ring is not put in order again for every event.
    private mutating func dropOldest() {
        let ordered = ring[oldest...] + ring[..<oldest]
        var dropped = 0
        for message in ordered {
            guard byteCount > bytesMax / 4 * 3 else { break }
            byteCount -= message.count
            dropped += 1
        }
        ring = Array(ordered.dropFirst(dropped))
        oldest = 0
    }

    /// Starts over with events of before a restart.
    ///
    /// Only the unbroken run that ends with `lastOffset` is taken: a gap must not be recoverable.
    mutating func restore(_ events: [(offset: Int64, message: [UInt8])], lastOffset: Int64) {
        ring = []
        oldest = 0
        byteCount = 0
        var run: [[UInt8]] = []
        var expected = lastOffset
        for event in events.reversed() {
            guard event.offset == expected, run.count < capacity,
                byteCount + event.message.count <= bytesMax
            else { break }
            byteCount += event.message.count
            run.append(event.message)
            expected -= 1
        }
        self.lastOffset = lastOffset
        ring = run.reversed()
    }

    /// Everything after an offset in order, or nil when some of it is gone or it lies ahead.
    func messages(after offset: Int64) -> [[UInt8]]? {
        guard offset >= 0, offset <= lastOffset, lastOffset - offset <= Int64(ring.count) else {
            return nil
        }
        let count = Int(lastOffset - offset)
        return (ring.count - count..<ring.count).map { ring[(oldest + $0) % ring.count] }
    }
}
