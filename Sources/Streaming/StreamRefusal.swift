/// Why a publisher or its stream is refused: a stable code, and a sentence for whoever sits at the
/// encoder.
package struct StreamRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// One case for each thing a caller would do differently or count by itself.
    package enum Code: String, Sendable, CaseIterable {
        /// The bytes are not what the format says.
        case malformed = "MALFORMED"
        /// A bound of ``IngestLimits`` was reached.
        case tooLarge = "TOO_LARGE"
        /// A command came where it may not.
        case outOfOrder = "OUT_OF_ORDER"
        /// The stream key is not one, has expired, or is for something else.
        case key = "KEY"
        /// The page could not play this.
        case unsupported = "UNSUPPORTED"
    }

    package var code: Code
    /// A sentence without personal data and without the key.
    package var words: String

    package init(_ code: Code, _ words: String) {
        self.code = code
        self.words = words
    }

    package var description: String { "\(code.rawValue): \(words)" }
}
