import Testing

@testable import Lanes

@Suite struct PeerAddressTests {
    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8:0:0:0:0:0:1"), ("::", "0:0:0:0:0:0:0:0"),
    ])
    func `an address is read as text`(text: String, description: String) {
        #expect(PeerAddress(text)?.description == description)
    }

    @Test(arguments: [
        "", "localhost", "192.0.2", "192.0.2.256", "192.0.2.7:80", "[::1]", "fe80::1%eth0", "1:2",
    ])
    func `what is no address is not read`(text: String) {
        #expect(PeerAddress(text) == nil)
    }

    @Test(arguments: [
        ("2001:db8:1:2:3:4:5:6", 64, "2001:db8:1:2::"), ("2001:db8:1:2:3:4:5:6", 0, "::"),
        ("2001:db8:1:2:3:4:5:6", 33, "2001:db8::"), ("2001:db8:8000::", 33, "2001:db8:8000::"),
        ("2001:db8:1:2:3:4:5:6", 128, "2001:db8:1:2:3:4:5:6"), ("192.0.2.7", 120, "192.0.2.0"),
        ("192.0.2.7", 127, "192.0.2.6"), ("2001:db8:1:2:3:4:5:6", 65, "2001:db8:1:2::"),
    ])
    func `a network is the first bits`(address: String, bits: Int, network: String) throws {
        #expect(try #require(PeerAddress(address)).network(bits: bits) == PeerAddress(network))
    }

    @Test func `addresses of both versions are told apart`() throws {
        #expect(try #require(PeerAddress("192.0.2.7")).isIPv4)
        #expect(!(try #require(PeerAddress("2001:db8::1")).isIPv4))
        #expect(!(try #require(PeerAddress("::1")).isIPv4))
    }
}
