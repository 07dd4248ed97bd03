import CCrypto

/// Computes one SHA-256 over bytes that arrive in pieces (FIPS 180-4, section 6.2).
package struct SHA256Stream: ~Copyable {
    private let context: OpaquePointer

    /// Begins with no bytes, whose digest is that of the empty text.
    package init() {
        guard let context = EVP_MD_CTX_new(),
            EVP_DigestInit_ex2(context, Algorithms.shared.sha256, nil) == 1
        else { preconditionFailure("libcrypto gave no digest context") }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes to what is digested.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        precondition(EVP_DigestUpdate(context, start, bytes.count) == 1, "libcrypto failed")
    }

    /// Adds bytes to what is digested.
    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Ends the stream and returns its digest, 32 bytes.
    package consuming func finalize() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { output, count in
            var size: UInt32 = 0
            let code = EVP_DigestFinal_ex(context, output.baseAddress, &size)
            precondition(code == 1 && size == 32, "libcrypto computed no digest")
            count = 32
        }
    }
}
