/// How visitors shop at places that tell the service of it: what they look at, put into the cart, and buy.
package struct ShoppingHabits: Sendable {
    /// The bearer token that lets its bearer send events.
    package var token: String
    /// How many visitors shop: those who come most often, so that they are met in bid requests; above 0.
    package var shoppers = 400
    /// Events of each shopper that are told before the first request is due.
    package var eventsBefore = 3
    /// Events while requests are sent, as a share of the requests.
    package var share = 0.03
    /// Events that are told at once; above 0.
    package var batch = 20

    /// Four hundred shoppers, three events each beforehand, three events in a hundred requests.
    package init(token: String) { self.token = token }
}
