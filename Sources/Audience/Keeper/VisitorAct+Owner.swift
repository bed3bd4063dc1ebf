package import Events

extension VisitorAct {
    /// Whose act it is: an advertiser's id; empty for the operator's, which is everybody's.
    package var owner: String {
        var owner = ""
        for property in properties where property.name == ActOwner.property {
            if case .text(let text) = property.value { owner = text }
        }
        return owner
    }
}
