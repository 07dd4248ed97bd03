#if canImport(Glibc)
    package import Glibc
#else
    package import Darwin
#endif

/// An IPv4 or IPv6 address without its port, as 16 bytes; IPv4 is mapped into IPv6 (RFC 4291 §2.5.5.2).
package struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads an `AF_INET` or `AF_INET6` socket address; anything else becomes `::`.
    package init(_ storage: sockaddr_storage) {
        var storage = storage
        var (high, low): (UInt64, UInt64) = (0, 0)
        switch Int32(storage.ss_family) {
        case AF_INET:
            withUnsafeBytes(of: &storage) { bytes in
                let address = bytes.loadUnaligned(
                    fromByteOffset: MemoryLayout<sockaddr_in>.offset(of: \.sin_addr) ?? 4,
                    as: UInt32.self)
                low = 0x0000_FFFF_0000_0000 | UInt64(UInt32(bigEndian: address))
            }
        case AF_INET6:
            withUnsafeBytes(of: &storage) { bytes in
                let offset = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 8
                high = UInt64(
                    bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                low = UInt64(
                    bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
            }
        default: break
        }
        self.high = high
        self.low = low
    }

    package var description: String {
        if high == 0, low >> 32 == 0xFFFF {
            return (0..<4).map { String((low >> UInt64(24 - 8 * $0)) & 0xFF) }
                .joined(separator: ".")
        }
        return (0..<8).map { group in
            let word = group < 4 ? high : low
            return String((word >> UInt64(48 - 16 * (group % 4))) & 0xFFFF, radix: 16)
        }.joined(separator: ":")
    }
}
