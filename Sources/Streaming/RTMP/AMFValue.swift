/// A value of AMF0, the Action Message Format of RTMP commands (Adobe, "AMF 0", December 2007).
package enum AMFValue: Sendable, Equatable {
    case number(Double)
    case boolean(Bool)
    /// A string, a long string or an XML document.
    case string(String)
    /// An object or an ECMA array, typed or not, members in the order of the bytes.
    case object([Member])
    case array([AMFValue])
    /// Null, undefined, unsupported.
    case null
    /// Milliseconds of Unix time.
    case date(Double)

    /// One member of an object.
    package struct Member: Sendable, Equatable {
        package var name: String
        package var value: AMFValue

        package init(_ name: String, _ value: AMFValue) {
            self.name = name
            self.value = value
        }
    }

    /// A member of an object; nil for anything else.
    package subscript(name: String) -> AMFValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    package var text: String? { if case .string(let text) = self { text } else { nil } }
    package var double: Double? { if case .number(let number) = self { number } else { nil } }
}

extension AMFValue {
    /// Nested objects and arrays.
    static let depthMax = 8
    /// Values in one message, members of objects included.
    static let valuesMax = 512

    /// Decodes all values of a message.
    ///
    /// - Throws: ``StreamRefusal/Code/malformed`` for bytes that are not AMF0, for AMF3 within, for
    ///   references; ``StreamRefusal/Code/tooLarge`` past ``depthMax`` or ``valuesMax``.
    package static func decode(
        _ bytes: [UInt8], from position: Int = 0
    ) throws(StreamRefusal) -> [AMFValue] {
        var decoder = AMFDecoder(reader: BinaryReader(bytes, from: position))
        var values: [AMFValue] = []
        while decoder.reader.count > 0 { values.append(try decoder.value(depth: 0)) }
        return values
    }

    /// Encodes values one after the other.
    package static func encode(_ values: [AMFValue]) -> [UInt8] {
        var bytes: [UInt8] = []
        for value in values { value.encode(into: &bytes) }
        return bytes
    }

    private func encode(into bytes: inout [UInt8]) {
        switch self {
        case .number(let number):
            bytes.append(0)
            bytes.append(number.bitPattern, size: 8)
        case .boolean(let value): bytes += [1, value ? 1 : 0]
        case .string(let text):
            let utf8 = Array(text.utf8)
            if utf8.count <= 0xFFFF {
                bytes.append(2)
                bytes.append16(utf8.count)
            } else {
                bytes.append(12)
                bytes.append32(utf8.count)
            }
            bytes += utf8
        case .object(let members):
            bytes.append(3)
            for member in members {
                let name = Array(member.name.utf8.prefix(0xFFFF))
                bytes.append16(name.count)
                bytes += name
                member.value.encode(into: &bytes)
            }
            bytes += [0, 0, 9]
        case .array(let values):
            bytes.append(10)
            bytes.append32(values.count)
            for value in values { value.encode(into: &bytes) }
        case .null: bytes.append(5)
        case .date(let milliseconds):
            bytes.append(11)
            bytes.append(milliseconds.bitPattern, size: 8)
            bytes += [0, 0]
        }
    }
}

private struct AMFDecoder {
    var reader: BinaryReader
    private var valueCount = 0

    init(reader: BinaryReader) { self.reader = reader }

    mutating func value(depth: Int) throws(StreamRefusal) -> AMFValue {
        guard depth <= AMFValue.depthMax else {
            throw StreamRefusal(.tooLarge, "AMF values are nested too deep")
        }
        valueCount += 1
        guard valueCount <= AMFValue.valuesMax else {
            throw StreamRefusal(
                .tooLarge, "a message has more than \(AMFValue.valuesMax) AMF values")
        }
        guard let marker = reader.byte() else { throw truncated }
        switch marker {
        case 0: return .number(try double())
        case 1:
            guard let byte = reader.byte() else { throw truncated }
            return .boolean(byte != 0)
        case 2: return .string(try text(sizeBytes: 2))
        case 3: return .object(try members(depth: depth))
        case 5, 6, 13: return .null
        case 8:
            // The count is a hint that encoders get wrong: the end marker decides.
            guard reader.integer(4) != nil else { throw truncated }
            return .object(try members(depth: depth))
        case 10:
            guard let count = reader.integer(4) else { throw truncated }
            guard count <= UInt64(AMFValue.valuesMax) else {
                throw StreamRefusal(.tooLarge, "an AMF array has \(count) values")
            }
            var values: [AMFValue] = []
            for _ in 0..<count { values.append(try value(depth: depth + 1)) }
            return .array(values)
        case 11:
            let milliseconds = try double()
            guard reader.integer(2) != nil else { throw truncated }
            return .date(milliseconds)
        case 12, 15: return .string(try text(sizeBytes: 4))
        case 16:
            _ = try text(sizeBytes: 2)
            return .object(try members(depth: depth))
        default: throw StreamRefusal(.malformed, "there is no AMF0 value of type \(marker)")
        }
    }

    private var truncated: StreamRefusal { StreamRefusal(.malformed, "an AMF value is cut off") }

    private mutating func double() throws(StreamRefusal) -> Double {
        guard let bits = reader.integer(8) else { throw truncated }
        return Double(bitPattern: bits)
    }

    private mutating func text(sizeBytes: Int) throws(StreamRefusal) -> String {
        guard let size = reader.integer(sizeBytes), let bytes = reader.take(Int(size)) else {
            throw truncated
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func members(depth: Int) throws(StreamRefusal) -> [AMFValue.Member] {
        var members: [AMFValue.Member] = []
        while true {
            let name = try text(sizeBytes: 2)
            if name.isEmpty, reader.count > 0, reader.bytes[reader.position] == 9 {
                _ = reader.byte()
                return members
            }
            members.append(AMFValue.Member(name, try value(depth: depth + 1)))
        }
    }
}
