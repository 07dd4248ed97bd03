import Testing

@testable import Clockwork

@Suite struct SecretSeedTests {
    @Test func `A fixed seed is the same each time and another for another number`() {
        #expect(SecretSeed(fixed: 1) == SecretSeed(fixed: 1))
        #expect(SecretSeed(fixed: 1) != SecretSeed(fixed: 2))
        #expect(SecretSeed(fixed: 1).bytes.count == SecretSeed.byteCount)
    }

    @Test func `Its bytes are in no description of it`() {
        let bytes = [UInt8](200..<232)
        let seed = SecretSeed(bytes)
        var dumped = ""
        dump((seed: seed, name: "show"), to: &dumped)
        for text in ["\(seed)", String(describing: seed), String(reflecting: seed), dumped] {
            #expect(!text.contains("200") && !text.contains("c8"), "\(text)")
        }
        #expect(SecretSeed.none.isNone && !seed.isNone)
    }
}
