import Cryptography
import Testing

@Suite struct DigestTests {
    /// FIPS 180-4 example values, as published by NIST (SHA1.pdf, SHA256.pdf) and in RFC 3174,
    /// section 7.3.
    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        ),
        (
            String(
                repeating: "0123456701234567012345670123456701234567012345670123456701234567",
                count: 10),
            "dea356a2cddd90c7a7ecedc5ebb563934f460452"
        ),
    ])
    func `SHA-1 gives the published digests`(text: String, expected: String) {
        #expect(Digest.hex(Digest.sha1(Array(text.utf8))) == expected)
    }

    static let sha256: [(String, String)] = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]

    @Test(arguments: sha256)
    func `SHA-256 gives the published digests`(text: String, expected: String) {
        #expect(Digest.hex(Digest.sha256(Array(text.utf8))) == expected)
    }

    @Test(arguments: [1, 7, 64, 65, 100_000])
    func `A stream gives the digest of its pieces together`(pieceCount: Int) {
        for (text, expected) in Self.sha256 where text.utf8.count / pieceCount < 20_000 {
            var stream = SHA256Stream()
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                stream.update(Array(rest.prefix(pieceCount)))
                rest = rest.dropFirst(pieceCount)
            }
            #expect(Digest.hex(stream.finalize()) == expected)
        }
    }

    @Test func `A stream that is dropped half-way harms no other`() {
        var dropped = SHA256Stream()
        dropped.update([1, 2, 3])
        let empty = SHA256Stream()
        #expect(Digest.hex(empty.finalize()) == Self.sha256[0].1)
    }

    /// RFC 4231, sections 4.2 to 4.8 (4.6, the truncated output, is not used here).
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            [UInt8](1...25), [UInt8](repeating: 0xcd, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            Array(
                """
                This is a test using a larger than block-size key and a larger than block-size \
                data. The key needs to be hashed before being used by the HMAC algorithm.
                """.utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ])
    func `HMAC-SHA-256 gives the codes of RFC 4231`(key: [UInt8], data: [UInt8], expected: String) {
        #expect(Digest.hex(Digest.hmacSHA256(key: key, data)) == expected)
    }

    @Test func `HMAC takes an empty key and an empty text`() {
        let expected = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        #expect(Digest.hex(Digest.hmacSHA256(key: [7], [1])) != expected)
        #expect(Digest.hex(Digest.hmacSHA256(key: [], [])) == expected)
    }

    @Test func `Hexadecimal digits are lower case, two a byte`() {
        #expect(Digest.hex([]) == "")
        #expect(Digest.hex([0x00, 0x0f, 0xa0, 0xff]) == "000fa0ff")
    }
}

@Suite struct SecretComparisonTests {
    @Test func `Equal bytes are equal, and nothing else is`() {
        let bytes = [UInt8](0..<32)
        #expect(equalInConstantTime(bytes, bytes))
        #expect(equalInConstantTime([], []))
        #expect(!equalInConstantTime(bytes, Array(bytes.dropLast())))
        #expect(!equalInConstantTime(Array(bytes.dropLast()), bytes))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x80
            #expect(!equalInConstantTime(bytes, other), "a difference at \(index)")
        }
    }
}

@Suite struct SecureRandomTests {
    @Test(arguments: [0, 1, 16, 4_096])
    func `Random bytes come in the number that was asked for`(count: Int) {
        #expect(SecureRandom.bytes(count).count == count)
    }

    @Test func `No two draws of 16 bytes are the same, and no byte value is missing`() {
        let draws = (0..<1_000).map { _ in SecureRandom.bytes(16) }
        #expect(Set(draws).count == draws.count)
        #expect(Set(draws.joined()).count == 256)
    }
}
