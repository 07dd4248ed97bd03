/// Lets through as many danmaku a second as people can read.
///
/// A token bucket that holds one second's worth, in whole thousandths of a token.
struct ChatterValve {
    private let perSecond: Int64
    private var thousandths: Int64
    private var lastMilliseconds: Int64 = 0

    init(perSecond: Int) {
        self.perSecond = Int64(perSecond)
        thousandths = self.perSecond * 1_000
    }

    /// Whether one more may pass now; takes a token if so.
    mutating func passes(nowMilliseconds: Int64) -> Bool {
        // A clock that was set back must not stop the refill, nor one set ahead overflow it.
        let elapsed = min(1_000, max(0, nowMilliseconds - lastMilliseconds))
        lastMilliseconds = nowMilliseconds
        thousandths = min(perSecond * 1_000, thousandths + elapsed * perSecond)
        guard thousandths >= 1_000 else { return false }
        thousandths -= 1_000
        return true
    }
}
