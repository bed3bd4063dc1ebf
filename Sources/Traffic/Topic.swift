/// What a page, an app or a visitor is about.
struct Topic: Sendable {
    /// One lower-case word, without anything that JSON or a URL would escape.
    let word: StaticString
    /// Members of an array of IAB Content 1.0 codes, quoted and with commas.
    let categories: StaticString
    /// What `site.keywords` holds: a comma list.
    let keywords: StaticString

    private init(_ word: StaticString, _ categories: StaticString, _ keywords: StaticString) {
        self.word = word
        self.categories = categories
        self.keywords = keywords
    }

    /// The most common one first; sites, apps and visitors' interests refer to positions in this list.
    static let all = [
        Topic("news", #""IAB12""#, "breaking news,politics,headlines"),
        Topic("sports", #""IAB17","IAB17-12""#, "football,scores,league table"),
        Topic("shopping", #""IAB22","IAB22-1""#, "deals,coupons,gifts"),
        Topic("tech", #""IAB19","IAB19-6""#, "phones,laptops,reviews"),
        Topic("games", #""IAB9","IAB9-30""#, "video games,puzzles,walkthrough"),
        Topic("recipes", #""IAB8","IAB8-5""#, "dinner,baking,easy recipes"),
        Topic("weather", #""IAB15-10""#, "forecast,rain radar"),
        Topic("finance", #""IAB13","IAB13-7""#, "stocks,savings,mortgage rates"),
        Topic("travel", #""IAB20","IAB20-26""#, "flights,hotels,city breaks"),
        Topic("cars", #""IAB2","IAB2-10""#, "electric cars,used cars,road test"),
        Topic("movies", #""IAB1","IAB1-5""#, "trailers,cinema,streaming"),
        Topic("music", #""IAB1","IAB1-6""#, "concerts,new albums,lyrics"),
        Topic("fashion", #""IAB18","IAB18-3""#, "summer dresses,sneakers,street style"),
        Topic("running", #""IAB17","IAB17-30""#, "running shoes,marathon,training plan"),
        Topic("health", #""IAB7","IAB7-32""#, "nutrition,sleep,wellness"),
        Topic("fitness", #""IAB7-18""#, "workout,yoga,protein"),
        Topic("home", #""IAB10","IAB10-7""#, "furniture,interior design,diy"),
        Topic("garden", #""IAB10-4""#, "roses,lawn mower,vegetables"),
        Topic("pets", #""IAB16","IAB16-3""#, "dogs,cat food,puppies"),
        Topic("parents", #""IAB6","IAB6-7""#, "pregnancy,toddlers,school"),
        Topic("jobs", #""IAB4","IAB4-9""#, "careers,salary,interview"),
        Topic("learning", #""IAB5","IAB5-8""#, "languages,online courses,exams"),
        Topic("science", #""IAB15","IAB15-7""#, "space,physics,climate"),
        Topic("books", #""IAB1","IAB1-1""#, "novels,bestsellers,audiobooks"),
        Topic("photo", #""IAB9","IAB9-23""#, "cameras,lenses,portraits"),
        Topic("property", #""IAB21","IAB21-3""#, "houses for sale,rentals,estate agents"),
    ]
}
