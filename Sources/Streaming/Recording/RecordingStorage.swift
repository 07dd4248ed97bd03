/// Where recordings are kept; called on the recorder's queue alone.
package protocol RecordingStorage: Sendable {
    /// Begins a file that was not there; every name is tried once.
    func create(_ name: String) throws(RecordingError) -> any RecordingFile

    /// Brings in order what a server left that was killed, and says what was mended.
    func mend() -> [String]
}

/// A recording that is being written.
package protocol RecordingFile: AnyObject {
    /// Writes all of the bytes at the end. After an error the file ends where it ended before, or in
    /// bytes that ``RecordingStorage/mend()`` takes away.
    func append(_ bytes: [UInt8]) throws(RecordingError)

    /// Writes over what is there.
    func overwrite(_ bytes: [UInt8], at offset: Int) throws(RecordingError)

    /// Returns when what was written outlasts a loss of power, and looks whether there is room for more.
    func sync() throws(RecordingError)

    /// No more is written.
    func close()
}

/// Why nothing can be written.
package enum RecordingError: Error, Equatable {
    /// There is such a file already.
    case exists
    /// The disk is full, or nearly.
    case full
    /// The system's words.
    case storage(String)

    var words: String {
        switch self {
        case .exists: "there are too many recordings of this second"
        case .full: "the disk is full, or less is free than recordings have to leave"
        case .storage(let words): words
        }
    }
}

/// The bounds of recordings.
package struct RecordingLimits: Sendable, Equatable {
    /// Bytes that wait for the disk, in all rooms; beyond that pictures are left out up to a keyframe.
    package var waitingBytesMax = 32 << 20
    /// Files of one show: each change of size or sound begins another.
    package var partsMax = 100
    /// What recordings leave free on their disk, in bytes: others need it.
    package var freeBytesMin = 1 << 30
    /// From one sync to the next, in milliseconds.
    package var syncMilliseconds: Int64 = 5_000

    package init() {}
}
