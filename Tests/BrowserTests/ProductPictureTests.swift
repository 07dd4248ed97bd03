import Testing

/// Pictures of products that cannot be had.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .timeLimit(.minutes(15)))
struct ProductPictureTests {
    @Test func `A picture that does not load leaves a neutral one in its place`()
        async throws
    {
        try await Gallery.open { _, ana in
            let product = "\(Page.element("panel-gallery")).querySelector('.product')"
            let picture = "\(product).querySelector('img')"
            let standIn = "\(product).querySelector('.no-picture')"
            try await ana.wait(
                until: "\(picture).checkVisibility() && !\(standIn).checkVisibility()")
            try await ana.evaluate("\(picture).src = '/v1/rooms/teahouse/products/nothing.svg'")
            try await ana.wait(
                until: "!\(picture).checkVisibility() && \(standIn).checkVisibility()")
        }
    }
}
