/// One connection of the load; thousands of them lie side by side, so it is small and owns its carry
/// by hand.
struct LoadConnection {
    enum Phase: UInt8 {
        case connecting, upgrading, joining, ready, closed
    }

    var descriptor: Int32
    var phase = Phase.connecting
    let isPublisher: Bool
    let isSlow: Bool
    let room: Int32
    /// The port at this end; known when ready.
    var localPort: UInt16 = 0
    /// The code of the server's close frame; 0 while there was none.
    var closeCode: UInt16 = 0
    /// The latest stamp seen, to count what comes twice or out of order.
    var stampMax: Int64 = -1

    // The start of a frame whose end has not arrived; kept once allocated, because a connection
    // that splits one frame splits more.
    private var carry: UnsafeMutableRawPointer?
    private(set) var carryBytes = 0
    private var carryCapacity = 0

    init(descriptor: Int32, room: Int, isPublisher: Bool, isSlow: Bool) {
        self.descriptor = descriptor
        self.room = Int32(room)
        self.isPublisher = isPublisher
        self.isSlow = isSlow
    }

    /// Keeps bytes until more arrive.
    mutating func keep(_ bytes: UnsafeRawBufferPointer) {
        carryBytes = bytes.count
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        if bytes.count > carryCapacity {
            carry?.deallocate()
            carryCapacity = bytes.count * 2
            carry = .allocate(byteCount: carryCapacity, alignment: 16)
        }
        carry?.copyMemory(from: source, byteCount: bytes.count)
    }

    /// Copies what was kept to the start of a buffer and returns its size.
    func restore(to buffer: UnsafeMutableRawBufferPointer) -> Int {
        if let carry, carryBytes > 0 {
            buffer.baseAddress?.copyMemory(from: carry, byteCount: carryBytes)
        }
        return carryBytes
    }

    /// Frees what was kept.
    mutating func release() {
        carry?.deallocate()
        carry = nil
        carryBytes = 0
        carryCapacity = 0
    }
}
