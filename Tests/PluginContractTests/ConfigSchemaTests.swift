import PluginContract
import Testing
import Wire

@Suite struct ConfigSchemaTests {
    let products = [
        Product(
            id: "oolong", title: ["en": "Oolong"], image: "/o.svg", currency: "CNY",
            priceMinor: 8_800)
    ]

    private func schema(_ fields: String) throws -> ConfigSchema {
        let text = """
            {"id":"a","version":"1.0.0","api":1,"title":{"zh":"a","en":"a"},"config":{\(fields)}}
            """
        return try Manifest.parse(Array(text.utf8), file: "plugin.json").configuration
    }

    private func error(
        _ schema: ConfigSchema, show: JSONObject = [:], override: JSONObject = [:]
    ) -> RequestError? {
        do throws(RequestError) {
            _ = try schema.resolve(show: show, override: override, products: products)
            return nil
        } catch {
            return error
        }
    }

    @Test func `The starter's word goes before the show's, and that before the default`() throws {
        let schema = try schema(
            """
            "a":{"type":"integer","default":1},"b":{"type":"integer","default":1},
            "c":{"type":"integer","default":1},"d":{"type":"integer"}
            """)
        let resolved = try schema.resolve(
            show: ["a": 2, "b": 2], override: ["a": 3], products: products)
        #expect(resolved == ["a": 3, "b": 2, "c": 1])
    }

    @Test func `Null stands for a value that is not given`() throws {
        let schema = try schema(#""a":{"type":"integer","default":1}"#)
        let resolved = try schema.resolve(
            show: ["a": 2], override: ["a": nil], products: products)
        #expect(resolved == ["a": 2])
    }

    @Test(arguments: [
        (#"{"type":"integer","min":5,"max":600}"#, ["5", "600"], ["4", "601", "5.5", "\"5\""]),
        (#"{"type":"money"}"#, ["0", "9007199254740991"], ["-1", "9007199254740992", "1.0"]),
        (#"{"type":"money","min":1,"max":9}"#, ["1", "9"], ["0", "10"]),
        (#"{"type":"string","min":1,"max":3}"#, ["\"a\"", "\"茶茶茶\""], ["\"\"", "\"abcd\"", "1"]),
        (#"{"type":"boolean"}"#, ["true", "false"], ["1", "\"true\""]),
        (#"{"type":"choice","options":["a","b"]}"#, ["\"a\"", "\"b\""], ["\"c\"", "1"]),
        (#"{"type":"product"}"#, ["\"oolong\""], ["\"green\"", "1"]),
        (
            #"{"type":"table","max":11}"#, ["[]", "{}", "[[1,2],\"a\"]", "{\"a\":[1,2]}"],
            ["{\"a\":[1,23]}", "\"[]\"", "1", "true"]
        ),
    ])
    func `A value is held to type and bounds`(
        field: String, good: [String], bad: [String]
    ) throws {
        let schema = try schema("\"field\":\(field)")
        for text in good {
            #expect(error(schema, override: ["field": try JSON(parsing: text)]) == nil)
        }
        for text in bad {
            let error = error(schema, show: ["field": try JSON(parsing: text)])
            #expect(error?.code == .badConfig)
            #expect(error?.message.contains("config.field") == true)
        }
    }

    @Test func `A required field that nobody gives is named`() throws {
        let schema = try schema(#""product":{"type":"product","required":true}"#)
        #expect(
            error(schema)?.message
                == "config.product is missing: the id of a product of this show")
    }

    @Test func `An unknown field is named`() throws {
        let schema = try schema(#""seconds":{"type":"integer"}"#)
        let error = error(schema, override: ["second": 5])
        #expect(
            error?.message == "config.second is not a field of this plugin; it has seconds")
    }

    @Test func `A price defaults to that of its product`() throws {
        let schema = try schema(
            """
            "price":{"type":"money","priceOf":"product"},"product":{"type":"product"}
            """)
        let resolved = try schema.resolve(
            show: ["product": "oolong"], override: [:], products: products)
        #expect(resolved == ["product": "oolong", "price": 8_800])
        let given = try schema.resolve(
            show: ["product": "oolong"], override: ["price": 5], products: products)
        #expect(given == ["product": "oolong", "price": 5])
        #expect(try schema.resolve(show: [:], override: [:], products: products) == [:])
    }

    @Test func `A price taken from a product is held to the bounds too`() throws {
        let schema = try schema(
            """
            "price":{"type":"money","priceOf":"product","max":100},"product":{"type":"product"}
            """)
        #expect(error(schema, show: ["product": "oolong"])?.code == .badConfig)
    }
}
