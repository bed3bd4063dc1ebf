internal import Foundation

/// A certificate for 127.0.0.1 that signs itself, good for a day: for one run.
struct TestCertificate: Sendable {
    /// PEM files.
    let certificate: String
    let key: String

    /// Makes both with the `openssl` command.
    ///
    /// - Parameter folder: where they are put; goes with the run.
    init(in folder: String) throws {
        certificate = "\(folder)/certificate.pem"
        key = "\(folder)/key.pem"
        let outcome = try Tool.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
                certificate,
            ])
        guard outcome.status == 0 else {
            throw ServerProcess.Fault(description: "openssl made no certificate:\n\(outcome.text)")
        }
    }
}
