/// Why a token was refused; one case for each close code 4402 to 4407 of protocol.md.
package enum TokenError: Error, Equatable {
    /// Not a JWT, or a claim is missing or of the wrong type; with a sentence for developers.
    case malformed(String)
    /// Any algorithm but `HS256`; with what the header says.
    case algorithm(String)
    /// No key of this `kid`, or no `kid` where there are several keys; with what the header says.
    case key(String)
    /// The signature is not that of the key.
    case signature
    /// `exp` has come.
    case expired
    /// `nbf` lies in the future.
    case notYet
}
