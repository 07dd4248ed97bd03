import PluginContract
import PluginHosting
import Scripting
import Wire

// What the Lua files use, and what the manifest says about it.
extension PluginCheck {
    private static let globals: Set<String> = [
        "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "print", "rawequal",
        "rawget", "rawlen", "rawset", "require", "select", "setmetatable", "tonumber", "tostring",
        "type", "xpcall", "coroutine", "math", "string", "table", "utf8", "_VERSION",
    ]

    /// What Lua has and the sandbox has not, with what to do instead.
    private static let missing: [String: String] = [
        "io": "a plugin has no files; keep values with room.kv",
        "os": "there is no clock but room.now, and no environment",
        "debug": "there is no debugger in a room; room.log writes into the server's log",
        "package": "require \"lib.name\" runs lib/name.lua",
        "load": "code comes from the plugin's files only",
        "loadstring": "code comes from the plugin's files only",
        "loadfile": "require \"lib.name\" runs lib/name.lua",
        "dofile": "require \"lib.name\" runs lib/name.lua",
        "collectgarbage": "leave memory to the host",
        "unpack": "it is table.unpack",
        "string.dump": "code comes from the plugin's files only",
        "math.randomseed": "math.random is seeded for each call, so that a show can be replayed",
        "__gc": "nothing may depend on when memory is freed",
        "__mode": "nothing may depend on when memory is freed",
        "__close": "end what you began before you return",
        "<close>": "end what you began before you return",
        "__concat": "use a function, or __tostring",
    ]

    func checkGlobals(
        _ path: String, _ survey: LuaSurvey, _ program: PluginProgram, _ findings: inout Findings
    ) {
        for item in survey.globalsRead where !Self.globals.contains(item.name) {
            if let remedy = Self.missing[item.name] {
                findings.add(
                    .error, "forbidden", path, item.position,
                    "\(item.name) does not exist in the sandbox", remedy: remedy)
            } else {
                findings.add(
                    .error, "global", path, item.position, "undeclared global \"\(item.name)\"",
                    remedy: "declare it with local, or mend its name")
            }
        }
        for item in survey.globalsWritten {
            findings.add(
                .error, "global", path, item.position,
                "assignment to the global \"\(item.name)\"",
                remedy: "declare it with local, or keep it in room.state")
        }
        for item in survey.forbidden {
            findings.add(
                .error, "forbidden", path, item.position,
                "\(item.name) is not available to plugins", remedy: Self.missing[item.name] ?? "")
        }
        for item in survey.keptOutside {
            findings.add(
                .warning, "state-outside", path, item.position,
                "\"\(item.name)\" is changed by a function and lies outside of room.state",
                remedy: "it is lost at a restart and differs on replay; keep it in room.state")
        }
        for item in survey.required {
            let file = item.name.replacing(".", with: "/") + ".lua"
            guard program.source.files[file] == nil else { continue }
            findings.add(
                .error, "require", path, item.position, "there is no \(file)",
                remedy: "require \"lib.name\" runs lib/name.lua of the plugin's folder")
        }
    }

    func checkUses(
        _ path: String, _ survey: LuaSurvey, _ manifest: ManifestPlaces,
        _ findings: inout Findings
    ) {
        for use in survey.uses {
            guard let first = use.path.first, !["state", "now"].contains(first) else { continue }
            if first == "config" {
                checkConfig(path, use, manifest, &findings)
                continue
            }
            let name = use.path.joined(separator: ".")
            let below = HostAPI.functions.filter {
                $0.path == name || $0.path.hasPrefix(name + ".")
            }
            let function = HostAPI.function(at: name)
            guard let any = function ?? below.first, use.arguments == nil || function != nil else {
                let known = HostAPI.functions.map(\.path).filter { $0.hasPrefix(first + ".") }
                findings.add(
                    .error, "host-api", path, use.position, "room.\(name) does not exist",
                    remedy: known.isEmpty
                        ? "there are state, config, now and \(Self.nodes.joined(separator: ", "))"
                        : "there are " + known.map { "room.\($0)" }.joined(separator: ", "))
                continue
            }
            if let capability = any.capability,
                !manifest.manifest.capabilities.contains(capability)
            {
                findings.add(
                    .error, "capability-undeclared", path, use.position,
                    "room.\(name) needs the capability \"\(capability.rawValue)\"",
                    remedy: "add \"\(capability.rawValue)\" to \"capabilities\" in plugin.json")
            }
            if let function, use.arguments != nil,
                let hook = use.hook.flatMap(Hook.init(functionName:)),
                !function.hooks.contains(hook)
            {
                findings.add(
                    .error, "hook", path, use.position,
                    "room.\(name) cannot be called in \(hook.functionName)",
                    remedy: "SDK-docs/reference/host-api.md says where it can")
            }
            checkSurface(path, use, manifest, &findings)
        }
    }

    private static let nodes: [String] = {
        var nodes: [String] = []
        for function in HostAPI.functions {
            let node = String(function.path.split(separator: ".").first ?? "")
            if !nodes.contains(node) { nodes.append(node) }
        }
        return nodes
    }()

