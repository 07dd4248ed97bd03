import Foundation
import Testing
import Wire

/// Live video in real browsers: an encoder publishes, and what people see moves.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .enabled(if: StreamEncoder.isThere, "ffmpeg is not installed"), .timeLimit(.minutes(15)))
struct StreamTests {
    private static let video = Page.element("video")

    /// Waits until the picture has a width and has moved on by half a second.
    private func waitForMovement(
        _ page: Page, width: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await page.wait(
            until: "\(Self.video).checkVisibility() && \(Self.video).videoWidth === \(width)",
            sourceLocation: sourceLocation)
        try await page.evaluate("window.moment = \(Self.video).currentTime")
        try await page.wait(
            until: "\(Self.video).currentTime > window.moment + 0.5",
            sourceLocation: sourceLocation)
    }

    /// Waits until so many different pictures have been on the screen, of which one is looked at every
    /// tenth of a second.
    private func waitForDifferentFrames(
        _ page: Page, count: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await page.evaluate(
            """
            (() => {
                const video = \(Self.video);
                const canvas = document.createElement("canvas");
                canvas.width = 160;
                canvas.height = 90;
                const context = canvas.getContext("2d", { willReadFrequently: true });
                window.seen = new Set();
                const look = () => {
                    context.drawImage(video, 0, 0, 160, 90);
                    const { data } = context.getImageData(0, 0, 160, 90);
                    let sum = 7;
                    for (const value of data) sum = (sum * 31 + value) | 0;
                    if (seen.add(sum).size < \(count)) setTimeout(look, 100);
                };
                look();
            })()
            """)
        try await page.wait(until: "seen.size >= \(count)", sourceLocation: sourceLocation)
    }

    /// Does what browsers do on a page that nobody has touched: expressions of a test count as touches.
    private func refuseSoundBeforeATap(_ page: Page) async throws {
        try await page.evaluate(
            """
            (() => {
                const play = HTMLMediaElement.prototype.play;
                let isTapped = false;
                addEventListener("click", () => { isTapped = true; }, { capture: true });
                HTMLMediaElement.prototype.play = function () {
                    return this.muted || isTapped ? play.call(this)
                        : Promise.reject(new DOMException("tap first", "NotAllowedError"));
                };
            })()
            """)
    }

    @Test func `the picture moves, and goes on when another encoder takes over`() async throws {
        try await withPlayhouse(plugins: .stream) { server in
            let host = try await server.token(role: "host", subject: "mei", name: "Mei")
            let (viewer, desk) = (server.viewerAddress(), server.hostAddress(token: host))
            let address = try await server.streamAddress()
            try await withChromium { browser in
                let ana = try await browser.page(viewer + "?lang=en", name: "Ana")
                let bo = try await browser.page(
                    viewer + "?lang=zh", name: "Bo", width: 390, height: 844, isPhone: true)
                let mei = try await browser.page(
                    desk.replacing("#", with: "?lang=en#"), name: "Mei")
                for page in [ana, bo, mei] { try await page.waitForRoom() }
                #expect(
                    try await ana.evaluate("[player.state, \(Self.video).hidden]") == [
                        "idle", true,
                    ])
                try await ana.evaluate("window.unbroken = true")
                try await ana.countSockets()
                try await refuseSoundBeforeATap(ana)

                let first = try StreamEncoder(to: address, size: "640x360")
                defer { first.kill() }
                for page in [ana, bo, mei] { try await waitForMovement(page, width: 640) }
                try await waitForDifferentFrames(ana, count: 6)
                try await ana.wait(until: "player.ahead < 1")
                try await ana.wait(forText: "Tap for sound", in: "sound")
                try await ana.click("sound")
                try await ana.wait(until: "!\(Self.video).muted && !\(Self.video).paused")
                #expect(try await mei.evaluate("\(Self.video).muted") == true)
                try await mei.wait(forText: "On air, sent by mei", in: "stream-state")
                try await mei.wait(
                    until: """
                        document.querySelector('[data-reading="size"]')?.innerText === '640 × 360'
                        """)
                for (reading, text) in [
                    ("delay", "about 0.4 s"), ("reordering", "none"), ("listeners", "0"),
                    ("viewers", "3"),
                ] {
                    try await mei.wait(
                        until: """
                            document.querySelector('[data-reading="\(reading)"]')?.innerText
                                === \(Page.quoted(text))
                            """)
                }
                try await ana.say("What a fine picture")
                try await bo.waitForMessage("What a fine picture")
                try await ana.keepPicture("stream-desktop")
                try await bo.keepPicture("stream-phone")

                first.kill()
                let second = try StreamEncoder(to: address, size: "480x270", source: "testsrc")
                defer { second.kill() }
                for page in [ana, bo, mei] { try await waitForMovement(page, width: 480) }
                try await waitForDifferentFrames(ana, count: 4)
                // The same page, the same element: nothing was loaded again.
                #expect(try await ana.evaluate("window.unbroken") == true)
                // And it came over the connection that the page has in the room.
                #expect(try await ana.evaluate("window.sockets") == 0)
                try await mei.keepPicture("stream-host")

                second.kill()
                try await ana.wait(forText: "The picture will be right back", in: "video-note")
                for page in [ana, bo, mei] { #expect(await page.complaints() == []) }
            }
        }
    }

