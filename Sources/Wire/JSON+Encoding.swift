extension JSON {
    /// The shortest JSON text: no spaces, members in their order.
    package func encoded() -> [UInt8] {
        var writer = JSONWriter()
        appendEncoded(to: &writer)
        return writer.bytes
    }

    /// The canonical JSON text: as ``encoded()``, names sorted by their UTF-8 bytes at every depth.
    ///
    /// Equal values have equal canonical texts, so that they can be hashed and compared.
    package func encodedSorted() -> [UInt8] {
        var writer = JSONWriter()
        append(to: &writer, sorted: true)
        return writer.bytes
    }

    /// Writes this value where the writer expects one.
    package func appendEncoded(to writer: inout JSONWriter) {
        append(to: &writer, sorted: false)
    }

    private func append(to writer: inout JSONWriter, sorted: Bool) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .integer(let value): writer.integer(value)
        case .double(let value): writer.double(value)
        case .string(let value): writer.string(value)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.append(to: &writer, sorted: sorted) }
            writer.endArray()
        case .object(let object):
            writer.beginObject()
            for (name, value) in sorted ? object.sortedMembers : object.members {
                writer.name(name)
                value.append(to: &writer, sorted: sorted)
            }
            writer.endObject()
        }
    }
}

extension JSONObject {
    /// The shortest JSON text of the object, members in their order.
    package func encoded() -> [UInt8] { JSON.object(self).encoded() }
}
