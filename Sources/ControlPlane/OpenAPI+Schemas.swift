/// The documents, as `Documents` reads them.
extension OpenAPI {
    static let documentSchemas = #"""
            "Advertiser": {
              "type": "object", "required": [ "id" ],
              "properties": {
                "id": { "$ref": "#/components/schemas/Id" },
                "name": { "type": "string", "description": "The id where absent" },
                "budget": { "$ref": "#/components/schemas/Budget" },
                "frequency": { "$ref": "#/components/schemas/Frequency" },
                "currency": { "$ref": "#/components/schemas/Currency" },
                "timezone": { "$ref": "#/components/schemas/Timezone" }
              }
            },
            "Books": {
              "type": "object", "required": [ "accounts", "exchanges", "delivery" ],
              "properties": {
                "accounts": { "type": "array", "items": { "$ref": "#/components/schemas/AccountBooks" } },
                "exchanges": {
                  "type": "array", "description": "Of each exchange and currency, as far as the log holds it",
                  "items": {
                    "allOf": [
                      { "$ref": "#/components/schemas/Amounts" },
                      {
                        "type": "object",
                        "properties": {
                          "exchange": { "type": "string" }, "currency": { "$ref": "#/components/schemas/Currency" }
                        }
                      }
                    ]
                  }
                },
                "delivery": {
                  "type": "array", "description": "Counts of events and spend by advertiser, strategy and exchange",
                  "items": { "type": "object" }
                }
              }
            },
            "Amounts": {
              "type": "object",
              "description": "Decimals: reserved = settled - settled_late + released + expired + outstanding",
              "properties": {
                "reserved": { "type": "string" }, "settled": { "type": "string" },
                "settled_late": { "type": "string", "description": "Part of settled whose reservation had ended" },
                "released": { "type": "string" }, "expired": { "type": "string" },
                "outstanding": { "type": "string" }, "balanced": { "type": "boolean" }
              }
            },
            "AccountBooks": {
              "allOf": [
                { "$ref": "#/components/schemas/Amounts" },
                {
                  "type": "object",
                  "properties": {
                    "strategy": { "type": "string" }, "advertiser": { "type": "string" },
                    "currency": { "type": [ "string", "null" ] },
                    "unlogged": { "type": "string", "description": "In bids that the log does not hold yet" },
                    "held": { "type": "string", "description": "Held back after a crash, for bids that it may have lost" },
                    "late_exposure": {
                      "type": "string",
                      "description": "Of expired bids that may be billed yet: the most by which a limit can be passed"
                    },
                    "billed_after_loss": {
                      "type": "string", "description": "Settled for bids that the exchange had called lost"
                    },
                    "left": { "type": [ "string", "null" ], "description": "What may be reserved now; null without a limit" },
                    "slice": { "type": [ "string", "null" ], "description": "What may be unlogged at a time" }
                  }
                }
              ]
            },
            "StoredAdvertiser": {
              "allOf": [ { "$ref": "#/components/schemas/Advertiser" }, { "$ref": "#/components/schemas/Stored" } ]
            },
            "Strategy": {
              "type": "object", "required": [ "id", "advertiser", "bidder", "terms", "creatives" ],
              "properties": {
                "id": { "$ref": "#/components/schemas/Id" },
                "advertiser": { "$ref": "#/components/schemas/Id" },
                "name": { "type": "string", "description": "The id where absent" },
                "state": { "enum": [ "active", "paused" ], "default": "active" },
                "bidder": { "type": "string", "description": "A kind of bidder", "examples": [ "flat-price" ] },
                "terms": { "type": "object", "description": "The bidder's", "examples": [ { "cpm": "2.50" } ] },
                "currency": { "$ref": "#/components/schemas/Currency" },
                "seat": { "type": "string", "description": "The advertiser's id where absent" },
                "flight": {
                  "type": "object", "additionalProperties": false,
                  "properties": {
                    "start": { "type": [ "string", "null" ], "format": "date-time" },
                    "end": { "type": [ "string", "null" ], "format": "date-time" }
                  }
                },
                "budget": { "$ref": "#/components/schemas/Budget" },
                "frequency": { "$ref": "#/components/schemas/Frequency" },
                "timezone": { "$ref": "#/components/schemas/Timezone" },
                "targeting": { "$ref": "#/components/schemas/Targeting" },
                "deals": { "$ref": "#/components/schemas/Texts" },
                "exp": {
                  "type": "integer", "minimum": 1, "maximum": 86400,
                  "description": "Seconds between auction and impression that it tolerates; absent for any"
                },
                "roadblock": {
                  "type": "boolean", "default": false,
                  "description": "Whether it takes all impressions of a request or none"
                },
                "creatives": {
                  "type": "array", "minItems": 1, "maxItems": 256, "items": { "$ref": "#/components/schemas/Creative" }
                },
                "supply": {
                  "type": "object", "additionalProperties": false,
                  "description": "What is asked of the way from the publisher",
                  "properties": {
                    "chain": { "enum": [ "any", "complete" ], "default": "any" },
                    "sellers": { "enum": [ "any", "listed" ], "default": "any" },
                    "ads_txt": { "enum": [ "any", "authorized", "direct" ], "default": "any" },
                    "nodes_max": { "type": "integer", "minimum": 1, "maximum": 20 }
                  }
                },
                "holdout": { "type": "number", "minimum": 0, "maximum": 0.5, "default": 0 },
                "arms": {
                  "type": "array",
                  "items": {
                    "type": "object", "required": [ "id" ], "additionalProperties": false,
                    "properties": {
                      "id": { "$ref": "#/components/schemas/Id" },
                      "weight": { "type": "integer", "minimum": 1, "maximum": 1000, "default": 1 },
                      "creatives": { "$ref": "#/components/schemas/Texts" }
                    }
                  }
                }
              }
            },
            "StoredStrategy": {
              "allOf": [ { "$ref": "#/components/schemas/Strategy" }, { "$ref": "#/components/schemas/Stored" } ]
            },
            "Exchange": {
              "type": "object", "required": [ "id" ],
              "properties": {
                "id": { "$ref": "#/components/schemas/Id" },
                "name": { "type": "string", "description": "The id where absent" },
                "state": { "enum": [ "active", "paused" ], "default": "active" },
                "reserve_ms": {
                  "type": "integer", "minimum": 0, "maximum": 10000, "description": "Of tmax, kept for the way back"
                },
                "tmax_ms": {
                  "type": "integer", "minimum": 1, "maximum": 10000, "default": 100,
                  "description": "Where a request says none"
                },
                "currency": { "$ref": "#/components/schemas/Currency" },
                "price_encoding": {
                  "oneOf": [
                    { "enum": [ "plain", "base64" ] },
                    {
                      "type": "object", "required": [ "google" ], "additionalProperties": false,
                      "properties": { "google": {
                        "type": "object", "required": [ "encryption_key", "integrity_key" ],
                        "additionalProperties": false,
                        "properties": {
                          "encryption_key": { "type": "string", "description": "32 bytes in web-safe Base64" },
                          "integrity_key": { "type": "string", "description": "32 bytes in web-safe Base64" }
                        }
                      } }
                    }
                  ]
                },
                "bill_at": { "enum": [ "burl", "impression" ], "default": "burl" },
                "credentials": {
                  "type": "object", "additionalProperties": false, "description": "Who may call /bid/{exchange}",
                  "properties": {
                    "bearer": { "type": "string", "minLength": 16 },
                    "addresses": { "$ref": "#/components/schemas/Texts" }
                  }
                },
                "sync": { "description": "Kept for cookie matching" },
                "seller_domain": { "type": "string" },
                "qps": { "type": "integer", "minimum": 1, "maximum": 10000000 },
                "bids_per_imp": {
                  "type": "integer", "minimum": 1, "maximum": 10, "default": 1,
                  "description": "Bids on one impression at most"
                },
                "formats": {
                  "type": "array", "items": { "enum": [ "banner", "video", "audio", "native" ] },
                  "description": "Empty or absent for all"
                }
              }
            },
            "StoredExchange": {
              "allOf": [ { "$ref": "#/components/schemas/Exchange" }, { "$ref": "#/components/schemas/Stored" } ]
            },
            "Currency": { "type": "string", "pattern": "^[A-Z]{3}$", "default": "USD" },
            "Timezone": { "type": "string", "default": "UTC", "examples": [ "Europe/Berlin" ] },
            "Texts": { "type": "array", "items": { "type": "string" } },
            "Budget": {
              "type": "object", "additionalProperties": false,
              "properties": {
                "total": { "$ref": "#/components/schemas/Money" }, "daily": { "$ref": "#/components/schemas/Money" },
                "pacing": { "enum": [ "even", "asap" ], "default": "even" }
              }
            },
            "Frequency": {
              "type": "array", "maxItems": 4,
              "items": {
                "type": "object", "required": [ "impressions", "hours" ], "additionalProperties": false,
                "properties": {
                  "impressions": { "type": "integer", "minimum": 1, "maximum": 1000 },
                  "hours": { "type": "integer", "minimum": 1, "maximum": 8760 },
                  "per": { "enum": [ "visitor", "household" ], "default": "visitor" }
                }
              }
            },
            "Targeting": {
              "type": "object", "additionalProperties": false,
              "description": "A tree of all, any and not over leaves, a leaf being one key with the accepted values; \#
        several keys in one object mean all of them. Absent: everything.",
              "examples": [ { "all": [ { "country": [ "USA" ] }, { "not": { "domain": [ "example.com" ] } } ] } ],
              "properties": {
                "all": { "type": "array", "items": { "$ref": "#/components/schemas/Targeting" } },
                "any": { "type": "array", "items": { "$ref": "#/components/schemas/Targeting" } },
                "not": { "$ref": "#/components/schemas/Targeting" },
        \#(leaves)
              }
            }
        """#

    /// What a leaf of targeting takes, and an example.
    private static let leaves = [
        ("exchange", "ids of exchanges", #"[ "adx" ]"#), ("country", "ISO 3166-1 alpha-3 or alpha-2", #"[ "USA" ]"#),
        ("region", "ISO 3166-2, with or without the country", #"[ "US-CA" ]"#), ("city", "names", #"[ "berlin" ]"#),
        ("zip", "codes, a * at the end for all that begin so", #"[ "94*" ]"#), ("metro", "codes", #"[ "807" ]"#),
        ("near", "circles", #"[ { "lat": 52.52, "lon": 13.40, "km": 5 } ]"#),
        (
            "device", "mobile, phone, tablet, pc, desktop, tv, connected-device, set-top-box, out-of-home, or codes",
            #"[ "phone" ]"#
        ),
        ("os", "names", #"[ "ios" ]"#), ("osv", "versions", #"[ "17" ]"#), ("browser", "names", #"[ "safari" ]"#),
        ("connection", "ethernet, wifi, cellular, 2g, 3g, 4g, 5g, or codes", #"[ "wifi" ]"#),
        ("carrier", "names", #"[ "example-tel" ]"#), ("language", "ISO 639-1", #"[ "en" ]"#),
        ("environment", "site, app, dooh", #"[ "site" ]"#), ("domain", "host names", #"[ "example.com" ]"#),
        ("bundle", "apps", #"[ "com.example.app" ]"#), ("publisher", "ids", #"[ "pub-1" ]"#),
        ("category", "of content", #"[ "IAB17" ]"#), ("keyword", "of the page or app", #"[ "running shoes" ]"#),
        ("format", "banner, video, audio, native", #"[ "banner" ]"#), ("size", "width x height", #"[ "300x250" ]"#),
        ("position", "above-fold, locked, below-fold, header, footer, sidebar, fullscreen, or codes", #"[ "header" ]"#),
        ("interstitial", "true or false", "true"), ("rewarded", "true or false", "true"),
        ("segment", "audiences or an exchange's segments", #"[ "runners" ]"#),
        ("ip", "addresses and CIDR blocks", #"[ "192.0.2.0/24" ]"#),
        ("hour", "days and hours in the strategy's time zone", #"[ "mon-fri 08-20" ]"#),
        ("deal", "ids of deals", #"[ "deal-7" ]"#),
        ("seller", "domains, with or without /sid", #"[ "seller.example/17" ]"#),
    ].map { name, what, example in
        #"          "\#(name)": { "description": "\#(what)", "examples": [ \#(example) ] }"#
    }.joined(separator: ",\n")

    static let creativeSchemas = #"""
            "Creative": {
              "type": "object", "required": [ "id", "adomain", "landing" ], "additionalProperties": false,
              "oneOf": [
                { "required": [ "banner" ] }, { "required": [ "video" ] }, { "required": [ "audio" ] },
                { "required": [ "native" ] }
              ],
              "properties": {
                "id": { "$ref": "#/components/schemas/Id" }, "name": { "type": "string" },
                "adomain": { "type": "array", "minItems": 1, "items": { "type": "string" } },
                "cat": { "$ref": "#/components/schemas/Texts" }, "cattax": { "type": "integer", "default": 1 },
                "attr": { "$ref": "#/components/schemas/Codes" }, "language": { "type": "string" },
                "bundle": { "type": "string" },
                "landing": { "type": "string", "format": "uri", "maxLength": 1024 },
                "sensitive": {
                  "type": "boolean", "default": false,
                  "description": "Whether a publisher who blocks other categories is taken to block it"
                },
                "iurl": { "type": "string", "format": "uri", "description": "A sample image" },
                "frequency": { "$ref": "#/components/schemas/Frequency" },
                "banner": {
                  "type": "object", "required": [ "html" ], "additionalProperties": false,
                  "properties": {
                    "w": { "$ref": "#/components/schemas/Pixels" }, "h": { "$ref": "#/components/schemas/Pixels" },
                    "html": { "type": "string", "description": "{click} becomes the landing page; at most 64 KiB" },
                    "api": { "$ref": "#/components/schemas/Codes" }, "mimes": { "$ref": "#/components/schemas/Texts" },
                    "expand": { "type": "array", "items": { "type": "integer", "minimum": 1, "maximum": 6 } }
                  }
                },
                "video": { "$ref": "#/components/schemas/Video" },
                "audio": { "$ref": "#/components/schemas/Linear" },
                "native": {
                  "type": "object", "required": [ "title" ], "additionalProperties": false,
                  "properties": {
                    "title": { "type": "string" },
                    "image": { "$ref": "#/components/schemas/Image" }, "icon": { "$ref": "#/components/schemas/Image" },
                    "data": {
                      "type": "object",
                      "propertyNames": { "enum": [
                        "sponsored", "desc", "rating", "likes", "downloads", "price", "saleprice", "phone", "address",
                        "desc2", "displayurl", "ctatext"
                      ] },
                      "additionalProperties": { "type": "string" }
                    },
                    "video": { "$ref": "#/components/schemas/Video" },
                    "privacy": { "type": "string", "format": "uri" },
                    "impression_trackers": { "$ref": "#/components/schemas/Trackers" },
                    "click_trackers": { "$ref": "#/components/schemas/Trackers" }
                  }
                }
              }
            },
            "Trackers": { "type": "array", "maxItems": 8, "items": { "type": "string", "format": "uri" } },
            "Video": {
              "allOf": [ { "$ref": "#/components/schemas/Linear" } ],
              "properties": {
                "w": { "$ref": "#/components/schemas/Pixels" }, "h": { "$ref": "#/components/schemas/Pixels" },
                "skip_after": {
                  "type": "integer", "minimum": 0, "description": "Seconds until a viewer may skip media"
                }
              }
            },
            "Linear": {
              "type": "object", "required": [ "mimes", "duration" ],
              "oneOf": [ { "required": [ "media" ] }, { "required": [ "vast" ] } ],
              "properties": {
                "mimes": { "type": "array", "minItems": 1, "items": { "type": "string" } },
                "duration": { "type": "integer", "minimum": 1, "maximum": 7200, "description": "Seconds" },
                "protocols": { "$ref": "#/components/schemas/Codes" },
                "bitrate": { "type": "integer", "minimum": 1, "description": "Kilobits a second" },
                "api": { "$ref": "#/components/schemas/Codes" },
                "media": { "type": "string", "format": "uri" },
                "vast": { "type": "string", "description": "A whole VAST document; at most 64 KiB" }
              }
            },
            "Image": {
              "type": "object", "required": [ "url", "w", "h" ], "additionalProperties": false,
              "properties": {
                "url": { "type": "string", "format": "uri" },
                "w": { "$ref": "#/components/schemas/Pixels" }, "h": { "$ref": "#/components/schemas/Pixels" }
              }
            },
            "Codes": { "type": "array", "items": { "type": "integer", "minimum": 1, "maximum": 1000 } },
            "Pixels": { "type": "integer", "minimum": 1, "maximum": 20000 }
        """#
}
