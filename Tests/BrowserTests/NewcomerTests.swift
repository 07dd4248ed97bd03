import Testing
import Wire

/// What somebody sees who opens the pages for the first time.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .timeLimit(.minutes(15)))
struct NewcomerTests {
    private static let game = Page.game

    /// The settings on the operator's desk that are called as they are in the manifest, and the choices.
    private static let rawNames = """
        [...document.querySelectorAll('.setting')].flatMap((row) => {
            const input = row.querySelector('[name]');
            const title = row.querySelector('label').textContent;
            const raw = [...(input.options ?? [])].filter(({ value, text }) =>
                value !== '' && text === value).map(({ value }) => value);
            return title.includes('_') || title === input.name ? [input.name, ...raw] : raw;
        })
        """

    @Test func `The operator's desk speaks in words`() async throws {
        try await withPlayhouse { server in
            let token = try await server.token(role: "operator", subject: "lu", name: "Lu")
            let served = server
            try await withChromium { browser in
                let stranger = try await browser.page(
                    served.operatorAddress(token: "x.y.z"), name: "stranger")
                try await stranger.wait(forText: "operator’s desk", in: "sign-in")
                let lu = try await browser.page(served.operatorAddress(token: token), name: "Lu")
                try await lu.waitForRoom()
                let setting = "setting-\(Self.game)-mode"
                try await lu.wait(forLabel: "Mode", of: setting)
                #expect(try await lu.evaluate(Self.rawNames) == [])
                #expect(
                    try await lu.evaluate("\(Page.element(setting)).options[0].text")
                        == "Closest without going over")
                try await lu.click("locale")
                try await lu.wait(forLabel: "玩法", of: setting)
                #expect(try await lu.evaluate(Self.rawNames) == [])
                #expect(await lu.complaints() == [])
            }
        }
    }

    @Test func `A round that is over is finished, and the log says so in a sentence`() async throws
    {
        try await withPlayhouse { server in
            let token = try await server.token(role: "host", subject: "mei", name: "Mei")
            let served = server
            try await withChromium { browser in
                let mei = try await browser.page(served.hostAddress(token: token), name: "Mei")
                let ana = try await browser.page(
                    served.viewerAddress(), name: "Ana", width: 390, height: 844, isPhone: true)
                for page in [mei, ana] { try await page.waitForRoom() }
                try await ana.wait(until: "\(Page.element("name-card"))?.hidden === false")
                try await mei.say("Good evening")
                try await ana.waitForMessage("Good evening")
                try await mei.wait(forText: "Not started", in: "plugin-status-\(Self.game)")
                try await mei.click("start-\(Self.game)")
                try await ana.wait(forText: "What does it cost", in: "panel-\(Self.game)")
                try await Self.expectChatInReach(ana)
                try await ana.keepPicture("newcomer-phone-naming")
                try await ana.click("join-skip")

                try await mei.click("answer-send-lock_now")
                try await mei.wait(forText: "Finished", in: "plugin-status-\(Self.game)")
                try await Self.expectChatInReach(ana)
                try await ana.keepPicture("newcomer-phone-result")
                let line = "document.querySelector('[data-name=started] .event-text').textContent"
                #expect(try await mei.evaluate(line) == "Mei started Price guess")
                try await mei.wait(
                    until: """
                        document.querySelector('[data-name=stopped] .event-text').textContent
                            === 'Price guess has finished'
                        """)
                #expect(
                    try await mei.evaluate(
                        "JSON.parse(document.querySelector('[data-name=started] code').textContent).name"
                    ) == "started")
                try await mei.click("locale")
                try await mei.wait(until: "\(line) === 'Mei 开始了「猜价格」'")
                try await mei.click("stop-\(Self.game)")
                try await mei.wait(forText: "未开始", in: "plugin-status-\(Self.game)")
                try await ana.wait(until: "!\(Page.element("panel-\(Self.game)"))")
                #expect(await mei.complaints() == [])
            }
        }
    }

    /// Whether the newest line and the line to talk on are on screen, and nothing lies over them.
    private static func expectChatInReach(
        _ page: Page, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await page.wait(
            until: """
                ['.chat li:last-child .line-body', '[data-test=say-input]'].every((selector) => {
                    const element = document.querySelector(selector);
                    const { left, top, width, height } = element.getBoundingClientRect();
                    const seen = document.elementFromPoint(left + width / 2, top + height / 2);
                    return top > 0 && top + height <= innerHeight
                        && (element.contains(seen) || seen?.contains(element));
                })
                """, sourceLocation: sourceLocation)
    }

    @Test func `A mute counts down for who is muted, and stays in the host's list`() async throws {
        try await withPlayhouse { server in
            let host = try await server.token(role: "host", subject: "mei", name: "Mei")
            let viewer = try await server.token(role: "viewer", subject: "ana", name: "Ana")
            let served = server
            try await withChromium { browser in
                let mei = try await browser.page(served.hostAddress(token: host), name: "Mei")
                let ana = try await browser.page(
                    served.viewerAddress(token: viewer), name: "Ana")
                for page in [mei, ana] { try await page.waitForRoom() }
                try await mei.wait(forText: "Nobody", in: "moderated-empty")
                try await ana.say("hello")
                try await mei.waitForMessage("hello")
                try await mei.click(selector: "[data-act=mute][data-user=ana]")
                try await mei.wait(forText: "Ana", in: "moderated")
                try await ana.say("let me speak")
                try await ana.wait(forText: "muted for another", in: "say-note")
                let note = try await ana.text("say-note")
                try await ana.wait(
                    until: """
                        \(Page.element("say-note")).innerText.startsWith("You are muted for another")
                            && \(Page.element("say-note")).innerText !== \(Page.quoted(note))
                        """)

                try await mei.evaluate("location.reload()")
                try await mei.waitForRoom()
                try await mei.wait(forText: "Ana", in: "moderated")
                try await mei.keepPicture("newcomer-host-moderation")
                try await mei.click(selector: "[data-test=moderated] [data-act=unmute]")
                try await mei.wait(forText: "Nobody", in: "moderated-empty")
                try await ana.say("thank you")
                try await mei.waitForMessage("thank you")
                #expect(await mei.complaints() == [])
            }
        }
    }

    @Test func `A room that there is not is told of on a page`() async throws {
        try await withPlayhouse { server in
            let served = server
            try await withChromium { browser in
                let page = try await browser.page(
                    "http://127.0.0.1:\(served.port)/rooms/nope?lang=zh", name: "stranger")
                #expect(
                    try await page.evaluate("document.querySelector('h1').innerText") == "没有这个房间")
                #expect(
                    try await page.evaluate("getComputedStyle(document.body).display") == "grid")
                #expect(
                    try await page.evaluate(
                        "fetch('/rooms/nope').then((answer) => answer.json()).then(({ code }) => code)"
                    ) == "ROOM_UNKNOWN")
                try await page.keepPicture("newcomer-no-room")
            }
        }
    }
}

extension Page {
    /// Waits until a field has a label.
    fileprivate func wait(
        forLabel text: String, of test: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await wait(
            until: """
                \(Self.element(test))?.closest('p').querySelector('label').textContent.includes(\(Self.quoted(text)))
                """, sourceLocation: sourceLocation)
    }
}
