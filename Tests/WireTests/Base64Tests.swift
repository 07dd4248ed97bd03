import Testing
import Wire

@Suite struct Base64Tests {
    /// RFC 4648, section 10, and the characters that differ.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"), ("~~~???", "fn5+Pz8/"),
    ])
    func `Bytes are encoded and decoded`(text: String, encoded: String) {
        let bytes = Array(text.utf8)
        #expect(Base64.encode(bytes) == encoded)
        #expect(Base64.decode(encoded) == bytes)
        let forURLs = String(
            encoded.filter { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
        #expect(Base64URL.encode(bytes) == forURLs)
        #expect(Base64URL.decode(forURLs) == bytes)
        #expect(Base64URL.decode(Array(forURLs.utf8)) == bytes)
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8", "Zm8==", "=", "==", "====", "Z===",
        "Zg==Zg==", "Zm 9v", "Zm9v\n",
        "Zm-_", "Zmé=", "Zg=a",
    ])
    func `Base64 that is not canonical is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: [
        "Z", "Zh", "Zm9", "Zg==", "Zm8=", "Zm9vZ", "+/+/", "Zm9v ", " ", "Zm.v", "Zm9v\0", "é",
    ])
    func `Base64 for URLs that is not canonical is refused`(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func `Random bytes come back, and no text stands for the bytes of another`() {
        Fuzzing.run("base64", rounds: 500) { random in
            let bytes = random.bytes(random.upTo(40))
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            let text = random.mutated(
                Array(Base64URL.encode(bytes).utf8), alphabet: Array("AQgw-_=+".utf8))
            if let decoded = Base64URL.decode(text) {
                #expect(Array(Base64URL.encode(decoded).utf8) == text)
            }
        }
    }
}
