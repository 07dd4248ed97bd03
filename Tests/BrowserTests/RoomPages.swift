import Foundation
import Testing
import Visiting
import Wire

/// What people do on the pages of a room, in words of the room.
extension Page {
    static let game = "price-guess"

    /// Waits until the page has joined the room.
    func waitForRoom(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await wait(
            until: "\(Self.element("status"))?.dataset.state === 'open'",
            sourceLocation: sourceLocation)
    }

    /// Counts the WebSockets that the page opens from now on, as `window.sockets`.
    func countSockets() async throws {
        try await evaluate(
            """
            (() => {
                window.sockets = 0;
                window.WebSocket = class extends WebSocket {
                    constructor(...parts) {
                        super(...parts);
                        window.sockets += 1;
                    }
                };
            })()
            """)
    }

    /// Gives a name on the card that asks for one.
    func giveName(_ name: String) async throws {
        try await wait(until: "\(Self.element("name-card"))?.hidden === false")
        try await type(name, into: "join-name")
        try await click("join-enter")
        try await wait(
            until: "playhouse.status.state === 'open' && playhouse.me.name === \(Self.quoted(name))"
        )
    }

    func say(_ text: String) async throws {
        try await type(text, into: "say-input")
        try await click("say-send")
    }

    /// Waits until the chat shows a text and returns the message's id.
    @discardableResult
    func waitForMessage(
        _ text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let found = """
            [...document.querySelectorAll('[data-test="chat"] li[data-message]')]
                .find((line) => line.innerText.includes(\(Self.quoted(text))))
            """
        try await wait(until: found, sourceLocation: sourceLocation)
        return try await evaluate("(\(found)).dataset.message").stringValue ?? ""
    }

    /// Waits until a text can be read in an element, given by its `data-test` name.
    func wait(
        forText text: String, in test: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let element = Self.element(test)
        try await wait(
            until:
                "\(element)?.checkVisibility() && \(element).innerText.includes(\(Self.quoted(text)))",
            sourceLocation: sourceLocation)
    }

    /// Guesses a price, written as a person writes it, and waits until it is accepted.
    func guess(_ amount: String) async throws {
        try await type(amount, into: "answer-input-guess")
        try await click("answer-send-guess")
        try await waitForAcceptedGuess()
    }

    func waitForAcceptedGuess(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await wait(
            until: "\(Self.element("answer-state-guess"))?.dataset.state === 'accepted'",
            sourceLocation: sourceLocation)
    }

    /// Begins to note every event of the room that the page is told of.
    func noteEvents() async throws {
        try await evaluate(
            """
            window.noted = [];
            playhouse.addEventListener("event", ({ detail }) =>
                window.noted.push([detail.offset, detail.name]));
            """)
    }

    /// The events noted so far: offset and name.
    func notedEvents() async throws -> [(offset: Int64, name: String)] {
        (try await evaluate("window.noted").arrayValue ?? []).map { event in
            (event[0]?.integerValue ?? -1, event[1]?.stringValue ?? "")
        }
    }

    /// Keeps a picture of the page for people to look at.
    func keepPicture(_ file: String) async throws {
        try await screenshot(Self.artifact(file))
    }

    private static func artifact(_ file: String) -> URL {
        let package = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return package.appendingPathComponent("artifacts/\(file).png")
    }

    /// Presses Tab until an element has the focus that a CSS selector names.
    func tab(
        to selector: String, pressesMax: Int = 60,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for _ in 0..<pressesMax {
            try await press("Tab")
            if try await isFocused(selector) { return }
        }
        let last = try await evaluate("document.activeElement?.outerHTML?.slice(0, 200)")
        throw BrowserError("Tab never came to \(selector) (\(sourceLocation)); last: \(last)")
    }

    func isFocused(_ selector: String) async throws -> Bool {
        try await evaluate("Boolean(document.activeElement?.matches(\(Self.quoted(selector))))")
            == true
    }

    /// Begins to note what can be read in an element: some of it stands there for seconds only.
    func noteTexts(in test: String) async throws {
        try await evaluate(
            """
            (() => {
                window.textsNoted = [];
                const note = () => {
                    const element = \(Self.element(test));
                    const states = [...element?.querySelectorAll("[data-test][data-state]") ?? []]
                        .map(({ dataset }) => `${dataset.test} is ${dataset.state}.`);
                    const text = [element?.innerText ?? "", ...states].join("\\n");
                    if (text !== textsNoted.at(-1)) textsNoted.push(text);
                };
                new MutationObserver(note).observe(document.body,
                    { attributes: true, childList: true, subtree: true, characterData: true });
                note();
            })()
            """)
    }

    /// Waits until a text can be read where texts are noted, or could be since then.
    func wait(
        forNoted text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await wait(
            until: "textsNoted.some((one) => one.includes(\(Self.quoted(text))))",
            sourceLocation: sourceLocation)
    }

    /// Waits until the state of an answer on a panel is as named, such as `accepted`.
    func wait(
        forAnswer element: String, _ state: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await wait(
            until: "\(Self.element("answer-state-\(element)"))?.dataset.state === '\(state)'",
            sourceLocation: sourceLocation)
    }

    /// Keeps a picture of one element alone, however long it is. The page is of no use afterwards.
    func keepPicture(_ file: String, of test: String, width: Int) async throws {
        let box = try await evaluate(
            """
            (() => {
                const shown = \(Self.element(test));
                const root = document.documentElement;
                document.body.replaceChildren(shown);
                for (const node of [root, document.body]) {
                    Object.assign(node.style, { display: "block", overflow: "visible",
                        height: "auto", padding: "0", margin: "0" });
                }
                Object.assign(shown.style, { width: "\(width)px", margin: "0", boxShadow: "none" });
                const { x, y, width, height } = shown.getBoundingClientRect();
                return [x, y, width, height];
            })()
            """)
        let result = try await call(
            "Page.captureScreenshot",
            [
                "format": "png", "captureBeyondViewport": true,
                "clip": [
                    "x": box[0] ?? 0, "y": box[1] ?? 0, "width": box[2] ?? 1, "height": box[3] ?? 1,
                    "scale": 1,
                ],
            ])
        try save(result, file: Self.artifact(file))
    }
}
