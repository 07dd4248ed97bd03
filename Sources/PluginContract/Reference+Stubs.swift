extension Reference {
    /// Type definitions for the Lua language server.
    static var stubs: String {
        var text = """
            ---@meta
            -- Written by `playhouse reference` from the tables in Sources/PluginContract.
            --
            -- A plugin begins with:
            --
            --   ---@type Plugin
            --   local game = {}

            """
        for item in classes {
            text += "\n---\(item.summary)\n---@class \(item.name)"
            text += item.parent.map { ": \($0)" } ?? ""
            for field in item.fields {
                text += "\n---@field \(field.name) \(field.type)"
                text += field.summary.isEmpty ? "" : " \(field.summary)"
            }
            text += "\n"
        }
        text += "\n---What `main.lua` returns: hooks, all of them optional.\n---@class Plugin"
        for hook in Hook.allCases {
            let parameters = ["room: Room"] + hook.form.parameters.map { "\($0.name): \($0.type)" }
            text += "\n---@field \(hook.functionName)? fun(\(parameters.joined(separator: ", ")))"
            text += " \(hook.form.summary)"
        }
        text += """


            ---The only door to the room.
            ---@class Room
            ---@field state table Survives everything: plain data, tracked.
            ---@field config table<string, any> The configuration of this run; read-only.
            ---@field now number Seconds of show time; stands still during a call.

            """
        for name in nodes where !name.contains(".") {
            text += "---@field \(name) Room.\(name)\n"
        }
        text += "local Room = {}\n"
        for function in HostAPI.functions
        where !function.path.contains(".") && !nodes.contains(function.path) {
            text += definition(function, in: "Room")
        }
        for node in nodes { text += definition(node) }
        return text
    }

    /// Paths below which there are functions.
    private static let nodes: [String] = {
        var nodes: [String] = []
        for function in HostAPI.functions {
            let parts = function.path.split(separator: ".")
            for count in 1..<max(1, parts.count) {
                let node = parts.prefix(count).joined(separator: ".")
                if !nodes.contains(node) { nodes.append(node) }
            }
        }
        return nodes
    }()

    private static func definition(_ node: String) -> String {
        let variable = node.replacing(".", with: "_")
        var text = "\n"
        let itself = HostAPI.function(at: node)
        if let itself { text += documentation(itself) }
        text += "---@class Room.\(node)\n"
        for inner in nodes where inner.hasPrefix(node + ".") {
            text += "---@field \(inner.dropFirst(node.count + 1)) Room.\(inner)\n"
        }
        if let itself {
            let parameters = itself.parameters.map {
                "\($0.name)\($0.isOptional ? "?" : ""): \($0.luaType)"
            }
            text += "---@overload fun(\(parameters.joined(separator: ", ")))\n"
        }
        text += "local \(variable) = {}\n"
        for function in HostAPI.functions where !nodes.contains(function.path) {
            let parts = function.path.split(separator: ".")
            guard parts.dropLast().joined(separator: ".") == node else { continue }
            text += definition(function, in: variable)
        }
        return text
    }

    private static func definition(_ function: HostAPI.Function, in table: String) -> String {
        var text = "\n" + documentation(function)
        for parameter in function.parameters {
            text += "---@param \(parameter.name)\(parameter.isOptional ? "?" : "")"
            text += " \(parameter.luaType)"
            text += parameter.summary.isEmpty ? "" : " \(plain(parameter.summary))"
            text += "\n"
        }
        if let returns = function.returns {
            text += "---@return \(returns.type) # \(returns.summary)\n"
        }
        let name = function.path.split(separator: ".").last ?? ""
        let names = function.parameters.map(\.name).joined(separator: ", ")
        return text + "function \(table).\(name)(\(names)) end\n"
    }

    private static func documentation(_ function: HostAPI.Function) -> String {
        var text = "---\(function.summary)\n"
        if !function.details.isEmpty { text += "---\(function.details)\n" }
        let capability = function.capability.map { "Capability `\($0.rawValue)`; in " } ?? "In "
        return text + "---\n---\(capability)\(prose(function.hooks)).\n"
    }

    /// A summary without links to pages.
    private static func plain(_ text: String) -> String {
        text.replacing(/\[(?<words>[^\]]*)\]\([^)]*\)/) { $0.output.words }
    }
}
