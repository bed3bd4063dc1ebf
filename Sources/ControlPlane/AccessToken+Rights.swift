/// What each role may do; whose documents it may do it to is looked at where they are.
extension AccessToken {
    /// - Throws: a ``Problem``, 403, for what the role never may.
    func check(_ method: Method, _ route: Route) throws(Problem) {
        switch role {
        case .operator: return
        case .analyst:
            if case .visitor = route { throw .forbidden("the role analyst does not see single visitors") }
            // Asking why changes nothing.
            if method != .get, route != .explain { throw .forbidden("the role analyst may only read") }
        case .advertiser:
            guard route.isForAdvertisers else {
                throw .forbidden("the role advertiser reaches its audiences and visitors, and sends events")
            }
            // Whom one advertiser knows others know as well: their acts and audiences would go with its own.
            if case .visitor = route, method == .delete {
                throw .forbidden(
                    "the role advertiser does not erase visitors, who may be others' too: ask the operator")
            }
        }
    }
}

extension Route {
    fileprivate var isForAdvertisers: Bool {
        switch self {
        case .documents(.audiences), .members, .visitor: true
        case .document(let key): key.kind == .audiences
        default: false
        }
    }
}
