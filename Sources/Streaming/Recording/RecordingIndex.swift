/// Where in a recording one may begin, for the `sidx` box at its front (ISO/IEC 14496-12, 8.16.3).
///
/// The room for it is taken when the file begins, so it holds a fixed number of places; a longer
/// recording has every second one left out, and again.
struct RecordingIndex {
    /// Places that fit: one every 14 s in a show of eight hours.
    static let placesMax = 2_000
    private static let headBytes = 40
    /// What is kept free for the box: with all places, a `free` box of 8 bytes is left behind it.
    static let roomBytes = headBytes + 12 * placesMax + 8

    private struct Place {
        var offset: Int
        var milliseconds: Int64
    }

    private var places: [Place] = []
    /// One in so many keyframes is a place.
    private var stride = 1
    private var seen = 0

    /// Notes that a keyframe begins at an offset of the file.
    mutating func note(offset: Int, milliseconds: Int64) {
        defer { seen += 1 }
        guard seen % stride == 0 else { return }
        if places.count == Self.placesMax {
            places = places.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            stride *= 2
            guard seen % stride == 0 else { return }
        }
        places.append(Place(offset: offset, milliseconds: milliseconds))
    }

    /// Writes the boxes that take the place of ``roomBytes`` free bytes, right behind which the first
    /// fragment begins.
    ///
    /// - Parameters:
    ///   - track: The picture's, or that of the sound where there is no picture.
    ///   - start: Offset of the first fragment.
    ///   - end: Size of the file.
    ///   - endMilliseconds: Stream time at which it ends.
    /// - Returns: As many bytes; nil where there is no place.
    func boxes(track: Int, start: Int, end: Int, endMilliseconds: Int64) -> [UInt8]? {
        guard var first = places.first else { return nil }
        // What lies before the first keyframe belongs to it.
        first.offset = start
        var all = [first] + places.dropFirst()
        all.append(Place(offset: end, milliseconds: max(endMilliseconds, first.milliseconds + 1)))
        let size = Self.headBytes + 12 * (all.count - 1)
        var bytes: [UInt8] = []
        bytes.fullBox("sidx", version: 1) {
            $0.append32(track)
            $0.append32(1_000)
            $0.append64(first.milliseconds)
            $0.append64(Int64(Self.roomBytes - size))
            $0.append16(0)
            $0.append16(all.count - 1)
            for (place, next) in zip(all, all.dropFirst()) {
                $0.append32(next.offset - place.offset)
                $0.append32(Int(max(0, next.milliseconds - place.milliseconds)))
                // Begins with a keyframe, behind which all can be decoded (SAP type 1).
                $0.append32(0x9000_0000)
            }
        }
        bytes.box("free") { $0 += [UInt8](repeating: 0, count: Self.roomBytes - size - 8) }
        return bytes
    }

    /// What is written at first: nothing, in a box that everybody passes over.
    static var room: [UInt8] {
        var bytes: [UInt8] = []
        bytes.box("free") { $0 += [UInt8](repeating: 0, count: roomBytes - 8) }
        return bytes
    }
}
