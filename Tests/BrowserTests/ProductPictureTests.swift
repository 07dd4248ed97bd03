import Testing

/// Pictures of products that cannot be had.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .timeLimit(.minutes(2)))
struct ProductPictureTests {
    @Test func `A picture that is missing or does not load leaves a neutral one in its place`()
        async throws
    {
        try await Gallery.open { _, ana in
            let product = "\(Page.element("panel-gallery")).querySelector('.product')"
            let isNeutral = """
                \(product).querySelector('.no-picture').checkVisibility()
                    && !\(product).querySelector('img').checkVisibility()
                """
            // The product of the gallery has no picture.
            try await ana.wait(until: isNeutral)
            try await ana.evaluate(
                "\(product).querySelector('.no-picture').hidden = true; "
                    + "Object.assign(\(product).querySelector('img'), { hidden: false, "
                    + "src: '/v1/rooms/teahouse/products/nothing.svg' })")
            try await ana.wait(until: isNeutral)
        }
    }
}
