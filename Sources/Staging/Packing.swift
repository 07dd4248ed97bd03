/// Writes values one after the other, for ``PackedReader``: integers little-endian, texts and bytes
/// with their length in front.
struct PackedWriter {
    private(set) var bytes: [UInt8] = []

    mutating func integer<Integer: FixedWidthInteger>(_ value: Integer) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func data(_ value: [UInt8]) {
        integer(UInt32(value.count))
        bytes += value
    }

    mutating func text(_ value: String) { data(Array(value.utf8)) }

    /// Writes the number of elements, and each of them.
    mutating func list<Element>(
        _ elements: some Collection<Element>, _ write: (inout PackedWriter, Element) -> Void
    ) {
        integer(UInt32(elements.count))
        for element in elements { write(&self, element) }
    }
}

/// Reads what ``PackedWriter`` wrote, or anything else, without reading beyond the end.
struct PackedReader {
    private let bytes: ArraySlice<UInt8>
    private var index: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        index = bytes.startIndex
    }

    private var left: Int { bytes.endIndex - index }

    mutating func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type
    ) throws(StageFormatError) -> Integer {
        let count = MemoryLayout<Integer>.size
        guard left >= count else { throw StageFormatError("an integer is cut off") }
        var value: Integer = 0
        for offset in (0..<count).reversed() {
            value = (value << 8) | Integer(truncatingIfNeeded: bytes[index + offset])
        }
        index += count
        return value
    }

    mutating func data() throws(StageFormatError) -> [UInt8] {
        let count = Int(try integer(UInt32.self))
        guard left >= count else { throw StageFormatError("a text is cut off") }
        defer { index += count }
        return Array(bytes[index..<index + count])
    }

    /// A text; bytes that are no UTF-8 become U+FFFD.
    mutating func text() throws(StageFormatError) -> String {
        String(decoding: try data(), as: UTF8.self)
    }

    /// Reads the number of elements, and each of them.
    ///
    /// - Parameters:
    ///   - bytesMin: What an element takes at least, so that a count cannot be a lie.
    ///   - read: Reads one.
    /// - Returns: The elements in their order.
    /// - Throws: When the list is cut off, or what `read` throws.
    mutating func list<Element>(
        bytesMin: Int, _ read: (inout PackedReader) throws(StageFormatError) -> Element
    ) throws(StageFormatError) -> [Element] {
        let count = Int(try integer(UInt32.self))
        guard count <= left / bytesMin else { throw StageFormatError("a list is cut off") }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try read(&self)) }
        return elements
    }

    /// Must be called at the end: nothing may be left over.
    func finish() throws(StageFormatError) {
        guard left == 0 else { throw StageFormatError("\(left) bytes too many") }
    }
}
