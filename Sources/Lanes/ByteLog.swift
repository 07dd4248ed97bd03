import Wire

/// The newest bytes of an endless stream of complete WebSocket frames, read by many cursors.
///
/// A position counts bytes since the stream began. What a reader has not taken lies in one piece
/// from its cursor to ``end``, so a thousand readers share one buffer and each needs one number.
/// When the log is full the oldest half is forgotten; a cursor before ``start`` has fallen behind.
struct ByteLog: ~Copyable {
    /// The first position that is still here.
    private(set) var start: UInt64 = 0
    private var count = 0
    private var capacity = 0
    private var storage: UnsafeMutableRawPointer?
    /// Readers may be this far behind, in bytes; the log may hold twice as much.
    let window: Int

    init(window: Int) { self.window = window }

    deinit { storage?.deallocate() }

    /// The position after the last byte.
    var end: UInt64 { start &+ UInt64(count) }

    /// Appends one frame, forgetting the oldest bytes where the log would grow past twice its window.
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        if count + bytes.count > capacity { makeRoom(for: bytes.count) }
        storage?.advanced(by: count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    /// Forgets everything; for when no reader is behind.
    mutating func forgetAll() {
        start = end
        count = 0
        // A burst must not hold its memory for the rest of the show.
        if capacity > 64 << 10 {
            storage?.deallocate()
            storage = nil
            capacity = 0
        }
    }

    /// The bytes from a position within the log to its end.
    func bytes(from position: UInt64) -> UnsafeRawBufferPointer {
        let skipped = Int(position &- start)
        guard let storage, skipped < count else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: storage + skipped, count: count - skipped)
    }

    private mutating func makeRoom(for more: Int) {
        let whole = count + more
        if whole <= 2 * window || count == 0 {
            grow(to: max(whole, min(max(4096, capacity * 2), max(2 * window, whole))), dropping: 0)
            return
        }
        // Cut at a frame boundary, so that a cursor is never in the middle of a frame.
        var dropped = 0
        while count - dropped > 0, count - dropped + more > window {
            guard let storage,
                let length = WebSocketFrame.length(
                    ofFrameAt: storage + dropped, available: count - dropped)
            else { break }
            dropped += length
        }
        dropped = min(dropped, count)
        if count - dropped + more > capacity {
            grow(to: count - dropped + more, dropping: dropped)
        } else if let storage {
            storage.copyMemory(from: storage + dropped, byteCount: count - dropped)
            count -= dropped
            start &+= UInt64(dropped)
        }
    }

    private mutating func grow(to newCapacity: Int, dropping dropped: Int) {
        let new = UnsafeMutableRawPointer.allocate(byteCount: newCapacity, alignment: 16)
        if let storage {
            new.copyMemory(from: storage + dropped, byteCount: count - dropped)
            storage.deallocate()
        }
        storage = new
        capacity = newCapacity
        count -= dropped
        start &+= UInt64(dropped)
    }
}
