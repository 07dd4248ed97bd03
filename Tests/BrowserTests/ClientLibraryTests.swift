import Foundation
import Testing
import Wire

/// Functions of `playhouse.js` that integrators call, in a real browser.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"), .timeLimit(.minutes(15))
)
struct ClientLibraryTests {
    @Test func `An update makes of a panel what the server would send whole, and no more`()
        async throws
    {
        try await withPlayhouse { server in
            let address = server.viewerAddress()
            try await withChromium { browser in
                let page = try await browser.page(address, name: "Ana")
                func updated(_ update: String) async throws -> JSON {
                    try await page.evaluate(
                        """
                        import("/assets/playhouse.js").then(({ updated }) => updated({
                            version: 3, now: 100, kept: "yes", picture: { at: 5 }, elements: [
                                { kind: "text", text: "a" },
                                { kind: "card", id: "c", elements: [{ kind: "text", text: "b" }] },
                            ],
                        }, \(update)))
                        """)
                }
                let whole = try await updated(
                    """
                    { of: 3, version: 4, now: 200, elements: [
                        [1, { id: null, elements: [0, { kind: "text", text: "c" }] }], 0,
                    ] }
                    """)
                #expect(
                    whole == [
                        "version": 4, "now": 200, "kept": "yes",
                        "elements": [
                            [
                                "kind": "card",
                                "elements": [
                                    ["kind": "text", "text": "b"], ["kind": "text", "text": "c"],
                                ],
                            ], ["kind": "text", "text": "a"],
                        ],
                    ])
                // One of another panel changes nothing.
                let other = try await updated("{ of: 2, version: 4, elements: [] }")
                #expect(other["version"] == 3 && other["elements"]?.arrayValue?.count == 2)
                #expect(other["picture"] == ["at": 5] && other["of"] == nil)
            }
        }
    }
}
