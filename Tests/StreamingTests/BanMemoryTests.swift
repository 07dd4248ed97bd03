import Lanes
import Testing

@testable import Streaming

@Suite struct BanMemoryTests {
    private func address(_ text: String) throws -> PeerAddress {
        try #require(PeerAddress(text))
    }

    @Test func `An address is known in its room while the ban lasts`() throws {
        var memory = BanMemory()
        let (here, there) = (try address("10.0.0.1"), try address("10.0.0.2"))
        memory.note("bo", at: here, in: "mall")
        #expect(memory.user(at: here, in: "mall") == "bo")
        #expect(memory.user(at: there, in: "mall") == nil)
        #expect(memory.user(at: here, in: "shop") == nil)
        memory.keep { _ in ["bo"] }
        #expect(memory.user(at: here, in: "mall") == "bo")
        memory.keep { _ in ["ana"] }
        #expect(memory.user(at: here, in: "mall") == nil)
    }

    @Test func `An IPv6 address counts as its network`() throws {
        var memory = BanMemory()
        memory.note("bo", at: try address("2001:db8:0:1::1"), in: "mall")
        #expect(memory.user(at: try address("2001:db8:0:1:2:3:4:5"), in: "mall") == "bo")
        #expect(memory.user(at: try address("2001:db8:0:2::1"), in: "mall") == nil)
    }

    @Test func `As many addresses are remembered as allowed and no more`() throws {
        var memory = BanMemory()
        func place(_ index: Int) throws -> PeerAddress {
            try address("10.\(index >> 16).\(index >> 8 & 255).\(index & 255)")
        }
        for index in 0..<BanMemory.addressesMax {
            memory.note("bo", at: try place(index), in: "mall")
        }
        let last = BanMemory.addressesMax - 1
        #expect(memory.user(at: try place(last), in: "mall") == "bo")
        memory.note("bo", at: try place(last + 1), in: "mall")
        #expect(memory.user(at: try place(last + 1), in: "mall") == nil)
        // One that is known may change hands.
        memory.note("cai", at: try place(0), in: "mall")
        #expect(memory.user(at: try place(0), in: "mall") == "cai")
        memory.keep { _ in ["cai"] }
        memory.note("dai", at: try place(last + 1), in: "mall")
        #expect(memory.user(at: try place(last + 1), in: "mall") == "dai")
    }
}
