/// What a strategy shows: exactly one of banner, video, audio and native, and what it says of itself.
package struct CreativeDocument: Equatable, Sendable {
    package enum Format: Equatable, Sendable {
        case banner(Banner)
        case video(Linear)
        case audio(Linear)
        case native(Native)
    }

    package struct Banner: Equatable, Sendable {
        /// Pixels; nil for markup that fits any size.
        package var w: Int32?
        package var h: Int32?
        package var html = ""
        package var api: [Int32] = []
        package var mimes: [String] = []
        /// Directions in which it expands. - Source: AdCOM 1.0, Expandable Directions.
        package var expand: [Int32] = []
    }

    /// Video or audio.
    package struct Linear: Equatable, Sendable {
        package enum Source: Equatable, Sendable {
            /// URL of the media file.
            case media(String)
            /// A whole VAST document.
            case vast(String)
        }

        package var mimes: [String] = []
        /// Seconds.
        package var duration: Int32 = 0
        package var w: Int32?
        package var h: Int32?
        package var protocols: [Int32] = []
        /// Kilobits a second.
        package var bitrate: Int32?
        package var api: [Int32] = []
        /// Seconds until a viewer may skip a video made around a media file; nil for never.
        package var skipAfter: Int32?
        package var source = Source.media("")
    }

    package struct Native: Equatable, Sendable {
        package struct Image: Equatable, Sendable {
            package var url = ""
            package var w: Int32 = 0
            package var h: Int32 = 0
        }

        package var title = ""
        package var image: Image?
        package var icon: Image?
        /// By OpenRTB's data asset type.
        package var data: [Int32: String] = [:]
        package var video: Linear?
        /// URL of the advertiser's privacy notice.
        package var privacy: String?
        /// The advertiser's own pixels.
        package var impressionTrackers: [String] = []
        package var clickTrackers: [String] = []
    }

    package var id = ""
    package var name = ""
    package var adomain: [String] = []
    package var cat: [String] = []
    package var cattax: Int32 = 1
    package var attr: [Int32] = []
    package var language = ""
    package var bundle = ""
    package var landing = ""
    /// Of a kind that a publisher who blocks anything would block.
    package var sensitive = false
    /// A sample image for those who check ads.
    package var iurl: String?
    package var frequency: [FrequencyCap] = []
    package var format = Format.banner(Banner())
}
