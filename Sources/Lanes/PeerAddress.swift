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

    /// Reads a numeric address without port and zone; nil if the text is none.
    package init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(high: 0, low: 0x0000_FFFF_0000_0000 | UInt64(UInt32(bigEndian: four.s_addr)))
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self = withUnsafeBytes(of: &six) { bytes in
                PeerAddress(
                    high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                    low: UInt64(
                        bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
            }
        } else {
            return nil
        }
    }

    package var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// The address with all but its first bits cleared; 0…128 of the 16 bytes, so that those of an
    /// IPv4 address begin at 96.
    package func network(bits: Int) -> PeerAddress {
        precondition((0...128).contains(bits), "an address has 0…128 bits, not \(bits)")
        // A shift by the whole width or more gives 0.
        return PeerAddress(
            high: high & ~(UInt64.max >> UInt64(min(bits, 64))),
            low: low & ~(UInt64.max >> UInt64(max(bits - 64, 0))))
    }

    package var description: String {
        if isIPv4 {
            return (0..<4).map { String((low >> UInt64(24 - 8 * $0)) & 0xFF) }
                .joined(separator: ".")
        }
        return (0..<8).map { group in
            let word = group < 4 ? high : low
            return String((word >> UInt64(48 - 16 * (group % 4))) & 0xFFFF, radix: 16)
        }.joined(separator: ":")
    }
}
