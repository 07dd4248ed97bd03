/// A token bucket: `perSecond` on average, `burst` at once.
struct RateLimit {
    private var tokens: Float
    private var lastMilliseconds: UInt32

    init(burst: Float, nowMilliseconds: UInt32) {
        tokens = burst
        lastMilliseconds = nowMilliseconds
    }

    /// Takes `cost` tokens if they are there.
    ///
    /// Refusals count too, at a tenth, down to minus one burst: ``isAbused(burst:)`` tells who keeps
    /// on sending from who sent a little too much.
    mutating func take(
        _ cost: Float, perSecond: Float, burst: Float, nowMilliseconds: UInt32
    ) -> Bool {
        // The clock wraps after 49 days; the difference does not mind.
        let passed = Float(nowMilliseconds &- lastMilliseconds) / 1000
        lastMilliseconds = nowMilliseconds
        tokens = min(burst, tokens + passed * perSecond)
        if tokens >= cost {
            tokens -= cost
            return true
        }
        tokens = max(tokens - cost / 10, -burst)
        return false
    }

    /// Gives back what was taken for something that another limit is for.
    mutating func giveBack(_ cost: Float) { tokens += cost }

    /// Whether as much is there as there can be.
    func isFull(perSecond: Float, burst: Float, nowMilliseconds: UInt32) -> Bool {
        tokens + Float(nowMilliseconds &- lastMilliseconds) / 1000 * perSecond >= burst
    }

    func isAbused(burst: Float) -> Bool { tokens <= -burst }

    /// Milliseconds until `cost` tokens are there.
    func wait(for cost: Float, perSecond: Float) -> Int64 {
        Int64(max(0, (cost - tokens) / perSecond * 1000).rounded(.up))
    }
}
