internal import Documents
internal import Foundation
internal import NIOSSL

/// The bid listener's TLS, made of the files that the configuration names.
enum BidTLS {
    /// - Throws: a fault that names the file.
    static func context(_ files: ServiceConfiguration.TLS?) throws -> NIOSSLContext? {
        guard let files else { return nil }
        let chain = try read(files.certificate, "bid.tls.certificate") { try NIOSSLCertificate.fromPEMFile($0) }
        let key = try read(files.key, "bid.tls.key") { try NIOSSLPrivateKey(file: $0, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if let authority = files.clientCA {
            let roots = try read(authority, "bid.tls.client_ca") { try NIOSSLCertificate.fromPEMFile($0) }
            configuration.trustRoots = .certificates(roots)
            configuration.certificateVerification = .noHostnameVerification
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Failure.work("bid.tls: certificate and key do not make a TLS listener: \(error)")
        }
    }

    private static func read<Content>(
        _ path: String, _ key: String, _ body: (String) throws -> Content
    ) throws -> Content {
        do {
            return try body(path)
        } catch {
            throw Failure.work("\(key): “\(path)” cannot be read as PEM: \(error)")
        }
    }
}
