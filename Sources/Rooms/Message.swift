import PluginContract
import Wire

/// Writes what a room says, protocol.md's "What the server sends", to final bytes.
enum Message {
    /// A `reply`; `offset` is added as a field where `fields` have none.
    static func reply(
        id: String, fields: JSONObject = JSONObject(), offset: Int64? = nil
    ) -> [UInt8] {
        var writer = beginning("reply")
        writer.name("id")
        writer.string(id)
        for member in fields.members where member.name != "type" && member.name != "id" {
            writer.name(member.name)
            member.value.appendEncoded(to: &writer)
        }
        if let offset, fields["offset"] == nil {
            writer.name("offset")
            writer.integer(offset)
        }
        writer.endObject()
        return writer.bytes
    }

    /// An `error`; `id` is nil when the request had none that could be read.
    static func error(id: String?, _ error: RequestError) -> [UInt8] {
        var writer = beginning("error")
        if let id {
            writer.name("id")
            writer.string(id)
        }
        writer.name("code")
        writer.string(error.code.rawValue)
        writer.name("message")
        writer.string(error.message)
        if let value = error.value {
            writer.name("value")
            value.appendEncoded(to: &writer)
        }
        if let wait = error.retryAfterMilliseconds {
            writer.name("retryAfterMilliseconds")
            writer.integer(wait)
        }
        writer.endObject()
        return writer.bytes
    }

    /// An `event`.
    static func event(
        _ event: PublicEvent, offset: Int64, atMilliseconds: Int64
    ) -> [UInt8] {
        var writer = beginning("event")
        writer.name("offset")
        writer.integer(offset)
        writer.name("name")
        writer.string(event.name)
        writer.name("at")
        writer.integer(atMilliseconds)
        writer.name("from")
        writer.string(event.from)
        writer.name("data")
        event.data.appendEncoded(to: &writer)
        if let picture = event.pictureMilliseconds {
            let mark = PictureMark(streamMilliseconds: picture, sinceMilliseconds: atMilliseconds)
            writer.name("picture")
            mark.told().appendEncoded(to: &writer)
        }
        writer.endObject()
        return writer.bytes
    }

    /// A `state`; `value` is JSON text.
    static func state(key: String, value: [UInt8]) -> [UInt8] {
        var writer = beginning("state")
        writer.name("key")
        writer.string(key)
        writer.name("value")
        writer.raw(value)
        writer.endObject()
        return writer.bytes
    }

    /// A `danmaku` and, without `type`, the same as an entry of `history`.
    static func danmaku(
        message: String, by person: Person, text: String, atMilliseconds: Int64
    ) -> (message: [UInt8], entry: [UInt8]) {
        let fields: JSONObject = [
            "message": .string(message), "user": .string(person.user),
            "name": .string(person.name), "role": .string(person.role.rawValue),
            "text": .string(text), "at": .integer(atMilliseconds),
        ]
        let entry = fields.encoded()
        let prefix: StaticString = #"{"type":"danmaku","#
        var bytes: [UInt8] = []
        bytes.reserveCapacity(prefix.utf8CodeUnitCount + entry.count)
        prefix.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: entry.dropFirst())
        return (bytes, entry)
    }

    /// A `speaking`.
    static func speaking(_ levels: [SpeakingLevel]) -> [UInt8] {
        var writer = beginning("speaking")
        writer.name("seats")
        writer.beginArray()
        for level in levels {
            writer.beginObject()
            writer.name("plugin")
            writer.string(level.plugin)
            writer.name("seat")
            writer.integer(level.seat)
            writer.name("level")
            writer.integer(Int64(level.level))
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func beginning(_ type: String) -> JSONWriter {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("type")
        writer.string(type)
        return writer
    }
}
