import Foundation
import Testing
import Wire

/// One person's page: looks, waits, clicks and types as a person does.
struct Page: Sendable {
    /// How long a page is waited for. It costs nothing when all is well, and a machine that others use
    /// as well may stand for seconds.
    static let patienceSeconds = 60.0

    /// Who looks at it, for messages.
    let name: String
    fileprivate let session: String
    fileprivate let devTools: DevTools

    init(name: String, session: String, devTools: DevTools) {
        self.name = name
        self.session = session
        self.devTools = devTools
    }

    /// Sends a DevTools command to this page.
    @discardableResult
    func call(_ method: String, _ parameters: JSONObject = [:]) async throws -> JSON {
        try await devTools.call(method, parameters, session: session)
    }

    /// Opens an address and waits until the page has loaded.
    func go(to address: String) async throws {
        let result = try await call("Page.navigate", ["url": .string(address)])
        if let problem = result["errorText"]?.stringValue {
            throw BrowserError("\(name) cannot open \(address): \(problem)")
        }
        try await wait(until: "document.readyState === 'complete'")
    }

    /// Sets the size of the window in CSS pixels; a phone has touch and a dense screen.
    func setSize(width: Int, height: Int, isPhone: Bool) async throws {
        try await call(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": .integer(Int64(width)), "height": .integer(Int64(height)),
                "deviceScaleFactor": isPhone ? 2 : 1, "mobile": .bool(isPhone),
            ])
        try await call("Emulation.setTouchEmulationEnabled", ["enabled": .bool(isPhone)])
    }

    // MARK: Looking

    /// Evaluates an expression, awaits it if it is a promise, and returns its value.
    ///
    /// Throws what the page threw.
    @discardableResult
    func evaluate(_ expression: String) async throws -> JSON {
        let result = try await call(
            "Runtime.evaluate",
            [
                "expression": .string(expression), "awaitPromise": true, "returnByValue": true,
                "userGesture": true,
            ])
        if let details = result["exceptionDetails"] {
            let text = details["exception"]?["description"]?.stringValue
            throw BrowserError("\(name): \(text ?? details["text"]?.stringValue ?? "an exception")")
        }
        return result["result"]?["value"] ?? .null
    }

    /// Waits until an expression is true, or throws with all that helps to see why it is not.
    func wait(
        until expression: String, withinSeconds seconds: Double = patienceSeconds,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let end = Date().addingTimeInterval(seconds)
        var last = ""
        repeat {
            do {
                let value = try await evaluate("Boolean(\(expression))")
                if value == true { return }
                last = "it is false"
            } catch {
                // A page that navigates loses its context for a moment.
                last = "\(error)"
            }
            try await Task.sleep(for: .milliseconds(50))
        } while Date() < end
        throw BrowserError(
            """
            \(name) waited \(Int(seconds)) s in vain for: \(expression)
            (\(sourceLocation)); \(last)
            page: \((try? await evaluate("location.href"))?.stringValue ?? "?")
            console: \(await complaints().joined(separator: "\n         "))
            text: \(((try? await evaluate("document.body.innerText"))?.stringValue ?? "?").prefix(800))
            """)
    }

    /// What the console complained about since the page was opened.
    func complaints() async -> [String] { await devTools.complaints(session: session) }

    /// The text that a person reads in an element, given by its `data-test` name.
    func text(_ test: String) async throws -> String {
        try await evaluate("\(Self.element(test)).innerText").stringValue ?? ""
    }

    /// Saves what the window shows as a PNG.
    func screenshot(_ file: URL) async throws {
        try save(try await call("Page.captureScreenshot", ["format": "png"]), file: file)
    }

    /// Writes what a command for a picture came to.
    func save(_ result: JSON, file: URL) throws {
        guard let data = Data(base64Encoded: result["data"]?.stringValue ?? "") else {
            throw BrowserError("\(name): no picture came")
        }
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
    }

    // MARK: Acting

    /// Clicks in the middle of an element, given by its `data-test` name, once it can be clicked:
    /// it is there, enabled, nothing lies over it, and it has stood still for a tenth of a second.
    func click(
        _ test: String, withinSeconds: Double = patienceSeconds,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await click(
            selector: Self.selector(test), withinSeconds: withinSeconds,
            sourceLocation: sourceLocation)
    }

    /// Clicks in the middle of the first element that a CSS selector finds.
    func click(
        selector: String, withinSeconds: Double = patienceSeconds,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let selector = Self.quoted(selector)
        try await wait(
            until: """
                (() => {
                    const element = document.querySelector(\(selector));
                    if (!element || element.disabled) return false;
                    element.scrollIntoView({ block: "nearest", behavior: "instant" });
                    const { x, y, width, height } = element.getBoundingClientRect();
                    const top = document.elementFromPoint(x + width / 2, y + height / 2);
                    // What still moves, because something above it grows, would be missed.
                    const places = (window.placesSeen ??= new WeakMap());
                    const seen = places.get(element);
                    const now = performance.now();
                    if (seen?.x !== x || seen.y !== y) {
                        places.set(element, { x, y, since: now });
                        return false;
                    }
                    return now - seen.since >= 100 && width > 0 && (element.contains(top)
                        || top?.contains(element) && top.matches("label"));
                })()
                """, withinSeconds: withinSeconds, sourceLocation: sourceLocation)
        let place = try await evaluate(
            """
            (() => {
                const { x, y, width, height } =
                    document.querySelector(\(selector)).getBoundingClientRect();
                return [x + width / 2, y + height / 2];
            })()
            """)
        for kind in ["mousePressed", "mouseReleased"] {
            try await call(
                "Input.dispatchMouseEvent",
                [
                    "type": .string(kind), "x": place[0] ?? 0, "y": place[1] ?? 0,
                    "button": "left", "clickCount": 1,
                ])
        }
    }

    /// Puts the text into a field in place of what is there.
    func type(
        _ text: String, into test: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await click(test, sourceLocation: sourceLocation)
        try await evaluate("\(Self.element(test)).select()")
        try await call("Input.insertText", ["text": .string(text)])
    }

    /// Presses and releases a key that has a name, such as `Enter`.
    func press(_ key: String) async throws {
        let codes: [String: Int64] = ["Enter": 13, "Escape": 27, "Tab": 9, "Space": 32]
        var event: JSONObject = [
            "type": "keyDown", "key": .string(key == "Space" ? " " : key), "code": .string(key),
            "windowsVirtualKeyCode": .integer(codes[key] ?? 0),
        ]
        if key == "Enter" { event["text"] = "\r" }
        if key == "Space" { event["text"] = " " }
        try await call("Input.dispatchKeyEvent", event)
        event["type"] = "keyUp"
        event["text"] = nil
        try await call("Input.dispatchKeyEvent", event)
    }

    // MARK: Naming

    /// JavaScript that finds an element by its `data-test` name.
    static func element(_ test: String) -> String {
        "document.querySelector(\(quoted(selector(test))))"
    }

    private static func selector(_ test: String) -> String { "[data-test=\"\(test)\"]" }

    /// A JavaScript string; JSON's strings are some.
    static func quoted(_ text: String) -> String {
        String(decoding: JSON.string(text).encoded(), as: UTF8.self)
    }
}
