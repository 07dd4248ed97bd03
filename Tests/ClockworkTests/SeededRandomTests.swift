import Clockwork
import Testing

@Suite struct SeededRandomTests {
    @Test func `Seed 0 gives the published sequence`() {
        var random = SeededRandom(seed: 0)
        let first = (0..<3).map { _ in random.next() }
        #expect(first == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F])
    }

    @Test func `Equal seeds give equal sequences, others do not`() {
        var one = SeededRandom(seed: 7)
        var same = SeededRandom(seed: 7)
        var other = SeededRandom(seed: 8)
        let sequence = (0..<100).map { _ in one.next() }
        #expect(sequence == (0..<100).map { _ in same.next() })
        #expect(sequence != (0..<100).map { _ in other.next() })
    }

    @Test func `A copy goes on by itself`() {
        var original = SeededRandom(seed: 3)
        _ = original.next()
        var copy = original
        let next = original.next()
        #expect(copy.next() == next)
    }

    @Test func `The largest seed wraps around`() {
        var random = SeededRandom(seed: .max)
        #expect(random.next() != random.next())
    }

    @Test func `It shuffles like any generator`() {
        var random = SeededRandom(seed: 1)
        let shuffled = Array(0..<50).shuffled(using: &random)
        #expect(shuffled != Array(0..<50))
        #expect(shuffled.sorted() == Array(0..<50))
    }
}
