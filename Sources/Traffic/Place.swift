/// A city with what a request says of it.
struct Place: Sendable {
    /// ISO 3166-1, three letters.
    let country: StaticString
    /// ISO 3166-2 without the country; two letters in the United States.
    let region: StaticString
    let city: StaticString
    /// The fixed beginning of its postal codes, and how many digits follow it.
    let zip: (head: StaticString, digits: Int)
    /// The market area of television in the United States; 0 elsewhere.
    let metro: Int
    /// Hundredths of a degree.
    let latitude: Int
    let longitude: Int
    /// Minutes.
    let utcOffset: Int
    /// ISO 639-1.
    let language: StaticString
    /// How much of the traffic comes from here, in relation to the other places.
    let weight: Double

    /// Whether the GDPR, or the United Kingdom's copy of it, holds here.
    var isUnderGDPR: Bool { utcOffset >= 0 && utcOffset <= 60 }

    /// Whether this is in the United States.
    var isAmerican: Bool { metro > 0 }

    private init(
        _ country: StaticString, _ region: StaticString, _ city: StaticString, zip: (StaticString, Int), metro: Int = 0,
        at latitude: Int, _ longitude: Int, utc utcOffset: Int, _ language: StaticString, _ weight: Double
    ) {
        self.country = country
        self.region = region
        self.city = city
        self.zip = zip
        self.metro = metro
        self.latitude = latitude
        self.longitude = longitude
        self.utcOffset = utcOffset
        self.language = language
        self.weight = weight
    }

    /// Two thirds of the weight is American; within a country it falls about as Zipf's law has it.
    static let all = american + european + others

    private static let american = [
        Place("USA", "NY", "New York", zip: ("100", 2), metro: 501, at: 4071, -7401, utc: -300, "en", 100),
        Place("USA", "CA", "Los Angeles", zip: ("900", 2), metro: 803, at: 3405, -11824, utc: -480, "en", 70),
        Place("USA", "IL", "Chicago", zip: ("606", 2), metro: 602, at: 4188, -8763, utc: -360, "en", 48),
        Place("USA", "TX", "Houston", zip: ("770", 2), metro: 618, at: 2976, -9537, utc: -360, "en", 36),
        Place("USA", "TX", "Dallas", zip: ("752", 2), metro: 623, at: 3278, -9680, utc: -360, "en", 33),
        Place("USA", "PA", "Philadelphia", zip: ("191", 2), metro: 504, at: 3995, -7517, utc: -300, "en", 28),
        Place("USA", "GA", "Atlanta", zip: ("303", 2), metro: 524, at: 3375, -8439, utc: -300, "en", 22),
        Place("USA", "WA", "Seattle", zip: ("981", 2), metro: 819, at: 4761, -12233, utc: -480, "en", 20),
        Place("USA", "MA", "Boston", zip: ("021", 2), metro: 506, at: 4236, -7106, utc: -300, "en", 19),
        Place("USA", "AZ", "Phoenix", zip: ("850", 2), metro: 753, at: 3345, -11207, utc: -420, "en", 17),
        Place("USA", "CA", "San Francisco", zip: ("941", 2), metro: 807, at: 3777, -12242, utc: -480, "en", 16),
        Place("USA", "DC", "Washington", zip: ("200", 2), metro: 511, at: 3891, -7704, utc: -300, "en", 15),
        Place("USA", "MI", "Detroit", zip: ("482", 2), metro: 505, at: 4233, -8305, utc: -300, "en", 14),
        Place("USA", "FL", "Miami", zip: ("331", 2), metro: 528, at: 2576, -8019, utc: -300, "es", 14),
        Place("USA", "CO", "Denver", zip: ("802", 2), metro: 751, at: 3974, -10499, utc: -420, "en", 13),
        Place("USA", "MN", "Minneapolis", zip: ("554", 2), metro: 613, at: 4498, -9327, utc: -360, "en", 12),
        Place("USA", "FL", "Tampa", zip: ("336", 2), metro: 539, at: 2795, -8246, utc: -300, "en", 11),
        Place("USA", "OR", "Portland", zip: ("972", 2), metro: 820, at: 4552, -12268, utc: -480, "en", 10),
        Place("USA", "NC", "Charlotte", zip: ("282", 2), metro: 517, at: 3523, -8084, utc: -300, "en", 10),
    ]

    private static let european = [
        Place("GBR", "ENG", "London", zip: ("EC1A ", 1), at: 5151, -13, utc: 0, "en", 40),
        Place("DEU", "BE", "Berlin", zip: ("10", 3), at: 5252, 1341, utc: 60, "de", 24),
        Place("FRA", "IDF", "Paris", zip: ("750", 2), at: 4886, 235, utc: 60, "fr", 23),
        Place("DEU", "BY", "München", zip: ("80", 3), at: 4814, 1158, utc: 60, "de", 10),
        Place("GBR", "ENG", "Manchester", zip: ("M1 ", 1), at: 5348, -224, utc: 0, "en", 9),
        Place("ESP", "MD", "Madrid", zip: ("280", 2), at: 4042, -370, utc: 60, "es", 8),
        Place("FRA", "ARA", "Lyon", zip: ("690", 2), at: 4576, 484, utc: 60, "fr", 7),
        Place("ITA", "25", "Milano", zip: ("201", 2), at: 4546, 919, utc: 60, "it", 7),
        Place("DEU", "HH", "Hamburg", zip: ("20", 3), at: 5355, 999, utc: 60, "de", 6),
        Place("NLD", "NH", "Amsterdam", zip: ("10", 2), at: 5237, 490, utc: 60, "nl", 6),
        Place("DEU", "NW", "Köln", zip: ("50", 3), at: 5094, 696, utc: 60, "de", 5),
        Place("POL", "14", "Warszawa", zip: ("00-", 3), at: 5223, 2101, utc: 60, "pl", 5),
    ]

    private static let others = [
        Place("CAN", "ON", "Toronto", zip: ("M5V 1A", 1), at: 4365, -7938, utc: -300, "en", 28),
        Place("JPN", "13", "Tōkyō", zip: ("100-00", 2), at: 3568, 13969, utc: 540, "ja", 18),
        Place("AUS", "NSW", "Sydney", zip: ("20", 2), at: -3387, 15121, utc: 600, "en", 8),
        Place("BRA", "SP", "São Paulo", zip: ("01310-", 3), at: -2355, -4663, utc: -180, "pt", 8),
        Place("IND", "MH", "Mumbai", zip: ("4000", 2), at: 1908, 7288, utc: 330, "en", 8),
        Place("CAN", "QC", "Montréal", zip: ("H2X 1Y", 1), at: 4550, -7357, utc: -300, "fr", 7),
        Place("MEX", "CMX", "Ciudad de México", zip: ("06", 3), at: 1943, -9913, utc: -360, "es", 6),
        Place("CAN", "BC", "Vancouver", zip: ("V6B 1A", 1), at: 4928, -12312, utc: -480, "en", 6),
        Place("JPN", "27", "Ōsaka", zip: ("530-00", 2), at: 3469, 13550, utc: 540, "ja", 5),
    ]
}
