/// Tells why a trial could not be carried out; what it finds is no failure of this kind.
package struct TrialFailure: Error, CustomStringConvertible {
    package var description: String

    init(_ description: String) { self.description = description }
}
