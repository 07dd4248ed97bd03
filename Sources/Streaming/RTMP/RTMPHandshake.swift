import Cryptography

/// The server's side of the handshake, plain (RTMP 1.0, section 5.2) or with Flash's digests.
///
/// Encoders that descend from Flash put a digest into C1 and want one in S1 and S2; ffmpeg checks
/// it. Where the digest lies depends on other bytes of C1, by one of two schemes. It proves nothing
/// about the client: the keys are in every player.
struct RTMPHandshake {
    static let packetBytes = 1_536

    private enum Stage { case hello, answer, done }
    private var stage = Stage.hello
    private var buffer: [UInt8] = []
    /// 3,024 bytes that fill S1 and S2.
    private let random: [UInt8]
    /// Whether C1 had a digest.
    private(set) var hasDigest = false

    init(random: [UInt8]) {
        precondition(random.count >= 3_024, "a handshake takes 3,024 random bytes")
        self.random = random
    }

    var isDone: Bool { stage == .done }

    /// Takes bytes; once ``isDone``, the returned remainder belongs to the chunks.
    ///
    /// - Returns: What to send, and what came after the handshake.
    mutating func receive(
        _ bytes: some Collection<UInt8>
    ) throws(StreamRefusal) -> (output: [UInt8], rest: [UInt8]) {
        buffer.append(contentsOf: bytes)
        var output: [UInt8] = []
        if stage == .hello {
            if let version = buffer.first, version != 3 {
                throw StreamRefusal(
                    .malformed,
                    version == 6 || version == 8
                        ? "encrypted RTMP (RTMPE) is not spoken here"
                        : "the first byte is \(version); RTMP begins with 3")
            }
            guard buffer.count > Self.packetBytes else { return ([], []) }
            output = answer(to: Array(buffer[1...Self.packetBytes]))
            buffer.removeFirst(1 + Self.packetBytes)
            stage = .answer
        }
        // C2 should echo S1. Old hardware sends anything, and nothing depends on it.
        guard stage == .answer, buffer.count >= Self.packetBytes else { return (output, []) }
        stage = .done
        let rest = Array(buffer[Self.packetBytes...])
        buffer = []
        return (output, rest)
    }

    private mutating func answer(to hello: [UInt8]) -> [UInt8] {
        guard let digest = Self.digest(of: hello) else {
            // S1 of zeros in its second word says that no digest is spoken.
            let first = [0, 0, 0, 0, 0, 0, 0, 0] + random[..<1_528]
            return [3] + first + hello
        }
        hasDigest = true
        var first: [UInt8] = [0, 0, 0, 0, 4, 5, 0, 1] + random[..<1_528]
        let place = Self.place(in: first, scheme: digest.scheme)
        let own = Digest.hmacSHA256(
            key: Self.serverKey, Self.without(first, place: place))
        first.replaceSubrange(place..<place + 32, with: own)
        let filling = Array(random[1_520..<1_520 + 1_504])
        let key = Digest.hmacSHA256(key: Self.serverKey + Self.trailer, digest.bytes)
        return [3] + first + filling + Digest.hmacSHA256(key: key, filling)
    }

    // MARK: - Digests

    private static let trailer: [UInt8] = [
        0xF0, 0xEE, 0xC2, 0x4A, 0x80, 0x68, 0xBE, 0xE8, 0x2E, 0x00, 0xD0, 0xD1, 0x02, 0x9E, 0x7E,
        0x57, 0x6E, 0xEC, 0x5D, 0x2D, 0x29, 0x80, 0x6F, 0xAB, 0x93, 0xB8, 0xE6, 0x36, 0xCF, 0xEB,
        0x31, 0xAE,
    ]
    static let serverKey = Array("Genuine Adobe Flash Media Server 001".utf8)
    static let clientKey = Array("Genuine Adobe Flash Player 001".utf8)

    static func place(in packet: [UInt8], scheme: Int) -> Int {
        let base = scheme == 0 ? 8 : 772
        return packet[base..<base + 4].reduce(0) { $0 + Int($1) } % 728 + base + 4
    }

    static func without(_ packet: [UInt8], place: Int) -> [UInt8] {
        Array(packet[..<place] + packet[(place + 32)...])
    }

    /// The valid digest of C1, by whichever scheme.
    private static func digest(of hello: [UInt8]) -> (bytes: [UInt8], scheme: Int)? {
        // Plain clients have zeros here.
        guard hello[4..<8].contains(where: { $0 != 0 }) else { return nil }
        for scheme in 0...1 {
            let place = place(in: hello, scheme: scheme)
            let found = Array(hello[place..<place + 32])
            let expected = Digest.hmacSHA256(key: clientKey, without(hello, place: place))
            if equalInConstantTime(found, expected) { return (found, scheme) }
        }
        return nil
    }
}
