import Cryptography
import Foundation
import Streaming

/// Signs stream keys for the command line.
package enum StreamKeyIssuing {
    /// Why no key was made.
    package struct Problem: Error, CustomStringConvertible {
        package var description: String
    }

    /// Signs a key that a server of this configuration would accept.
    ///
    /// - Parameters:
    ///   - configuration: Has the room and the keys.
    ///   - room: Whose stream the key is for.
    ///   - user: Who publishes, 1 to 64 bytes.
    ///   - hours: Until it expires, 1…``StreamConfiguration/keyHoursMax``.
    ///   - kid: Which of the keys signs; the first unless given.
    /// - Returns: What an encoder gives as its key.
    /// - Throws: ``Problem`` with what to change.
    package static func key(
        _ configuration: Configuration, room: String, user: String, hours: Int,
        kid: String? = nil
    ) throws(Problem) -> String {
        guard configuration.roomIDs.contains(room) else {
            throw Problem(
                description: "the configuration has no room \"\(room)\"; it has "
                    + configuration.roomIDs.joined(separator: ", "))
        }
        guard configuration.stream?.isOn == true else {
            throw Problem(
                description: "the configuration takes no live video; add \"stream\": {}")
        }
        var keys = configuration.keys
        if let kid {
            keys.removeAll { $0.kid != kid }
            if keys.isEmpty {
                throw Problem(description: "the configuration has no key \"\(kid)\"")
            }
        }
        let now = Int64(Date().timeIntervalSince1970)
        let ring = StreamKeyring(keys: keys, secondsMax: IngestLimits().keySecondsMax)
        guard
            let key = ring.issue(
                room: room, user: user, expiresAtSeconds: now + Int64(hours) * 3_600)
        else {
            throw Problem(description: "the configuration has no keys; add one under \"keys\"")
        }
        // Checked by the server's own rules, so that a key that is handed out is a key that works.
        do throws(StreamRefusal) {
            _ = try ring.grant(for: key, nowSeconds: now)
        } catch {
            throw Problem(
                description:
                    "the server would refuse it: \(error.words); is the user 1 to 64 bytes?")
        }
        return key
    }
}
