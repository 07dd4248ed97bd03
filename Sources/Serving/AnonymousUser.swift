import Cryptography
import Wire

/// The id of somebody without a token: the same for the same visitor's value, and nothing tells the
/// value.
package enum AnonymousUser {
    /// The user of a visitor's value in a room; nil for a value that no `hello` may hold.
    package static func id(room: String, visitor: String) -> String? {
        isVisitor(visitor) ? id(room: room, seed: Array(visitor.utf8)) : nil
    }

    static func id(room: String, seed: [UInt8]) -> String {
        "~" + Base64URL.encode(Array(Digest.sha256(Array("\(room)/".utf8) + seed).prefix(9)))
    }

    /// Whether this is a visitor's value: 8 to 64 of `[A-Za-z0-9_-]`.
    static func isVisitor(_ text: String) -> Bool {
        (8...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
                    || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x5F
            }
    }
}
