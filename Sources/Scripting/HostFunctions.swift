internal import CSandbox

/// The functions and values on `room`, as scripts see them: paths such as `panel.show`, `collect`,
/// `collect.close`. A path may be callable and have others below it.
///
/// Made once and read by every script that has them, so that thousands of scripts hold one list.
package final class HostFunctions: @unchecked Sendable {
    // Sendable: written by init alone, freed when nobody holds the list any more.
    package let paths: [String]
    private let text: UnsafeMutableBufferPointer<CChar>
    private let starts: UnsafeMutableBufferPointer<UnsafePointer<CChar>?>

    /// - Parameter paths: Below `room`; a handler is told the index of the one that is called.
    package init(_ paths: [String]) {
        self.paths = paths
        let texts = paths.map { $0.utf8CString }
        text = .allocate(capacity: texts.reduce(0) { $0 + $1.count })
        _ = text.initialize(from: texts.joined())
        starts = .allocate(capacity: paths.count)
        var offset = 0
        for (index, path) in texts.enumerated() {
            let start = text.baseAddress.map { UnsafePointer($0 + offset) }
            starts.initializeElement(at: index, to: start)
            offset += path.count
        }
    }

    deinit {
        starts.deallocate()
        text.deallocate()
    }

    /// Gives the list to a sandbox, which the list must outlive.
    func attach(to box: OpaquePointer) {
        sandbox_set_functions(
            box, SandboxFunctions(paths: UnsafePointer(starts.baseAddress), count: starts.count))
    }
}

extension HostFunctions: ExpressibleByArrayLiteral {
    package convenience init(arrayLiteral paths: String...) { self.init(paths) }
}
