package import PluginContract
import Wire

/// Messages of protocol.md that the server sends outside a room's own business.
package enum ServerMessage {
    /// `error`, as a JSON text.
    package static func error(id: String?, _ error: RequestError) -> [UInt8] {
        self.error(
            id: id, code: error.code.rawValue, error.message,
            retryAfterMilliseconds: error.retryAfterMilliseconds)
    }

    static func error(
        id: String?, code: String, _ message: String, retryAfterMilliseconds: Int64? = nil
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("type")
        writer.string("error")
        if let id {
            writer.name("id")
            writer.string(id)
        }
        writer.name("code")
        writer.string(code)
        writer.name("message")
        writer.string(message)
        if let retryAfterMilliseconds {
            writer.name("retryAfterMilliseconds")
            writer.integer(retryAfterMilliseconds)
        }
        writer.endObject()
        return writer.bytes
    }

    /// `pictureOver` for somebody who could not keep up, as a JSON text.
    package static func tooSlow(picture: UInt32) -> [UInt8] {
        let message: JSON = [
            "type": "pictureOver", "picture": .integer(Int64(picture)), "reason": "SLOW",
        ]
        return message.encoded()
    }

    /// The last frames of somebody who may not come in: `error` in answer to the `hello`, then as
    /// ``farewell(_:afterMilliseconds:)``.
    package static func refusal(_ code: CloseCode, id: String?, _ message: String) -> [UInt8] {
        WebSocketFrame.text(error(id: id, code: code.name, message)) + farewell(code)
    }

    /// The last frames of a connection that the server ends: `bye`, then a close frame.
    package static func farewell(
        _ code: CloseCode, afterMilliseconds: Int64? = nil
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("type")
        writer.string("bye")
        writer.name("code")
        writer.string(code.name)
        writer.name("reconnect")
        writer.bool(code.reconnects)
        if let afterMilliseconds {
            writer.name("afterMilliseconds")
            writer.integer(afterMilliseconds)
        }
        writer.endObject()
        return WebSocketFrame.text(writer.bytes)
            + WebSocketFrame.close(code: code.rawValue, reason: code.name)
    }
}
