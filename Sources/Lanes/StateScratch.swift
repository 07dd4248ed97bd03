/// The frames of all states that are newer than a version, in one piece.
///
/// Readers of one audience are nearly always at the same version, so the piece made for the first
/// one serves all others of a pass.
struct StateScratch: ~Copyable {
    private var audience = -1
    private var from: UInt64 = 0
    private(set) var version: UInt64 = 0
    private var staff = false
    private var storage = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
    private var count = 0

    deinit { storage.deallocate() }

    /// The frames; valid until the next call.
    mutating func frames(of audience: Audience, after from: UInt64, staff: Bool)
        -> UnsafeRawBufferPointer
    {
        if self.audience != audience.number || self.from != from || self.staff != staff
            || version != audience.stateVersion
        {
            fill(audience, from, staff)
        }
        return UnsafeRawBufferPointer(rebasing: storage[..<count])
    }

    private mutating func fill(_ audience: Audience, _ from: UInt64, _ staff: Bool) {
        self.audience = audience.number
        self.from = from
        self.staff = staff
        version = audience.stateVersion
        count = 0
        for state in audience.states where state.version > from && (staff || !state.staffOnly) {
            if count + state.frame.count > storage.count {
                let new = UnsafeMutableRawBufferPointer.allocate(
                    byteCount: (count + state.frame.count) * 2, alignment: 16)
                new.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<count]))
                storage.deallocate()
                storage = new
            }
            state.frame.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: storage[count...]).copyMemory(from: $0)
            }
            count += state.frame.count
        }
    }
}
