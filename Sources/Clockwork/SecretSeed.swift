/// The bytes from which everything that is random in a show follows.
///
/// Whoever knows them knows every draw in advance. They are kept in the journal and nowhere else: not
/// sent, not logged, not measured. The type has no description of its content, so that none can
/// get into a log line by interpolation.
package struct SecretSeed: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// Bytes of a whole seed.
    package static let byteCount = 32
    /// No seed, where none is needed or none is known.
    package static let none = SecretSeed([])

    /// 32 bytes, or none.
    package let bytes: [UInt8]

    /// Takes the bytes of a seed.
    ///
    /// - Parameter bytes: 32 bytes that nobody can predict, or none.
    package init(_ bytes: [UInt8]) {
        precondition(bytes.isEmpty || bytes.count == Self.byteCount, "a seed has 32 bytes")
        self.bytes = bytes
    }

    /// Takes 32 bytes out of a number, for rehearsals and measurements that must come out alike
    /// each time. Such a seed is no secret.
    package init(fixed number: UInt64) {
        var random = SeededRandom(seed: number)
        bytes = (0..<4).flatMap { _ in
            let word = random.next()
            return (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
    }

    package var isNone: Bool { bytes.isEmpty }

    package var description: String { isNone ? "no seed" : "a secret seed" }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
