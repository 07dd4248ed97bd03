import Lanes
import Testing
import Wire

@testable import Serving

@Suite struct TrustedProxiesTests {
    private func address(_ text: String) throws -> PeerAddress {
        try #require(PeerAddress(text), "\(text)")
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7", "192.0.2.8"), ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
        ("10.0.0.0/8", "::ffff:10.1.1.1", "::a01:101"), ("0.0.0.0/0", "255.1.1.1", "::1"),
        ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"), ("::/0", "192.0.2.1", ""),
        ("192.0.2.6/31", "192.0.2.7", "192.0.2.8"), ("::1", "::1", "::2"),
    ])
    func `a range holds its addresses and no other`(
        range: String, inside: String, outside: String
    ) throws {
        let range = try #require(TrustedProxies.Range(range))
        #expect(range.contains(try address(inside)))
        if !outside.isEmpty { #expect(!range.contains(try address(outside))) }
    }

    @Test(arguments: [
        "", "/", "proxy", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.1/8",
        "2001:db8::/129", "2001:db8::1/32", "10.0.0.0/+8", "10.0.0.0/a",
    ])
    func `what is no range is not read`(text: String) {
        #expect(TrustedProxies.Range(text) == nil)
    }

    @Test(arguments: [
        // Without a list, the proxy itself.
        ([], "10.0.0.1"), (["203.0.113.5"], "203.0.113.5"),
        (["[2001:db8::5]:4711"], "2001:db8::5"), (["2001:db8::5"], "2001:db8::5"),
        (["203.0.113.5:4711"], "203.0.113.5"),
        // What a client wrote itself stands before what the proxy saw.
        (["1.1.1.1, 203.0.113.5"], "203.0.113.5"), (["1.1.1.1", "203.0.113.5"], "203.0.113.5"),
        // Through two proxies of ours, and from one of them.
        (["203.0.113.5, 10.0.0.2"], "203.0.113.5"), (["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        // The list is read as far as it can be.
        (["nonsense, 10.0.0.2"], "10.0.0.2"), (["unknown"], "10.0.0.1"), ([""], "10.0.0.1"),
        (["203.0.113.5,"], "10.0.0.1"),
    ])
    func `the client is the last address of the list that is no trusted proxy`(
        lists: [String], client: String
    ) throws {
        let proxies = TrustedProxies([try #require(TrustedProxies.Range("10.0.0.0/8"))])
        let request = HTTPRequest(
            target: "/", path: "/", headers: lists.map { ("X-Forwarded-For", $0) })
        let peer = try address("10.0.0.1")
        #expect(proxies.client(of: request, from: peer) == (try address(client)))
        // From anybody else the list says nothing.
        let stranger = try address("192.0.2.1")
        #expect(proxies.client(of: request, from: stranger) == stranger)
        #expect(TrustedProxies().client(of: request, from: peer) == peer)
    }
}
