import Lanes

/// From which addresses banned people watched, so that they do not come back without their name.
///
/// It is a setting, because people share addresses. Nothing outlives the ban, or the process.
struct BanMemory {
    /// Addresses of one room; who is banned beyond that is known by name alone.
    static let addressesMax = 1_000

    private var users: [String: [PeerAddress: String]] = [:]

    /// Takes note of where somebody banned is; an IPv6 address counts as its /64 network.
    mutating func note(_ user: String, at address: PeerAddress, in room: String) {
        let network = Self.network(of: address)
        let known = users[room] ?? [:]
        guard known.count < Self.addressesMax || known[network] != nil else { return }
        users[room, default: [:]][network] = user
    }

    /// Who was banned at an address; nil for nobody.
    func user(at address: PeerAddress, in room: String) -> String? {
        users[room]?[Self.network(of: address)]
    }

    /// Forgets those who are not banned any more.
    mutating func keep(_ banned: (_ room: String) -> Set<String>) {
        for (room, known) in users {
            let still = banned(room)
            let kept = known.filter { still.contains($0.value) }
            users[room] = kept.isEmpty ? nil : kept
        }
    }

    private static func network(of address: PeerAddress) -> PeerAddress {
        address.isIPv4 ? address : address.network(bits: 64)
    }
}