    private func checkConfig(
        _ path: String, _ use: LuaSurvey.Use, _ manifest: ManifestPlaces,
        _ findings: inout Findings
    ) {
        guard use.path.count > 1 else { return }
        let name = use.path[1]
        let fields = manifest.manifest.configuration.fields.map(\.name)
        guard !fields.contains(name) else { return }
        findings.add(
            .error, "config-undeclared", path, use.position,
            "room.config.\(name) is not declared",
            remedy: "add \"\(name)\" to \"config\" in plugin.json; there "
                + (fields.isEmpty ? "is nothing yet" : "are \(fields.joined(separator: ", "))"))
    }

    private func checkSurface(
        _ path: String, _ use: LuaSurvey.Use, _ manifest: ManifestPlaces,
        _ findings: inout Findings
    ) {
        guard ["panel.show", "panel.hide"].contains(use.path.joined(separator: ".")),
            let name = use.arguments?.first?.textValue
        else { return }
        guard let surface = PanelSurface(rawValue: name) else {
            findings.add(
                .error, "surface", path, use.position, "there is no surface \"\(name)\"",
                remedy: "it is one of "
                    + PanelSurface.allCases.map(\.rawValue).joined(separator: ", "))
            return
        }
        guard !manifest.manifest.surfaces.contains(surface) else { return }
        findings.add(
            .error, "surface", path, use.position,
            "the surface \"\(name)\" is not declared",
            remedy: "add \"\(name)\" to \"surfaces\" in plugin.json")
    }

    func checkHooks(
        _ survey: LuaSurvey?, _ manifest: ManifestPlaces, _ findings: inout Findings
    ) {
        for item in survey?.hooks ?? [] {
            guard let hook = Hook(functionName: item.name) else {
                findings.add(
                    .error, "hook", "main.lua", item.position, "there is no hook \(item.name)",
                    remedy: "there are "
                        + Hook.allCases.map(\.functionName).joined(separator: ", "))
                continue
            }
            if let capability = hook.capability,
                !manifest.manifest.capabilities.contains(capability)
            {
                findings.add(
                    .error, "capability-undeclared", "main.lua", item.position,
                    "\(item.name) is never called without the capability"
                        + " \"\(capability.rawValue)\"",
                    remedy: "add \"\(capability.rawValue)\" to \"capabilities\" in plugin.json")
            }
        }
    }

    /// What the manifest declares and nothing uses.
    func checkLeftovers(
        _ surveys: [String: LuaSurvey], _ manifest: ManifestPlaces, _ findings: inout Findings
    ) {
        // Of a file that could not be read nothing is known.
        guard surveys.count == manifest.program.source.files.count else { return }
        let uses = surveys.values.flatMap(\.uses)
        var used: Set<Capability> = []
        for use in uses {
            let name = use.path.joined(separator: ".")
            for function in HostAPI.functions
            where function.path == name || function.path.hasPrefix(name + ".") {
                if let capability = function.capability { used.insert(capability) }
            }
        }
        for hook in surveys["main.lua"]?.hooks ?? [] {
            if let capability = Hook(functionName: hook.name)?.capability {
                used.insert(capability)
            }
        }
        if surveys.values.contains(where: { $0.tables.contains(where: Self.showsLeaderboard) }) {
            used.insert(.leaderboard)
        }
        for capability in manifest.manifest.capabilities.subtracting(used) {
            findings.add(
                .warning, "capability-unused", "plugin.json",
                manifest.position(of: capability.rawValue, in: "capabilities"),
                "the capability \"\(capability.rawValue)\" is not used",
                remedy: "take it out: operators grant what is declared")
        }
        if !surveys.values.contains(where: \.readsConfigFreely) {
            let read = Set(
                uses.filter { $0.path.first == "config" && $0.path.count > 1 }.map { $0.path[1] })
            let sources = Set(manifest.manifest.configuration.fields.compactMap(\.priceOf))
            for field in manifest.manifest.configuration.fields
            where !read.contains(field.name) && !sources.contains(field.name) {
                findings.add(
                    .warning, "config-unused", "plugin.json",
                    manifest.position(of: "$.config.\(field.name)"),
                    "room.config.\(field.name) is never read", remedy: "use it, or take it out")
            }
        }
        checkSurfaces(uses, manifest, &findings)
    }

    private static func showsLeaderboard(_ table: (fields: [LuaField], position: LuaPosition))
        -> Bool
    {
        guard let first = table.fields.first, case .position = first.key else { return false }
        return first.value.textValue == "leaderboard"
    }

    private func checkSurfaces(
        _ uses: [LuaSurvey.Use], _ manifest: ManifestPlaces, _ findings: inout Findings
    ) {
        let shows = uses.filter { $0.path == ["panel", "show"] }
        let names = shows.map { $0.arguments?.first?.textValue }
        guard manifest.json["surfaces"] != nil, !names.contains(nil) else { return }
        for surface in manifest.manifest.surfaces where !names.contains(surface.rawValue) {
            findings.add(
                .warning, "surface-unused", "plugin.json",
                manifest.position(of: surface.rawValue, in: "surfaces"),
                "nothing is shown on the surface \"\(surface.rawValue)\"",
                remedy: "show a panel there, or take it out")
        }
    }
}
