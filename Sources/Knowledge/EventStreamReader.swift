/// Reads server-sent events as their bytes arrive (WHATWG HTML, section 9.2). A pure value.
///
/// Only the data of events is kept; their names and ids are passed over.
package struct EventStreamReader: Sendable {
    package static let lineBytesMax = 64 << 10
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var endedWithReturn = false

    package init() {}

    /// Takes more bytes and returns the data of every event that they complete.
    ///
    /// - Throws: ``EndpointError/tooLarge`` for a line or an event above ``lineBytesMax``.
    package mutating func read(_ bytes: some Sequence<UInt8>) throws(EndpointError) -> [[UInt8]] {
        var events: [[UInt8]] = []
        for byte in bytes {
            if byte == 0x0A, endedWithReturn {
                endedWithReturn = false
                continue
            }
            endedWithReturn = byte == 0x0D
            guard byte == 0x0A || byte == 0x0D else {
                line.append(byte)
                guard line.count <= Self.lineBytesMax else { throw .tooLarge }
                continue
            }
            if line.isEmpty {
                if hasData { events.append(data) }
                data = []
                hasData = false
            } else {
                try endLine()
            }
            line.removeAll(keepingCapacity: true)
        }
        return events
    }

    private mutating func endLine() throws(EndpointError) {
        let name = Array("data".utf8)
        guard line.starts(with: name) else { return }
        var value = line[name.count...]
        guard value.isEmpty || value.first == UInt8(ascii: ":") else { return }
        value = value.dropFirst()
        if value.first == 0x20 { value = value.dropFirst() }
        if hasData { data.append(0x0A) }
        data += value
        hasData = true
        guard data.count <= Self.lineBytesMax else { throw .tooLarge }
    }
}
