import Wire

/// Gathers the text of an answer of `/v1/chat/completions`, streamed or in one piece. A pure value.
package struct ChatReply: Sendable {
    /// The text so far.
    package private(set) var text = ""
    /// Whether the endpoint said that it is done.
    package private(set) var isDone = false
    private var isStream: Bool?
    private var reader = EventStreamReader()
    private var whole: [UInt8] = []
    private let textBytesMax: Int

    package init(textBytesMax: Int = 2_048) { self.textBytesMax = textBytesMax }

    /// Takes more bytes of the body.
    ///
    /// - Throws: ``EndpointError`` for what is no answer, for a refusal, and for a text that is too
    ///   long or was cut off.
    package mutating func read(_ bytes: [UInt8]) throws(EndpointError) {
        if isStream == nil, let first = bytes.first(where: { $0 > 0x20 }) {
            isStream = first != UInt8(ascii: "{")
        }
        if isStream == false {
            whole += bytes
            return
        }
        for event in try reader.read(bytes) where !isDone {
            if event == Array("[DONE]".utf8) {
                isDone = true
            } else {
                try take(event, member: "delta")
            }
        }
    }

    /// Tells that the body has ended.
    ///
    /// - Throws: ``EndpointError/malformed(_:)`` when the answer is not complete.
    package mutating func end() throws(EndpointError) {
        if isStream == false { try take(whole, member: "message") }
        guard isDone else { throw .malformed("the answer was cut off") }
    }

    private mutating func take(_ bytes: [UInt8], member: String) throws(EndpointError) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes)
        } catch {
            throw .malformed("no JSON")
        }
        if let error = json["error"], !error.isNull { throw .malformed("an error") }
        guard let choices = json["choices"]?.arrayValue else { throw .malformed("no choices") }
        // The last event of a stream may hold usage alone.
        guard let choice = choices.first else { return }
        if let refusal = choice[member]?["refusal"]?.stringValue, !refusal.isEmpty {
            throw .malformed("a refusal")
        }
        if let piece = choice[member]?["content"]?.stringValue { text += piece }
        guard text.utf8.count <= textBytesMax else { throw .tooLarge }
        switch choice["finish_reason"]?.stringValue {
        case "stop"?: isDone = true
        case let reason? where !reason.isEmpty: throw .malformed("it ended by \(reason)")
        default: break
        }
    }
}
