/// One file of a recording: the initialisation segment with the events' track, room for an index, and
/// fragments as they come, each written at once and whole.
///
/// So it can be played while it grows, and when the server has been killed; the index is filled in at
/// the end.
struct RecordingPart {
    private let file: any RecordingFile
    private let track: Int
    private let indexOffset: Int
    private(set) var byteCount: Int
    private var sequence = 0
    private var index = RecordingIndex()
    private var lastMilliseconds: Int64 = 0
    private var frameMilliseconds: Int64 = 33
    private var lastEvent: Int64?

    /// - Throws: ``RecordingError``, also for an initialisation segment that is none.
    init(_ file: any RecordingFile, initialisation: [UInt8]) throws(RecordingError) {
        guard let head = RecordingBoxes.head(of: initialisation) else {
            throw .storage("the stream's initialisation segment has no track")
        }
        self.file = file
        track = head.track
        indexOffset = head.bytes.count
        byteCount = indexOffset + RecordingIndex.roomBytes
        try file.append(head.bytes + RecordingIndex.room)
    }

    mutating func append(_ fragment: Fragment) throws(RecordingError) {
        try write(RecordingBoxes.renumbered(fragment.bytes, sequence + 1))
        if fragment.isKey {
            index.note(
                offset: byteCount - fragment.bytes.count, milliseconds: fragment.milliseconds)
        }
        if fragment.milliseconds > lastMilliseconds {
            frameMilliseconds = min(fragment.milliseconds - lastMilliseconds, 1_000)
        }
        lastMilliseconds = fragment.milliseconds
    }

    /// Appends an event; two never have one time.
    mutating func append(
        event: [UInt8], atMilliseconds milliseconds: Int64, unixMilliseconds: Int64
    ) throws(RecordingError) {
        let time = max(milliseconds, (lastEvent ?? -1) + 1)
        try write(
            RecordingBoxes.event(
                event, atMilliseconds: time, sequence: sequence + 1,
                unixMilliseconds: unixMilliseconds))
        lastEvent = time
    }

    private mutating func write(_ bytes: [UInt8]) throws(RecordingError) {
        try file.append(bytes)
        byteCount += bytes.count
        sequence += 1
    }

    func sync() throws(RecordingError) { try file.sync() }

    /// Fills in the index and ends the file. Without an index it can be played as well.
    func finish() {
        let boxes = index.boxes(
            track: track, start: indexOffset + RecordingIndex.roomBytes, end: byteCount,
            endMilliseconds: lastMilliseconds + frameMilliseconds)
        if let boxes { try? file.overwrite(boxes, at: indexOffset) }
        file.close()
    }
}
