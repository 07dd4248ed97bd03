import CCage

/// What keeps a stage process from doing harm; not every system can do everything.
package struct StageCage: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// No other processes, no files to be written, no core dumps, bounded memory.
    package static let limits = StageCage(rawValue: UInt32(CAGE_LIMITED))
    /// Namespaces of its own: no network, no mounts.
    package static let namespaces = StageCage(rawValue: UInt32(CAGE_ALONE))
    /// Its file system is one empty folder that has been deleted.
    package static let emptyRoot = StageCage(rawValue: UInt32(CAGE_EMPTY_ROOT))
    /// It was started by root, and is nobody now.
    package static let nobody = StageCage(rawValue: UInt32(CAGE_NOBODY))
    /// System calls beyond a short list end it. Without this one the others are no cage.
    package static let filter = StageCage(rawValue: UInt32(CAGE_FILTERED))

    /// Their names, for the log.
    package var names: [String] {
        let all: [(StageCage, String)] = [
            (.filter, "filter"), (.limits, "limits"), (.namespaces, "namespaces"),
            (.emptyRoot, "emptyRoot"), (.nobody, "nobody"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}
