import Clockwork
import Testing

@testable import PluginHosting

@Suite struct CallSeedsTests {
    private let seed = SecretSeed([UInt8](0..<32))

    @Test func `The seed of a call depends on show, plugin and call, and on nothing else`() {
        var seeds = CallSeeds(seed, plugin: "game")
        let first = (0..<100).map { seeds.seed(ofCall: $0) }
        #expect(Set(first).count == 100)
        // In another order, which is how calls are made again.
        for number in [99, 0, 1, 2, 50, 49, 3].map(UInt64.init) {
            #expect(seeds.seed(ofCall: number) == first[Int(number)])
        }
        var other = CallSeeds(seed, plugin: "gam")
        #expect(Set(first).isDisjoint(with: (0..<100).map { other.seed(ofCall: $0) }))
        other = CallSeeds(SecretSeed([UInt8](1..<33)), plugin: "game")
        #expect(Set(first).isDisjoint(with: (0..<100).map { other.seed(ofCall: $0) }))
    }

    /// Journals hold the seeds of calls that were made: a change here makes recovered shows draw
    /// differently from uninterrupted ones. Computed with Python's `hmac` and `hashlib`.
    @Test func `The first seeds are the known ones`() {
        var seeds = CallSeeds(seed, plugin: "game")
        #expect(seeds.seed(ofCall: 0) == 0x69de800a4f33073c)
        #expect(seeds.seed(ofCall: 5) == 0xcdf7043a554b587e)
    }
}
