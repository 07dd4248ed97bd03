extension Reference {
    /// `reference/host-api.md`.
    static var hostAPI: String {
        var text =
            header + """
                # Host API

                Everything that hangs on `room`. A call that changes the world is an effect: it is checked
                at once, recorded with the call's changes, and happens when the record is durable, or not
                at all. A read tells what was delivered with the call. A call that is not allowed raises an error that
                says what would be.

                `room.state` is the plugin's memory, `room.config` its configuration, `room.now` the seconds since the show
                began. Types such as `Viewer` stand in [hooks](hooks.md#types).


                """
        for capability in [nil] + Capability.allCases.map(Optional.some) {
            let functions = HostAPI.functions.filter { $0.capability == capability }
            if let capability {
                text += "## Capability \(capability.rawValue)\n\n\(capability.summary)\n\n"
                let hooks = Hook.allCases.filter { $0.capability == capability }
                if !hooks.isEmpty { text += "Hooks that need it: \(prose(hooks)).\n\n" }
            } else {
                text += "## For every plugin\n\n"
            }
            for function in functions { text += section(function) }
        }
        text += "## Which function in which hook\n\n"
        let rows = HostAPI.functions.map { function in
            ["`\(function.path)`", function.capability.map { "`\($0.rawValue)`" } ?? ""]
                + Hook.allCases.map { function.hooks.contains($0) ? "✓" : "" }
        }
        text += table(
            ["function", "capability"] + Hook.allCases.map { "`\($0.functionName)`" }, rows)
        return text
    }

    private static func section(_ function: HostAPI.Function) -> String {
        let names = function.parameters.map { $0.isOptional ? "\($0.name)?" : $0.name }
        var text = "### room.\(function.path)(\(names.joined(separator: ", ")))\n\n"
        text += function.summary
        text += function.details.isEmpty ? "" : " \(function.details)"
        text += " In \(prose(function.hooks)).\n\n"
        var rows: [[String]] = []
        for parameter in function.parameters {
            guard case .options(let options) = parameter.kind else {
                rows.append(row(parameter, parameter.name))
                continue
            }
            rows += options.map { row($0, "\(parameter.name).\($0.name)") }
        }
        if let returns = function.returns {
            rows.append(["returns", "`\(returns.type)`", returns.summary])
        }
        if !rows.isEmpty { text += table(["", "", ""], rows) + "\n" }
        return text
    }

    private static func row(_ parameter: HostParameter, _ name: String) -> [String] {
        let expectation = parameter.expectation + (parameter.isOptional ? ", or nothing" : "")
        return ["`\(name)`", expectation, parameter.summary]
    }

    /// `reference/hooks.md`.
    static var hooks: String {
        var text =
            header + """
                # Hooks

                A hook is a function in the table that `main.lua` returns. A missing hook is fine. One call runs
                at a time, in log order; it is atomic: when it returns, its changes and effects stand
                together, when it fails, it has never been.

                There is no hook that draws a viewer's own screen: the panel is drawn once for everybody, and
                [`room.panel.patch`](host-api.md#roompanelpatchviewer-elements) overrides what one viewer sees.


                """
        for hook in Hook.allCases {
            let form = hook.form
            let names = ["room"] + form.parameters.map(\.name)
            text += "## \(hook.functionName)(\(names.joined(separator: ", ")))\n\n\(form.summary)"
            text += form.details.isEmpty ? "" : " \(form.details)"
            text += form.capability.map { " Needs the capability `\($0.rawValue)`." } ?? ""
            text += "\n\n"
            if !form.parameters.isEmpty {
                text +=
                    table(["", ""], form.parameters.map { ["`\($0.name)`", "`\($0.type)`"] })
                    + "\n"
            }
        }
        text += "## Types\n\n"
        for item in classes {
            text += "### \(item.name)\n\n\(item.summary)"
            text += item.parent.map { " Has the fields of `\($0)` too." } ?? ""
            let rows = item.fields.map { ["`\($0.name)`", "`\($0.type)`", $0.summary] }
            text += "\n\n" + table(["", "", ""], rows) + "\n"
        }
        return String(text.dropLast())
    }
}
