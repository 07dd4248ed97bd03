/// The parts of an audience that get a danmaku: bit `n` for part `n`.
package struct ChatterParts: Sendable, Equatable {
    /// Parts that an audience is dealt into.
    package static let count = 4
    package static let all = ChatterParts(bits: 1 << UInt8(count) - 1)

    /// Bit `n` for part `n`.
    package private(set) var bits: UInt8

    init(bits: UInt8 = 0) { self.bits = bits }

    /// Whether a part gets it.
    package func contains(_ part: Int) -> Bool { bits >> UInt8(part) & 1 == 1 }

    mutating func insert(_ part: Int) { bits |= 1 << UInt8(part) }
}

/// Decides who gets which danmaku when there are more than people can read.
///
/// A sample for each viewer would need bytes of its own for each. Instead the audience is dealt
/// into ``ChatterParts/count`` parts that each get as many a second as people can read. While there are
/// fewer than that, everybody gets everything. Beyond it the parts take turns: each keeps a reserve
/// for the danmaku whose turn is its own, so that viewers see different ones, and the room as a
/// whole up to four times as many as each of them.
struct ChatterSampler {
    private var valves: [ChatterValve]
    private var turn = 0

    init(perSecond: Int) {
        valves = Array(repeating: ChatterValve(perSecond: perSecond), count: ChatterParts.count)
    }

    /// Who gets the next danmaku.
    mutating func parts(nowMilliseconds: Int64) -> ChatterParts {
        var parts = ChatterParts()
        for part in valves.indices {
            let passes = valves[part].passes(
                nowMilliseconds: nowMilliseconds, mayUseReserve: part == turn)
            if passes { parts.insert(part) }
        }
        turn = (turn + 1) % valves.count
        return parts
    }
}

/// Lets through as many danmaku a second as people can read.
///
/// A token bucket that holds one second's worth and a reserve, in whole thousandths of a token.
struct ChatterValve {
    private let perSecond: Int64
    private let reserve: Int64
    private var thousandths: Int64
    private var lastMilliseconds: Int64 = 0

    init(perSecond: Int) {
        self.perSecond = Int64(perSecond)
        reserve = max(1_000, self.perSecond * 250)
        thousandths = self.perSecond * 1_000 + reserve
    }

    /// Whether one more may pass now; takes a token if so.
    mutating func passes(nowMilliseconds: Int64, mayUseReserve: Bool) -> Bool {
        // A clock that was set back must not stop the refill, nor one set ahead overflow it.
        let elapsed = min(2_000, max(0, nowMilliseconds - lastMilliseconds))
        lastMilliseconds = nowMilliseconds
        thousandths = min(perSecond * 1_000 + reserve, thousandths + elapsed * perSecond)
        guard thousandths >= 1_000 + (mayUseReserve ? 0 : reserve) else { return false }
        thousandths -= 1_000
        return true
    }
}
