internal import CSandbox

/// Notes which lines of a program have run, over any number of scripts.
///
/// For tests of plugins: a script that is covered is slower, and does the same. Of the scripts that share
/// one only one runs at a time, and ``lines(of:)`` is read when none of them does.
package final class LineCoverage: @unchecked Sendable {
    // Sendable: `files` never changes. The bytes behind it are written by the one script that runs, and
    // read when none does; who hands the turn on synchronises both.
    private let files: [String: UnsafeMutableBufferPointer<UInt8>]

    /// Begins with no line having run.
    package init(of source: ScriptSource) {
        files = source.files.mapValues { text in
            let count = text.count { $0 == UInt8(ascii: "\n") } + 1
            let lines = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
            lines.initialize(repeating: 0)
            return lines
        }
    }

    deinit { for lines in files.values { lines.deallocate() } }

    /// The lines of a file that have run, from 1, in order.
    package func lines(of file: String) -> [Int] {
        guard let lines = files[file] else { return [] }
        return lines.indices.filter { lines[$0] != 0 }.map { $0 + 1 }
    }

    /// Has a sandbox note its lines here. Whoever owns the sandbox keeps this object.
    func attach(to box: OpaquePointer) {
        for (name, lines) in files {
            Array(name.utf8).withSandboxBytes {
                sandbox_cover(box, $0, lines.baseAddress, lines.count)
            }
        }
    }
}
