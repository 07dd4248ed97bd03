/// Reads big-endian numbers out of bytes; every read says nil at the end instead of reading past it.
struct BinaryReader {
    let bytes: [UInt8]
    private(set) var position: Int

    init(_ bytes: [UInt8], from position: Int = 0) {
        self.bytes = bytes
        self.position = min(position, bytes.count)
    }

    /// Bytes that are left.
    var count: Int { bytes.count - position }

    mutating func byte() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    /// A number of 1 to 8 bytes.
    mutating func integer(_ size: Int) -> UInt64? {
        guard count >= size else { return nil }
        var value: UInt64 = 0
        for index in position..<position + size { value = value << 8 | UInt64(bytes[index]) }
        position += size
        return value
    }

    mutating func take(_ size: Int) -> ArraySlice<UInt8>? {
        guard size >= 0, count >= size else { return nil }
        defer { position += size }
        return bytes[position..<position + size]
    }

    /// All that is left.
    mutating func rest() -> ArraySlice<UInt8> {
        defer { position = bytes.count }
        return bytes[position...]
    }
}

extension [UInt8] {
    /// Appends the lowest `size` bytes of a number, the highest of them first.
    mutating func append(_ value: UInt64, size: Int) {
        for shift in stride(from: (size - 1) * 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }

    mutating func append16(_ value: Int) { append(UInt64(truncatingIfNeeded: value), size: 2) }
    mutating func append24(_ value: Int) { append(UInt64(truncatingIfNeeded: value), size: 3) }
    mutating func append32(_ value: Int) { append(UInt64(truncatingIfNeeded: value), size: 4) }
    mutating func append64(_ value: Int64) { append(UInt64(bitPattern: value), size: 8) }
    mutating func append(text: String) { append(contentsOf: text.utf8) }
}
