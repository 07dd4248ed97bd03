import Foundation
import Testing
import Wire

/// The page of `playhouse dev` in a real browser, from `plugin new` on.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .timeLimit(.minutes(15)))
struct DevTests {
    /// JavaScript that finds an element on the page in a frame.
    private static func framed(_ frame: String, _ test: String) -> String {
        "\(Page.element("frame-\(frame)")).contentDocument?.querySelector('[data-test=\"\(test)\"]')"
    }

    @Test func `A new plugin is played, broken, mended and gone back in on one page`() async throws
    {
        try await withWorkshop(template: "minimal", name: "applause") { workshop in
            try await withChromium { browser in
                let page = try await browser.page(
                    workshop.address, name: "Author", width: 1500, height: 1000)
                // Three surfaces: the viewer's shows the panel, the others know the plugin.
                try await page.wait(until: Self.framed("viewer", "panel-applause"))
                try await page.wait(until: Self.framed("host", "start-applause"))
                try await page.wait(until: Self.framed("operator", "plugin-status-applause"))
                try await page.wait(
                    until: "\(Self.framed("operator", "plugin-status-applause"))"
                        + "?.dataset.state === 'running'")
                try await page.wait(until: "bench.status.last >= 4")
                try await page.wait(until: "document.querySelector('[data-hook=on_action] meter')")
                // Beside what a call has used, how many effects it had.
                try await page.wait(
                    until: """
                        [...document.querySelectorAll('table[data-plugin] tr')].every((row) =>
                            row.children.length === 8)
                            && /^[0-9]+$/.test(document.querySelector(
                                '[data-hook=on_action] td:nth-child(7)')?.innerText)
                        """)

                try await page.wait(
                    until: "\(Self.framed("host", "status"))?.dataset.state === 'open'")
                try await page.keepPicture("dev")

                // Going back shows an earlier state, and play goes on meanwhile.
                try await page.click("crowd")
                try await page.wait(until: "bench.status.crowd.awake === false")
                try await page.evaluate(
                    """
                    slider = \(Page.element("slider"));
                    slider.value = 2;
                    slider.dispatchEvent(new Event("input"));
                    """)
                try await page.wait(until: "bench.view.position === 2")
                try await page.wait(
                    until: "\(Page.element("past-viewer-applause"))?.checkVisibility()")
                try await page.wait(
                    until:
                        "\(Page.element("state")).querySelector('[data-path=\"state/applause/state/count\"]')"
                        + "?.innerText.trim() === 'count 1'")
                try await page.wait(forText: "after record 2", in: "position")
                try await page.click("back")
                try await page.wait(
                    until:
                        "\(Page.element("state")).querySelector('[data-path=\"state/applause/state/count\"]')"
                        + "?.innerText.trim() === 'count 0'")
                try await page.click("forward")
                try await page.wait(until: "bench.view.position === 2")
                try await page.keepPicture("dev-past")
                let newest = try await page.evaluate("bench.status.last").integerValue ?? 0
                try await page.click("branch")
                try await page.wait(
                    until: "bench.isLive && bench.status.ready && bench.status.opening === 2")
                #expect(try await page.evaluate("bench.status.last") == 2)
                #expect(newest > 2)
                try await page.wait(until: Self.framed("viewer", "panel-applause"))

                // A mistake is shown with its line, and the old program plays on.
                let code = try workshop.read("main.lua")
                try workshop.write(
                    code.replacing("room.state.count + 1", with: "room.state.count + + 1"),
                    to: "main.lua")
                try await page.wait(forText: "applause/main.lua:20", in: "problems")
                try await page.wait(
                    until: "document.querySelector('.fault .marked')?.innerText.includes('+ + 1')")
                try await page.keepPicture("dev-error")
                // A mend goes on where the show is.
                try workshop.write(
                    code.replacing("room.state.count + 1", with: "room.state.count + 100"),
                    to: "main.lua")
                try await page.wait(until: "\(Page.element("problems")).hidden")
                try await page.evaluate("\(Self.framed("viewer", "answer-send-hello")).click()")
                try await page.wait(
                    until:
                        "\(Page.element("state")).querySelector('[data-path=\"state/applause/state/count\"]')"
                        + "?.innerText.trim() === 'count 101'")
                // While the show was opened again nobody could be reached.
                let complaints = await page.complaints().filter {
                    !$0.contains("Failed to load resource") && !$0.contains("WebSocket")
                }
                #expect(complaints == [])

                try await page.click("locale")
                try await page.wait(forText: "从这里继续", in: "branch")
            }
        }
    }

