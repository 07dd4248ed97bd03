import CCrypto

/// Computes digests and message authentication codes with libcrypto.
///
/// Functions may be called from any thread. A failure of
/// libcrypto (no memory, no default provider) ends the process: nothing sensible can go on.
package enum Digest {
    /// Returns the SHA-1 of some bytes, 20 bytes (FIPS 180-4, section 6.1).
    ///
    /// For the WebSocket handshake (RFC 6455, section 1.3) only: SHA-1 no longer resists
    /// collisions.
    package static func sha1(_ bytes: [UInt8]) -> [UInt8] {
        digest(bytes, with: Algorithms.shared.sha1, count: 20)
    }

    /// Returns the SHA-256 of some bytes, 32 bytes (FIPS 180-4, section 6.2).
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        digest(bytes, with: Algorithms.shared.sha256, count: 32)
    }

    /// Returns the HMAC-SHA-256 of some bytes under a key of any length, 32 bytes (RFC 2104).
    package static func hmacSHA256(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        // An empty array may have no address, and libcrypto reads a null key as "the last key".
        let keyCount = Int32(key.count)
        let padded = key.isEmpty ? [0] : key
        return [UInt8](unsafeUninitializedCapacity: 32) { code, count in
            var written: UInt32 = 0
            let result = HMAC(
                Algorithms.shared.sha256, padded, keyCount, bytes, bytes.count, code.baseAddress,
                &written)
            precondition(result != nil && written == 32, "libcrypto computed no HMAC")
            count = 32
        }
    }

    /// Returns bytes as lower-case hexadecimal digits, two for each byte.
    package static func hex(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            for (index, byte) in bytes.enumerated() {
                text[2 * index] = digits[Int(byte >> 4)]
                text[2 * index + 1] = digits[Int(byte & 15)]
            }
            return bytes.count * 2
        }
    }

    /// Returns the bytes that hexadecimal digits of either case stand for; nil for anything else.
    package static func bytes(hexadecimal text: String) -> [UInt8]? {
        let values = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard values.count == text.utf8.count, values.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: values.count, by: 2).map {
            UInt8(values[$0] << 4 | values[$0 + 1])
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func digest(
        _ bytes: [UInt8], with algorithm: OpaquePointer, count: Int
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { output, written in
            var size: UInt32 = 0
            let code = EVP_Digest(
                bytes, bytes.count, output.baseAddress, &size, algorithm, nil)
            precondition(code == 1 && size == count, "libcrypto computed no digest")
            written = count
        }
    }
}

/// The digest algorithms, looked up once: a look-up costs more than the digest of a short text.
struct Algorithms: @unchecked Sendable {
    // Sendable: an EVP_MD never changes after EVP_MD_fetch and lives as long as the process.
    static let shared = Algorithms()
    let sha1: OpaquePointer
    let sha256: OpaquePointer

    private init() {
        guard let sha1 = EVP_MD_fetch(nil, "SHA1", nil),
            let sha256 = EVP_MD_fetch(nil, "SHA256", nil)
        else { preconditionFailure("libcrypto's default provider lacks SHA-1 or SHA-256") }
        self.sha1 = sha1
        self.sha256 = sha256
    }
}

/// Tells whether two byte strings are the same, in a time that depends on their lengths only.
///
/// For comparing signatures and other secrets with what a stranger sent.
package func equalInConstantTime(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
}
