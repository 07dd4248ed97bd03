/// Everything that is wrong with a manifest, so that an author mends it in one go.
package struct ManifestError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One thing to mend.
    package struct Problem: Sendable, Equatable, CustomStringConvertible {
        package var file: String
        /// From 1.
        package var line: Int
        /// Such as `$.config.seconds.max`.
        package var path: String
        /// What is wrong and what would be right.
        package var message: String

        package init(file: String, line: Int, path: String, message: String) {
            self.file = file
            self.line = line
            self.path = path
            self.message = message
        }

        package var description: String { "\(file):\(line): \(path): \(message)" }
    }

    /// In the order of the file's checks, at least one.
    package var problems: [Problem]

    package init(problems: [Problem]) { self.problems = problems }

    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