    @Test func `The game of the tutorial is played by simulated viewers to its end`() async throws {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let example = package.appendingPathComponent("SDK-docs/examples/team-vote").path
        let workshop = try await Workshop(
            folder: example, options: ["--viewers", "player=6,chatty=3"])
        try await withChromium { browser in
            let room = workshop.address.replacing("/dev", with: "/rooms/dev")
            let during = try await browser.page(room, name: "Ana", width: 900, height: 900)
            let after = try await browser.page(room, name: "Bo", width: 900, height: 900)
            for page in [during, after] {
                try await page.wait(until: Page.element("panel-team-vote"))
            }
            let score = "document.querySelector('[data-kind=row]').innerText"
            try await during.wait(until: "/[1-9]/.test(\(score))")
            try await during.keepPicture("tutorial-vote", of: "panel-team-vote", width: 420)
            try await after.wait(
                until: "document.querySelector('[data-kind=celebrate]')")
            try await after.wait(forText: "gets the coupon", in: "panel-team-vote")
            try await after.keepPicture("tutorial-won", of: "panel-team-vote", width: 420)
        }
        _ = try await workshop.terminate()
    }

    @Test func `Ctrl-C ends it in good order`() async throws {
        let workshop = try await Workshop(template: "game", name: "poll")
        #expect(try await workshop.terminate() == 0)
    }
}

/// A plugin that `playhouse plugin new` made, and `playhouse dev` with it.
private final class Workshop: Sendable {
    private let process: ServedProcess
    private let folder: URL
    private let plugin: URL
    let address: String

    /// Makes a plugin of a template, and opens it.
    convenience init(template: String, name: String) async throws {
        let folder = try Self.newFolder()
        let executable = try ServedPlayhouse.executable()
        let new = try ServedProcess(
            executable,
            ["plugin", "new", name, "--template", template, "--folder", folder.path],
            output: folder.appendingPathComponent("new.log"))
        while new.isRunning { try await Task.sleep(for: .milliseconds(10)) }
        try await self.init(folder: folder.appendingPathComponent(name).path)
    }

    private static func newFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("playhouse-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// Opens a plugin.
    init(folder path: String, options: [String] = []) async throws {
        plugin = URL(fileURLWithPath: path)
        folder = try Self.newFolder()
        process = try ServedProcess(
            ServedPlayhouse.executable(), ["dev", path, "--port", "0"] + options,
            output: folder.appendingPathComponent("dev.log"))
        let end = Date().addingTimeInterval(120)
        while true {
            if let match = process.text.firstMatch(of: /http:\/\/127\.0\.0\.1:[0-9]+\/dev/) {
                address = String(match.output)
                return
            }
            guard process.isRunning, Date() < end else {
                throw BrowserError("playhouse dev did not start:\n\(process.text.suffix(2000))")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    func read(_ file: String) throws -> String {
        try String(contentsOf: place(file), encoding: .utf8)
    }

    func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: place(file))
    }

    private func place(_ file: String) -> URL {
        plugin.appendingPathComponent(file)
    }

    /// Ends it as Ctrl-C does.
    ///
    /// - Returns: Its exit code.
    func terminate() async throws -> Int32? {
        let code = try await process.terminate()
        try? FileManager.default.removeItem(at: folder)
        let place = plugin.deletingLastPathComponent()
        if place.lastPathComponent.hasPrefix("playhouse-tests-") {
            try? FileManager.default.removeItem(at: place)
        }
        return code
    }
}

private func withWorkshop(
    template: String, name: String, _ body: (Workshop) async throws -> Void
) async throws {
    let workshop = try await Workshop(template: template, name: name)
    let result: Result<Void, any Error>
    do {
        result = .success(try await body(workshop))
    } catch {
        result = .failure(error)
    }
    _ = try await workshop.terminate()
    try result.get()
}
