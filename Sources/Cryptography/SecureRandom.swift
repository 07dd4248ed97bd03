import CCrypto

/// Generates bytes that nobody can predict, for keys, epochs and visitor ids.
package enum SecureRandom {
    /// Returns `count` bytes of libcrypto's generator, which is seeded by the kernel.
    package static func bytes(_ count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { output, written in
            precondition(
                RAND_bytes(output.baseAddress, Int32(count)) == 1, "libcrypto gave no random bytes")
            written = count
        }
    }
}
