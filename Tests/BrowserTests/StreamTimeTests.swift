import Foundation
import Testing
import Wire

/// What belongs to a moment of the picture is seen with its frame: a real encoder, a real page.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .enabled(if: StreamEncoder.isThere, "ffmpeg is not installed"), .timeLimit(.minutes(5)))
struct StreamTimeTests {
    private static let video = Page.element("video")
    private static let panel = "panel-quiz"
    private static let question = "What kind of tea is oolong?"

    /// Notes every presented frame, every event and when a text appears on the panel. Everything that
    /// happens in one update of the screen has one time of the document's timeline.
    private static let notebook = """
        (() => {
            const now = () => document.timeline.currentTime;
            const notes = { frames: [], events: [], shown: null };
            window.notes = notes;
            const video = \(video);
            const frame = (_, { mediaTime }) => {
                notes.frames.push([now(), mediaTime * 1000]);
                video.requestVideoFrameCallback?.(frame);
            };
            video.requestVideoFrameCallback?.(frame);
            pictureClock.addEventListener("event", ({ detail }) => {
                if (detail.name === "mark") notes.events.push([now(), detail.picture?.at ?? null]);
            });
            new MutationObserver(() => {
                if (notes.shown === null && document.body.innerText.includes("\(question)")) {
                    notes.shown = [now(), playhouse.serverNow()];
                }
            }).observe(document.body, { childList: true, subtree: true, characterData: true });
            // The frame that was on the screen at a time, in milliseconds of stream time.
            notes.frameAt = (time) => notes.frames.findLast(([at]) => at <= time)?.[1];
        })()
        """

    private func watch(_ page: Page) async throws {
        try await page.waitForRoom()
        try await page.wait(until: "player.state === 'playing'", withinSeconds: 30)
        try await page.evaluate(Self.notebook)
        try await page.wait(until: "notes.frames.length > 30")
    }

    /// Milliseconds from a moment to the frame with which it was shown, smallest first.
    private func lateness(_ page: Page) async throws -> [Double] {
        let list = try await page.evaluate(
            "notes.events.map(([time, at]) => notes.frameAt(time) - at).sort((a, b) => a - b)")
        return list.arrayValue?.compactMap(\.doubleValue) ?? []
    }

    @Test func `events come on their frame, and at once where nobody sees the picture`()
        async throws
    {
        try await withPlayhouse(plugins: .stream) { server in
            let host = try await server.token(role: "host", subject: "mei", name: "Mei")
            let (viewer, desk) = (server.viewerAddress(), server.hostAddress(token: host))
            let encoder = try StreamEncoder(to: try await server.streamAddress(), size: "640x360")
            defer { encoder.kill() }
            try await withChromium { browser in
                let ana = try await browser.page(viewer + "?lang=en", name: "Ana")
                let bo = try await browser.page(viewer + "?lang=en", name: "Bo")
                let mei = try await browser.page(desk, name: "Mei")
                try await mei.waitForRoom()
                try await watch(ana)
                try await bo.waitForRoom()
                try await bo.evaluate(
                    """
                    HTMLVideoElement.prototype.requestVideoFrameCallback = undefined;
                    \(Self.notebook)
                    """)
                try await mei.evaluate(
                    """
                    (async () => {
                        for (let index = 0; index < 100; index += 1) {
                            await playhouse.request("publish",
                                { name: "mark", data: index, picture: index !== 50 });
                            await new Promise((done) => setTimeout(done, 40 + index % 7 * 10));
                        }
                    })();
                    null
                    """)
                for page in [ana, bo] {
                    try await page.wait(
                        until: "notes.events.length === 100", withinSeconds: 90)
                }
                // One of them carried no moment, and kept its place behind those that wait.
                for page in [ana, bo] {
                    #expect(try await page.evaluate("notes.events[50][1]") == .null)
                    try await page.evaluate("notes.events.splice(50, 1)")
                }
                let late = try await lateness(ana)
                try #require(late.count == 99)
                // The media clock counts in ninety-thousandths of a second.
                #expect(late[0] > -1, "\(late)")
                #expect(late[98] < 3_000, "\(late)")
                print(
                    "event against picture, ms: p50 \(late[49]), p90 \(late[89]), p98 \(late[97]),"
                        + " max \(late[98])")
                #expect(try await ana.evaluate("pictureClock.readings.length") != 0)
                #expect(try await bo.evaluate("pictureClock.readings.length") == 0)
                for page in [ana, bo, mei] { #expect(await page.complaints() == []) }
            }
        }
    }

    @Test func `a question appears on its frame, and its time runs from there`() async throws {
        try await withPlayhouse(plugins: .quizOnAir) { server in
            let host = try await server.token(role: "host", subject: "mei", name: "Mei")
            let token = try await server.token(role: "viewer", subject: "ana", name: "Ana")
            let viewer = server.viewerAddress(token: token).replacing("#", with: "?lang=en#")
            let desk = server.hostAddress(token: host)
            let encoder = try StreamEncoder(to: try await server.streamAddress(), size: "640x360")
            defer { encoder.kill() }
            try await withChromium { browser in
                let ana = try await browser.page(viewer, name: "Ana")
                let mei = try await browser.page(desk, name: "Mei")
                try await mei.waitForRoom()
                try await watch(ana)
                try await mei.evaluate("playhouse.request('start', { plugin: 'quiz' })")
                try await ana.wait(forText: Self.question, in: Self.panel)
                let picture = "playhouse.states.get('panel:quiz:viewer').picture"
                let late = try await ana.evaluate(
                    "notes.frameAt(notes.shown[0]) - \(picture).at"
                ).doubleValue
                #expect((late ?? -1_000) > -1)
                let waited = try await ana.evaluate("notes.shown[1] - \(picture).since").doubleValue
                #expect((1..<4_000).contains(waited ?? 0))
                print("question against picture: \(late ?? 0) ms, after \(waited ?? 0) ms")
                // The page says how much later it showed the question, and is believed.
                #expect(try await ana.evaluate("pictureClock.delay('quiz') > 0") == true)
                #expect(
                    try await ana.evaluate(
                        "playhouse.serverNow() - pictureClock.now('quiz') > 0") == true)
                try await ana.choose("b")
                try await ana.wait(forText: "You are in the game", in: Self.panel)
                for page in [ana, mei] { #expect(await page.complaints() == []) }
            }
        }
    }
}
