internal import CSandbox
internal import Foundation

/// The functions and values on `room`, as scripts see them: paths such as `panel.show`, `collect`,
/// `collect.close`. A path may be callable and have others below it.
///
/// Made once and read by every script that has them, so that thousands of scripts hold one list.
package final class HostFunctions: @unchecked Sendable {
    // Sendable: written by init alone, freed when nobody holds the list any more.
    package let paths: [String]
    private let texts: UnsafeMutableBufferPointer<UnsafePointer<CChar>?>

    /// - Parameter paths: Below `room`; a handler is told the index of the one that is called.
    package init(_ paths: [String]) {
        self.paths = paths
        texts = .allocate(capacity: paths.count)
        for (index, path) in paths.enumerated() {
            guard let text = strdup(path) else { fatalError("no memory for a list of names") }
            texts.initializeElement(at: index, to: UnsafePointer(text))
        }
    }

    deinit {
        for text in texts { free(UnsafeMutableRawPointer(mutating: text)) }
        texts.deallocate()
    }

    /// Gives the list to a sandbox, which the list must outlive.
    func attach(to box: OpaquePointer) {
        sandbox_set_functions(
            box, SandboxFunctions(paths: UnsafePointer(texts.baseAddress), count: texts.count))
    }
}

extension HostFunctions: ExpressibleByArrayLiteral {
    package convenience init(arrayLiteral paths: String...) { self.init(paths) }
}
