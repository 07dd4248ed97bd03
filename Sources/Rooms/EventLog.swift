/// The newest public events of a show as final message bytes; the oldest is dropped.
struct EventLog {
    private let capacity: Int
    /// A ring: once full, the oldest message stands at `oldest`.
    private var ring: [[UInt8]] = []
    private var oldest = 0
    /// Of the last event; 0 before the first.
    private(set) var lastOffset: Int64 = 0

    /// - Parameter capacity: 0 for none.
    init(capacity: Int) { self.capacity = max(0, capacity) }

    /// Appends the event with the next offset.
    mutating func append(_ message: [UInt8]) {
        lastOffset += 1
        if ring.count < capacity {
            ring.append(message)
        } else if capacity > 0 {
            ring[oldest] = message
            oldest = oldest + 1 == capacity ? 0 : oldest + 1
        }
    }

    /// Starts over with events of before a restart.
    ///
    /// Only the unbroken run that ends with `lastOffset` is taken: a gap must not be recoverable.
    mutating func restore(_ events: [(offset: Int64, message: [UInt8])], lastOffset: Int64) {
        ring = []
        oldest = 0
        var run: [[UInt8]] = []
        var expected = lastOffset
        for event in events.reversed() {
            guard event.offset == expected, run.count < capacity else { break }
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
