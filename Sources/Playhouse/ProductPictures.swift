import Foundation
import Rooms
import Wire

/// The pictures of a room's products: files the shop names, or a drawn card with the product's title.
struct ProductPictures: Sendable {
    private let pictures: [String: (bytes: [UInt8], type: String)]

    init(_ rooms: [RoomConfiguration]) throws(ConfigurationError) {
        var pictures: [String: (bytes: [UInt8], type: String)] = [:]
        for room in rooms {
            for (index, product) in room.products.enumerated() {
                let key = room.settings.id + "/" + product.id
                if let file = product.image {
                    guard let data = FileManager.default.contents(atPath: file),
                        let type = Self.types[(file as NSString).pathExtension.lowercased()],
                        data.count <= 2 << 20
                    else {
                        throw ConfigurationError(
                            description:
                                "\(product.place): the picture \(file) must be an svg, png, jpg or "
                                + "webp file of at most 2 MiB")
                    }
                    pictures[key] = ([UInt8](data), type)
                } else {
                    pictures[key] = (Array(Self.drawing(product, index).utf8), "image/svg+xml")
                }
            }
        }
        self.pictures = pictures
    }

    /// Where a picture is served (protocol.md, "HTTP").
    static func path(room: String, product: String) -> String {
        "/v1/rooms/\(room)/products/\(product).svg"
    }

    func picture(room: String, file: String) -> ([UInt8], String)? {
        let product = file.split(separator: ".").first.map(String.init) ?? ""
        return pictures[room + "/" + product].map { ($0.bytes, $0.type) }
    }

    private static let types = [
        "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
        "webp": "image/webp",
    ]

    /// A tea caddy in the product's own colour with its Chinese title.
    private static func drawing(_ product: ProductConfiguration, _ index: Int) -> String {
        let hue = (index * 47 + 24) % 360
        let title = (product.title["zh"] ?? product.title["en"] ?? product.id).prefix(12)
            .replacing("&", with: "&amp;").replacing("<", with: "&lt;")
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 320" role="img">
            <rect width="320" height="320" rx="24" fill="hsl(\(hue) 35% 88%)"/>
            <ellipse cx="160" cy="268" rx="92" ry="14" fill="hsl(\(hue) 25% 70%)"/>
            <rect x="86" y="92" width="148" height="172" rx="18" fill="hsl(\(hue) 42% 38%)"/>
            <rect x="98" y="56" width="124" height="44" rx="14" fill="hsl(\(hue) 42% 30%)"/>
            <rect x="86" y="146" width="148" height="64" fill="hsl(40 60% 92%)"/>
            <text x="160" y="186" font-size="22" text-anchor="middle" fill="hsl(\(hue) 45% 22%)"
            font-family="Noto Serif CJK SC, Songti SC, serif">\(title)</text>
            </svg>
            """
    }
}
