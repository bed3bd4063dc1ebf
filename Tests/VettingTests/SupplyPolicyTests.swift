import Testing
import Vetting

@Suite("A strategy's supply rules")
struct SupplyPolicyTests {
    private func policy(_ change: (inout SupplyPolicy) -> Void) -> SupplyPolicy {
        var policy = SupplyPolicy()
        change(&policy)
        return policy
    }

    private func facts(_ change: (inout SupplyFacts) -> Void) -> SupplyFacts {
        var facts = SupplyFacts()
        change(&facts)
        return facts
    }

    @Test("by default anything will do")
    func anything() {
        for chain in SupplyFacts.Chain.allCases {
            for ads in SupplyFacts.AdsTxt.allCases {
                let facts = facts {
                    $0.chain = chain
                    $0.adsTxt = ads
                    $0.hops = 40
                    $0.lastHop = .otherSystem
                }
                #expect(SupplyPolicy().isSatisfied(by: facts))
            }
        }
    }

    @Test("a complete chain is told to its origin and ends with the exchange")
    func chain() {
        let policy = policy { $0.chain = .complete }
        #expect(policy.violation(by: facts { $0.chain = .absent }) == .chain)
        #expect(policy.violation(by: facts { $0.chain = .incomplete }) == .chain)
        for (last, rule) in [
            (.unknown, nil), (.exchange, nil), (.otherAccount, .lastHop), (.otherSystem, .lastHop),
        ] as [(SupplyFacts.LastHop, SupplyPolicy.Rule?)] {
            #expect(policy.violation(by: facts { ($0.chain, $0.lastHop) = (.complete, last) }) == rule)
        }
    }

    @Test("sellers are listed only where that is known")
    func sellers() {
        let policy = policy { $0.sellers = .listed }
        #expect(
            SupplyFacts.Sellers.allCases.filter { each in policy.isSatisfied(by: facts { $0.sellers = each }) } == [
                .listed
            ])
    }

    @Test("authorised is direct or reseller, direct is direct")
    func adsTxt() {
        func passing(_ wanted: SupplyPolicy.AdsTxt) -> [SupplyFacts.AdsTxt] {
            SupplyFacts.AdsTxt.allCases.filter { each in
                policy { $0.adsTxt = wanted }.isSatisfied(by: facts { $0.adsTxt = each })
            }
        }
        #expect(passing(.any) == SupplyFacts.AdsTxt.allCases)
        #expect(passing(.authorized) == [.direct, .reseller])
        #expect(passing(.direct) == [.direct])
    }

    @Test("a chain may be as long as allowed")
    func nodes() {
        let policy = policy { $0.nodesMax = 2 }
        #expect(
            (0...4).map { hops in policy.isSatisfied(by: facts { $0.hops = UInt16(hops) }) } == [
                true, true, true, false, false,
            ])
    }

    @Test("a broken rule tells what was wanted and what was found")
    func explanation() {
        let facts = facts {
            $0.chain = .incomplete
            $0.chainFault = SupplyFault(.noAccount, hop: 1)
            $0.hops = 5
        }
        let policy = policy {
            $0.chain = .complete
            $0.nodesMax = 3
        }
        #expect(policy.explain(.chain, facts) == ("complete", "incomplete: noAccount at hop 1"))
        #expect(policy.explain(.nodesMax, facts) == ("at most 3", "5"))
        #expect(policy.explain(.adsTxt, facts) == ("any", "unavailable"))
    }
}

extension SupplyPolicy {
    fileprivate func isSatisfied(by facts: SupplyFacts) -> Bool { violation(by: facts) == nil }
}
