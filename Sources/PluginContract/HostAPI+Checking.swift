package import Wire

/// Why a call of a host function was refused, in words for the plugin's author.
package struct HostCallError: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}

extension HostAPI {
    /// Decides whether a call may be made: capability, hook, then the arguments one by one.
    ///
    /// - Parameters:
    ///   - path: Below `room`, such as `panel.show`.
    ///   - hook: The one that is running.
    ///   - capabilities: Those of the manifest.
    ///   - arguments: After `room`; missing optional ones at the end may be left out.
    /// - Returns: The function that was called.
    /// - Throws: What is wrong and what would be right.
    package static func check(
        _ path: String, hook: Hook, capabilities: Set<Capability>, arguments: [JSON]
    ) throws(HostCallError) -> Function {
        guard let function = function(at: path) else {
            throw HostCallError("there is no host function \(path)")
        }
        if let capability = function.capability, !capabilities.contains(capability) {
            throw HostCallError(
                "capability \"\(capability.rawValue)\" is not declared in plugin.json")
        }
        guard function.hooks.contains(hook) else {
            let names = function.hooks.map(\.functionName).joined(separator: ", ")
            throw HostCallError(
                "\(path) cannot be called in \(hook.functionName); it can be called in \(names)")
        }
        let parameters = function.parameters
        guard arguments.count <= parameters.count else {
            let names = parameters.map(\.name).joined(separator: ", ")
            throw HostCallError(
                "\(path)(\(names)) takes \(parameters.count) arguments, got \(arguments.count)")
        }
        for (index, parameter) in parameters.enumerated() {
            let argument = index < arguments.count ? arguments[index] : nil
            if let problem = parameter.problem(with: argument) {
                throw HostCallError("\(path): \(problem)")
            }
        }
        return function
    }
}