    @Test func `the host is given address and key at the desk`() async throws {
        try await withPlayhouse(plugins: .stream) { server in
            let host = try await server.token(role: "host", subject: "mei", name: "Mei")
            let desk = server.hostAddress(token: host).replacing("#", with: "?lang=en#")
            let viewer = server.viewerAddress()
            try await withChromium { browser in
                let mei = try await browser.page(desk, name: "Mei")
                try await mei.waitForRoom()
                try await mei.wait(forText: "No encoder is sending", in: "stream-state")
                try await mei.click("stream-setup")
                try await mei.wait(until: "\(Page.element("stream-key"))?.value")
                let address = try await mei.evaluate("\(Page.element("stream-address")).value")
                let key = try await mei.evaluate("\(Page.element("stream-key")).value")
                let full = "\(address.stringValue ?? "")/\(key.stringValue ?? "")"
                let encoder = try StreamEncoder(to: full, size: "640x360")
                defer { encoder.kill() }
                let ana = try await browser.page(viewer, name: "Ana")
                try await waitForMovement(ana, width: 640)
                try await mei.keepPicture("stream-setup")
                // One that cannot be shown takes nobody's place, and the host reads why.
                let old = try StreamEncoder(to: full, size: "320x180", video: ["-c:v", "flv1"])
                defer { old.kill() }
                try await mei.wait(forText: "Sorenson H.263", in: "stream-refusal")
                try await mei.wait(forText: "avc1.", in: "stream-figures")
                try await waitForMovement(ana, width: 640)
                try await mei.keepPicture("stream-refusal")
                let third = try StreamEncoder(to: full, size: "320x180")
                defer { third.kill() }
                try await waitForMovement(ana, width: 320)
                try await mei.wait(until: "\(Page.element("stream-refusal")).hidden")
                for page in [ana, mei] { #expect(await page.complaints() == []) }
            }
        }
    }

    @Test func `the picture comes back when the server was killed`() async throws {
        try await withPlayhouse(plugins: .stream) { server in
            let first = try StreamEncoder(to: try await server.streamAddress(), size: "640x360")
            defer { first.kill() }
            let viewer = server.viewerAddress()
            try await withChromium { browser in
                let ana = try await browser.page(viewer, name: "Ana")
                try await waitForMovement(ana, width: 640)
                try await ana.evaluate("window.unbroken = true")
                server = try await server.killedAndRestarted()
                first.kill()
                let second = try StreamEncoder(
                    to: try await server.streamAddress(), size: "480x270")
                defer { second.kill() }
                try await waitForMovement(ana, width: 480)
                #expect(try await ana.evaluate("window.unbroken") == true)
            }
        }
    }
}
