#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Brings a recording in order whose server was killed: what was written by half at its end is cut off,
/// and the index is filled in.
///
/// Only files that have the room for an index where this server puts it are touched, and none that
/// somebody holds the lock of.
enum RecordingMending {
    /// The head of one box at an offset.
    private struct Head {
        var type: String
        var size: Int
    }

    /// - Returns: Whether there was something to mend.
    static func mend(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        let size = Int(status.st_size)
        guard let first = head(descriptor, 0, size), first.type == "ftyp",
            let movie = head(descriptor, first.size, size), movie.type == "moov",
            movie.size <= 1 << 20,
            let track = firstTrack(read(descriptor, first.size, movie.size))
        else { return false }
        let indexOffset = first.size + movie.size
        guard let room = head(descriptor, indexOffset, size), room.type == "free",
            room.size == RecordingIndex.roomBytes
        else { return false }
        let start = indexOffset + room.size
        let (end, endMilliseconds, index) = walk(descriptor, start, size, track)
        if end < size, ftruncate(descriptor, off_t(end)) != 0 { return false }
        let boxes = index.boxes(
            track: track.number, start: start, end: end, endMilliseconds: endMilliseconds)
        guard let boxes else { return end < size }
        return pwrite(descriptor, boxes, boxes.count, off_t(indexOffset)) == boxes.count
    }

    /// The track that the index counts by.
    private struct Track {
        var number: Int
        var scale: Int
    }

    private static func firstTrack(_ movie: [UInt8]) -> Track? {
        let boxes = MP4Box.list(movie.dropFirst(8))
        guard let trak = boxes.first(where: { $0.type == "trak" }) else { return nil }
        let parts = MP4Box.list(trak.payload)
        guard let head = parts.first(where: { $0.type == "tkhd" }),
            let media = parts.first(where: { $0.type == "mdia" }),
            let times = MP4Box.list(media.payload).first(where: { $0.type == "mdhd" })
        else { return nil }
        var numbers = BinaryReader(Array(head.payload), from: 12)
        var scales = BinaryReader(Array(times.payload), from: 12)
        guard let number = numbers.integer(4), let scale = scales.integer(4), scale > 0 else {
            return nil
        }
        return Track(number: Int(number), scale: Int(scale))
    }

    /// Goes over the fragments, up to the first that is not whole.
    private static func walk(
        _ descriptor: Int32, _ start: Int, _ size: Int, _ track: Track
    ) -> (end: Int, endMilliseconds: Int64, RecordingIndex) {
        var index = RecordingIndex()
        var offset = start
        /// Where the present fragment begins, its `prft` included.
        var fragment = start
        var first: (milliseconds: Int64, isKey: Bool)?
        var endMilliseconds: Int64 = 0
        while let box = head(descriptor, offset, size) {
            offset += box.size
            switch box.type {
            case "moof":
                guard box.size <= 1 << 20 else { return (fragment, endMilliseconds, index) }
                first = sample(read(descriptor, offset - box.size, box.size), of: track)
            case "mdat":
                if let first {
                    if first.isKey {
                        index.note(offset: fragment, milliseconds: first.milliseconds)
                    }
                    endMilliseconds = max(endMilliseconds, first.milliseconds)
                }
                first = nil
                fragment = offset
            case "prft": break
            default: return (fragment, endMilliseconds, index)
            }
        }
        return (fragment, endMilliseconds, index)
    }

    /// Time and kind of a track's first sample in a `moof`; nil where the track has none.
    private static func sample(
        _ moof: [UInt8], of track: Track
    ) -> (milliseconds: Int64, isKey: Bool)? {
        for traf in MP4Box.list(moof.dropFirst(8)) where traf.type == "traf" {
            let boxes = MP4Box.list(traf.payload)
            guard let head = boxes.first(where: { $0.type == "tfhd" }),
                let time = boxes.first(where: { $0.type == "tfdt" }),
                let run = boxes.first(where: { $0.type == "trun" })
            else { continue }
            var heads = BinaryReader(Array(head.payload), from: 4)
            var times = BinaryReader(Array(time.payload), from: 4)
            // Version and flags, count, offset, duration and size lie before the first flags.
            var flags = BinaryReader(Array(run.payload), from: 20)
            guard let number = heads.integer(4), Int(number) == track.number,
                let decode = times.integer(8), decode < 1 << 50, let first = flags.integer(4)
            else { continue }
            return (Int64(decode * 1_000 / UInt64(track.scale)), first & 0x1_0000 == 0)
        }
        return nil
    }

    /// The head of a box that lies in the file as a whole.
    private static func head(_ descriptor: Int32, _ offset: Int, _ size: Int) -> Head? {
        let bytes = read(descriptor, offset, 8)
        guard bytes.count == 8 else { return nil }
        let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard length >= 8, offset + length <= size else { return nil }
        return Head(type: String(decoding: bytes[4...], as: UTF8.self), size: length)
    }

    /// As many bytes as there are.
    private static func read(_ descriptor: Int32, _ offset: Int, _ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = pread(descriptor, &bytes, count, off_t(offset))
        return got == count ? bytes : Array(bytes.prefix(max(0, got)))
    }
}
