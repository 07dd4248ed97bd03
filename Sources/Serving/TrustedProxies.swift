package import Lanes
import Wire

/// The addresses of reverse proxies whose word is taken for where a client comes from.
package struct TrustedProxies: Sendable {
    /// One address, or a network in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3).
    package struct Range: Sendable, Hashable {
        private let network: PeerAddress
        private let bits: Int

        /// Reads `192.0.2.7`, `10.0.0.0/8` or `2001:db8::/32`; nil if the text is none of these, or
        /// has bits set behind its prefix.
        package init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2, let address = PeerAddress(String(parts[0])) else { return nil }
            let width = parts[0].contains(":") ? 128 : 32
            var prefix = width
            if parts.count == 2 {
                guard let number = Int(parts[1]), (0...width).contains(number),
                    parts[1].allSatisfy(\.isNumber)
                else { return nil }
                prefix = number
            }
            bits = 128 - width + prefix
            network = address.network(bits: bits)
            guard network == address else { return nil }
        }

        package func contains(_ address: PeerAddress) -> Bool {
            address.network(bits: bits) == network
        }
    }

    private let ranges: [Range]

    package init(_ ranges: [Range] = []) { self.ranges = ranges }

    func contains(_ address: PeerAddress) -> Bool {
        ranges.contains { $0.contains(address) }
    }

    /// Finds out for whom a request was made that came from `peer`.
    ///
    /// Proxies append to `X-Forwarded-For` the address that they got the request from, so that the
    /// list is believed from its end on: the last one that is not of a trusted proxy is the client.
    /// What stands before it anybody can have written.
    func client(of request: HTTPRequest, from peer: PeerAddress) -> PeerAddress {
        guard contains(peer), let list = request.header("x-forwarded-for") else { return peer }
        var client = peer
        for element in list.split(separator: ",", omittingEmptySubsequences: false).reversed() {
            guard let address = Self.address(String(element)) else { break }
            client = address
            if !contains(address) { break }
        }
        return client
    }

    /// Reads an address of the list; some proxies add the port, and then brackets to IPv6.
    private static func address(_ element: String) -> PeerAddress? {
        let text = element.filter { $0 != " " && $0 != "\t" }
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return PeerAddress(String(text[..<end].dropFirst()))
        }
        if let address = PeerAddress(text) { return address }
        return text.split(separator: ":").first.flatMap { PeerAddress(String($0)) }
    }
}
