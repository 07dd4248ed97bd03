import Cryptography
import Journaling
import PluginHosting
import Rooms
import Wire

/// Everything about a show after one of its records: what recovery needs in place of all the records
/// up to there.
///
/// Bytes: one line of JSON, `{"format":1,"bytes":…,"sha256":"…"}`, then the body that it speaks of,
/// canonical JSON: `{"show","sequence","offset","hash","room","plugins"}`. `hash` is that of the
/// record, which ties the snapshot to one log; `room` are the facts of ``Room/summary``, `plugins` is
/// ``Playbill/snapshot``.
struct ShowSnapshot: Sendable {
    static let format: Int64 = 1

    /// The record after which it was taken.
    var chain: RecordChain
    var roomFacts: [(kind: String, event: JSON)]
    var playbill: Playbill

    /// Writes the snapshot. Takes time in proportion to the state: not for a room's turn.
    func encoded() -> Snapshot {
        let body = JSON.object([
            "show": .string(chain.show), "sequence": .integer(chain.sequence),
            "offset": .integer(chain.offset), "hash": .string(Digest.hex(chain.hash)),
            "room": .array(roomFacts.map { ["kind": .string($0.kind), "event": $0.event] }),
            "plugins": playbill.snapshot,
        ]).encodedSorted()
        let head: JSON = [
            "format": .integer(Self.format), "bytes": .integer(Int64(body.count)),
            "sha256": .string(Digest.hex(Digest.sha256(body))),
        ]
        return Snapshot(
            show: chain.show, sequence: chain.sequence,
            bytes: head.encoded() + [UInt8(ascii: "\n")] + body)
    }
}

/// A snapshot that was read back and found whole. That it belongs to this log, its reader finds out.
struct ReadSnapshot: Sendable {
    var chain: RecordChain
    var roomFacts: [(kind: String, event: JSON)]
    var plugins: JSON

    /// Why a snapshot cannot be used. Nothing is lost by that but time: the records are the truth.
    struct Problem: Error, CustomStringConvertible {
        var description: String
    }

    init(_ snapshot: Snapshot) throws(Problem) {
        let body = try Self.body(of: snapshot.bytes)
        guard let json = try? JSON(parsing: body, limits: .recorded),
            json["show"]?.stringValue == snapshot.show,
            json["sequence"]?.integerValue == snapshot.sequence,
            let offset = json["offset"]?.integerValue,
            let hash = json["hash"]?.stringValue.flatMap(Digest.bytes(hexadecimal:)),
            hash.count == 32,
            let facts = json["room"]?.arrayValue, let plugins = json["plugins"]
        else { throw Problem(description: "it is damaged") }
        chain = RecordChain(
            show: snapshot.show, sequence: snapshot.sequence, offset: offset, hash: hash)
        roomFacts = []
        for fact in facts {
            guard let kind = fact["kind"]?.stringValue, let event = fact["event"] else {
                throw Problem(description: "it is damaged")
            }
            roomFacts.append((kind, event))
        }
        self.plugins = plugins
    }

    private static func body(of bytes: [UInt8]) throws(Problem) -> [UInt8] {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
            let head = try? JSON(parsing: Array(bytes[..<end])),
            let format = head["format"]?.integerValue
        else { throw Problem(description: "it is damaged") }
        guard format == ShowSnapshot.format else {
            throw Problem(
                description: "it has format \(format), this version reads \(ShowSnapshot.format)")
        }
        let body = Array(bytes[(end + 1)...])
        guard head["bytes"]?.integerValue == Int64(body.count),
            head["sha256"]?.stringValue == Digest.hex(Digest.sha256(body))
        else { throw Problem(description: "it is damaged") }
        return body
    }
}
